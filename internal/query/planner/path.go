package planner

import (
	"math"
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/storage/graph"
)

// search is how something is found that stands in a pattern like one relationship between
// two nodes, but is a path that is looked for as a whole.
type search interface {
	// operator makes the operator that looks for the path. h is the hop as it is followed
	// from the node that is known.
	operator(b *builder, in plan.Op, h plan.Hop, w way) plan.Op
	// estimate guesses how many paths there are for one row, and what it costs to find
	// them; fan is the mean number of relationships of a node.
	estimate(fan, nodes float64, into bool) (rows, cost float64)
}

// way says how a path is looked for.
type way struct {
	into    bool // both ends are known
	reverse bool // from the last node of the pattern on
}

// modeOf returns what may be repeated in the paths of a part. That relationships may be is
// up to the whole pattern.
func modeOf(part *ast.PatternPart) ast.PathMode {
	switch {
	case part.Repeatable:
		return ast.Walk
	case part.Select == nil || part.Select.Mode == ast.NoMode || part.Select.Mode == ast.Walk:
		return ast.Trail
	}
	return part.Select.Mode
}

// checksMode tells whether whole paths of a part have to be asked for what they repeat.
// A path of one repeated relationship has been while it was looked for.
func checksMode(part *ast.PatternPart) bool {
	switch modeOf(part) {
	case ast.Acyclic, ast.Simple:
		return len(part.Rels) > 1 || len(part.Rels) == 1 && part.Rels[0].Length == nil
	case ast.NoMode, ast.Trail, ast.Walk:
	}
	return false
}

// nameMode names the path of a part that is asked for what it repeats.
func (b *builder) nameMode(part *ast.PatternPart) {
	if checksMode(part) && b.info.Paths[part] == nil {
		b.info.Paths[part] = b.newSymbol(sema.Path)
	}
}

// newSymbol makes a variable that is not in the text.
func (b *builder) newSymbol(t sema.Type) *sema.Symbol {
	s := &sema.Symbol{ID: len(b.info.Symbols), Type: t}
	b.info.Symbols = append(b.info.Symbols, s)
	for len(b.p.SymbolSlots) < len(b.info.Symbols) {
		b.p.SymbolSlots = append(b.p.SymbolSlots, plan.NoSlot)
	}
	return s
}

// addFunction adds shortestPath(…) or allShortestPaths(…).
func (b *builder) addFunction(g *pattern, part *ast.PatternPart, left, right *node) error {
	p := part.Rels[0]
	r := b.newRel(g, p, left, right)
	r.length, r.free = nil, true
	o, err := b.newRound(r, p)
	if err != nil {
		return err
	}
	r.follows(o)
	f := &shortest{
		low: o.low, high: o.high, all: part.Select.Kind == ast.SelectAllShortestPaths, test: b.testOf(o),
		path: b.info.Paths[part], hop: o.hops[0], round: o, list: r.symbol,
	}
	r.search = f
	if f.path != nil {
		r.gives = append(r.gives, f.path)
	}
	return nil
}

// shortestPath plans shortestPath(…) as a value: the path is the only column.
func (b *builder) shortestPath(in plan.Op, e *ast.ShortestPath) (plan.Op, error) {
	g, err := b.newPattern([]*ast.PatternPart{e.Part}, nil)
	if err != nil {
		return nil, err
	}
	at, err := b.pattern(in, g)
	if err != nil {
		return nil, err
	}
	b.p.Outputs = []int{b.slot(b.info.Paths[e.Part])}
	return at, nil
}

// shortest is a search for shortest paths of one relationship a round.
type shortest struct {
	low, high int
	all       bool
	test      plan.Test
	hop       plan.Hop
	path      *sema.Symbol // nil where nobody names it
	list      *sema.Symbol // of the relationships; nil where nobody names it
	groups    []roundGroup
	binds     []bind
	round     *round
	// cycles finds the paths from a node to itself; nil where these do not count.
	cycles *best
}

func (s *shortest) operator(b *builder, in plan.Op, h plan.Hop, w way) plan.Op {
	h.Distinct, h.Types, h.Is, h.Direction = nil, s.hop.Types, s.hop.Is, s.hop.Direction
	if w.reverse {
		h.Direction = h.Direction.Reversed()
	}
	if s.list != nil {
		h.Rel = b.slot(s.list)
	}
	o := &plan.ShortestPath{
		Hop: h, Input: in, Min: s.low, Max: s.high, All: s.all, Into: w.into, Test: s.test,
		Found: plan.Found{Path: plan.NoSlot, Reverse: w.reverse},
	}
	if s.path != nil {
		o.Path = b.slot(s.path)
	}
	for _, g := range s.groups {
		g.Slot = b.slot(g.outer)
		o.Groups = append(o.Groups, g.Group)
	}
	for _, x := range s.binds {
		x.group.Slot = b.slot(x.symbol)
		o.Groups = append(o.Groups, x.group)
	}
	if s.cycles != nil {
		o.Cycles, _ = s.cycles.operator(b, nil, h, way{into: true, reverse: w.reverse}).(*plan.PathSearch)
	}
	return o
}

