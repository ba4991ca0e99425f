package wal

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/vfs"
)

const spareSuffix = ".spare"

// spares keeps files that wait to become segments. Files are zeroed and synced by a
// goroutine of its own, ahead of need, so that a rotation does not wait for that.
//
// A spare that a crash has left may be the same file as a segment, since a rename
// between directories is not atomic on every disk. So a file found at the start is used
// again only if it is none of the segments.
type spares struct {
	o    *Options
	held *atomic.Bool // while set, no file that exists is touched

	working sync.Mutex // held while a file is zeroed

	mu    sync.Mutex
	next  uint64
	ready []spare
	dirty []string // names of files to be zeroed

	need chan struct{} // holds one
	stop chan struct{}
	done chan struct{}
}

// spare is an open file of zeros.
type spare struct {
	file vfs.File
	name string
}

// newSpares takes stock of the directory. Where nothing may be removed, what is there is
// left alone.
func newSpares(o *Options, held *atomic.Bool, segments []SegmentInfo) (*spares, error) {
	s := &spares{
		o: o, held: held, next: 1,
		need: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	names, err := o.FS.List(o.spareDir())
	if err != nil {
		return nil, err
	}
	taken := map[string]bool{}
	for _, segment := range segments {
		info, err := o.FS.Stat(segment.Name)
		if err != nil {
			return nil, err
		}
		taken[info.ID] = true
	}
	for _, base := range names {
		number, ok := strings.CutSuffix(base, spareSuffix)
		n, err := strconv.ParseUint(number, 10, 64)
		if !ok || err != nil {
			return nil, &ForeignError{File: filepath.Join(o.spareDir(), base), Reason: "not a file of this log"}
		}
		s.next = max(s.next, n+1)
		if held.Load() {
			continue
		}
		if err := s.adopt(filepath.Join(o.spareDir(), base), taken); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// adopt keeps a file that was found, or removes its name.
func (s *spares) adopt(name string, taken map[string]bool) error {
	info, err := s.o.FS.Stat(name)
	if err != nil {
		return err
	}
	if taken[info.ID] || len(s.dirty) >= max(0, s.o.SpareMax) {
		return s.o.FS.Remove(name)
	}
	s.dirty = append(s.dirty, name)
	return nil
}

// pause returns when no file is being zeroed any more, which is soon once files are held.
func (s *spares) pause() {
	s.working.Lock()
	defer s.working.Unlock()
}

// start begins making spares when asked.
func (s *spares) start() { go s.run() }

// ask says that a spare will be needed soon.
func (s *spares) ask() {
	select {
	case s.need <- struct{}{}:
	default:
	}
}

func (s *spares) run() {
	defer close(s.done)
	for {
		select {
		case <-s.stop:
			return
		case <-s.need:
		}
		if err := s.fill(); err != nil && !errors.Is(err, errStopped) {
			s.o.Log.Warn("no spare log file could be made; the next segment grows as it is written", zap.Error(err))
		}
	}
}

// fill makes one spare if there is none.
func (s *spares) fill() error {
	s.working.Lock()
	defer s.working.Unlock()
	s.mu.Lock()
	if len(s.ready) > 0 || s.o.SpareMax < 1 || s.held.Load() {
		s.mu.Unlock()
		return nil
	}
	var name string
	if last := len(s.dirty) - 1; last >= 0 {
		name, s.dirty = s.dirty[last], s.dirty[:last]
	}
	s.mu.Unlock()
	made, err := s.zeroed(name)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ready = append(s.ready, made)
	return nil
}

// zeroed makes a file of zeros out of a used one, or a new one.
func (s *spares) zeroed(name string) (spare, error) {
	var made spare
	var err error
	if name == "" {
		made, err = s.create()
	} else {
		made.name = name
		made.file, err = s.o.FS.OpenReadWrite(name)
	}
	if err != nil {
		return spare{}, err
	}
	err = s.zero(made.file)
	switch {
	case errors.Is(err, errStopped):
		s.recycled(made.name)
		return spare{}, errors.Join(err, made.file.Close())
	case err != nil:
		return spare{}, errors.Join(err, s.discard(made))
	}
	return made, nil
}

// zeroStepBytes is how much is zeroed between two syncs, so that a sync of the log has
// little to wait for. After each step the disk is left to the log for as long again.
const zeroStepBytes = 1 << 20

func (s *spares) zero(f vfs.File) error {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for off := int64(0); off < s.o.fileBytes(); off += zeroStepBytes {
		if s.held.Load() {
			return errStopped
		}
		begin := s.o.Now()
		if err := f.Preallocate(off, min(zeroStepBytes, s.o.fileBytes()-off)); err != nil {
			return err
		}
		if err := f.SyncData(); err != nil {
			return err
		}
		pause.Reset(s.o.Now().Sub(begin))
		select {
		case <-s.stop:
			return errStopped
		case <-pause.C:
		}
	}
	size, err := f.Size()
	if err != nil || size == s.o.fileBytes() {
		return err
	}
	return errors.Join(f.Truncate(s.o.fileBytes()), f.SyncData())
}

var errStopped = errors.New("stopped")

// create makes an empty file under a new name.
func (s *spares) create() (spare, error) {
	s.mu.Lock()
	name := filepath.Join(s.o.spareDir(), fmt.Sprintf("%d%s", s.next, spareSuffix))
	s.next++
	s.mu.Unlock()
	f, err := s.o.FS.CreateExclusive(name)
	return spare{file: f, name: name}, err
}

// discard gives the space of a file back.
func (s *spares) discard(made spare) error {
	return errors.Join(made.file.Close(), s.o.FS.Remove(made.name))
}

// take returns a file for a new segment: a ready one, or else a new empty one.
func (s *spares) take() (spare, error) {
	s.mu.Lock()
	if len(s.ready) > 0 && !s.held.Load() {
		made := s.ready[0]
		s.ready = s.ready[1:]
		s.mu.Unlock()
		return made, nil
	}
	s.mu.Unlock()
	return s.create()
}

// recycle takes a segment that is not needed any more, and tells whether it did. The
// caller syncs both directories before the file may change: recycled does the rest.
func (s *spares) recycle(segment string) (name string, err error) {
	s.mu.Lock()
	full := len(s.ready)+len(s.dirty) >= s.o.SpareMax
	if full {
		s.mu.Unlock()
		return "", nil
	}
	name = filepath.Join(s.o.spareDir(), fmt.Sprintf("%d%s", s.next, spareSuffix))
	s.next++
	s.mu.Unlock()
	return name, s.o.FS.Rename(segment, name)
}

// recycled makes a recycled file available.
func (s *spares) recycled(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dirty = append(s.dirty, name)
}

// close ends the goroutine and closes the files; they stay for the next start.
func (s *spares) close() error {
	close(s.stop)
	<-s.done
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	for _, made := range s.ready {
		err = errors.Join(err, made.file.Close())
	}
	s.ready = nil
	return err
}
