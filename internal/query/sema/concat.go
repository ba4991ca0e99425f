package sema

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
)

// concatenation analyses x || y, which joins two strings or two lists.
func (a *analyzer) concatenation(e *ast.Binary, x, y static) static {
	const lists = List | EdgeList
	for _, side := range []struct {
		e ast.Expr
		s static
	}{{e.X, x}, {e.Y, y}} {
		if side.s.t == Boolean {
			a.fail(side.e.Span(), failure.Syntax("InvalidArgumentType", "the operator || expects %s, but this is %s", String|List, side.s.t).
				WithHint("|| joins strings and lists; write OR"))
		}
		a.expect(side.e, side.s, String|lists, "the operator ||")
	}
	texts, both := x.t&y.t&String != 0, x.t&lists != 0 && y.t&lists != 0
	switch {
	case texts && both:
		return of(Any)
	case texts:
		return of(String)
	case both:
		return static{t: List, elem: x.elem | y.elem}
	}
	a.fail(e.Y.Span(), failure.Syntax("InvalidArgumentType", "the operator || joins two strings or two lists, but here are %s and %s", x.t, y.t))
	return of(Any)
}
