package tck

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// raised is an error that is expected; a type, phase or detail may be one of the words
// that stand for any.
type raised struct{ kind, phase, detail string }

// The words that stand for any.
const (
	anyKind   = "Error"
	anyPhase  = "any time"
	anyDetail = "*"
)

// The phases.
const (
	compileTime = "compile time"
	runTime     = "runtime"
)

var raisedStep = regexp.MustCompile(`^an? (\w+) should be raised at (compile time|runtime|any time): *(\S+)$`)

func newRaised(text string) (*raised, error) {
	m := raisedStep.FindStringSubmatch(text)
	if m == nil {
		return nil, errors.New("an unknown step")
	}
	return &raised{kind: m[1], phase: m[2], detail: m[3]}, nil
}

func (r *raised) String() string { return fmt.Sprintf("%s at %s: %s", r.kind, r.phase, r.detail) }

// fault is how a query failed, as far as its client can tell.
type fault struct {
	// kinds are the types that the error may be of: more than one where the client cannot
	// tell them apart.
	kinds  []string
	detail string
	// phase is what the error itself says; "" where it says nothing.
	phase string
}

// compare tells how a failure differs from what is expected. explained is how EXPLAIN of
// the query failed, which knows all that can be known before a query runs; nil where it
// did not.
func (r *raised) compare(db database, err, explained error) error {
	if err == nil {
		return fmt.Errorf("no error, want a %s", r)
	}
	f, ok := db.fault(err)
	if !ok {
		return fmt.Errorf("%w, want a %s", err, r)
	}
	phase := runTime
	if explained != nil {
		phase = compileTime
	}
	switch {
	case r.kind != anyKind && !slices.Contains(f.kinds, r.kind):
		return fmt.Errorf("a %s, want a %s: %w", f.kinds[0], r, err)
	case r.detail != anyDetail && r.detail != f.detail:
		return fmt.Errorf("the detail is %s, want a %s: %w", f.detail, r, err)
	case r.phase != anyPhase && r.phase != phase:
		return fmt.Errorf("raised at %s, want a %s: %w", phase, r, err)
	case f.phase != "" && f.phase != phase:
		return fmt.Errorf("raised at %s, but says that it was %s: %w", phase, f.phase, err)
	case explained != nil && explained.Error() != err.Error():
		// Places differ by the word EXPLAIN, so that only the detail is compared.
		if e, _ := db.fault(explained); e.detail != f.detail {
			return fmt.Errorf("EXPLAIN fails with %w, the query with %w", explained, err)
		}
	}
	return nil
}