func (s *shortest) estimate(fan, nodes float64, into bool) (rows, cost float64) {
	l := ast.Length{Min: min(s.low, 1), Max: s.high}
	reach, edges := varFanout(&l, fan)
	reach, edges = min(reach, nodes), min(edges, nodes*fan)
	if into {
		rows, cost = 0.9, math.Sqrt(edges)*2*costEdge
	} else {
		rows, cost = reach, edges*costEdge+reach*costRow
	}
	if s.all {
		rows *= 2
	}
	return rows, cost
}

// livePath finds the columns that a search for paths has to make, and takes those that it
// makes for conditions alone out of read, all that it reads.
func livePath(p *plan.Plan, o plan.Op, need, read slotSet) slotSet {
	switch o := o.(type) {
	case *plan.ShortestPath:
		liveFound(&o.Found, &o.Hop, need)
		t := &o.Test
		t.Reads = liveTest(p, t, t.Conditions())
		if o.Cycles != nil {
			o.Cycles.Final.Found.Groups = nil
			read = livePathSearch(p, o.Cycles, need, read)
		}
		return read.without(t.Own()...)
	case *plan.PathSearch:
		return livePathSearch(p, o, need, read)
	case *plan.WeightedPath:
		liveFound(&o.Found, &o.Hop, need)
		if !need[o.Total] {
			o.Total = plan.NoSlot
		}
		o.Test.Reads = liveTest(p, &o.Test, o.Test.Conditions())
		o.WeightReads = liveTest(p, &o.Test, []ast.Expr{o.Weight})
		return read.without(o.Test.Own()...)
	case *plan.Repeat:
		liveFound(&o.Found, &o.Hop, need)
		own := append(plan.Own(o.Legs), o.Track)
		liveLegs(p, o.Legs, own)
		return read.without(own...)
	}
	return read
}

// liveTest returns the columns of the input that conditions read.
func liveTest(p *plan.Plan, t *plan.Test, list []ast.Expr) []int {
	reads := slotSet{}
	for _, e := range list {
		exprSlots(p, scoped{e, nil}, reads)
	}
	return reads.without(t.Own()...).sorted()
}

// livePathSearch is livePath for a search of several segments.
func livePathSearch(p *plan.Plan, o *plan.PathSearch, need, read slotSet) slotSet {
	own := o.Own()
	reads := func(list []ast.Expr) slotSet {
		s := slotSet{}
		for _, e := range list {
			exprSlots(p, scoped{e, nil}, s)
		}
		return s
	}
	outer := func(list []ast.Expr) []int { return reads(list).without(own...).sorted() }
	for _, s := range o.Segments {
		liveLegs(p, s.Legs, own)
		s.RoundReads, s.CheckReads = outer(s.Round), outer(s.Check)
	}
	o.Nodes.Reads = outer(o.Nodes.Where)
	final := reads(o.Final.Where)
	o.Final.Reads = outer(o.Final.Where)
	o.Final.Found.Keep(final)
	if !final[o.Final.Rel] {
		o.Final.Rel = plan.NoSlot
	}
	if !final[o.Final.To] || o.Into {
		o.Final.To = plan.NoSlot
	}
	liveFound(&o.Found, &o.Hop, need)
	return read.without(own...)
}

// searchConditions lists the conditions of a search of several segments.
func searchConditions(o *plan.PathSearch) []ast.Expr {
	out := append(append([]ast.Expr{}, o.Nodes.Where...), o.Final.Where...)
	for _, s := range o.Segments {
		out = append(append(out, s.Round...), s.Check...)
		out = append(out, legConditions(s.Legs)...)
	}
	return out
}

func liveFound(f *plan.Found, h *plan.Hop, need slotSet) {
	f.Keep(need)
	if !need[h.Rel] {
		h.Rel = plan.NoSlot
	}
}

// searchColumns is columns for the operators that look for paths.
func searchColumns(h *plan.Hop, f *plan.Found, into bool, read slotSet) ([]int, slotSet) {
	made := append(f.Made(), h.Rel)
	read.add(h.From)
	read.add(h.Distinct...)
	if into {
		read.add(h.To)
	} else {
		made = append(made, h.To)
	}
	return made, read
}

