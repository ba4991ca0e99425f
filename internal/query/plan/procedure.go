package plan

import "memgraphd/internal/query/ast"

// CallProcedure makes a row of every row that a procedure gives for each row of the input.
type CallProcedure struct {
	Header
	Input     Op
	Procedure string // its name
	Args      []ast.Expr
	// Results are the numbers of the results that go to Slots, one for each.
	Results []int
	Slots   []int
	// Passes tells that the procedure has no results, so that each row is passed on.
	Passes bool
	// Optional tells that a row without results is passed on with nulls in Slots.
	Optional bool
	At       ast.Place
	Scope    *Scope
}

// Inputs returns the operator that rows come from.
func (o *CallProcedure) Inputs() []Op { return []Op{o.Input} }

// Name returns the operator's name.
func (*CallProcedure) Name() string { return "CallProcedure" }

// Detail names the procedure and its results.
func (o *CallProcedure) Detail(p *Plan) string {
	if o.Passes {
		return o.Procedure
	}
	return o.Procedure + " " + p.slots(o.Slots)
}
