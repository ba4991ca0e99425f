package exec

import (
	"math"
	"strings"
	"time"

	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
)

// How long a batch is tried again, and the pauses between, each twice as long as the one
// before.
const (
	retryTime     = 30 * time.Second
	retryPause    = 10 * time.Millisecond
	retryPauseMax = time.Second
	retrySeconds  = 1_000_000 // the longest time that can be asked for
)

// retrying decides whether a batch that failed is tried again: after errors that trying
// again can cure, until a time has passed since the first of them.
type retrying struct {
	spec    *plan.CallBatches
	seconds expr.Evaluator // nil where the query does not say

	limit    time.Duration
	attempts int // at the batch
	pause    time.Duration
	waited   time.Duration // between them
	since    time.Time     // when the first one failed
}

func (t *retrying) open(r *run) error {
	t.limit = retryTime
	if t.seconds == nil {
		return nil
	}
	v, err := expr.Const(&r.ec, t.seconds)
	if err != nil {
		return err
	}
	at := t.spec.RetryFor.Span()
	if !v.IsNumber() {
		return failure.New(failure.SyntaxError, failure.Runtime, "InvalidArgumentType",
			"the time of RETRY is a number of seconds, not a value of type %s", v.Kind()).At(at)
	}
	s := v.Number()
	if math.IsNaN(s) || s < 0 || s > retrySeconds {
		return failure.Argument("InvalidArgumentValue",
			"the time of RETRY is from 0 to %d seconds, not %v", retrySeconds, s).At(at)
	}
	t.limit = time.Duration(s * float64(time.Second))
	return nil
}

// begin begins with the next batch, which was tried once.
func (t *retrying) begin() {
	t.attempts, t.pause, t.waited, t.since = 1, retryPause, 0, time.Time{}
}

// wait reports whether the batch shall be tried again after err, once it is time to; fatal
// is what has ended the statement meanwhile.
func (t *retrying) wait(r *run, err error) (again bool, fatal error) {
	f := failure.Of(r.fail(err))
	if !t.spec.Retry || f == nil || !strings.HasPrefix(f.Code, "Neo.TransientError.") {
		return false, nil
	}
	passed := t.waited
	if r.clock != nil {
		if t.since.IsZero() {
			t.since = r.clock()
		}
		passed = max(passed, r.clock().Sub(t.since))
	}
	if passed >= t.limit {
		return false, nil
	}
	pause := min(t.pause, t.limit-passed)
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-r.ctx.Done():
		return false, r.check()
	case <-timer.C:
	}
	t.waited += pause
	t.pause = min(2*t.pause, retryPauseMax)
	t.attempts++
	return true, nil
}
