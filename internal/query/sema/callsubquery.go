package sema

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// calling is a CALL { … } around the current place.
type calling struct {
	around *scope // what can be seen at the CALL
}

// isUnit reports whether c is a CALL { … } that returns nothing.
func isUnit(c ast.Clause) bool {
	call, ok := c.(*ast.CallSubquery)
	if !ok || len(call.Query.Parts) == 0 {
		return false
	}
	clauses := call.Query.Parts[0].Clauses
	if len(clauses) == 0 {
		return false
	}
	p, ok := clauses[len(clauses)-1].(*ast.Projection)
	return !ok || !p.Return
}

// outside reports whether a CALL { … } around here hides a variable called name.
func (a *analyzer) outside(name string) bool {
	for _, c := range a.calls {
		if c.around.find(name) != nil {
			return true
		}
	}
	return false
}

// callSubquery analyses CALL { … }; what it returns joins sc.
func (a *analyzer) callSubquery(c *ast.CallSubquery, sc *scope) {
	if c.Batches != nil {
		a.batches(c)
	}
	in := a.imports(c, sc)
	if a.err != nil {
		return
	}
	writes, wrote := a.info.Writes, a.wrote
	a.info.Writes = false
	facts := &Subquery{Unit: isUnit(c)}
	a.calls = append(a.calls, calling{around: sc})
	a.subqueries = append(a.subqueries, subquery{call: facts, first: len(a.info.Symbols)})
	parts := a.query(c.Query, in)
	a.subqueries = a.subqueries[:len(a.subqueries)-1]
	a.calls = a.calls[:len(a.calls)-1]
	facts.Writes = a.info.Writes
	a.info.Writes = writes || facts.Writes
	if c.Batches != nil {
		a.wrote = wrote // the batches write in transactions of their own
	}
	if a.err != nil {
		return
	}
	a.info.Subqueries[c] = facts
	for _, p := range parts {
		found := SubqueryPart{Clauses: p.clauses}
		if p.returns != nil {
			for i := range p.returns.Items {
				found.Columns = append(found.Columns, p.returns.Items[i].Symbol)
			}
		}
		facts.Parts = append(facts.Parts, found)
	}
	if !facts.Unit {
		a.results(c, facts, parts[0].returns, sc)
	}
	if c.Batches != nil && c.Batches.Status != nil {
		facts.Status = a.definePlain(sc, c.Batches.Status)
		facts.Status.Type = Map
	}
}

// results defines the variables that a CALL { … } returns.
func (a *analyzer) results(c *ast.CallSubquery, facts *Subquery, returns *Projection, sc *scope) {
	last := c.Query.Parts[0].Clauses[len(c.Query.Parts[0].Clauses)-1].(*ast.Projection)
	for i := range returns.Items {
		item := &returns.Items[i]
		if sc.find(item.Name) != nil {
			place := last.At
			if at := i - len(returns.Items) + len(last.Items); at >= 0 {
				place = last.Items[at].At
			}
			a.fail(place, failure.Syntax("VariableAlreadyBound", "variable `%s` exists already outside of the subquery", item.Name).
				WithHint("return it under another name: RETURN %s AS …", ast.NameString(item.Name)))
			return
		}
		out := a.symbol(item.Name, 0)
		var elem Type
		for _, p := range facts.Parts {
			out.Type |= p.Columns[i].Type
			if known, ok := a.elems[p.Columns[i]]; ok {
				elem |= known
			} else {
				elem = Any
			}
		}
		if elem != Any && elem != 0 {
			a.elems[out] = elem
		}
		facts.Outputs = append(facts.Outputs, out)
	}
	for _, out := range facts.Outputs {
		sc.add(out)
	}
}

// imports finds what the subquery of c sees.
func (a *analyzer) imports(c *ast.CallSubquery, sc *scope) inquiry {
	in := inquiry{name: "the subquery", called: true}
	switch c.Scope {
	case ast.ImportWith:
		in.imports = sc
	case ast.ImportAll:
		in.outer = sc
	case ast.ImportListed:
		in.outer = &scope{}
		for _, v := range c.Imports {
			s := sc.find(v.Name)
			if s == nil {
				a.undefined(v, sc)
				return in
			}
			if in.outer.own(v.Name) != nil {
				a.fail(v.At, failure.Syntax("VariableAlreadyBound", "variable `%s` is imported twice", v.Name).WithHint("name it once"))
			}
			a.info.Uses[v] = s // it is used where it stands inside
			in.outer.add(s)
		}
	}
	return in
}

