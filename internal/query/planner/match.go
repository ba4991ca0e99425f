package planner

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/sema"
)

// match plans MATCH and OPTIONAL MATCH.
func (b *builder) match(in plan.Op, c *ast.Match) (plan.Op, error) {
	if c.Optional {
		return b.optional(in, c)
	}
	g, err := b.newPattern(c.Pattern.Parts, c.Where)
	if err != nil {
		return nil, err
	}
	b.follow(g, c.Hints)
	g.wanted = b.counted
	at, err := b.pattern(in, g)
	if err != nil {
		return nil, err
	}
	b.define(g, present)
	return at, nil
}

// presence tells whether what a pattern binds may be null.
type presence uint8

const (
	present presence = iota
	nullable
)

// define notes that everything in g has a value now.
func (b *builder) define(g *pattern, p presence) {
	see := func(s *sema.Symbol) {
		if s != nil && !b.bound[s] {
			b.bound[s] = true
			b.present[s] = p == present
		}
	}
	for _, n := range g.nodes {
		see(n.symbol)
		if p == present {
			b.present[n.symbol] = true
		}
	}
	for _, r := range g.rels {
		see(r.symbol)
		for _, s := range r.gives {
			see(s)
		}
	}
	for _, part := range g.paths {
		see(b.info.Paths[part])
	}
}

// pattern plans the search for g on top of in.
func (b *builder) pattern(in plan.Op, g *pattern) (plan.Op, error) {
	m := &matcher{b: b, g: g, at: in, known: symbolSet{}, applied: make([]bool, len(g.preds))}
	for s := range b.bound {
		m.known[s] = true
	}
	if err := m.filter(); err != nil {
		return nil, err
	}
	var free []*component
	for _, c := range g.components() {
		if !c.anchored {
			free = append(free, c)
			continue
		}
		if err := m.chain(c); err != nil {
			return nil, err
		}
	}
	for len(free) > 0 {
		i := m.cheapest(free)
		if err := m.join(free[i]); err != nil {
			return nil, err
		}
		free = slices.Delete(free, i, i+1)
	}
	return m.namedPaths()
}

// matcher builds the operators of one pattern.
type matcher struct {
	b       *builder
	g       *pattern
	at      plan.Op
	known   symbolSet
	applied []bool // predicates, by id
	found   []*rel // relationships found or checked so far
}

// filter applies every predicate whose symbols are all known.
func (m *matcher) filter() error {
	var list []ast.Expr
	rows := m.at.Head().Rows
	var patterns []*predicate
	for _, p := range m.g.preds {
		if m.applied[p.id] || !subset(p.needs, m.known) {
			continue
		}
		m.applied[p.id] = true
		if isPatternPredicate(p.expr) {
			patterns = append(patterns, p)
			continue
		}
		list = append(list, p.expr)
		rows *= p.selectivity
	}
	if len(list) > 0 {
		m.at = &plan.Filter{Input: m.at, Predicates: list, Header: plan.Header{Rows: rows}}
	}
	for _, p := range patterns {
		var err error
		if m.at, err = m.b.withKnown(m.known, func() (plan.Op, error) { return m.b.semi(m.at, p.expr) }); err != nil {
			return err
		}
	}
	return nil
}

// withKnown runs f while exactly the symbols known count as bound.
func (b *builder) withKnown(known symbolSet, f func() (plan.Op, error)) (plan.Op, error) {
	saved := b.bound
	b.bound = make(map[*sema.Symbol]bool, len(known))
	for s := range known {
		b.bound[s] = true
	}
	op, err := f()
	b.bound = saved
	return op, err
}

// chain plans c step by step on top of what is there.
func (m *matcher) chain(c *component) error {
	s := m.b.search(m.g, c, m.known, m.applied, m.at.Head().Rows)
	if s == nil {
		if err := m.b.interrupted(); err != nil {
			return err
		}
		return failure.Syntax("UnsupportedPattern", "conditions on relationships of variable length in this pattern depend on each other").
			At(m.g.at).WithHint("put the parts that they read into a MATCH before")
	}
	for _, step := range s.steps() {
		m.step(step)
		if err := m.filter(); err != nil {
			return err
		}
	}
	return nil
}

// step plans one move.
func (m *matcher) step(s move) {
	b := m.b
	switch s.kind {
	case moveScan:
		m.at = b.scan(m.at, s.node, s.access)
		for _, p := range s.access.covers {
			m.applied[p.id] = true
		}
		m.known[s.node.symbol] = true
		m.labels(s.node, s.access.label)
	case moveExpand, moveInto:
		m.expand(s)
	case moveFollow:
		m.follow(s)
	}
	m.at.Head().Rows = s.rows
}

