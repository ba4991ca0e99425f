package plan

import "memgraphd/internal/query/ast"

// CallMode says what becomes of the rows that a subquery gives for a row of the input.
type CallMode uint8

// The modes of Call.
const (
	CallRows     CallMode = iota // makes a row of each
	CallOptional                 // makes a row of each, and one with nulls where there is none
	CallUnit                     // drops them and keeps the row
)

type (
	// Call runs a subquery for each row of its input, one row after the other, so that each
	// sees what the ones before it wrote.
	Call struct {
		Header
		Input, Inner Op
		Argument     *Argument
		Mode         CallMode
		Binds        []int // the slots that the subquery adds
	}
	// CallBatches is Call in transactions of their own, each for a number of rows.
	CallBatches struct {
		Header
		Input, Inner Op
		Argument     *Argument
		Mode         CallMode
		Binds        []int
		Size         ast.Expr // how many rows make a batch; nil is 1000
		Retry        bool     // a batch is tried again before OnError counts
		RetryFor     ast.Expr // seconds; nil is 30
		OnError      ast.ErrorAction
		Status       int // slot of what became of the batch, or NoSlot
		// Moving tells that neither the input reads the graph nor the subquery returns
		// anything, so that the view of the statement may move on after each batch.
		Moving bool
	}
)

// Inputs returns the operator that rows come from and the subquery.
func (o *Call) Inputs() []Op { return []Op{o.Input, o.Inner} }

// Inputs returns the operator that rows come from and the subquery.
func (o *CallBatches) Inputs() []Op { return []Op{o.Input, o.Inner} }

// Name returns the operator's name.
func (o *Call) Name() string {
	switch o.Mode {
	case CallRows:
		return "CallSubquery"
	case CallOptional:
		return "OptionalCallSubquery"
	case CallUnit:
		return "CallUnitSubquery"
	}
	return "CallSubquery"
}

// Name returns the operator's name.
func (*CallBatches) Name() string { return "CallInTransactions" }

// Detail names the columns that the subquery adds.
func (o *Call) Detail(p *Plan) string {
	if o.Mode == CallUnit {
		return ""
	}
	return p.slots(o.Binds)
}

// Detail tells how large a batch is, and what happens after an error.
func (o *CallBatches) Detail(p *Plan) string {
	rows := "1000"
	if o.Size != nil {
		rows = Text(p, o.Size)
	}
	action := o.OnError.String()
	if o.Retry {
		seconds := "30"
		if o.RetryFor != nil {
			seconds = Text(p, o.RetryFor)
		}
		action = "RETRY FOR " + seconds + " SECONDS THEN " + action
	}
	return "{OF " + rows + " ROWS, ON ERROR " + action + "}"
}