// importing analyses the first clause of q if it is a WITH that imports variables of the
// query around into sc, and reports whether it is.
func (a *analyzer) importing(q *ast.SingleQuery, around, sc *scope) bool {
	if len(q.Clauses) == 0 {
		return false
	}
	p, ok := q.Clauses[0].(*ast.Projection)
	if !ok || p.Return {
		return false
	}
	imports := p.Star
	var bad *ast.ProjectionItem
	for _, item := range p.Items {
		_, plain := item.Expr.(*ast.Variable)
		switch {
		case plain && item.Alias == nil:
			imports = true
		case mentions(item.Expr, around):
			imports = true
			bad = item
		case bad == nil:
			bad = item
		}
	}
	if !imports {
		return false
	}
	if bad != nil {
		a.fail(bad.At, failure.Syntax("InvalidClauseComposition", "the WITH that imports variables into a subquery takes nothing but their names").
			WithHint("compute in a second WITH after it, or write CALL (a, b) { … }"))
		return true
	}
	a.importsOnly(p)
	if p.Star {
		for _, s := range around.all() {
			sc.add(s)
		}
	}
	for _, item := range p.Items {
		v := item.Expr.(*ast.Variable)
		s := around.find(v.Name)
		if s == nil {
			a.undefined(v, around)
			return true
		}
		if !p.Star && sc.own(v.Name) != nil {
			a.fail(v.At, failure.Syntax("ColumnNameConflict", "variable `%s` is imported twice", v.Name).WithHint("name it once"))
			return true
		}
		a.info.Uses[v] = s // it is used where it stands inside
		if !p.Star {
			sc.add(s)
		}
	}
	return true
}

// importsOnly refuses what an importing WITH cannot have.
func (a *analyzer) importsOnly(p *ast.Projection) {
	refuse := func(has bool, what string) {
		if has {
			a.fail(p.At, failure.Syntax("InvalidClauseComposition", "the WITH that imports variables into a subquery takes no %s", what).
				WithHint("add a second WITH after it for that"))
		}
	}
	refuse(p.Distinct, "DISTINCT")
	refuse(len(p.OrderBy) > 0, "ORDER BY")
	refuse(p.Skip != nil, "SKIP")
	refuse(p.Limit != nil, "LIMIT")
	refuse(p.Where != nil, "WHERE")
}

// mentions reports whether e names a variable of sc.
func mentions(e ast.Expr, sc *scope) bool {
	if v, ok := e.(*ast.Variable); ok {
		return sc.find(v.Name) != nil
	}
	found := false
	ast.Children(e, func(child ast.Expr) { found = found || mentions(child, sc) })
	return found
}

// batches analyses IN TRANSACTIONS, and refuses it where batches cannot commit.
func (a *analyzer) batches(c *ast.CallSubquery) {
	b := c.Batches
	a.info.Batches = true
	refuse := func(has bool, where, hint string) {
		if has {
			a.fail(b.At, failure.Syntax("InvalidClauseComposition", "CALL { … } IN TRANSACTIONS cannot be used %s", where).WithHint("%s", hint))
		}
	}
	refuse(a.reading != "", "inside "+a.reading, "take it out into the query around")
	refuse(len(a.calls) > 0, "inside another CALL { … }", "take it out into the query around")
	refuse(a.union, "in a query with UNION", "send the parts one by one")
	refuse(a.wrote, "after a clause that writes", "what was written could not be seen in the batches; write in a statement before, or inside")
	for _, e := range []ast.Expr{b.Rows, b.Concurrency} {
		if e == nil {
			continue
		}
		what := "OF … ROWS"
		if e == b.Concurrency {
			what = "the number of CONCURRENT TRANSACTIONS"
		}
		a.constant(e, what)
		if n, ok := number(e); ok && n.Kind() == value.KindInt && n.AsInt() == 0 {
			a.fail(e.Span(), failure.Syntax("InvalidArgumentValue", "%s needs a number above 0, but this is 0", what))
		}
	}
	a.constantNumber(b.RetryFor, "the time of RETRY")
	if b.Status != nil && b.OnError == ast.ErrorFail {
		what, hint := "ON ERROR CONTINUE or ON ERROR BREAK", "with ON ERROR FAIL the statement fails, and reports nothing"
		if b.Retry {
			what, hint = "ON ERROR RETRY THEN CONTINUE or THEN BREAK", "otherwise the statement fails in the end, and reports nothing"
		}
		a.fail(b.Status.At, failure.Syntax("InvalidClauseComposition", "REPORT STATUS needs %s", what).WithHint("%s", hint))
	}
}
