package expr

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// quantifier is all, any, none or single(x IN list WHERE cond), in three-valued logic.
type quantifier struct {
	at
	level
	kind string
	list Evaluator
	cond Evaluator // in the inner scope; nil: the element itself
}

func (s *scope) quantifier(e *ast.Quantifier) (compiled, error) {
	list, err := s.compile(e.List)
	if err != nil {
		return compiled{}, err
	}
	x, err := s.local(e.Var)
	if err != nil {
		return compiled{}, err
	}
	below := s.open(x)
	out := &quantifier{at: at{e.At}, kind: e.Kind, list: list.e}
	if out.cond, err = below.optional(e.Where); err != nil {
		return compiled{}, err
	}
	if out.cond == nil {
		out.cond = &column{at: at{e.At}}
	}
	out.level = level{1, below.captured}
	return compiled{e: out}, nil
}

// tally counts the outcomes of a condition over one list.
type tally struct{ yes, no, unknown int }

// result says what a quantifier of a kind makes of t.
func (t *tally) result(kind string) value.Ternary {
	switch kind {
	case "all":
		return -t.any(t.no)
	case "any":
		return t.any(t.yes)
	case "none":
		return -t.any(t.yes)
	}
	switch {
	case t.yes > 1:
		return value.No
	case t.unknown > 0:
		return value.Unknown
	}
	return value.TernaryOf(t.yes == 1)
}

// any tells whether there is one among n found and the unknown.
func (t *tally) any(n int) value.Ternary {
	switch {
	case n > 0:
		return value.Yes
	case t.unknown > 0:
		return value.Unknown
	}
	return value.No
}

func (e *quantifier) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	out.Reset(batch.Bools, in.Len)
	if in.Rows() == 0 {
		return nil
	}
	m := c.mark()
	defer c.release(m)
	lists, err := c.newElements(e.list, in, e.where, "a quantifier")
	if err != nil {
		return err
	}
	f := c.frame(&e.level)
	f.tallies = resized(f.tallies, in.Len)
	clear(f.tallies)
	if err = lists.each(c, f, &e.level, in, func() error { return e.count(c, f) }); err != nil {
		return place(err, e.where)
	}
	for _, r := range lists.rows {
		if lists.lists.at(r).IsNull() {
			out.Nulls.Add(int(r))
			continue
		}
		put(out, r, f.tallies[r].result(e.kind))
	}
	return nil
}

// count adds the outcomes of one inner batch to the tallies of their rows.
func (e *quantifier) count(c *Context, f *frame) error {
	t, err := c.truth(e.cond, &f.batch)
	if err != nil {
		return err
	}
	for i, row := range f.origin {
		seen := &f.tallies[row]
		switch t.at(uint16(i)) {
		case value.Yes:
			seen.yes++
		case value.No:
			seen.no++
		case value.Unknown:
			seen.unknown++
		}
	}
	return nil
}
