package shell

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// meter shows on one line of a terminal that something goes on: how much of a file is done, or for how long a statement
// has run. A nil meter shows nothing.
type meter struct {
	w   io.Writer
	now func() time.Time

	mu         sync.Mutex
	began      time.Time
	drawn      time.Time
	shown      bool
	read, size int64
	statements int

	stop chan struct{} // of the clock; nil without one
	done sync.WaitGroup
}

// Times of the meter.
const (
	meterEvery = 200 * time.Millisecond
	clockAfter = 2 * time.Second // a statement is not waited for so long as a rule
)

const barWidth = 24

// newMeter returns one for a file of a size, 0 where nobody knows it.
func (s *Shell) newMeter(size int64) *meter {
	if !s.o.Progress {
		return nil
	}
	now := s.o.Now()
	return &meter{w: s.o.Err, now: s.o.Now, began: now, drawn: now, size: size}
}

// reader counts what is read of r.
func (m *meter) reader(r io.Reader) io.Reader {
	if m == nil {
		return r
	}
	return readerFunc(func(p []byte) (int, error) {
		n, err := r.Read(p)
		m.mu.Lock()
		m.read += int64(n)
		m.mu.Unlock()
		return n, err
	})
}

type readerFunc func([]byte) (int, error)

// Read calls f.
func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// count notes that a statement has run.
func (m *meter) count() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.statements++
	if now := m.now(); now.Sub(m.drawn) >= meterEvery {
		m.drawn = now
		m.draw(m.bar())
	}
}

func (m *meter) bar() string {
	if m.size <= 0 {
		return fmt.Sprintf("%d statements", m.statements)
	}
	read := min(m.read, m.size)
	full := int(read * barWidth / m.size)
	return fmt.Sprintf("[%s%s] %3d %%  %d statements",
		strings.Repeat("#", full), strings.Repeat(".", barWidth-full), read*100/m.size, m.statements)
}

// draw replaces the line; the caller holds mu. What cannot be shown is not missed.
func (m *meter) draw(text string) {
	m.shown = true
	_, _ = fmt.Fprintf(m.w, "\r\x1b[K%s", text)
}

// clear takes the line away, before something else is printed.
func (m *meter) clear() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.shown {
		m.shown = false
		_, _ = io.WriteString(m.w, "\r\x1b[K")
	}
}

// startClock shows for how long something has run until stopClock.
func (s *Shell) startClock() *meter {
	m := s.newMeter(0)
	if m == nil {
		return nil
	}
	m.stop = make(chan struct{})
	m.done.Go(func() {
		wait := time.NewTimer(clockAfter)
		defer wait.Stop()
		for {
			select {
			case <-m.stop:
				return
			case <-wait.C:
			}
			m.mu.Lock()
			m.draw(fmt.Sprintf("running for %d s, Ctrl-C ends it", int(m.now().Sub(m.began).Seconds())))
			m.mu.Unlock()
			wait.Reset(time.Second)
		}
	})
	return m
}

// stopClock ends the clock and takes its line away. It may be called twice.
func (m *meter) stopClock() {
	if m == nil || m.stop == nil {
		return
	}
	close(m.stop)
	m.done.Wait()
	m.stop = nil
	m.clear()
}
