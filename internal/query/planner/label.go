package planner

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/sema"
)

// addLabels notes the labels that a node must have, and what its labels must fulfil
// besides.
func (b *builder) addLabels(g *pattern, n *node, labels []ast.Name, is ast.LabelExpr) {
	n.addLabels(labels)
	for _, term := range labelTerms(is) {
		e := &ast.HasLabels{Place: ast.Place{At: term.Span()}, X: b.variable(n.symbol), Is: term}
		b.addPredicate(g, e, nil)
		g.preds[len(g.preds)-1].selectivity = b.labelSelectivity(term)
	}
}

// labelTerms takes a label expression, which may be nil, apart at &.
func labelTerms(is ast.LabelExpr) []ast.LabelExpr {
	switch is := is.(type) {
	case nil:
		return nil
	case *ast.LabelJunction:
		if !is.Any {
			return is.Terms
		}
	default:
	}
	return []ast.LabelExpr{is}
}

// labelSelectivity guesses which part of all nodes fulfils l.
func (b *builder) labelSelectivity(l ast.LabelExpr) float64 {
	switch l := l.(type) {
	case *ast.LabelName:
		return b.labelFraction([]string{l.Text})
	case *ast.LabelWildcard:
		return 0.9
	case *ast.LabelNot:
		return max(0.01, 1-b.labelSelectivity(l.X))
	case *ast.LabelJunction:
		return b.junctionSelectivity(l)
	case *ast.LabelDynamic:
		return 0.5
	}
	return 0.5
}

func (b *builder) junctionSelectivity(l *ast.LabelJunction) float64 {
	either, all := 0.0, 1.0
	for _, t := range l.Terms {
		s := b.labelSelectivity(t)
		either, all = either+s, min(all, s)
	}
	if l.Any {
		return min(1, either)
	}
	return all
}

// labelsAccess tells whether scans of labels find the nodes that fulfil p.
func (b *builder) labelsAccess(n *node, p *predicate) (access, bool) {
	h, ok := p.expr.(*ast.HasLabels)
	if !ok || h.Is == nil || len(h.Labels) > 0 {
		return access{}, false
	}
	v, ok := h.X.(*ast.Variable)
	if !ok || b.info.Uses[v] != n.symbol {
		return access{}, false
	}
	exact, ok := scannable(h.Is)
	if !ok {
		return access{}, false
	}
	a := access{kind: byLabels, is: h.Is, needs: symbolSet{}}
	ast.LabelOperands(h.Is, func(e ast.Expr) { b.collectSymbols(e, a.needs) })
	if a.needs[n.symbol] {
		return access{}, false
	}
	if exact {
		a.covers = []*predicate{p}
	}
	a.rows = b.labelSelectivity(h.Is) * float64(b.cat.NodeCount())
	return a, true
}

// looksUp tells whether a finds its nodes without going through all of a label.
func (a *access) looksUp() bool {
	switch a.kind {
	case byAll, byLabel:
		return false
	case byLabels:
		return a.value != nil
	case byEqual, byIn, byRange, byPrefix, byID, byIDs, byUnique:
	}
	return true
}

// labelsEqual lists the ways in which indexes of the labels that a scans answer a condition
// on a property besides.
func (b *builder) labelsEqual(g *pattern, n *node, a access) []access {
	var out []access
	for _, p := range g.preds {
		c, ok := p.expr.(*ast.Comparison)
		if !ok || !p.needs[n.symbol] {
			continue
		}
		left, right, op, ok := sided(c, func(x ast.Expr) bool { _, is := b.property(x, n.symbol); return is })
		if !ok || op != "=" {
			continue
		}
		needs, ok := b.other(right, n.symbol)
		if !ok {
			continue
		}
		key, _ := b.property(left, n.symbol)
		rows, ok := b.labelsRows(a.is, key)
		if !ok {
			continue
		}
		both := access{kind: byLabels, is: a.is, key: key, value: right, needs: needs, rows: rows}
		for s := range a.needs {
			both.needs[s] = true
		}
		both.covers = append([]*predicate{p}, a.covers...)
		out = append(out, both)
	}
	return out
}

// labelsRows guesses how many nodes that may fulfil l have the same value of a property; it
// reports false where no index can be of use.
func (b *builder) labelsRows(l ast.LabelExpr, key string) (rows float64, ok bool) {
	switch l := l.(type) {
	case *ast.LabelName:
		if entries, distinct, indexed := b.cat.Index(l.Text, key); indexed {
			return float64(entries) / float64(max(1, distinct)), true
		}
		return float64(b.cat.LabelCount(l.Text)) * 0.1, false
	case *ast.LabelDynamic:
		return float64(b.cat.NodeCount()) * 0.01, true
	case *ast.LabelJunction:
		for _, t := range l.Terms {
			n, can := b.labelsRows(t, key)
			rows, ok = rows+n, ok || can
		}
		return rows, ok
	case *ast.LabelWildcard, *ast.LabelNot:
	}
	return float64(b.cat.NodeCount()), false
}

