package batch

// Reply is the whole answer to a statement that is over in a moment. It is valid during the
// call that it is handed to.
type Reply struct {
	Plan     any // the same for every reply to statements of one plan, whose Columns and Type are the same too
	Columns  []string
	Type     string  // as drivers know types of statements: "r"
	Cost     float64 // what the planner expected; 0: not to be told
	Rows     *Batch  // all of them count: Sel is nil
	Entities Entities
}
