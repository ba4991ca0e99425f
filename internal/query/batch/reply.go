package batch

import "time"

// Reply is the whole answer to a statement that is over in a moment. It is valid during the
// call that it is handed to.
type Reply struct {
	Plan     any // the same for every reply to statements of one plan, whose Columns and Type are the same too
	Columns  []string
	Type     string  // as drivers know types of statements: "r"
	Cost     float64 // what the planner expected; 0: not to be told
	Rows     *Batch  // all of them count: Sel is nil
	Entities Entities

	// Of a statement that has written, whose rows are none:
	Bookmark  string // of its commit, which is durable; empty: it is one that reads
	Counters  Counters
	Execution time.Duration // until everything was written, without the commit
}

// Counters says what a statement changed. Zero fields are left out on the wire.
type Counters struct {
	NodesCreated, NodesDeleted                 int64
	RelationshipsCreated, RelationshipsDeleted int64
	PropertiesSet                              int64
	LabelsAdded, LabelsRemoved                 int64
	IndexesAdded, IndexesRemoved               int64
	ConstraintsAdded, ConstraintsRemoved       int64
	SystemUpdates                              int64
}

// Updates reports whether the graph or its schema was changed.
func (c Counters) Updates() bool {
	c.SystemUpdates = 0
	return c != Counters{}
}
