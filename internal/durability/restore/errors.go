package restore

import (
	"fmt"
	"time"

	"memgraphd/internal/storage/change"
)

// UnreachableError reports a target that nothing leads to.
type UnreachableError struct {
	Where  string
	Reason string
}

// Error says where and why.
func (e *UnreachableError) Error() string {
	return fmt.Sprintf("%s cannot be restored to what was asked for: %s", e.Where, e.Reason)
}

// BrokenError reports that the chain from a snapshot to the target is not whole: an object is
// missing, damaged or cut, or one stands in the place of another.
type BrokenError struct {
	Where   string
	Reached change.Index // up to here everything was proved; 0: not known
	Time    time.Time    // of that commit; zero: not known
	Err     error
}

// Error names the trouble and what can be had all the same.
func (e *BrokenError) Error() string {
	text := fmt.Sprintf("%s is not whole: %v", e.Where, e.Err)
	if e.Reached == 0 {
		return text
	}
	at := ""
	if !e.Time.IsZero() {
		at = " of " + e.Time.UTC().Format(time.RFC3339Nano)
	}
	return text + fmt.Sprintf("; everything up to commit %d%s is good: ask for that commit to have it", e.Reached, at)
}

// Unwrap returns the cause.
func (e *BrokenError) Unwrap() error { return e.Err }
