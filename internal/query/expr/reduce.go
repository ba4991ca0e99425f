package expr

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/sema"
)

// reduce is reduce(acc = init, x IN list | result). It takes one step for all rows at
// once: the first elements of all lists, then the second ones, and so on.
type reduce struct {
	at
	level
	init, list Evaluator
	result     Evaluator // in the inner scope, whose columns 0 and 1 are acc and x
}

func (s *scope) reduce(e *ast.Reduce) (compiled, error) {
	outer, _, err := s.all(e.Init, e.List)
	if err != nil {
		return compiled{}, err
	}
	var locals [2]*sema.Symbol
	for i, v := range []*ast.Variable{e.Acc, e.Var} {
		if locals[i], err = s.local(v); err != nil {
			return compiled{}, err
		}
	}
	below := s.open(locals[0], locals[1])
	result, err := below.compile(e.Result)
	if err != nil {
		return compiled{}, err
	}
	return compiled{e: &reduce{
		at: at{e.At}, init: outer[0], list: outer[1], result: result.e, level: level{2, below.captured},
	}}, nil
}

func (e *reduce) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	allNull(out, in)
	if in.Rows() == 0 {
		return nil
	}
	m := c.mark()
	defer c.release(m)
	lists, err := c.newElements(e.list, in, e.where, "reduce()")
	if err != nil {
		return err
	}
	init, err := c.load(e.init, in)
	if err != nil {
		return err
	}
	f := c.frame(&e.level)
	acc := c.vectors.get()
	acc.Reset(batch.Values, 0)
	for _, r := range lists.rows {
		if !lists.lists.at(r).IsNull() {
			f.origin = append(f.origin, r)
			acc.Values = append(acc.Values, init.at(r))
		}
	}
	if err := f.capture(c, &e.level, in); err != nil {
		return place(err, e.where)
	}
	if err := e.steps(c, f, &lists, acc); err != nil {
		return err
	}
	for i, r := range f.origin {
		out.Values[r] = acc.Values[i]
	}
	return nil
}

// steps computes the accumulators, a row for each list. What a step reserves is given
// back after the next one, when its values are no accumulators any more.
func (e *reduce) steps(c *Context, f *frame, lists *elements, acc *batch.Vector) error {
	open := c.rowLists.get()
	x := &f.batch.Columns[1]
	before := int64(0) // bytes of the step before
	for n := 0; ; n++ {
		open.rows = open.rows[:0]
		x.Reset(batch.Values, len(f.origin))
		for i, r := range f.origin {
			if list := lists.list(r); n < len(list) {
				open.rows = append(open.rows, uint16(i))
				x.Values[i] = list[n]
			}
		}
		if len(open.rows) == 0 {
			return nil
		}
		step := c.mark()
		f.batch.Columns[0].Copy(acc, nil)
		at := c.Reserved()
		if err := e.step(c, f, open.rows, acc); err != nil {
			return err
		}
		c.release(step)
		if len(open.rows) == len(f.origin) {
			taken := c.Reserved() - at
			c.Unreserve(before)
			before = taken
		}
		if err := c.Check(); err != nil {
			return err
		}
	}
}

func (e *reduce) step(c *Context, f *frame, rows []uint16, acc *batch.Vector) error {
	y, err := c.load(e.result, c.sub(&f.batch, rows))
	if err != nil {
		return err
	}
	for _, r := range rows {
		acc.Values[r] = y.at(r)
	}
	return nil
}
