package sema

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
)

// scoped analyses the expressions that bring variables of their own.
func (a *analyzer) scoped(e ast.Expr, sc *scope, ctx context) static {
	switch e := e.(type) {
	case *ast.ListComprehension:
		return a.listComprehension(e, sc, ctx)
	case *ast.PatternComprehension:
		return a.patternComprehension(e, sc, ctx)
	case *ast.Quantifier:
		l := a.iterate(e.List, sc, ctx, e.Kind+"()")
		inner := sc.inner()
		a.local(inner, e.Var, l)
		in := ctx.local(e.Kind + "()")
		in.patterns = true
		a.expect(e.Where, a.expr(e.Where, inner, in), Boolean, e.Kind+"()")
		return of(Boolean)
	case *ast.Reduce:
		init := a.expr(e.Init, sc, ctx)
		l := a.iterate(e.List, sc, ctx, "reduce()")
		inner := sc.inner()
		a.define(inner, e.Acc, Any)
		a.local(inner, e.Var, l)
		result := a.expr(e.Result, inner, ctx.local("reduce()"))
		return of(init.t | result.t)
	case *ast.MapProjection:
		a.mapProjection(e, sc, ctx)
		return of(Map)
	case *ast.PatternPredicate:
		a.patternPredicate(e, sc, ctx)
		return of(Boolean)
	case *ast.Subquery:
		return a.subquery(e, sc)
	case *ast.ShortestPath:
		return a.shortestPath(e, sc)
	}
	return of(Any)
}

// iterate analyses the list whose elements are visited.
func (a *analyzer) iterate(e ast.Expr, sc *scope, ctx context, where string) static {
	l := a.expr(e, sc, ctx)
	a.expect(e, l, List|EdgeList, where)
	return l
}

// local defines the variable that stands for each element of a list.
func (a *analyzer) local(sc *scope, v *ast.Variable, l static) { a.define(sc, v, l.elem) }

func (a *analyzer) listComprehension(e *ast.ListComprehension, sc *scope, ctx context) static {
	l := a.iterate(e.List, sc, ctx, "a list comprehension")
	inner := sc.inner()
	a.local(inner, e.Var, l)
	in := ctx.local("a list comprehension")
	if e.Where != nil {
		condition := in
		condition.patterns = true
		a.expect(e.Where, a.expr(e.Where, inner, condition), Boolean, "WHERE")
	}
	if e.Result == nil {
		return static{t: List, elem: l.elem}
	}
	return static{t: List, elem: a.expr(e.Result, inner, in).t}
}

func (a *analyzer) patternComprehension(e *ast.PatternComprehension, sc *scope, ctx context) static {
	a.info.Reads = true
	result := of(List)
	a.inside(e, func() {
		inner := sc.inner()
		pattern := &ast.Pattern{Place: e.Part.Place, Parts: []*ast.PatternPart{e.Part}}
		a.matchPattern(pattern, inner, "a pattern comprehension")
		in := ctx.local("a pattern comprehension")
		if e.Where != nil {
			condition := in
			condition.patterns = true
			a.expect(e.Where, a.expr(e.Where, inner, condition), Boolean, "WHERE")
		}
		in.patterns = false
		result.elem = a.expr(e.Result, inner, in).t
	})
	return result
}

func (a *analyzer) mapProjection(e *ast.MapProjection, sc *scope, ctx context) {
	a.expect(e.X, a.expr(e.X, sc, ctx), Map|Node|Edge, "a map projection")
	for _, item := range e.Items {
		if item.Value != nil {
			a.expr(item.Value, sc, ctx)
		}
	}
}

// patternPredicate analyses a pattern used as a condition, which names only variables
// that exist.
func (a *analyzer) patternPredicate(e *ast.PatternPredicate, sc *scope, ctx context) {
	if !ctx.patterns {
		a.fail(e.At, failure.Syntax("UnexpectedSyntax", "a pattern can be a condition in WHERE only").
			WithHint("write exists((a)-->(b)), or [(a)-->(b) | b] for what it finds"))
		return
	}
	a.info.Reads = true
	for _, n := range e.Part.Nodes {
		a.mustExist(n.Var, sc)
	}
	for _, r := range e.Part.Rels {
		a.mustExist(r.Var, sc)
	}
	a.inside(e, func() {
		pattern := &ast.Pattern{Place: e.Part.Place, Parts: []*ast.PatternPart{e.Part}}
		a.matchPattern(pattern, sc.inner(), "a pattern predicate")
	})
}

func (a *analyzer) mustExist(v *ast.Variable, sc *scope) {
	if v == nil || sc.find(v.Name) != nil || a.err != nil {
		return
	}
	a.undefined(v, sc)
	if a.err.Hint == "" {
		_ = a.err.WithHint("a pattern used as a condition brings no variables; write EXISTS { … }")
	}
}
