package planner

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/sema"
)

// isolation computes the properties of what a CREATE creates that could see what the clause
// itself creates, for all rows before anything is created: a clause does not see its own
// writes, however many rows are created at a time.
type isolation struct {
	b      *builder
	writes effects // of the clause
	before *plan.Project
	// own tells that a property reads a node of the same clause, so that it cannot be
	// computed before; then rows are created one after the other.
	own bool
}

// isolate returns what comes before a CREATE of parts, and replaces properties in made.
func (b *builder) isolate(in plan.Op, parts []*ast.PatternPart, known symbolSet, made *plan.Creation) (plan.Op, *isolation) {
	i := &isolation{b: b, before: &plan.Project{Input: in, Header: plan.Header{Rows: in.Head().Rows}}}
	b.createEffects(parts, &i.writes)
	i.writes.created = append(i.writes.created, nil) // of a pattern that is created, something is always new
	for n := range made.Nodes {
		made.Nodes[n].Props = i.properties(made.Nodes[n].Props, known)
	}
	for n := range made.Rels {
		made.Rels[n].Props = i.properties(made.Rels[n].Props, known)
	}
	if len(i.before.Columns) == 0 {
		return in, i
	}
	at := b.eager(i.before)
	b.pending.join(&i.writes) // the clause itself comes after
	return at, i
}

// properties returns props with what is computed before in it.
func (i *isolation) properties(props ast.Expr, known symbolSet) ast.Expr {
	m, ok := props.(*ast.Map)
	if !ok {
		return i.value(props, known)
	}
	var out *ast.Map
	for n, v := range m.Values {
		w := i.value(v, known)
		if w == v {
			continue
		}
		if out == nil {
			out = &ast.Map{Place: m.Place, Keys: m.Keys, Values: append([]ast.Expr(nil), m.Values...)}
		}
		out.Values[n] = w
	}
	if out == nil {
		return props
	}
	return out
}

// value returns e, or the variable that holds it where it is computed before.
func (i *isolation) value(e ast.Expr, known symbolSet) ast.Expr {
	if e == nil {
		return nil
	}
	var reads effects
	i.b.readEffects(e, &reads)
	if !i.b.sees(&reads, &i.writes) {
		return e
	}
	needs := symbolSet{}
	i.b.collectSymbols(e, needs)
	if !subset(needs, known) {
		i.own = true
		return e
	}
	s := i.b.newSymbol(sema.Any)
	v := i.b.variable(s)
	v.At = e.Span()
	i.before.Columns = append(i.before.Columns, plan.Column{Expr: e, Slot: i.b.slot(s)})
	i.b.bound[s] = true
	return v
}