// labels asks a node that was just found for the labels that its access did not ask for.
func (m *matcher) labels(n *node, except string) {
	e := &ast.HasLabels{X: m.b.variable(n.symbol)}
	for _, l := range n.labels {
		if l != except {
			e.Labels = append(e.Labels, ast.Name{Text: l})
		}
	}
	if len(e.Labels) > 0 {
		m.at = &plan.Filter{Input: m.at, Predicates: []ast.Expr{e}}
	}
}

// hop makes the common part of following r from a node.
func (m *matcher) hop(r *rel, from *node) (plan.Hop, *node) {
	b := m.b
	to, d := r.right, r.direction
	if from != r.left {
		to, d = r.left, d.Reversed()
	}
	h := plan.Hop{Place: ast.Place{At: r.at}, From: b.slot(from.symbol), To: b.slot(to.symbol), Rel: b.slot(r.symbol), Direction: d, Types: r.types, Is: r.is}
	for _, other := range m.found {
		if overlap(r, other) {
			h.Distinct = append(h.Distinct, b.slot(other.symbol))
		}
	}
	return h, to
}

// overlap tells whether one relationship could be both r and s.
func overlap(r, s *rel) bool {
	if r.clause != s.clause {
		return false
	}
	if len(r.types) == 0 || len(s.types) == 0 {
		return true
	}
	return slices.ContainsFunc(r.types, func(t string) bool { return slices.Contains(s.types, t) })
}

func (m *matcher) expand(s move) {
	h, to := m.hop(s.rel, s.from)
	into := s.kind == moveInto
	if !into {
		h.ToLabels = to.labels
	}
	for _, gives := range s.rel.gives {
		m.known[gives] = true
	}
	switch {
	case s.rel.search != nil:
		m.at = s.rel.search.operator(m.b, m.at, h, way{into: into, reverse: s.from != s.rel.left})
	case s.rel.length != nil:
		m.at = &plan.VarExpand{
			Hop: h, Input: m.at, Min: s.rel.length.Min, Max: s.rel.length.Max,
			Props: s.rel.props, Where: s.rel.where, Each: m.b.each(s.rel.hop), Into: into, Reverse: s.from != s.rel.left,
		}
	case into:
		m.at = &plan.ExpandInto{Hop: h, Input: m.at}
	default:
		m.at = &plan.Expand{Hop: h, Input: m.at}
	}
	m.known[to.symbol] = true
	m.known[s.rel.symbol] = true
	if s.rel.after {
		m.differ(s.rel)
	}
	if !s.rel.free {
		m.found = append(m.found, s.rel)
	}
}

// differ demands that the relationships of a path differ from those found before.
func (m *matcher) differ(r *rel) {
	var pairs [][2]int
	for _, other := range m.found {
		if overlap(r, other) {
			pairs = append(pairs, [2]int{m.b.slot(r.symbol), m.b.slot(other.symbol)})
		}
	}
	if len(pairs) > 0 {
		m.at = &plan.Unequal{Input: m.at, Pairs: pairs, Header: plan.Header{Rows: m.at.Head().Rows}}
	}
}

// follow plans the check of a relationship that is known.
func (m *matcher) follow(s move) {
	r := s.rel
	from := r.left
	if r.length != nil && !m.known[r.left.symbol] {
		from = r.right
	}
	h, to := m.hop(r, from)
	o := &plan.FollowBound{
		Hop: h, Input: m.at, List: r.length != nil, Reverse: from != r.left,
		FromKnown: m.known[from.symbol], ToKnown: m.known[to.symbol],
	}
	if r.length != nil {
		o.Min, o.Max = r.length.Min, r.length.Max
	}
	m.at = o
	m.found = append(m.found, r)
	for _, n := range []*node{from, to} {
		if !m.known[n.symbol] {
			m.known[n.symbol] = true
			m.labels(n, "")
		}
	}
}

// namedPaths makes the values of the named paths and tests what is asked of them.
func (m *matcher) namedPaths() (plan.Op, error) {
	for _, part := range m.g.paths {
		m.at = m.b.namedPath(m.at, part)
		if mode := modeOf(part); checksMode(part) {
			m.at = &plan.PathRule{Input: m.at, Slot: m.b.slot(m.b.info.Paths[part]), Mode: mode, Header: plan.Header{Rows: m.at.Head().Rows}}
		}
		m.known[m.b.info.Paths[part]] = true
	}
	if len(m.g.paths) > 0 {
		if err := m.filter(); err != nil {
			return nil, err
		}
	}
	return m.at, nil
}

// namedPath makes the value of one path from its nodes and relationships.
func (b *builder) namedPath(in plan.Op, part *ast.PatternPart) plan.Op {
	o := &plan.Path{Input: in, Slot: b.slot(b.info.Paths[part]), Header: plan.Header{Rows: in.Head().Rows}}
	for _, n := range part.Nodes {
		o.Nodes = append(o.Nodes, b.slot(b.info.Nodes[n]))
	}
	for _, r := range part.Rels {
		o.Rels = append(o.Rels, b.slot(b.info.Rels[r]))
	}
	return o
}
