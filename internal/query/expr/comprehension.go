package expr

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/storage/value"
)

// comprehension is [x IN list WHERE where | result].
type comprehension struct {
	at
	level
	list         Evaluator
	cond, result Evaluator // in the inner scope; nil when absent
}

// local returns the symbol that a variable of an inner scope defines.
func (s *scope) local(v *ast.Variable) (*sema.Symbol, error) {
	if sym := s.symbolOf(v); sym != nil {
		return sym, nil
	}
	return nil, undefined(v.Name, v.At)
}

// optional compiles e, or returns nil where it is absent.
func (s *scope) optional(e ast.Expr) (Evaluator, error) {
	if e == nil {
		return nil, nil //nolint:nilnil // absent is no error
	}
	c, err := s.compile(e)
	return c.e, err
}

func (s *scope) comprehension(e *ast.ListComprehension) (compiled, error) {
	list, err := s.compile(e.List)
	if err != nil {
		return compiled{}, err
	}
	if e.Where == nil && e.Result == nil && s.alwaysList(e.List) {
		return list, nil
	}
	x, err := s.local(e.Var)
	if err != nil {
		return compiled{}, err
	}
	below := s.open(x)
	out := &comprehension{at: at{e.At}, list: list.e}
	if out.cond, err = below.optional(e.Where); err != nil {
		return compiled{}, err
	}
	if out.result, err = below.optional(e.Result); err != nil {
		return compiled{}, err
	}
	out.level = level{1, below.captured}
	return compiled{e: out}, nil
}

// alwaysList reports whether e can be nothing but a list or null.
func (s *scope) alwaysList(e ast.Expr) bool {
	if s.env.Info == nil {
		return false
	}
	t := s.env.Info.Types[e]
	return t != 0 && t&^(sema.List|sema.EdgeList) == 0
}

func (e *comprehension) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	allNull(out, in)
	if in.Rows() == 0 {
		return nil
	}
	m := c.mark()
	defer c.release(m)
	lists, err := c.newElements(e.list, in, e.where, "a list comprehension")
	if err != nil {
		return err
	}
	var made builder
	f := c.frame(&e.level)
	if err = lists.each(c, f, &e.level, in, func() error { return e.take(c, f, &made) }); err != nil {
		return place(err, e.where)
	}
	for _, r := range lists.rows {
		if lists.lists.at(r).IsNull() {
			continue
		}
		if out.Values[r], err = makeList(made.take(r)); err != nil {
			return place(err, e.where)
		}
	}
	return nil
}

// take appends the results of one inner batch.
func (e *comprehension) take(c *Context, f *frame, made *builder) error {
	rows := &f.batch
	if e.cond != nil {
		kept := c.rowLists.get()
		var err error
		if kept.rows, err = Filter(c, e.cond, rows, kept.rows[:0]); err != nil {
			return err
		}
		rows = c.sub(rows, kept.rows)
	}
	if rows.Rows() == 0 {
		return nil
	}
	if err := c.ReserveElements(rows.Rows()); err != nil {
		return place(err, e.where)
	}
	results := operand{v: &f.batch.Columns[0]}
	if e.result != nil {
		var err error
		if results, err = c.load(e.result, rows); err != nil {
			return err
		}
	}
	made.grow(rows.Rows())
	for _, r := range c.rows(rows) {
		made.put(f.origin[r], results.at(r))
	}
	return nil
}

// builder gathers the elements of the lists of many rows, which come row after row.
type builder struct {
	elements []value.Value
	owners   []uint16
	next     int
}

// grow makes room for n more elements.
func (b *builder) grow(n int) {
	b.elements, b.owners = slices.Grow(b.elements, n), slices.Grow(b.owners, n)
}

func (b *builder) put(row uint16, x value.Value) {
	b.elements = append(b.elements, x)
	b.owners = append(b.owners, row)
}

// take returns the list of a row; rows are asked for in order.
func (b *builder) take(row uint16) []value.Value {
	start := b.next
	for b.next < len(b.owners) && b.owners[b.next] == row {
		b.next++
	}
	list := make([]value.Value, b.next-start)
	copy(list, b.elements[start:b.next])
	return list
}