// pathEffects adds what looking for a path reads beside one relationship.
func (b *builder) pathEffects(r *ast.RelPattern, e *effects) {
	if r.Repeat != nil {
		b.patternEffects([]*ast.PatternPart{r.Repeat.Part}, e)
		b.readEffects(r.Repeat.Where, e)
	}
	if s := r.Search; s != nil {
		for _, l := range []*ast.Lambda{s.Weight, s.Filter} {
			if l != nil {
				b.readEffects(l.X, e)
			}
		}
	}
}

// absorb moves the conditions of WHERE about a path into the search for it, where they
// decide which path is the shortest.
func (b *builder) absorb(g *pattern) {
	for _, r := range g.rels {
		s, ok := r.search.(*shortest)
		if !ok || s.round == nil {
			continue
		}
		kept := g.preds[:0]
		var whole []ast.Expr
		for _, p := range g.preds {
			switch {
			case !p.needs[r.symbol] && (s.path == nil || !p.needs[s.path]):
				kept = append(kept, p)
			case b.absorbUniversal(r, s, p):
				s.require(r, p, nil)
			default:
				whole = append(whole, p.expr)
				s.require(r, p, []*node{r.left, r.right})
			}
		}
		g.preds = kept
		if len(whole) > 0 {
			r.search = s.exhaustive(whole)
		}
	}
}

// require notes what p reads beside the path and the nodes that are known together with it.
func (s *shortest) require(r *rel, p *predicate, known []*node) {
	for x := range p.needs {
		given := slices.ContainsFunc(known, func(n *node) bool { return n.symbol == x })
		if x != r.symbol && x != s.path && !given {
			r.needs[x] = true
		}
	}
}

// exhaustive returns a search that asks whole paths for conditions, in the order of their
// length.
func (s *shortest) exhaustive(whole []ast.Expr) *best {
	return &best{
		segments: []*segment{{round: s.round, list: s.list}}, mode: ast.Trail, byLength: s.all, apart: true, final: whole,
		node: s.test.Node, nodes: s.test.Nodes, path: s.path,
	}
}

// absorbUniversal takes all(x IN nodes(p) WHERE …), none(…) and the same over the
// relationships as a condition of each of them.
func (b *builder) absorbUniversal(r *rel, s *shortest, p *predicate) bool {
	q, ok := p.expr.(*ast.Quantifier)
	if !ok || q.Kind != "all" && q.Kind != "none" {
		return false
	}
	condition := q.Where
	if q.Kind == "none" {
		condition = &ast.Unary{Place: ast.Place{At: q.Where.Span()}, Op: "NOT", X: q.Where}
	}
	x := b.info.Uses[q.Var]
	inside := symbolSet{}
	b.collectSymbols(q.Where, inside)
	if inside[r.symbol] || s.path != nil && inside[s.path] {
		return false
	}
	switch what := q.List.(type) {
	case *ast.Variable:
		if b.info.Uses[what] != r.symbol {
			return false
		}
		s.askEach(b, x, condition)
		return true
	case *ast.Call:
		if len(what.Args) != 1 || s.path == nil {
			return false
		}
		if v, ok := what.Args[0].(*ast.Variable); !ok || b.info.Uses[v] != s.path {
			return false
		}
		switch {
		case isNamed(what.Name, "nodes"):
			b.shareSlot(x, &s.test.Node)
			s.test.Nodes = append(s.test.Nodes, condition)
			return true
		case isNamed(what.Name, "relationships"), isNamed(what.Name, "rels"):
			s.askEach(b, x, condition)
			return true
		}
	}
	return false
}

// askEach adds a condition of each relationship, which is x in it.
func (s *shortest) askEach(b *builder, x *sema.Symbol, e ast.Expr) {
	b.shareSlot(x, &s.test.Rel)
	s.test.Edges = append(s.test.Edges, e)
	s.round.conds = append(s.round.conds, condition{expr: e, firstNode: len(s.round.nodes), lastNode: -1, lastRel: 0})
}

// shareSlot gives s the column slot, made when there is none yet.
func (b *builder) shareSlot(s *sema.Symbol, slot *int) {
	if *slot == plan.NoSlot {
		*slot = b.newSlot(s.Name)
	}
	b.alias(s, *slot)
}

// fanOf guesses how many relationships of r a node has.
func (b *builder) fanOf(r *rel) float64 {
	left, _ := b.fanout(r, r.left, r.right)
	right, _ := b.fanout(r, r.right, r.left)
	if r.direction == graph.Both {
		return max(left, right)
	}
	return math.Sqrt(left * right)
}
