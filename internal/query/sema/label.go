package sema

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// labels analyses the expressions that give the names in l, which may be nil.
func (a *analyzer) labels(l ast.LabelExpr, sc *scope, ctx context) {
	ctx.patterns = false
	ast.LabelOperands(l, func(e ast.Expr) {
		s := a.expr(e, sc, ctx)
		a.expect(e, s, String|List, "a dynamic label or type")
		a.nameLiteral(e)
		if list, ok := e.(*ast.List); ok {
			for _, item := range list.Items {
				a.expect(item, static{t: a.info.Types[item]}, String, "a dynamic label or type")
				a.nameLiteral(item)
			}
		}
	})
}

// nameLiteral refuses a constant that can be no name.
func (a *analyzer) nameLiteral(e ast.Expr) {
	l, ok := e.(*ast.Literal)
	if !ok || l.Auto > 0 {
		return
	}
	switch {
	case l.Value.IsNull():
		a.fail(l.At, failure.Syntax("InvalidTokenName", "the name of a label or type cannot be null"))
	case l.Value.Kind() == value.KindString && l.Value.AsString() == "":
		a.fail(l.At, failure.Syntax("InvalidTokenName", "the name of a label or type cannot be empty"))
	}
}

// relFilling analyses what stands in the brackets of a relationship beside its variable.
// The condition of a variable-length relationship sees its variable as each single
// relationship.
func (a *analyzer) relFilling(r *ast.RelPattern, sc *scope, of string) {
	a.labels(r.Is, sc, context{noAggregates: of})
	a.properties(r.Props, sc, of)
	if r.Length == nil || r.Where == nil && !a.info.Bound[r] && !isDynamic(r.Is) {
		a.predicate(r.Where, sc)
		return
	}
	inner := sc.inner()
	name := ""
	if r.Var != nil {
		name = r.Var.Name
	}
	hop := a.symbol(name, Edge)
	if name != "" {
		inner.add(hop)
	}
	a.info.Hops[r] = hop
	a.predicate(r.Where, inner)
}

// isDynamic reports whether an expression gives a name of l, which may be nil.
func isDynamic(l ast.LabelExpr) bool {
	found := false
	ast.LabelOperands(l, func(ast.Expr) { found = true })
	return found
}

// makeable refuses what can be looked for, but not created.
func (a *analyzer) makeable(part *ast.PatternPart, of string) {
	for _, n := range part.Nodes {
		a.noCondition(n.Where, "a node", of)
		a.onlyNames(n, of)
	}
	for _, r := range part.Rels {
		a.noCondition(r.Where, "a relationship", of)
	}
}

// noCondition refuses WHERE in an element that is created.
func (a *analyzer) noCondition(where ast.Expr, element, of string) {
	if where != nil {
		a.fail(where.Span(), failure.Syntax("UnexpectedSyntax", "%s cannot have WHERE inside %s", of, element).
			WithHint("find things with MATCH … WHERE, and name the properties to create as {key: value}"))
	}
}

// onlyNames refuses a label expression in a node that is created.
func (a *analyzer) onlyNames(n *ast.NodePattern, of string) {
	if ast.IsConjunction(n.Is) {
		return
	}
	a.fail(n.Is.Span(), failure.Syntax("UnexpectedSyntax", "the label expression %s says what to look for; %s needs the labels themselves",
		ast.LabelString(n.Is), of).WithHint("write (:A:B) or (:A&B)"))
}

// oneType refuses a relationship that is created without exactly one type.
func (a *analyzer) oneType(r *ast.RelPattern, of string) {
	switch is := r.Is.(type) {
	case nil:
		if len(r.Types) != 1 {
			a.fail(r.At, failure.Syntax("NoSingleRelationshipType", "a relationship in %s needs exactly one type, but has %d", of, len(r.Types)).
				WithHint("write -[:TYPE]->"))
		}
		return
	case *ast.LabelDynamic:
		list, ok := is.X.(*ast.List)
		if !is.Any && (!ok || len(list.Items) == 1) {
			return
		}
	default:
	}
	a.fail(r.At, failure.Syntax("NoSingleRelationshipType", "a relationship in %s needs exactly one type, not the expression %s",
		of, ast.LabelString(r.Is)).WithHint("write -[:TYPE]->"))
}

// dynamicProperty analyses x[key] where it is set or removed.
func (a *analyzer) dynamicProperty(e ast.Expr, sc *scope, ctx context, of string) {
	s, ok := e.(*ast.Subscript)
	if !ok {
		return
	}
	a.expect(s.X, a.expr(s.X, sc, ctx), Node|Edge|Map, of)
	a.expect(s.Index, a.expr(s.Index, sc, ctx), String, of+" by its name")
	a.info.Types[s] = Any
}
