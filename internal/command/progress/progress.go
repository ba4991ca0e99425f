// Package progress tells people and programs how far a command is: bars with rate and
// remaining time on a terminal, a plain line now and then where there is none, or JSON
// lines for programs.
//
// A command makes one Reporter, and for each thing that takes time a Step, one after the
// other or several at once. Reporting never fails a command: what cannot be written is
// dropped.
package progress

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
)

// Mode is a way of telling.
type Mode uint8

// The ways of telling.
const (
	Quiet Mode = iota // not at all
	Bars              // for a terminal
	Lines             // a line of text now and then
	JSON              // a line of JSON now and then
)

const defaultEvery = 5 * time.Second

// Options says how to tell, and whom.
type Options struct {
	Out   io.Writer        // standard error, as a rule
	Mode  Mode             // Quiet by default
	Every time.Duration    // between two lines about a step; default 5 s, 1 s with JSON
	Now   func() time.Time // the clock
}

// Reporter tells about the steps of one command. Its methods may be called concurrently.
// A nil Reporter tells nothing.
type Reporter struct {
	o    Options
	bars *mpb.Progress // nil but for Bars

	mu    sync.Mutex // held while something is written
	close sync.Once
}

// New returns a reporter. Close ends it.
func New(o Options) *Reporter {
	if o.Every == 0 {
		o.Every = defaultEvery
		if o.Mode == JSON {
			o.Every = time.Second
		}
	}
	r := &Reporter{o: o}
	if o.Mode == Bars {
		r.bars = newBars(o.Out)
	}
	return r
}

// Step begins something that takes time: its name is a few words such as "copying the
// log". total is how much there is to do in unit, 0 where nobody knows yet.
func (r *Reporter) Step(name string, unit Unit, total int64) *Step {
	if r == nil || r.o.Mode == Quiet {
		return nil
	}
	s := &Step{r: r}
	s.state = state{name: name, unit: unit, total: total, began: r.o.Now()}
	s.told = s.state.began
	if r.bars != nil {
		s.bar = addBar(r.bars, s)
	}
	return s
}

// Say tells something once, such as what a command begins with.
func (r *Reporter) Say(format string, args ...any) {
	if r == nil || r.o.Mode == Quiet {
		return
	}
	r.write(says(r.o.Mode, fmt.Sprintf(format, args...)))
}

// Close ends what is shown. Steps that have not ended stay as far as they came. Only the
// first call counts.
func (r *Reporter) Close() {
	if r == nil || r.bars == nil {
		return
	}
	r.close.Do(r.bars.Shutdown)
}

// write writes a line, above the bars where there are any.
func (r *Reporter) write(line []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.o.Out
	if r.bars != nil {
		out = r.bars
	}
	_, _ = out.Write(line) // the command goes on without
}
