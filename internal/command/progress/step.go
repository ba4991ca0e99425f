package progress

import (
	"io"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
)

// Unit is what a step counts.
type Unit string

// The units that steps count in; any other word in the plural will do as well.
const (
	Bytes   Unit = "bytes"
	Commits Unit = "commits"
	Files   Unit = "files"
	Objects Unit = "objects"
)

// drawEvery is the time between two changes of a bar.
const drawEvery = 50 * time.Millisecond

// Step is something that takes time. Its methods may be called concurrently; those of a
// nil Step do nothing.
//
// A bar is drawn on a goroutine that asks view for the state. So no method of the bar is
// called with mu held.
type Step struct {
	r   *Reporter
	bar *mpb.Bar // nil but for Bars

	mu    sync.Mutex // guards what follows
	state state
	told  time.Time // when the last line was written, or the bar changed
}

// Add counts n more.
func (s *Step) Add(n int64) {
	s.change(func(t *state) { t.done += n })
}

// Set says how much is done, of how much; a total of 0 leaves the former one.
func (s *Step) Set(done, total int64) {
	s.change(func(t *state) {
		t.done = done
		if total > 0 {
			t.total = total
		}
	})
}

// Note says what is being done at present, such as the name of a file.
func (s *Step) Note(text string) {
	s.change(func(t *state) { t.note = text })
}

// Reader counts what is read of r.
func (s *Step) Reader(r io.Reader) io.Reader {
	if s == nil {
		return r
	}
	return &countingReader{r: r, step: s}
}

// End says that the step is over: in good order, or with the error that ended it. Only
// the first call counts.
func (s *Step) End(err error) {
	if s == nil {
		return
	}
	s.mu.Lock()
	again := s.state.over
	if !again {
		s.state.note, s.state.now = "", s.r.o.Now()
		s.state.over, s.state.failed = true, err != nil
	}
	v := s.state
	s.mu.Unlock()
	switch {
	case again:
	case s.bar == nil:
		s.r.write(v.line(s.r.o.Mode))
	case v.failed:
		s.bar.Abort(false)
	default:
		s.bar.SetCurrent(max(v.done, 1))
		s.bar.SetTotal(-1, true)
	}
}

// change changes the state and tells, if it is time.
func (s *Step) change(fn func(*state)) {
	if s == nil {
		return
	}
	every := s.r.o.Every
	if s.bar != nil {
		every = drawEvery
	}
	s.mu.Lock()
	if s.state.over {
		s.mu.Unlock()
		return
	}
	fn(&s.state)
	s.state.now = s.r.o.Now()
	due := s.state.now.Sub(s.told) >= every
	if due {
		s.told = s.state.now
	}
	v := s.state
	s.mu.Unlock()
	switch {
	case !due:
	case s.bar == nil:
		s.r.write(v.line(s.r.o.Mode))
	default:
		s.bar.SetTotal(v.total, false)
		s.bar.SetCurrent(v.done)
	}
}

// view returns the state for a bar that is drawn now.
func (s *Step) view() state {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.state.over {
		s.state.now = s.r.o.Now()
	}
	return s.state
}

type countingReader struct {
	r    io.Reader
	step *Step
}

// Read reads and counts.
func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.step.Add(int64(n))
	return n, err
}
