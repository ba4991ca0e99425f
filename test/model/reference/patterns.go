package reference

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// match carries out MATCH or OPTIONAL MATCH.
func (r *run) match(c *ast.Match, t *table) error {
	var rows []*env
	names := patternNames(c.Pattern.Parts)
	for _, row := range t.rows {
		before := len(rows)
		err := r.matches(c.Pattern.Parts, c.Where, row, func(e *env) (bool, error) {
			rows = append(rows, e)
			return true, r.step(1)
		})
		if err != nil {
			return err
		}
		if c.Optional && len(rows) == before {
			rows = append(rows, nulls(row, names))
		}
	}
	permute(r, rows)
	t.rows = rows
	t.name(names...)
	return nil
}

// nulls binds those of names that are not bound yet to null.
func nulls(row *env, names []string) *env {
	e := row
	for _, n := range names {
		if row.find(n) == nil {
			e = e.with(n, value.Null)
		}
	}
	return e
}

// patternNames returns the names in a pattern.
func patternNames(parts []*ast.PatternPart) []string {
	var out []string
	add := func(v *ast.Variable) {
		if v != nil && !slices.Contains(out, v.Name) {
			out = append(out, v.Name)
		}
	}
	for _, p := range parts {
		for i, n := range p.Nodes {
			if i > 0 {
				add(p.Rels[i-1].Var)
			}
			add(n.Var)
			if i < len(p.Rels) && p.Rels[i].Search != nil {
				add(p.Rels[i].Var)
				add(p.Rels[i].Search.Total)
			}
			if i < len(p.Rels) && p.Rels[i].Repeat != nil {
				for _, name := range patternNames([]*ast.PatternPart{p.Rels[i].Repeat.Part}) {
					add(&ast.Variable{Name: name})
				}
			}
		}
		add(p.Var)
	}
	return out
}

// matcher finds the ways to match the parts of one pattern.
type matcher struct {
	r     *run
	parts []*ast.PatternPart
	where ast.Expr
	used  []int // relationships that the pattern has taken
	later []demand
	yield func(*env) (bool, error)
	done  bool // nobody wants more
}

// demand is what an entity must be like, looked at when all is bound.
type demand struct {
	entity value.Value
	labels ast.LabelExpr // nil when absent
	props  ast.Expr      // nil when absent
	where  ast.Expr      // nil when absent
	name   string        // what the entity is called in where
}

// easy tells whether a demand is met or not whatever else is bound.
func (d demand) easy() bool {
	return (d.props == nil || constant(d.props)) && d.where == nil && d.labels == nil
}

// matches calls yield for every way to match parts where the condition holds, until it says
// false.
func (r *run) matches(parts []*ast.PatternPart, where ast.Expr, e *env, yield func(*env) (bool, error)) error {
	m := &matcher{r: r, parts: parts, where: where, yield: yield}
	return m.part(0, e)
}

// trail is the way through one part.
type trail struct {
	nodes []int
	edges []int
}

func (t trail) node(n int) trail { return trail{append(slices.Clip(t.nodes), n), t.edges} }

func (t trail) edge(e int) trail { return trail{t.nodes, append(slices.Clip(t.edges), e)} }

// part matches the parts from the i-th on.
func (m *matcher) part(i int, e *env) error {
	if i == len(m.parts) {
		return m.found(e)
	}
	if p := m.parts[i]; p.Select != nil {
		return m.selected(i, e)
	} else if p.Where != nil {
		return unsupported(p)
	}
	w := &walk{matcher: m, part: m.parts[i], next: func(e *env, t trail) error {
		if v := m.parts[i].Var; v != nil {
			e = e.with(v.Name, m.r.path(t))
		}
		return m.part(i+1, e)
	}}
	return w.node(0, -1, trail{}, e)
}

// path returns a trail as a value.
func (r *run) path(t trail) value.Value {
	p := &value.PathValue{}
	for _, n := range t.nodes {
		p.Nodes = append(p.Nodes, graph.NodeID(n))
	}
	for _, e := range t.edges {
		p.Edges = append(p.Edges, r.g.edgeValue(e).AsEdge())
	}
	return value.Path(p)
}

