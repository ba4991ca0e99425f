package durability

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"memgraphd/internal/storage/change"
)

// pinsMax bounds how many pins there are at one time.
const pinsMax = 64

// Pin keeps files for somebody who reads them, a running backup for example, until it is
// released: of the log all from a commit on, and the newest snapshot before that commit.
// It ends with the server.
type Pin struct {
	m      *Manager
	holder string
	since  time.Time
	oldest change.Index // guarded by Manager.keeping
}

// PinInfo describes a Pin.
type PinInfo struct {
	Holder string
	Oldest change.Index // the first commit that is needed from the log
	Since  time.Time
}

// NotKeptError reports a Pin of commits that retention has already given back.
type NotKeptError struct {
	Wanted change.Index // that Pin was asked for
	First  change.Index // that the log begins with
}

// Error names both commits.
func (e *NotKeptError) Error() string {
	return fmt.Sprintf("the log begins with commit %d, and commit %d was asked for: begin from a newer snapshot", e.First, e.Wanted)
}

// Pin keeps what is needed to rebuild every state from before commit oldest on; holder says
// whose it is in Pins. It fails with a *NotKeptError where that has been given back, and where
// 64 hold something already.
func (m *Manager) Pin(holder string, oldest change.Index) (*Pin, error) {
	m.keeping.Lock()
	defer m.keeping.Unlock()
	if len(m.pins) >= pinsMax {
		return nil, fmt.Errorf("%d readers of the data directory keep files at the moment, and no more can", pinsMax)
	}
	if m.log != nil {
		segments := durableSegments(m.log)
		if len(segments) > 0 && change.Index(segments[0].First) > oldest {
			return nil, &NotKeptError{Wanted: oldest, First: change.Index(segments[0].First)}
		}
	}
	p := &Pin{m: m, holder: holder, since: m.o.Now(), oldest: oldest}
	m.pins = append(m.pins, p)
	return p, nil
}

// Advance says that commits before oldest are not needed any more. It never goes back.
func (p *Pin) Advance(oldest change.Index) {
	p.m.keeping.Lock()
	defer p.m.keeping.Unlock()
	p.oldest = max(p.oldest, oldest)
}

// Release ends the pin; what it kept goes after the next snapshot. A second call does nothing.
func (p *Pin) Release() {
	p.m.keeping.Lock()
	defer p.m.keeping.Unlock()
	p.m.pins = slices.DeleteFunc(p.m.pins, func(other *Pin) bool { return other == p })
}

// Pins lists the pins, that of the oldest commit first.
func (m *Manager) Pins() []PinInfo {
	m.keeping.Lock()
	defer m.keeping.Unlock()
	infos := make([]PinInfo, 0, len(m.pins))
	for _, p := range m.pins {
		infos = append(infos, PinInfo{Holder: p.holder, Oldest: p.oldest, Since: p.since})
	}
	slices.SortStableFunc(infos, func(a, b PinInfo) int { return cmp.Compare(a.Oldest, b.Oldest) })
	return infos
}

// pinnedLocked returns the oldest commits of all pins.
func (m *Manager) pinnedLocked() []change.Index {
	var oldest []change.Index
	for _, p := range m.pins {
		oldest = append(oldest, p.oldest)
	}
	return oldest
}
