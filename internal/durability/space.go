package durability

import (
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/frame"
	"memgraphd/internal/durability/vfs"
)

// SpaceError reports a commit that was refused before anything of it was written, since
// the disk of the data directory has less room than Options.SpaceMin.
type SpaceError struct {
	Dir    string
	Free   uint64 // bytes, when it was last looked
	Min    uint64 // Options.SpaceMin
	Resume uint64 // free bytes from which on commits are taken again
}

// Error names what was found and when commits are taken again.
func (e *SpaceError) Error() string {
	return fmt.Sprintf("%s free for %s, and --storage-min-free-space keeps %s; commits are taken again when %s are free",
		byteText(e.Free), e.Dir, byteText(e.Min), byteText(e.Resume))
}

// byteText writes bytes in MiB, or in KiB where that says nothing.
func byteText(n uint64) string {
	if n < 10<<20 && n%(1<<20) != 0 {
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d MiB", n>>20)
}

// space knows how much room the disk has, and refuses commits while it is too little.
//
// The disk is asked once a second by the watcher, and in between as soon as the commits
// since then have used up a share of what was above the minimum: so a burst does not pass
// it by more than what others write to the disk within a second. Commits are taken again at
// five quarters of the minimum, so that it does not change with every file that comes
// and goes.
type space struct {
	fs     vfs.FS
	dir    string
	min    uint64 // 0: not watched, and never below
	resume uint64
	now    func() time.Time
	log    *zap.Logger

	free    atomic.Uint64 // at the last look
	spent   atomic.Uint64 // bytes of the commits since then
	below   atomic.Bool
	refused atomic.Int64

	mu    sync.Mutex
	since time.Time // when it came below; zero: it is not
	blind bool      // the last look failed
}

// lookShare is that share. A commit takes more room than its bytes, for files grow in
// steps and are zeroed ahead of need.
const lookShare = 4

func newSpace(o *Options) *space {
	return &space{
		fs: o.FS, dir: o.Dir, min: o.SpaceMin, resume: o.SpaceMin + o.SpaceMin/4, now: o.Now, log: o.Log,
	}
}

// look asks the disk. What it does not answer leaves everything as it was.
func (s *space) look() {
	if s.min == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	free, err := s.fs.FreeSpace(s.dir)
	if err != nil {
		if !s.blind {
			s.log.Error("the free space of the data directory is not known; commits are taken or refused as before", zap.Error(err))
		}
		s.blind = true
		return
	}
	s.blind = false
	s.spent.Store(0)
	s.free.Store(free)
	below := s.below.Load()
	switch {
	case !below && free < s.min:
		s.since = s.now()
		s.below.Store(true)
		s.log.Error("the disk of the data directory is nearly full: commits are refused until there is room, reads go on",
			zap.String("dir", s.dir), zap.String("free", byteText(free)), zap.String("minimum", byteText(s.min)),
			zap.String("resumesAt", byteText(s.resume)))
	case below && free >= s.resume:
		s.below.Store(false)
		s.log.Info("there is room on the disk of the data directory again: commits are taken",
			zap.String("dir", s.dir), zap.String("free", byteText(free)), zap.Duration("after", s.now().Sub(s.since)),
			zap.Int64("refused", s.refused.Load()))
		s.since = time.Time{}
	}
}

// admit says whether a commit of some bytes may be written.
func (s *space) admit(bytes int) error {
	if s.min == 0 {
		return nil
	}
	if !s.below.Load() {
		spent := s.spent.Add(uint64(bytes + frame.HeaderBytes))
		if free := s.free.Load(); free > s.min && spent < (free-s.min)/lookShare {
			return nil
		}
		s.look()
		if !s.below.Load() {
			return nil
		}
	}
	s.refused.Add(1)
	return &SpaceError{Dir: s.dir, Free: s.free.Load(), Min: s.min, Resume: s.resume}
}

// belowSince returns since when commits are refused, or zero.
func (s *space) belowSince() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.since
}

// left returns the free bytes now; ok is false where the disk does not say.
func (s *space) left() (free uint64, ok bool) {
	free, err := s.fs.FreeSpace(s.dir)
	return free, err == nil
}

// snapshotRoomError reports a snapshot that was not begun, since the disk has less room
// than the last one took.
type snapshotRoomError struct {
	Dir  string
	Free uint64 // bytes
	Last int64  // bytes of the last snapshot
}

// Error names both sizes and the way out.
func (e *snapshotRoomError) Error() string {
	return fmt.Sprintf("snapshot not begun: %s free for %s, and the last one took %s; CREATE SNAPSHOT tries it all the same",
		byteText(e.Free), e.Dir, byteText(uint64(e.Last)))
}

// Unwrap makes it an error of a full disk.
func (e *snapshotRoomError) Unwrap() error { return syscall.ENOSPC }

// roomForSnapshot keeps snapshots that nobody waits for from filling the disk in vain:
// commits would be refused until they fail. The caller holds files.
func (m *Manager) roomForSnapshot() error {
	free, ok := m.space.left()
	m.mu.Lock()
	last := m.stats.snapshot.Bytes
	m.mu.Unlock()
	if !ok || free >= uint64(last) {
		return nil
	}
	return &snapshotRoomError{Dir: m.o.Dir, Free: free, Last: last}
}
