package planner

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/graph"
)

// pattern is the graph that a MATCH looks for.
type pattern struct {
	nodes []*node
	rels  []*rel
	preds []*predicate
	paths []*ast.PatternPart
	// index finds nodes and relationships by symbol.
	index map[*sema.Symbol]*node
	at    token.Span
	// wanted are the symbols that are read later, where otherwise only the number of matches
	// counts; nil where it is not known.
	wanted symbolSet
}

// node is one variable node of a pattern; parts that name it share it.
type node struct {
	id     int
	symbol *sema.Symbol
	labels []string
	at     token.Span // where labels are asked for first
	bound  bool       // has a value before the pattern is matched
	hinted bool       // must be found by one of access
	access []access
	share  float64 // what labelShare found, once shared
	shared bool
}

// rel is one relationship of a pattern.
type rel struct {
	id          int
	clause      int // relationships of different clauses may be the same
	symbol      *sema.Symbol
	left, right *node
	direction   graph.Direction // from left to right
	types       []string
	length      *ast.Length // nil for exactly one
	props       []plan.PropertyValue
	is          ast.LabelExpr // what the type must fulfil instead of types; nil for nothing
	where       []ast.Expr    // must hold for each relationship, which is hop; with length only
	hop         *sema.Symbol
	needs       symbolSet // symbols that props and where read
	bound       bool
	search      search         // how it is found where it is not simply followed; nil otherwise
	gives       []*sema.Symbol // what it binds beside symbol
	free        bool           // may be made of relationships that others of the pattern use
	after       bool           // differs from others of the pattern by a test after it is found
	oneWay      bool           // can be looked for from left only
	at          token.Span
}

// predicate is one condition that must hold for a match.
type predicate struct {
	id          int
	expr        ast.Expr
	needs       symbolSet // symbols that it reads and that the pattern or its input gives
	selectivity float64
	// label is set for a predicate that only asks a node of the pattern for labels; an
	// access path or an expansion to the node may take care of it.
	labelOf *node
}

type symbolSet map[*sema.Symbol]bool

// patternMax bounds a pattern, because the time to plan it grows with the square of its size.
const patternMax = 2000

// newPattern turns parts and a condition into a graph.
func (b *builder) newPattern(parts []*ast.PatternPart, where ast.Expr) (*pattern, error) {
	g := &pattern{index: map[*sema.Symbol]*node{}}
	for _, part := range parts {
		g.at = part.Span()
		first := len(g.rels)
		if err := b.addPart(g, part); err != nil {
			return nil, err
		}
		for _, r := range g.rels[first:] {
			r.clause = b.clauseOf[part]
		}
		if len(g.nodes)+len(g.rels) > patternMax {
			return nil, failure.Syntax("PatternTooLarge", "a pattern has more than %d nodes and relationships", patternMax).
				At(part.Span()).WithHint("split it, or pass what is looked for as a parameter and UNWIND it")
		}
	}
	for _, e := range conjuncts(where, nil) {
		b.addCondition(g, e)
	}
	for _, n := range g.nodes {
		switch {
		case !n.bound:
		case len(n.labels) > 0:
			b.addPredicate(g, b.hasLabels(n), n)
		case !b.present[n.symbol] && !g.joined(n):
			b.addPredicate(g, &ast.IsNull{X: b.variable(n.symbol), Not: true}, nil)
		}
	}
	b.absorb(g)
	for i, p := range g.preds {
		p.id = i
	}
	for _, n := range g.nodes {
		if !n.bound {
			n.access = b.accessPaths(g, n)
			b.prefer(n)
		}
	}
	return g, nil
}

// joined tells whether a relationship of g begins or ends at n, so that n cannot be null.
func (g *pattern) joined(n *node) bool {
	return slices.ContainsFunc(g.rels, func(r *rel) bool { return r.left == n || r.right == n })
}

func (b *builder) addPart(g *pattern, part *ast.PatternPart) error {
	if part.Select.Selective() && len(part.Rels) > 0 {
		return b.addSelected(g, part)
	}
	nodes := make([]*node, len(part.Nodes))
	for i, p := range part.Nodes {
		n, err := b.addNode(g, p)
		if err != nil {
			return err
		}
		nodes[i] = n
	}
	for i, p := range part.Rels {
		if err := b.addRel(g, p, nodes[i], nodes[i+1], modeOf(part)); err != nil {
			return err
		}
	}
	for _, e := range conjuncts(part.Where, nil) {
		b.addCondition(g, e)
	}
	b.nameMode(part)
	if b.info.Paths[part] != nil {
		g.paths = append(g.paths, part)
	}
	return nil
}

