package exec

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// trails looks for every path that repeats a round of relationships. It searches in
// depth: one level holds the relationships of one node that are still to be followed.
type trails struct {
	spec *plan.Repeat
	legs []leg
	hop  hop // for what the row has used already

	to     graph.NodeID
	levels []trailLevel // depth of them are in use
	depth  int
	track  track
	used   map[graph.EdgeID]struct{} // the relationships of track, once it is long
	fresh  bool                      // nothing has been gone on to from the end of track
	zero   bool                      // the path without a relationship is still to be given
	held   int64
}

// trailLevel is a place in the search: what leads on from one node.
type trailLevel struct {
	walk  walker
	nodes []graph.NodeID // the run that is being looked at
	edges []graph.EdgeID
	// kept are those of them that fulfil the conditions.
	keptNodes []graph.NodeID
	keptEdges []graph.EdgeID
}

// leg is one relationship of a round that is followed.
type leg struct {
	hop
	spec  *plan.Leg
	where probe
	// fixed are the columns that stand for what the round has found before.
	fixed []fixedColumn
	track int // slot of the path up to and with the relationship
}

// fixedColumn is a node or a relationship of the round: back is how many places before the
// end of the track it stands.
type fixedColumn struct {
	slot int
	edge bool
	back int
}

func (c *compiler) repeat(o *plan.Repeat) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	legs := make([]leg, len(o.Legs))
	for i := range o.Legs {
		if legs[i], err = c.leg(o.Legs, i); err != nil {
			return nil, err
		}
		legs[i].track = o.Track
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		t := &trails{spec: o, legs: slices.Clone(legs), hop: hop{spec: &o.Hop}}
		for n := range t.legs {
			t.legs[n].where = newProbe(slots, legs[n].where.tests, legs[n].where.reads)
		}
		p := newPathfind(t, &o.Hop, &o.Found, in(i), newOutput(slots, o.Carry))
		p.into = o.Into
		return p
	}, nil
}

// leg compiles leg i of a round.
func (c *compiler) leg(legs []*plan.Leg, i int) (leg, error) {
	l := leg{spec: legs[i], track: plan.NoSlot}
	var err error
	if l.hop, err = c.hop(&legs[i].Hop); err != nil {
		return l, err
	}
	tests, err := c.exprs(nil, legs[i].Where...)
	if err != nil {
		return l, err
	}
	l.where = probe{tests: tests, reads: legs[i].Reads}
	for _, s := range legs[i].Inner {
		for j, before := range legs[:i+1] {
			switch {
			case s == before.Before:
				l.fixed = append(l.fixed, fixedColumn{slot: s, back: i - j})
			case s == before.Edge && j < i:
				l.fixed = append(l.fixed, fixedColumn{slot: s, edge: true, back: i - j - 1})
			default:
				continue
			}
			break
		}
	}
	return l, nil
}

func (t *trails) open(r *run) error {
	for i := range t.legs {
		if err := t.legs[i].resolve(r); err != nil {
			return err
		}
	}
	return nil
}

func (t *trails) refresh(r *run) error {
	for i := range t.legs {
		if _, err := t.legs[i].refresh(r); err != nil {
			return err
		}
	}
	return nil
}

func (t *trails) total() value.Value { return value.Null }

// begin starts at from.
func (t *trails) begin(_ *run, in *batch.Batch, row int, from, to graph.NodeID) error {
	t.to, t.depth = to, 0
	t.track.reset()
	t.track.nodes = append(t.track.nodes, from)
	clear(t.used)
	t.hop.ban(in, row)
	for i := range t.legs {
		t.legs[i].where.outer(in, row)
	}
	t.fresh = t.spec.Max != 0
	t.zero = t.spec.Min == 0
	return nil
}

// next goes on to the next path.
func (t *trails) next(r *run) (bool, error) {
	if t.zero {
		t.zero = false
		if t.ends() {
			return true, nil
		}
	}
	for {
		if t.fresh {
			if err := t.push(r); err != nil {
				return false, err
			}
		}
		if t.depth == 0 {
			return false, nil
		}
		if err := r.step(); err != nil {
			return false, err
		}
		followed, err := t.advance(r)
		if err != nil {
			return false, err
		}
		if followed && t.whole() && t.ends() {
			return true, nil
		}
	}
}

// advance follows one relationship, or leaves a level that has no more; it reports whether
// the track is longer now.
func (t *trails) advance(r *run) (bool, error) {
	l := &t.levels[t.depth-1]
	if len(l.nodes) == 0 {
		more, err := t.more(r, l)
		if err == nil && !more {
			t.depth--
			t.back()
		}
		return false, err
	}
	n, id := l.nodes[0], l.edges[0]
	l.nodes, l.edges = l.nodes[1:], l.edges[1:]
	if l.walk.skips(&t.legs[len(t.track.edges)%len(t.legs)].hop, n) || !t.allowed(id, n) {
		return false, nil
	}
	t.follow(l.walk.edge(id, n), n)
	return true, nil
}

// rounds is how many rounds have begun.
func (t *trails) rounds() int { return (len(t.track.edges) + len(t.legs) - 1) / len(t.legs) }

// whole tells whether the track ends with a round, and is long enough.
func (t *trails) whole() bool {
	return len(t.track.edges)%len(t.legs) == 0 && t.rounds() >= t.spec.Min
}

// ends tells whether the track ends where it should.
func (t *trails) ends() bool {
	return t.to == graph.NoNode || t.end() == t.to
}

func (t *trails) end() graph.NodeID { return t.track.nodes[len(t.track.nodes)-1] }

