package expr

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// cases is CASE: each branch is computed for the rows that reach it.
type cases struct {
	at
	subject   Evaluator // nil in the searched form
	when      [][]caseTest
	then      []Evaluator
	otherwise Evaluator // nil: null
}

// caseTest is one of the conditions of a branch, any of which is enough, or a value that
// the subject may be equal to.
type caseTest struct {
	e     Evaluator
	value bool
}

// caseSubject is the subject of the CASE around it.
type caseSubject struct{}

func (caseSubject) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	s := c.subjects[len(c.subjects)-1]
	if s.v == nil {
		out.Fill(s.x, in.Len)
	} else {
		out.Copy(s.v, in.Sel)
	}
	return nil
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
	out.when, out.then = make([][]caseTest, len(e.When)), make([]Evaluator, len(e.Then))
	for i, when := range e.When {
		items := []ast.Expr{when}
		if w, ok := when.(*ast.CaseWhen); ok {
			items = w.Items
		}
		for _, item := range items {
			t := caseTest{value: e.Subject != nil && !ast.IsCaseCondition(item)}
			if err := compileOne(item, &t.e); err != nil {
				return compiled{}, err
			}
			out.when[i] = append(out.when[i], t)
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
		depth := len(c.subjects)
		defer func() { c.subjects = c.subjects[:depth] }()
	}
	open, hit := c.rowLists.get(), c.rowLists.get()
	open.rows = append(open.rows[:0], c.rows(in)...)
	for i := range e.when {
		branch := c.mark()
		hit.rows = hit.rows[:0]
		for _, t := range e.when[i] {
			if err := t.split(c, in, &subject, open, hit); err != nil {
				return err
			}
		}
		if len(e.when[i]) > 1 {
			slices.Sort(hit.rows)
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

// split moves the rows of open at which the test holds to hit.
func (t *caseTest) split(c *Context, in *batch.Batch, subject *operand, open, hit *rowList) error {
	if len(open.rows) == 0 {
		return nil
	}
	rows := c.sub(in, open.rows)
	rest := open.rows[:0]
	if t.value {
		x, err := c.load(t.e, rows)
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
	c.subjects = append(c.subjects, subject)
	holds, err := c.truth(t.e, rows)
	c.subjects = c.subjects[:len(c.subjects)-1]
	if err != nil {
		return err
	}
	for _, r := range open.rows {
		if holds.at(r) == value.Yes {
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
