package sema

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
)

// subquery analyses EXISTS, COUNT or COLLECT { … }, whose clauses see what is around it.
func (a *analyzer) subquery(e *ast.Subquery, sc *scope) static {
	a.info.Reads = true
	around := a.reading
	a.reading = e.Kind.String()
	result := of(Boolean)
	switch e.Kind {
	case ast.Exists:
	case ast.Count:
		result = of(Integer)
	case ast.Collect:
		result = of(List)
	}
	a.inside(e, func() {
		if e.Query != nil {
			result.elem = a.subqueryRows(e, sc)
			return
		}
		inner := sc.inner()
		a.matchPattern(e.Pattern, inner, e.Kind.String())
		a.predicate(e.Where, inner)
		if e.Kind == ast.Collect {
			a.noColumns(e)
		}
	})
	a.reading = around
	return result
}

// subqueryRows analyses the full form and returns the type of what is collected.
func (a *analyzer) subqueryRows(e *ast.Subquery, sc *scope) Type {
	parts := a.query(e.Query, inquiry{name: e.Kind.String(), outer: sc})
	if a.err != nil {
		return Any
	}
	columns := parts[0].returns.columns()
	switch e.Kind {
	case ast.Exists:
	case ast.Count:
		if columns == nil && len(parts) > 1 && !e.Query.All[0] {
			a.fail(e.At, failure.Syntax("InvalidClauseComposition", "UNION inside COUNT makes rows distinct, but its parts return none").
				WithHint("add RETURN to the parts, or write UNION ALL"))
		}
	case ast.Collect:
		if columns == nil {
			a.noColumns(e)
			return Any
		}
		if len(columns) != 1 {
			a.fail(e.At, failure.Syntax("InvalidClauseComposition", "COLLECT collects one column, but its RETURN has %d: %s",
				len(columns), list(columns)).WithHint("return a list or a map of them: RETURN [a, b]"))
			return Any
		}
		var elem Type
		for _, p := range parts {
			elem |= p.returns.Items[0].Symbol.Type
		}
		return elem
	}
	return Any
}

// noColumns fails because COLLECT has nothing to collect.
func (a *analyzer) noColumns(e *ast.Subquery) {
	a.fail(e.At, failure.Syntax("InvalidClauseComposition", "COLLECT needs a RETURN that tells what to collect").
		WithHint("write COLLECT { MATCH … RETURN x }"))
}