// scannable tells whether l can be answered by scans of labels, and whether what they find
// fulfils it for certain.
func scannable(l ast.LabelExpr) (exact, ok bool) {
	switch l := l.(type) {
	case *ast.LabelName:
		return true, true
	case *ast.LabelDynamic:
		return l.Any, true
	case *ast.LabelJunction:
		exact, ok = l.Any, l.Any
		for _, t := range l.Terms {
			termExact, can := scannable(t)
			exact = exact && termExact
			if l.Any {
				ok = ok && can
			} else {
				ok = ok || can
			}
		}
		return exact, ok
	case *ast.LabelWildcard, *ast.LabelNot:
	}
	return false, false
}

// addTypes notes what the type of a relationship must fulfil beside being one of some
// names.
func (b *builder) addTypes(g *pattern, r *rel, p *ast.RelPattern) {
	switch p.Is.(type) {
	case nil, *ast.LabelWildcard: // every relationship has a type
		return
	default:
	}
	fixed := true
	ast.LabelOperands(p.Is, func(e ast.Expr) { fixed = fixed && isFixed(e) })
	if fixed {
		r.is = p.Is
		return
	}
	s := r.symbol
	if r.length != nil {
		s = b.info.Hops[p]
	}
	b.addHopCondition(g, r, p, &ast.HasLabels{Place: ast.Place{At: p.Is.Span()}, X: b.variable(s), Is: p.Is})
}

// isFixed tells whether e is the same in every row of a statement.
func isFixed(e ast.Expr) bool {
	fixed := true
	plan.Walk(e, func(e ast.Expr) bool {
		switch e.(type) {
		case *ast.Variable, *ast.Call, *ast.PatternPredicate, *ast.PatternComprehension, *ast.Subquery:
			fixed = false
		default:
		}
		return fixed
	})
	return fixed
}

// addRelCondition adds WHERE of a relationship.
func (b *builder) addRelCondition(g *pattern, r *rel, p *ast.RelPattern) {
	for _, e := range conjuncts(p.Where, nil) {
		b.addHopCondition(g, r, p, e)
	}
}

// addHopCondition adds a condition on a relationship or, where its length is variable, on
// each of its relationships.
func (b *builder) addHopCondition(g *pattern, r *rel, p *ast.RelPattern, e ast.Expr) {
	if r.length == nil {
		b.addPredicate(g, e, nil)
		return
	}
	hop := b.info.Hops[p]
	if r.bound {
		// The list is known, so that it can be asked like any other.
		v := &ast.Variable{Name: hop.Name}
		b.info.Uses[v] = hop
		b.addPredicate(g, &ast.Quantifier{
			Place: ast.Place{At: e.Span()}, Kind: "all", Var: v, List: b.variable(r.symbol), Where: e,
		}, nil)
		return
	}
	r.where, r.hop = append(r.where, e), hop
	needs := symbolSet{}
	b.collectSymbols(e, needs)
	for s := range needs {
		if s != hop {
			r.needs[s] = true
		}
	}
}

// hopProperty asks each relationship of a list that is known for a property.
func (b *builder) hopProperty(p *ast.RelPattern, kv plan.PropertyValue) ast.Expr {
	return b.propertyEquals(b.info.Hops[p], kv)
}

// each returns the slot of a relationship that stands for each of a list, or NoSlot.
func (b *builder) each(s *sema.Symbol) int {
	if s == nil {
		return plan.NoSlot
	}
	return b.slot(s)
}

// dynamicNames lists the expressions that give labels in is, which may be nil.
func dynamicNames(is ast.LabelExpr) []ast.Expr {
	var out []ast.Expr
	ast.LabelOperands(is, func(e ast.Expr) { out = append(out, e) })
	return out
}

// labelNames returns the names in labels and is, and whether there may be others.
func labelNames(labels []ast.Name, is ast.LabelExpr) nameSet {
	s := nameSet{}
	s.add(names(labels)...)
	ast.WalkLabels(is, func(l ast.LabelExpr) {
		switch l := l.(type) {
		case *ast.LabelName:
			s.add(l.Text)
		case *ast.LabelWildcard, *ast.LabelDynamic:
			s.all = true
		case *ast.LabelNot, *ast.LabelJunction:
		}
	})
	return s
}