// found looks at what could not be decided before everything was bound.
func (m *matcher) found(e *env) error {
	for _, d := range m.later {
		if ok, err := m.r.meets(d, e); err != nil || !ok {
			return err
		}
	}
	if m.where != nil {
		if t, err := m.r.truth(m.where, scope{env: e}, "WHERE"); err != nil || t != yes {
			return err
		}
	}
	more, err := m.yield(e)
	m.done = !more
	return err
}

// meets tells whether an entity is like what is demanded of it.
func (r *run) meets(d demand, e *env) (bool, error) {
	if d.labels != nil {
		if ok, err := r.labelled(d.entity, nil, d.labels, scope{env: e}); err != nil || !ok {
			return false, err
		}
	}
	if d.props != nil {
		if ok, err := r.hasProps(d, e); err != nil || !ok {
			return false, err
		}
	}
	if d.where == nil {
		return true, nil
	}
	if d.name != "" {
		e = e.with(d.name, d.entity)
	}
	t, err := r.truth(d.where, scope{env: e}, "WHERE")
	return t == yes, err
}

// hasProps tells whether an entity has the properties demanded of it.
func (r *run) hasProps(d demand, e *env) (bool, error) {
	want, err := r.eval(d.props, scope{env: e})
	if err != nil {
		return false, err
	}
	if want.Kind() != value.KindMap {
		return false, unsupported(d.props)
	}
	props, err := r.propsOf(d.entity, nil)
	if err != nil {
		return false, err
	}
	for _, f := range want.AsMap() {
		if equals(props[f.Key], f.Value) != yes {
			return false, nil
		}
	}
	return true, nil
}

// walk is the matching of one part.
type walk struct {
	*matcher
	part *ast.PatternPart
	next func(*env, trail) error
}

// demanding runs next while something is demanded of an entity.
func (m *matcher) demanding(d demand, next func() error) error {
	if d.easy() {
		if ok, err := m.r.meets(d, nil); err != nil || !ok {
			return err
		}
		return next()
	}
	m.later = append(m.later, d)
	err := next()
	m.later = m.later[:len(m.later)-1]
	return err
}

// constant tells whether an expression is a literal, or a map of literals.
func constant(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Literal:
		return true
	case *ast.Map:
		return !slices.ContainsFunc(e.Values, func(x ast.Expr) bool { return !constant(x) })
	default:
		return false
	}
}

