package expr

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// cases is CASE: each branch is computed for the rows that reach it.
type cases struct {
	at
	subject    Evaluator // nil in the searched form
	when, then []Evaluator
	otherwise  Evaluator // nil: null
}

func (s *scope) cases(e *ast.Case) (compiled, error) {
	out := &cases{at: at{e.At}}
	fixed := true
	compileOne := func(e ast.Expr, to *Evaluator) error {
		if e == nil {
			return nil
		}
		c, err := s.compile(e)
		*to = c.e
		fixed = fixed && c.fixed
		return err
	}
	if err := compileOne(e.Subject, &out.subject); err != nil {
		return compiled{}, err
	}
	if err := compileOne(e.Else, &out.otherwise); err != nil {
		return compiled{}, err
	}
	out.when, out.then = make([]Evaluator, len(e.When)), make([]Evaluator, len(e.Then))
	for i := range e.When {
		if err := compileOne(e.When[i], &out.when[i]); err != nil {
			return compiled{}, err
		}
		if err := compileOne(e.Then[i], &out.then[i]); err != nil {
			return compiled{}, err
		}
	}
	return folded(out, fixed), nil
}

func (e *cases) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	allNull(out, in)
	if in.Rows() == 0 {
		return nil
	}
	m := c.mark()
	defer c.release(m)
	var subject operand
	if e.subject != nil {
		var err error
		if subject, err = c.load(e.subject, in); err != nil {
			return err
		}
	}
	open, hit := c.rowLists.get(), c.rowLists.get()
	open.rows = append(open.rows[:0], c.rows(in)...)
	for i := range e.when {
		branch := c.mark()
		if err := e.split(c, in, i, &subject, open, hit); err != nil {
			return err
		}
		if err := c.copyRows(e.then[i], in, hit.rows, out); err != nil {
			return err
		}
		c.release(branch)
		if len(open.rows) == 0 {
			return nil
		}
	}
	if e.otherwise == nil {
		return nil
	}
	return c.copyRows(e.otherwise, in, open.rows, out)
}

// split moves the rows of open at which branch i holds to hit.
func (e *cases) split(c *Context, in *batch.Batch, i int, subject *operand, open, hit *rowList) error {
	hit.rows = hit.rows[:0]
	rows := c.sub(in, open.rows)
	rest := open.rows[:0]
	if e.subject != nil {
		x, err := c.load(e.when[i], rows)
		if err != nil {
			return err
		}
		for _, r := range open.rows {
			if value.Equal(subject.at(r), x.at(r)) == value.Yes {
				hit.rows = append(hit.rows, r)
			} else {
				rest = append(rest, r)
			}
		}
		open.rows = rest
		return nil
	}
	t, err := c.truth(e.when[i], rows)
	if err != nil {
		return err
	}
	for _, r := range open.rows {
		if t.at(r) == value.Yes {
			hit.rows = append(hit.rows, r)
		} else {
			rest = append(rest, r)
		}
	}
	open.rows = rest
	return nil
}

// copyRows computes e for some rows of in and writes it to the Values of out.
func (c *Context) copyRows(e Evaluator, in *batch.Batch, rows []uint16, out *batch.Vector) error {
	if len(rows) == 0 {
		return nil
	}
	m := c.mark()
	defer c.release(m)
	x, err := c.load(e, c.sub(in, rows))
	if err != nil {
		return err
	}
	for _, r := range rows {
		out.Values[r] = x.at(r)
	}
	return nil
}

// coalesce is coalesce(a, b, …): an argument is computed for the rows at which those
// before it are null.
type coalesce struct {
	at
	args []Evaluator
}

func (e *coalesce) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	allNull(out, in)
	m := c.mark()
	defer c.release(m)
	open := c.rowLists.get()
	open.rows = append(open.rows[:0], c.rows(in)...)
	for _, arg := range e.args {
		if err := c.copyRows(arg, in, open.rows, out); err != nil {
			return err
		}
		rest := open.rows[:0]
		for _, r := range open.rows {
			if out.Values[r].IsNull() {
				rest = append(rest, r)
			}
		}
		open.rows = rest
	}
	return nil
}
