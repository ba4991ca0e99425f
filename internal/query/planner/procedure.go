package planner

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
)

// callProcedure plans the call of a procedure; one that is all of its query gives the
// query's columns.
func (b *builder) callProcedure(in plan.Op, c *ast.CallProcedure) (plan.Op, []int, error) {
	call := b.info.Calls[c]
	b.writes = b.writes || call.Procedure.Writes
	o := &plan.CallProcedure{
		Input: in, Procedure: call.Procedure.Name, Args: call.Args, Optional: c.Optional, At: c.Place,
		Passes: len(call.Procedure.Results) == 0,
	}
	o.Rows = in.Head().Rows
	if !o.Passes {
		o.Rows *= callRows
	}
	for _, y := range call.Yields {
		b.bound[y.Symbol] = true
		o.Results = append(o.Results, y.Result)
		o.Slots = append(o.Slots, b.slot(y.Symbol))
	}
	var at plan.Op = o
	if c.Where != nil {
		var err error
		if at, err = b.where(at, c.Where, nil); err != nil {
			return nil, nil, err
		}
	}
	if !call.Standalone {
		return at, nil, nil
	}
	return at, o.Slots, nil
}

// callRows guesses how many rows a procedure gives.
const callRows = 10

// callEffects adds what a procedure may read and write, which is not looked into.
func (b *builder) callEffects(c *ast.CallProcedure, e *effects) {
	e.everything = true
	if b.info.Calls[c].Procedure.Writes {
		e.sets.all, e.relabels.all, e.connects.all, e.created = true, true, true, append(e.created, nil)
	}
}
