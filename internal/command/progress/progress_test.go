package progress

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock moves only when it is told to.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func (c *clock) pass(d time.Duration) { c.now = c.now.Add(d) }

func TestLines(t *testing.T) {
	var out bytes.Buffer
	c := &clock{now: time.Unix(1000, 0)}
	r := New(Options{Out: &out, Mode: Lines, Now: c.Now})
	r.Say("backup of %s", "a")
	s := r.Step("copying", Bytes, 100<<20)
	s.Note("wal/1.wal")
	c.pass(2 * time.Second)
	s.Add(10 << 20) // too early for a line
	c.pass(3 * time.Second)
	s.Add(15 << 20)
	c.pass(5 * time.Second)
	s.Set(50<<20, 0)
	c.pass(10 * time.Second)
	s.Note("")
	if _, err := io.Copy(io.Discard, s.Reader(strings.NewReader(strings.Repeat("x", 50<<20)))); err != nil {
		t.Fatal(err)
	}
	s.End(nil)
	s.End(errors.New("late"))
	s.Add(1)
	f := r.Step("checking", Files, 0)
	f.Add(3)
	f.End(errors.New("no"))
	r.Close()
	want := `backup of a
copying: 25 % of 100.0 MiB, 5.0 MiB/s, about 15s left (wal/1.wal)
copying: 50 % of 100.0 MiB, 5.0 MiB/s, about 10s left (wal/1.wal)
copying: 50 % of 100.0 MiB, 2.5 MiB/s, about 20s left
copying: 100.0 MiB, in 20s, 5.0 MiB/s
checking: ended after 3 files
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &out, want)
	}
}

func TestJSON(t *testing.T) {
	var out bytes.Buffer
	c := &clock{now: time.Unix(1000, 0)}
	r := New(Options{Out: &out, Mode: JSON, Now: c.Now})
	r.Say("hello")
	s := r.Step("replaying", Commits, 10)
	c.pass(time.Second)
	s.Add(4)
	s.End(nil)
	r.Close()
	for line := range strings.Lines(out.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
	want := `{"state":"message","message":"hello"}
{"step":"replaying","state":"running","unit":"commits","done":4,"total":10,"per_second":4,"elapsed_sec":1,"remaining_sec":1.5}
{"step":"replaying","state":"done","unit":"commits","done":4,"total":10,"per_second":4,"elapsed_sec":1}
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &out, want)
	}
}

// TestBars draws bars of several goroutines at once, and looks at their last state.
func TestBars(t *testing.T) {
	var out safeBuffer
	c := &clock{now: time.Unix(1000, 0)}
	r := New(Options{Out: &out, Mode: Bars, Now: c.Now})
	r.Say("two at once")
	var group sync.WaitGroup
	for _, name := range []string{"first", "second"} {
		group.Go(func() {
			s := r.Step(name, Objects, 100)
			for range 100 {
				s.Add(1)
			}
			s.End(nil)
		})
	}
	group.Wait()
	empty := r.Step("nothing to do", Bytes, 0)
	empty.End(nil)
	bad := r.Step("third", Bytes, 0)
	bad.Add(5)
	bad.End(errors.New("no"))
	r.Close()
	for _, want := range []string{"two at once", "first", "second", "100 objects", "third", "nothing to do"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

// TestQuiet uses reporters that tell nothing.
func TestQuiet(*testing.T) {
	for _, r := range []*Reporter{nil, New(Options{})} {
		r.Say("x")
		s := r.Step("x", Bytes, 1)
		s.Add(1)
		s.Note("x")
		s.End(nil)
		r.Close()
	}
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
