package query

import (
	"time"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
)

// Counters says what a statement changed.
type Counters = batch.Counters

// Summary is what is known of a statement after its last row.
type Summary struct {
	Type          string // "r", "w", "rw" or "s", as drivers know them
	Counters      Counters
	Bookmark      string // of an auto-commit transaction; empty otherwise
	Database      string
	Notifications []Notification
	Plan          *plan.Tree // of EXPLAIN; nil otherwise
	Profile       *plan.Tree // of PROFILE; nil otherwise
	CostEstimate  float64    // how many rows the planner expects in all operators together; 0: not known
	ParsingTime   time.Duration
	PlanningTime  time.Duration
	ExecutionTime time.Duration
	Available     time.Duration // until the first row could be asked for
	Consumed      time.Duration // from then until the last row was taken
}