func (b *builder) addNode(g *pattern, p *ast.NodePattern) (*node, error) {
	s := b.info.Nodes[p]
	n := g.index[s]
	if n == nil {
		n = &node{id: len(g.nodes), symbol: s, bound: b.bound[s]}
		g.nodes = append(g.nodes, n)
		g.index[s] = n
	}
	b.addLabels(g, n, p.Labels, p.Is)
	for _, e := range conjuncts(p.Where, nil) {
		b.addCondition(g, e)
	}
	props, err := b.propertyValues(p.Props)
	if err != nil {
		return nil, err
	}
	for _, kv := range props {
		b.addPredicate(g, b.propertyEquals(s, kv), nil)
	}
	return n, nil
}

// newRel adds a relationship without its properties.
func (b *builder) newRel(g *pattern, p *ast.RelPattern, left, right *node) *rel {
	s := b.info.Rels[p]
	r := &rel{
		id: len(g.rels), symbol: s, left: left, right: right, direction: p.Direction,
		length: p.Length, bound: b.bound[s], needs: symbolSet{}, at: p.At,
	}
	for _, t := range p.Types {
		r.addType(t.Text)
	}
	g.rels = append(g.rels, r)
	return r
}

func (r *rel) addType(name string) {
	if !slices.Contains(r.types, name) {
		r.types = append(r.types, name)
	}
}

func (b *builder) addRel(g *pattern, p *ast.RelPattern, left, right *node, mode ast.PathMode) error {
	special := mode != ast.Trail && p.Length != nil && !b.bound[b.info.Rels[p]]
	switch {
	case p.Search != nil:
		return b.addAlgorithm(g, p, left, right, mode)
	case p.Repeat != nil, special:
		return b.addRepeat(g, p, left, right, mode)
	}
	r := b.newRel(g, p, left, right)
	r.free = mode == ast.Walk
	props, err := b.propertyValues(p.Props)
	if err != nil {
		return err
	}
	for _, kv := range props {
		switch {
		case r.length == nil:
			b.addPredicate(g, b.propertyEquals(r.symbol, kv), nil)
		case r.bound:
			b.addHopCondition(g, r, p, b.hopProperty(p, kv))
		default:
			r.props = append(r.props, kv)
			b.collectSymbols(kv.Value, r.needs)
		}
	}
	b.addTypes(g, r, p)
	b.addRelCondition(g, r, p)
	return nil
}

// propertyValues takes the properties of a pattern element apart. Of a key that stands twice
// the last one counts, as in every map.
func (b *builder) propertyValues(e ast.Expr) ([]plan.PropertyValue, error) {
	switch e := e.(type) {
	case nil:
		return nil, nil
	case *ast.Map:
		out := make([]plan.PropertyValue, 0, len(e.Keys))
		for i, k := range e.Keys {
			if !slices.ContainsFunc(e.Keys[i+1:], func(later ast.Name) bool { return later.Text == k.Text }) {
				out = append(out, plan.PropertyValue{Key: k.Text, Value: e.Values[i]})
			}
		}
		return out, nil
	}
	return nil, failure.Syntax("InvalidParameterUse",
		"a parameter cannot stand for all properties of a pattern that is matched").
		At(e.Span()).WithHint("name the properties one by one: {key: $parameter.key}")
}

// variable makes a use of a symbol that is not in the text.
func (b *builder) variable(s *sema.Symbol) *ast.Variable {
	v := &ast.Variable{Name: s.Name}
	b.info.Uses[v] = s
	return v
}

func (b *builder) propertyEquals(s *sema.Symbol, kv plan.PropertyValue) ast.Expr {
	place := ast.Place{At: kv.Value.Span()}
	property := &ast.Property{Place: place, X: b.variable(s), Key: ast.Name{Place: place, Text: kv.Key}}
	return &ast.Comparison{Place: place, Operands: []ast.Expr{property, kv.Value}, Ops: []string{"="}}
}

func (b *builder) hasLabels(n *node) ast.Expr {
	e := &ast.HasLabels{Place: ast.Place{At: n.at}, X: b.variable(n.symbol)}
	for _, l := range n.labels {
		e.Labels = append(e.Labels, ast.Name{Text: l})
	}
	return e
}

// addCondition adds one part of WHERE. Labels asked of an unbound node join its pattern.
func (b *builder) addCondition(g *pattern, e ast.Expr) {
	if n, h := b.labelTest(g, e); n != nil && !n.bound {
		b.addLabels(g, n, h.Labels, h.Is)
		return
	}
	b.addPredicate(g, e, nil)
}

