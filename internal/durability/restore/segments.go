package restore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"memgraphd/internal/durability/vfs"
)

// opener reads the raw bytes of a sealed object; a read fails where the object is cut, damaged
// or not what its name says.
type opener func(ctx context.Context, name string) (io.ReadCloser, error)

// segments is a directory of a log whose files are put together from pieces when they are
// opened: the one at hand and the next one, which is fetched while the former is replayed.
// Files other than those of the log are those of the file system below.
type segments struct {
	vfs.FS
	ctx      context.Context
	cancel   context.CancelFunc
	dir      string
	timeline uint32
	open     opener
	list     []segment

	work    sync.WaitGroup
	mu      sync.Mutex
	fetched map[int]*fetched
	broken  map[uint64]error // by segment: why it was not put together to its end
	used    []piece          // pieces that were read
	passed  []Problem        // pieces that could not be
}

// fetched is a segment that is, or will be, a file.
type fetched struct {
	done chan struct{}
	err  error
}

func newSegments(ctx context.Context, fsys vfs.FS, dir string, l leg, open opener) *segments {
	ctx, cancel := context.WithCancel(ctx)
	return &segments{
		FS: fsys, ctx: ctx, cancel: cancel, dir: dir, timeline: l.timeline, open: open, list: l.segments,
		fetched: map[int]*fetched{}, broken: map[uint64]error{},
	}
}

// at returns which segment a path is of.
func (s *segments) at(name string) int {
	stem, ok := strings.CutSuffix(filepath.Base(name), ".wal")
	first, err := strconv.ParseUint(stem, 10, 64)
	if !ok || err != nil || filepath.Dir(name) != s.dir {
		return -1
	}
	for i := range s.list {
		if s.list[i].first == first {
			return i
		}
	}
	return -1
}

func (s *segments) path(i int) string {
	return filepath.Join(s.dir, fmt.Sprintf("%020d.wal", s.list[i].first))
}

// List returns the names of the segments.
func (s *segments) List(string) ([]string, error) {
	names := make([]string, 0, len(s.list))
	for i := range s.list {
		names = append(names, filepath.Base(s.path(i)))
	}
	return names, nil
}

// Stat says how large a segment will be.
func (s *segments) Stat(name string) (vfs.Info, error) {
	i := s.at(name)
	if i < 0 {
		return vfs.Info{}, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	return vfs.Info{Size: s.list[i].end()}, nil
}

// Open puts a segment together, if that has not begun yet, and begins with the next one.
func (s *segments) Open(name string) (vfs.File, error) {
	i := s.at(name)
	if i < 0 {
		return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	if path := s.list[i].path; path != "" {
		return s.FS.Open(path)
	}
	f := s.begin(i)
	select {
	case <-f.done:
	case <-s.ctx.Done():
		return nil, context.Cause(s.ctx)
	}
	if f.err != nil {
		return nil, f.err
	}
	if err := s.forget(i); err != nil {
		return nil, err
	}
	if i+1 < len(s.list) && s.list[i+1].path == "" {
		s.begin(i + 1)
	}
	return s.FS.Open(s.path(i))
}

// begin fetches a segment on a goroutine of its own, once.
func (s *segments) begin(i int) *fetched {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.fetched[i]
	if f == nil {
		f = &fetched{done: make(chan struct{})}
		s.fetched[i] = f
		s.work.Go(func() {
			defer close(f.done)
			f.err = s.fetch(i)
		})
	}
	return f
}

// forget removes the files of segments that are done when segment i is read. The reader
// looks at one further segment at most.
func (s *segments) forget(i int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for at := range s.fetched {
		if at >= i-1 {
			continue
		}
		delete(s.fetched, at)
		if err := s.Remove(s.path(at)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// close ends what is being fetched and removes all files.
func (s *segments) close() error {
	s.cancel()
	s.work.Wait()
	var errs []error
	for at := range s.fetched {
		if err := s.Remove(s.path(at)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// trouble returns why a segment was not put together to its end, the first such.
func (s *segments) trouble() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.list {
		if err := s.broken[s.list[i].first]; err != nil {
			return err
		}
	}
	return nil
}

// fetch puts a segment together from its pieces. A piece that cannot be used is replaced by
// others that have the same bytes; where there are none the file ends before it, and trouble
// tells why: what stands before it may be all that is wanted.
func (s *segments) fetch(i int) (err error) {
	seg := &s.list[i]
	f, err := s.Create(s.path(i))
	if err != nil {
		return fmt.Errorf("temporary file: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	bad := map[string]error{}
	at, end := int64(0), seg.end()
	for at < end && s.ctx.Err() == nil {
		p, ok := seg.best(at, bad)
		if !ok {
			s.note(seg, at, bad)
			break
		}
		if err := s.copyPiece(f, p, at); err != nil {
			if _, own := errors.AsType[*tempError](err); own {
				return err
			}
			bad[p.name] = err
			s.pass(p.name, err)
			continue
		}
		at = p.to
		s.mu.Lock()
		s.used = append(s.used, p)
		s.mu.Unlock()
	}
	if s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	return f.Truncate(at)
}

// pass remembers a piece that could not be read, also where nobody needs it.
func (s *segments) pass(name string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() == nil {
		s.passed = append(s.passed, Problem{Object: name, Err: err})
	}
}

// note remembers why a segment ends at a place.
func (s *segments) note(seg *segment, at int64, bad map[string]error) {
	var errs []error
	for _, p := range seg.pieces {
		if err := bad[p.name]; err != nil && p.from <= at {
			errs = append(errs, err)
		}
	}
	if len(errs) == 0 {
		errs = append(errs, seg.missing(s.timeline, at))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken[seg.first] = errors.Join(errs...)
}

// tempError is a failure of the disk below the temporary files.
type tempError struct{ err error }

func (e *tempError) Error() string { return "temporary file: " + e.err.Error() }

func (e *tempError) Unwrap() error { return e.err }

// copyPiece writes the bytes of a piece from a place of the segment on.
func (s *segments) copyPiece(f vfs.File, p piece, at int64) (err error) {
	r, err := s.open(s.ctx, p.name)
	if err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if _, err = io.CopyN(io.Discard, r, at-p.from); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	n, err := io.Copy(&tempWriter{io.NewOffsetWriter(f, at)}, r)
	if _, own := errors.AsType[*tempError](err); own {
		return err
	}
	if err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	if n != p.to-at {
		return fmt.Errorf("%s holds %d bytes, its name says %d", p.name, n+at-p.from, p.to-p.from)
	}
	return nil
}

// tempWriter writes a temporary file, whose errors are told apart from those of the source.
type tempWriter struct{ w io.Writer }

// Write implements io.Writer.
func (w *tempWriter) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	if err != nil {
		return n, &tempError{err}
	}
	return n, nil
}
