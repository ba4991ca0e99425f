package retention

import (
	"cmp"
	"slices"
	"time"

	"memgraphd/internal/storage/change"
)

// Limits bound what stays. The newest good snapshot stays whatever they say.
type Limits struct {
	Count int           // good snapshots; less than 1 means 1
	Age   time.Duration // of a good snapshot; 0: any
	Bytes int64         // of all good snapshots together; 0: any
}

// Snapshot is what Decide has to know of a snapshot file.
type Snapshot struct {
	Path    string
	Index   change.Index
	Created time.Time
	Bytes   int64
	Good    bool // it was read and verified
}

// Segment is what Decide has to know of a segment of the log.
type Segment struct {
	First  change.Index
	Last   change.Index
	Sealed bool
}

// Files are those that Decide decides about.
type Files struct {
	Snapshots []Snapshot
	Segments  []Segment
	// Pins are the oldest commits that those who read files still need from the log.
	Pins []change.Index
}

// Plan is what may go.
type Plan struct {
	Snapshots  []string       // paths to delete, oldest first
	Quarantine []string       // paths to move to quarantine/
	Segments   []change.Index // first indexes of the segments to give back, oldest first
	Oldest     change.Index   // of the oldest snapshot kept, 0 if there is none
	// Before is the first commit that the log has to keep; 0 where it keeps all.
	Before change.Index
}

// Decide says what may go at a moment.
func Decide(l Limits, now time.Time, f Files) Plan {
	newest := slices.Clone(f.Snapshots)
	slices.SortFunc(newest, func(a, b Snapshot) int {
		return cmp.Or(cmp.Compare(b.Index, a.Index), cmp.Compare(b.Path, a.Path))
	})
	var p Plan
	kept := keeper{limits: l, now: now, pins: f.Pins}
	for _, s := range newest {
		switch {
		case !s.Good:
			p.Quarantine = append(p.Quarantine, s.Path)
		case kept.keeps(s):
			p.Oldest = s.Index
		default:
			p.Snapshots = append(p.Snapshots, s.Path)
		}
	}
	slices.Reverse(p.Snapshots)
	slices.Reverse(p.Quarantine)
	oldest := slices.Clone(f.Segments)
	slices.SortFunc(oldest, func(a, b Segment) int { return cmp.Compare(a.First, b.First) })
	if kept.count == 0 || kept.logIsFallback(len(p.Snapshots), oldest) {
		return p
	}
	p.Before = p.Oldest + 1
	for _, pin := range f.Pins {
		p.Before = min(p.Before, pin)
	}
	for _, s := range oldest {
		if !s.Sealed || s.Last >= p.Before {
			break
		}
		p.Segments = append(p.Segments, s.First)
	}
	return p
}

// keeper goes through the good snapshots from the newest to the oldest.
type keeper struct {
	limits Limits
	now    time.Time
	pins   []change.Index
	count  int
	bytes  int64
	newer  change.Index // index of the good snapshot before
	full   bool         // a limit is reached: all older ones are beyond it
}

// keeps says whether a snapshot stays. One that a pin begins from stays beyond the limits.
func (k *keeper) keeps(s Snapshot) bool {
	k.full = k.full || k.count > 0 && (k.count >= k.limits.Count ||
		k.limits.Age > 0 && k.now.Sub(s.Created) > k.limits.Age ||
		k.limits.Bytes > 0 && k.bytes+s.Bytes > k.limits.Bytes)
	newer := k.newer
	k.newer = s.Index
	if k.full && !k.pinned(s.Index, newer) {
		return false
	}
	k.count++
	k.bytes += s.Bytes
	return true
}

// pinned reports whether a pin's first commit comes after a snapshot and not after the
// next newer one.
func (k *keeper) pinned(index, newer change.Index) bool {
	return slices.ContainsFunc(k.pins, func(pin change.Index) bool { return index < pin && pin <= newer })
}

// logIsFallback reports whether the log stays whole, since it stands for snapshots that
// are still missing. With a limit of age or size the full number may never be reached:
// then it stays only as long as it begins with the first commit and nothing has gone.
func (k *keeper) logIsFallback(going int, oldest []Segment) bool {
	if k.count >= max(1, k.limits.Count) {
		return false
	}
	limited := k.limits.Age > 0 || k.limits.Bytes > 0
	return !limited || going == 0 && len(oldest) > 0 && oldest[0].First <= 1
}