// node matches the i-th node of the part, which has to be at unless that is negative.
func (w *walk) node(i, at int, t trail, e *env) error {
	p := w.part.Nodes[i]
	bound := -1
	if v, ok := e.of(p.Var); ok {
		if v.IsNull() {
			return nil
		}
		if v.Kind() != value.KindNode {
			return unsupported(p)
		}
		bound = nodeID(v)
	}
	for n, x := range w.r.g.Nodes {
		if at >= 0 && n != at || bound >= 0 && n != bound {
			continue // somebody else
		}
		if err := w.r.step(1); err != nil || w.done {
			return err
		}
		if ok, err := fits(p, x, bound >= 0); err != nil {
			return err
		} else if !ok {
			continue
		}
		next := e
		if p.Var != nil && bound < 0 {
			next = e.with(p.Var.Name, nodeValue(n))
		}
		err := w.demanding(demand{entity: nodeValue(n), labels: p.Is, props: p.Props, where: p.Where}, func() error {
			if i == len(w.part.Rels) {
				return w.next(next, t.node(n))
			}
			return w.rel(i, n, t.node(n), next)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// fits tells whether a node may be where p is, by its labels. A deleted node that is bound
// stands for itself, for then nothing is asked of the graph.
func fits(p *ast.NodePattern, x *Node, bound bool) (bool, error) {
	if x.Deleted && bound && len(p.Labels) > 0 {
		return false, unsupported(p)
	}
	if x.Deleted && !bound {
		return false, nil
	}
	return !slices.ContainsFunc(p.Labels, func(l ast.Name) bool { return !x.has(l.Text) }), nil
}

// rel follows the i-th relationship of the part from node n.
func (w *walk) rel(i, n int, t trail, e *env) error {
	p := w.part.Rels[i]
	if p.Search != nil && p.Search.Algorithm != ast.DepthFirst {
		return w.searched(i, n, t, e)
	}
	if p.Search != nil {
		return unsupported(p)
	}
	if p.Repeat != nil {
		return w.rounds(i, n, nil, t, e)
	}
	if p.Length != nil {
		return w.hops(i, n, nil, t, e)
	}
	bound, ok, err := w.boundTo(p, e)
	if err != nil || ok && bound.IsNull() {
		return err
	}
	return w.each(p, n, func(id, to int) error {
		v := w.r.g.edgeValue(id)
		if ok && !same(bound, v) {
			return nil
		}
		next := e
		if p.Var != nil && !ok {
			next = e.with(p.Var.Name, v)
		}
		return w.node(i+1, to, t.edge(id), next)
	})
}

// boundTo returns what the variable of p is bound to.
func (w *walk) boundTo(p *ast.RelPattern, e *env) (v value.Value, ok bool, err error) {
	v, ok = e.of(p.Var)
	if !ok || v.IsNull() {
		return v, ok, nil
	}
	if want := value.KindEdge; p.Length == nil && v.Kind() != want || p.Length != nil && v.Kind() != value.KindList {
		return v, ok, unsupported(p)
	}
	return v, ok, nil
}

// hops follows a relationship of variable length, of which the hops in taken are done.
func (w *walk) hops(i, n int, taken []value.Value, t trail, e *env) error {
	p := w.part.Rels[i]
	if len(taken) >= p.Length.Min {
		bound, ok, err := w.boundTo(p, e)
		switch list := value.List(slices.Clone(taken)); {
		case err != nil:
			return err
		case p.Var == nil:
			err = w.walkOn(i, n, t, e)
		case !ok:
			err = w.walkOn(i, n, t, e.with(p.Var.Name, list))
		case !bound.IsNull() && same(bound, list):
			err = w.walkOn(i, n, t, e)
		}
		if err != nil {
			return err
		}
	}
	if p.Length.Max >= 0 && len(taken) >= p.Length.Max {
		return nil
	}
	return w.each(p, n, func(id, to int) error {
		return w.hops(i, to, append(slices.Clip(taken), w.r.g.edgeValue(id)), t.edge(id).node(to), e)
	})
}

// walkOn goes on at node n after a relationship of variable length, whose last node is in
// the trail already.
func (w *walk) walkOn(i, n int, t trail, e *env) error {
	t.nodes = t.nodes[:len(t.nodes)-1]
	return w.node(i+1, n, t, e)
}

// is tells whether t is the type of e.
func (e *Edge) is(t ast.Name) bool { return e.Type == t.Text }

// ends returns where a relationship leads from node n, one way or both.
func (e *Edge) ends(n int, d graph.Direction) []int {
	var out []int
	if e.From == n && d != graph.In {
		out = append(out, e.To)
	}
	if e.To == n && d != graph.Out && (len(out) == 0 || e.From != e.To) { // a loop is one way, not two
		out = append(out, e.From)
	}
	return out
}

// each calls next for every relationship that p can follow from n, with the node at its
// other end. Meanwhile the relationship is taken.
func (w *walk) each(p *ast.RelPattern, n int, next func(id, to int) error) error {
	for id, x := range w.r.g.Edges {
		if x.Deleted || !w.part.Repeatable && slices.Contains(w.used, id) || len(p.Types) > 0 && !slices.ContainsFunc(p.Types, x.is) {
			continue
		}
		for _, to := range x.ends(n, p.Direction) {
			if err := w.r.step(1); err != nil || w.done {
				return err
			}
			d := demand{entity: w.r.g.edgeValue(id), labels: p.Is, props: p.Props, where: p.Where}
			if p.Var != nil {
				d.name = p.Var.Name
			}
			err := w.demanding(d, func() error {
				w.used = append(w.used, id)
				err := next(id, to)
				w.used = w.used[:len(w.used)-1]
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