// labelTest returns the node of g that e asks for labels, if that is all that it does.
func (b *builder) labelTest(g *pattern, e ast.Expr) (*node, *ast.HasLabels) {
	h, ok := e.(*ast.HasLabels)
	if !ok {
		return nil, nil
	}
	v, ok := h.X.(*ast.Variable)
	if !ok {
		return nil, nil
	}
	return g.index[b.info.Uses[v]], h
}

func (n *node) addLabels(labels []ast.Name) {
	if len(n.labels) == 0 && len(labels) > 0 {
		n.at = labels[0].At
	}
	var all nameSet
	all.add(n.labels...)
	all.add(names(labels)...)
	n.labels, n.shared = all.names, false
}

func (b *builder) addPredicate(g *pattern, e ast.Expr, labelOf *node) {
	p := &predicate{expr: e, needs: symbolSet{}, selectivity: selectivity(e), labelOf: labelOf}
	b.collectSymbols(e, p.needs)
	g.preds = append(g.preds, p)
}

// collectSymbols adds the symbols that e reads from its row.
func (b *builder) collectSymbols(e ast.Expr, into symbolSet) {
	local := symbolSet{}
	plan.Walk(e, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Variable:
			if s := b.info.Uses[e]; s != nil {
				into[s] = true
			}
		case *ast.ListComprehension:
			local[b.info.Uses[e.Var]] = true
		case *ast.Quantifier:
			local[b.info.Uses[e.Var]] = true
		case *ast.Reduce:
			local[b.info.Uses[e.Acc]] = true
			local[b.info.Uses[e.Var]] = true
		case *ast.PatternPredicate, *ast.PatternComprehension, *ast.Subquery, *ast.ShortestPath:
			for _, s := range b.info.Outer[e] {
				into[s] = true
			}
			return false
		}
		return true
	})
	for s := range local {
		delete(into, s)
	}
}

// conjuncts takes a condition apart at AND and at the links of comparison chains.
func conjuncts(e ast.Expr, into []ast.Expr) []ast.Expr {
	switch e := e.(type) {
	case nil:
		return into
	case *ast.Binary:
		if e.Op == "AND" {
			return conjuncts(e.Y, conjuncts(e.X, into))
		}
	case *ast.Comparison:
		if len(e.Ops) > 1 {
			for i, op := range e.Ops {
				into = append(into, &ast.Comparison{Place: e.Place, Operands: e.Operands[i : i+2], Ops: []string{op}})
			}
			return into
		}
	}
	return append(into, e)
}

// components returns the groups of nodes that hang together by relationships.
func (g *pattern) components() []*component {
	of := make([]int, len(g.nodes))
	for i := range of {
		of[i] = i
	}
	root := func(i int) int {
		for of[i] != i {
			of[i] = of[of[i]]
			i = of[i]
		}
		return i
	}
	for _, r := range g.rels {
		of[root(r.left.id)] = root(r.right.id)
		for s := range r.needs {
			if n := g.nodeOf(s); n != nil {
				of[root(n.id)] = root(r.right.id)
			}
		}
	}
	byRoot := map[int]*component{}
	var out []*component
	for _, n := range g.nodes {
		c := byRoot[root(n.id)]
		if c == nil {
			c = &component{}
			byRoot[root(n.id)] = c
			out = append(out, c)
		}
		c.nodes = append(c.nodes, n)
		c.anchored = c.anchored || n.bound
	}
	for _, r := range g.rels {
		c := byRoot[root(r.left.id)]
		c.rels = append(c.rels, r)
		c.anchored = c.anchored || r.bound
	}
	return out
}

// nodeOf returns a node that is known as soon as s is, or nil where s is not in g.
func (g *pattern) nodeOf(s *sema.Symbol) *node {
	if n := g.index[s]; n != nil {
		return n
	}
	for _, r := range g.rels {
		if r.symbol == s || slices.Contains(r.gives, s) {
			return r.left
		}
	}
	return nil
}

// component is a connected part of a pattern.
type component struct {
	nodes    []*node
	rels     []*rel
	anchored bool // something in it is bound already
}

func (c *component) has(s *sema.Symbol) bool {
	return slices.ContainsFunc(c.nodes, func(n *node) bool { return n.symbol == s }) ||
		slices.ContainsFunc(c.rels, func(r *rel) bool { return r.symbol == s || slices.Contains(r.gives, s) })
}
