package sema

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
)

// sort analyses ORDER BY.
func (p *projecting) sort() {
	if p.err != nil {
		return
	}
	p.sorted = p.next
	if !p.collapses() {
		p.sorted = &scope{parent: p.old, symbols: p.next.symbols, byName: p.next.byName}
	}
	for _, item := range p.c.OrderBy {
		ctx := context{noAggregates: "ORDER BY of rows that are not aggregated"}
		if len(p.facts.Aggregates) > 0 {
			ctx.noAggregates = ""
		}
		p.later(item.Expr, ctx)
	}
}

// later analyses an expression of ORDER BY or WHERE.
func (p *projecting) later(e ast.Expr, ctx context) static {
	if !p.collapses() {
		return p.expr(e, p.sorted, ctx)
	}
	if p.keys == nil {
		p.keys = map[string]ast.Expr{}
		for _, call := range p.facts.Aggregates {
			p.keys[ast.Key(call)] = call
		}
		for i := range p.facts.Items {
			p.keys[ast.Key(p.facts.Items[i].Expr)] = p.facts.Items[i].Expr
		}
	}
	r := &reuse{projecting: p, ctx: ctx, found: map[ast.Expr]bool{}}
	r.find(e)
	if r.aggregated && len(r.complex) > 0 {
		p.fail(r.complex[0].Span(), failure.Syntax("AmbiguousAggregationExpression",
			"an expression that is more than a variable or its property stands beside an aggregate").
			WithHint("give it a name with AS and sort by that"))
	}
	p.found, p.foundScope = r.found, p.old
	s := p.expr(e, p.sorted, ctx)
	p.found, p.foundScope = nil, nil
	return s
}

// reuse finds the parts of an expression that are items, written once more.
type reuse struct {
	*projecting
	ctx        context
	found      map[ast.Expr]bool
	aggregated bool       // an aggregate is among them
	complex    []ast.Expr // those that are neither an aggregate nor simple
}

// find looks for items in e, the largest first.
func (r *reuse) find(e ast.Expr) {
	if r.err != nil {
		return
	}
	switch e := e.(type) {
	case *ast.Literal, *ast.Param:
		return
	case *ast.Variable:
		if r.next.find(e.Name) == nil && r.isItem(e) {
			r.found[e] = true
		}
		return
	case *ast.Call:
		if f, ok := r.o.Functions.Lookup(e.Name); ok && f.Aggregate && r.ctx.noAggregates == "" && !r.isItem(e) {
			r.missing(e)
			return
		}
	default:
	}
	if r.isItem(e) {
		r.found[e] = true
		r.info.Alike[e] = r.keys[ast.Key(e)]
		switch {
		case r.aggregates(e):
			r.aggregated = true
		case !isSimple(e):
			r.complex = append(r.complex, e)
		}
		return
	}
	ast.Children(e, r.find)
}

// isItem reports whether e is written like an item or an aggregate in one, with the same
// variables.
func (r *reuse) isItem(e ast.Expr) bool {
	if r.keys[ast.Key(e)] == nil || (r.ctx.noAggregates != "" && r.aggregates(e)) {
		return false
	}
	return !r.shadowed(e)
}

// shadowed reports whether a variable in e means something else after the projection.
func (r *reuse) shadowed(e ast.Expr) bool {
	if v, ok := e.(*ast.Variable); ok {
		s := r.next.own(v.Name)
		return s != nil && s != r.old.find(v.Name)
	}
	found := false
	ast.Children(e, func(child ast.Expr) { found = found || r.shadowed(child) })
	return found
}

// aggregates reports whether an aggregate is in e.
func (r *reuse) aggregates(e ast.Expr) bool {
	if call, ok := e.(*ast.Call); ok {
		if f, ok := r.o.Functions.Lookup(call.Name); ok && f.Aggregate {
			return true
		}
	}
	found := false
	ast.Children(e, func(child ast.Expr) { found = found || r.aggregates(child) })
	return found
}

// missing fails because the aggregate call is none of the items.
func (r *reuse) missing(call *ast.Call) {
	var visit func(e ast.Expr)
	visit = func(e ast.Expr) {
		if v, ok := e.(*ast.Variable); ok && r.next.find(v.Name) == nil {
			r.undefined(v, r.next)
		}
		ast.Children(e, visit)
	}
	visit(call)
	r.fail(call.At, failure.Syntax("InvalidAggregation", "ORDER BY can use the aggregates of the items only").
		WithHint("add %s(…) as an item", call.Name))
}
