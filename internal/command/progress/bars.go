package progress

import (
	"fmt"
	"io"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

const barColumns = 30

// newBars returns what draws the bars, whatever out is.
func newBars(out io.Writer) *mpb.Progress {
	return mpb.New(mpb.WithOutput(out), mpb.WithAutoRefresh(), mpb.WithWidth(barColumns))
}

// addBar adds a bar that shows a step: its name, the bar where there is a total, the
// numbers, and what is being done at present.
func addBar(bars *mpb.Progress, s *Step) *mpb.Bar {
	text, total := s.state.name, s.state.total
	name := decor.Any(func(decor.Statistics) string { return text }, decor.WCSyncSpaceR)
	numbers := decor.Any(func(decor.Statistics) string {
		v := s.view()
		if v.note == "" {
			return " " + v.numbers()
		}
		return fmt.Sprintf(" %s (%s)", v.numbers(), v.note)
	})
	// A bar that begins with a total ends by itself; this one ends with its step.
	bar := bars.New(0, mpb.BarStyle().Lbound("[").Rbound("]"), mpb.PrependDecorators(name), mpb.AppendDecorators(numbers))
	bar.SetTotal(total, false)
	return bar
}