func (t *trails) trace(found *track) {
	found.nodes, found.edges = append(found.nodes[:0], t.track.nodes...), append(found.edges[:0], t.track.edges...)
}

// push opens a level at the end of the track, or takes the track's last relationship back
// where nothing may follow it.
func (t *trails) push(r *run) error {
	t.fresh = false
	edges := len(t.track.edges)
	last := edges%len(t.legs) == 0 && edges/len(t.legs) == t.spec.Max
	closed := t.spec.Mode == ast.Simple && edges > 0 && t.track.nodes[edges] == t.track.nodes[0]
	if last || closed {
		t.back()
		return nil
	}
	if t.depth == len(t.levels) {
		if t.depth%64 == 0 {
			const bytes = 64 * 256
			if err := r.reserve(bytes); err != nil {
				return err
			}
			t.held += bytes
		}
		t.levels = append(t.levels, trailLevel{})
	}
	l := &t.levels[t.depth]
	t.depth++
	l.walk.start(r, &t.legs[edges%len(t.legs)].hop, t.track.nodes[edges])
	l.nodes, l.edges = nil, nil
	return nil
}

// more looks at the next run of relationships.
func (t *trails) more(r *run, l *trailLevel) (bool, error) {
	g := &t.legs[len(t.track.edges)%len(t.legs)]
	limit := int(graph.NoEdge)
	if g.where.active() {
		limit = r.size
	}
	nodes, edges := l.walk.next(r, &g.hop, limit)
	if nodes == nil {
		return false, nil
	}
	r.hits += int64(len(nodes))
	if !g.where.active() {
		l.nodes, l.edges = nodes, edges
		return true, nil
	}
	pass, err := g.test(r, &t.track, &l.walk, nodes, edges)
	if err != nil {
		return false, err
	}
	before := cap(l.keptNodes)
	l.keptNodes, l.keptEdges = l.keptNodes[:0], l.keptEdges[:0]
	for _, i := range pass {
		l.keptNodes, l.keptEdges = append(l.keptNodes, nodes[i]), append(l.keptEdges, edges[i])
	}
	l.nodes, l.edges = l.keptNodes, l.keptEdges
	bytes := int64(cap(l.keptNodes)-before) * 8
	if err := r.reserve(bytes); err != nil {
		return false, err
	}
	t.held += bytes
	return true, nil
}

// test returns the places of the relationships that fulfil the conditions. They lead on
// from the end of t.
func (g *leg) test(r *run, t *track, w *walker, nodes []graph.NodeID, edges []graph.EdgeID) ([]uint16, error) {
	n := len(nodes)
	copy(g.where.nodes(g.spec.After, n), nodes)
	for i := range g.where.edges(g.spec.Edge, n) {
		g.where.batch.Columns[g.spec.Edge].Edges[i] = w.edge(edges[i], nodes[i])
	}
	for _, f := range g.fixed {
		if !f.edge {
			g.where.node(f.slot, n, t.nodes[len(t.nodes)-1-f.back])
			continue
		}
		for i := range g.where.edges(f.slot, n) {
			g.where.batch.Columns[f.slot].Edges[i] = t.edges[len(t.edges)-1-f.back]
		}
	}
	if paths := g.where.values(g.track, n); paths != nil {
		for i := range nodes {
			t.step(w.edge(edges[i], nodes[i]), nodes[i])
			paths[i] = t.path()
			t.nodes, t.edges = t.nodes[:len(t.nodes)-1], t.edges[:len(t.edges)-1]
		}
	}
	return g.where.pass(r, n)
}

// allowed tells whether the track may go on with a relationship.
func (t *trails) allowed(id graph.EdgeID, n graph.NodeID) bool {
	switch t.spec.Mode {
	case ast.NoMode, ast.Trail:
		return t.hop.allowed(id) && !t.uses(id)
	case ast.Walk:
		return true
	case ast.Acyclic:
		return t.hop.allowed(id) && !slices.Contains(t.track.nodes, n)
	case ast.Simple:
		return t.hop.allowed(id) && !slices.Contains(t.track.nodes[1:], n) && (n != t.track.nodes[0] || !t.uses(id))
	}
	return false
}

// uses tells whether the track has the relationship.
func (t *trails) uses(id graph.EdgeID) bool {
	if len(t.track.edges) < setFrom {
		return slices.ContainsFunc(t.track.edges, func(e graph.Edge) bool { return e.ID == id })
	}
	_, ok := t.used[id]
	return ok
}

// follow appends a relationship to the track.
func (t *trails) follow(e graph.Edge, n graph.NodeID) {
	t.track.step(e, n)
	t.fresh = true
	switch edges := t.track.edges; {
	case len(edges) == setFrom:
		if t.used == nil {
			t.used = map[graph.EdgeID]struct{}{}
		}
		for _, x := range edges {
			t.used[x.ID] = struct{}{}
		}
	case len(edges) > setFrom:
		t.used[e.ID] = struct{}{}
	}
}

// back takes the last relationship of the track back, if there is one.
func (t *trails) back() {
	n := len(t.track.edges)
	if n == 0 {
		return
	}
	if len(t.used) > 0 {
		delete(t.used, t.track.edges[n-1].ID)
	}
	t.track.edges, t.track.nodes = t.track.edges[:n-1], t.track.nodes[:n]
}

// keptLevels is how many levels are kept for the next execution.
const keptLevels = 16

func (t *trails) close(r *run) {
	r.release(t.held)
	t.held = 0
	t.depth = 0
	if len(t.levels) > keptLevels {
		t.levels = nil
	}
}
