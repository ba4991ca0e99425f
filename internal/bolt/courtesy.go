package bolt

import (
	"runtime"
	"sync/atomic"
	"time"
)

const (
	// yieldMost is how long letting others run may take before it is given up for a while.
	yieldMost = time.Millisecond
	// yieldPause is that while.
	yieldPause = time.Second
)

// courtesy lets other connections work before one reads again whose replies were just
// written. Where many short requests are under way, the next request has often come when
// the turn comes back: that saves a read that finds nothing, and the way through the poller.
//
// Where a goroutine works for long, a turn comes back only after its time slice, so nobody
// yields for a while after that was noticed.
type courtesy struct {
	since  func(time.Time) time.Duration
	born   time.Time
	resume atomic.Int64 // nanoseconds since born before which nobody yields
}

func (y *courtesy) start(now func() time.Time, since func(time.Time) time.Duration) {
	y.since, y.born = since, now()
}

// yield lets others run, if that was quick of late.
func (y *courtesy) yield() {
	began := y.since(y.born)
	if int64(began) < y.resume.Load() {
		return
	}
	runtime.Gosched()
	if end := y.since(y.born); end-began > yieldMost {
		y.resume.Store(int64(end + yieldPause))
	}
}
