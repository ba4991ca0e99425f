package sema

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
)

// clause analyses a clause other than a projection; what it defines joins sc.
func (a *analyzer) clause(c ast.Clause, sc *scope) {
	a.wrote = a.wrote || isUpdate(c)
	switch c := c.(type) {
	case *ast.Match:
		a.info.Reads = true
		a.matchPattern(c.Pattern, sc, "MATCH")
		a.hints(c, sc)
		a.predicate(c.Where, sc)
	case *ast.Finish:
	case *ast.Unwind:
		l := a.expr(c.List, sc, context{noAggregates: "UNWIND"})
		a.expect(c.List, l, List|EdgeList, "UNWIND")
		s := a.definePlain(sc, c.Var)
		s.Type = l.elem
	case *ast.LoadCSV:
		a.loadCSV(c, sc)
	case *ast.Create:
		a.info.Writes = true
		a.createPattern(c.Pattern, sc)
	case *ast.Merge:
		a.info.Writes, a.info.Reads = true, true
		a.mergePattern(c.Part, sc)
		a.setItems(c.OnCreate, sc)
		a.setItems(c.OnMatch, sc)
	case *ast.Set:
		a.info.Writes = true
		a.setItems(c.Items, sc)
	case *ast.Remove:
		a.info.Writes = true
		a.remove(c, sc)
	case *ast.Delete:
		a.info.Writes = true
		a.delete(c, sc)
	case *ast.Foreach:
		a.foreach(c, sc)
	case *ast.CallSubquery:
		a.callSubquery(c, sc)
	case *ast.Projection, *ast.CallProcedure:
		panic("sema: a projection or a call is not a clause of this kind")
	}
}

// definePlain makes v a new variable, which must not exist yet.
func (a *analyzer) definePlain(sc *scope, v *ast.Variable) *Symbol {
	if sc.find(v.Name) != nil {
		a.alreadyBound(v)
	}
	return a.define(sc, v, Any)
}

func (a *analyzer) alreadyBound(v *ast.Variable) {
	a.fail(v.At, failure.Syntax("VariableAlreadyBound", "variable `%s` exists already", v.Name).
		WithHint("use another name"))
}

// predicate analyses the condition of a WHERE, which may be nil.
func (a *analyzer) predicate(e ast.Expr, sc *scope) {
	if e == nil {
		return
	}
	t := a.expr(e, sc, context{noAggregates: "WHERE", patterns: true})
	a.expect(e, t, Boolean, "WHERE")
}

func (a *analyzer) loadCSV(c *ast.LoadCSV, sc *scope) {
	a.info.Reads = true
	ctx := context{noAggregates: "LOAD CSV"}
	for _, e := range []ast.Expr{c.File, c.Delimiter, c.Quote, c.NullIf} {
		if e != nil {
			a.expect(e, a.expr(e, sc, ctx), String, "LOAD CSV")
		}
	}
	s := a.definePlain(sc, c.Var)
	s.Type = List
	if c.Header {
		s.Type = Map
	}
}

// foreach analyses the body in a scope of its own.
func (a *analyzer) foreach(c *ast.Foreach, sc *scope) {
	a.info.Writes = true
	l := a.expr(c.List, sc, context{noAggregates: "FOREACH"})
	a.expect(c.List, l, List|EdgeList, "FOREACH")
	inner := sc.inner()
	s := a.definePlain(inner, c.Var)
	s.Type = l.elem
	for _, b := range c.Body {
		if !isUpdate(b) {
			a.fail(b.Span(), failure.Syntax("InvalidClauseComposition", "%s cannot be used inside FOREACH", clauseName(b)).
				WithHint("only CREATE, MERGE, SET, REMOVE, DELETE and FOREACH can; UNWIND repeats other clauses"))
			return
		}
		a.clause(b, inner)
	}
}

func (a *analyzer) setItems(items []ast.SetItem, sc *scope) {
	ctx := context{noAggregates: "SET"}
	for i := range items {
		item := &items[i]
		switch item.Kind {
		case ast.SetProperty:
			p, ok := item.Target.(*ast.Property)
			if !ok {
				continue
			}
			a.expect(p.X, a.expr(p.X, sc, ctx), Node|Edge|Map, "SET of a property")
			a.info.Types[p] = Any
		case ast.SetAll, ast.SetMerge:
			a.expect(item.Target, a.expr(item.Target, sc, ctx), Node|Edge, "SET of all properties")
		case ast.SetLabels:
			a.expect(item.Target, a.expr(item.Target, sc, ctx), Node, "SET of labels")
			a.labels(item.Is, sc, ctx)
		case ast.SetDynamic:
			a.dynamicProperty(item.Target, sc, ctx, "SET of a property")
		}
		if item.Value == nil {
			continue
		}
		t := a.expr(item.Value, sc, ctx)
		if item.Kind == ast.SetAll || item.Kind == ast.SetMerge {
			a.expect(item.Value, t, Map|Node|Edge, "SET of all properties")
		}
	}
}

func (a *analyzer) remove(c *ast.Remove, sc *scope) {
	ctx := context{noAggregates: "REMOVE"}
	for i := range c.Items {
		item := &c.Items[i]
		if item.Property != nil {
			a.expect(item.Property.X, a.expr(item.Property.X, sc, ctx), Node|Edge|Map, "REMOVE of a property")
			a.info.Types[item.Property] = Any
			continue
		}
		if item.Dynamic != nil {
			a.dynamicProperty(item.Dynamic, sc, ctx, "REMOVE of a property")
			continue
		}
		a.expect(item.Target, a.expr(item.Target, sc, ctx), Node, "REMOVE of labels")
		a.labels(item.Is, sc, ctx)
	}
}

func (a *analyzer) delete(c *ast.Delete, sc *scope) {
	for _, e := range c.Exprs {
		if h, ok := e.(*ast.HasLabels); ok {
			a.fail(h.At, failure.Syntax("InvalidDelete", "DELETE deletes nodes and relationships, not their labels or types").
				WithHint("write REMOVE n:Label to take a label away"))
		}
		a.expect(e, a.expr(e, sc, context{noAggregates: "DELETE"}), Node|Edge|Path, "DELETE")
	}
}
