package tck

import (
	"encoding/json"
	"os"
	"sync"
	"time"
)

// outcome is what became of a scenario.
type outcome string

// The outcomes.
const (
	passed         outcome = "passed"
	failed         outcome = "failed"
	failedExpected outcome = "failed as expected"
	passedExpected outcome = "passed unexpectedly"
	leftOut        outcome = "left out"
)

// entry is one run of a scenario.
type entry struct {
	identity
	Mode    string  `json:"mode"`
	Outcome outcome `json:"outcome"`
	Message string  `json:"message,omitempty"`
	Millis  float64 `json:"milliseconds"`
}

// report gathers the runs. It is used by several tests at once.
type report struct {
	mu      sync.Mutex
	Through string          `json:"through"` // "engine" or "bolt"
	Totals  map[outcome]int `json:"totals"`
	Seconds float64         `json:"seconds"`
	Entries []entry         `json:"scenarios"`
	begin   time.Time
}

func newReport(through string) *report {
	return &report{Through: through, Totals: map[outcome]int{}, begin: time.Now()}
}

func (r *report) add(e entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Totals[e.Outcome]++
	r.Entries = append(r.Entries, e)
}

// write writes the report as JSON.
func (r *report) write(path string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	text, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o600)
}
