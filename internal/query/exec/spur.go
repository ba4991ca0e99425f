package exec

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/graph"
)

// move is one step of a path through a machine: over a relationship, or from state to
// state at the same node, where the relationship is graph.NoEdge. key is where it leads.
type move struct {
	key  config
	edge graph.Edge
}

// spur looks for the shortest way on from a given beginning of a path that uses nothing of
// it again: A* with the distances as the estimate, which is exact but for what must not be
// used again, so that hardly anything beside the way found is looked at.
type spur struct {
	m    *machine
	dist *distances
	way  orientation
	mode ast.PathMode

	ids     configMap
	list    []spurEntry
	buckets [][]int32 // places in list, by how much longer than the first estimate
	base    int32
	looked  int // entries gone on from since somebody set it to 0
	walk    walker
	fan     fan
	held    int64
}

// spurEntry is a config that was reached, and how.
type spurEntry struct {
	move
	from   int32 // place in list, -1 at the beginning
	length int32
}

func (s *spur) take(r *run, bytes int64) error {
	if err := r.reserve(bytes); err != nil {
		return err
	}
	s.held += bytes
	return nil
}

// search appends the way from the end of prefix, which begins at start, to the last state
// at anchor. Of the moves that lead on at once those in banned are not taken. It reports
// false where there is no way.
func (s *spur) search(r *run, start config, prefix, banned []move, anchor graph.NodeID) ([]move, bool, error) {
	s.ids.clear(len(s.list) + 1)
	s.list = s.list[:0]
	for i := range s.buckets {
		s.buckets[i] = s.buckets[i][:0]
	}
	at := start
	if len(prefix) > 0 {
		at = prefix[len(prefix)-1].key
	}
	goal := newConfig(s.m.last, anchor)
	// Distances need not know the beginning, so it says nothing of how far the goal is.
	if s.base = 0; len(prefix) > 0 {
		if s.base = s.dist.of(at); s.base < 0 {
			return nil, false, nil
		}
	}
	used := usage{start: start, prefix: prefix, mode: s.mode}
	used.arrived = used.passes(anchor)
	// The beginning is not noted as reached: the way may come back to it and go on as it
	// must not at first.
	first := spurEntry{move: move{key: at}, from: -1}
	s.list = append(s.list, first)
	if err := s.expand(r, 0, first, &used, banned); err != nil {
		return nil, false, err
	}
	for f := 0; f < len(s.buckets); f++ {
		for len(s.buckets[f]) > 0 {
			last := len(s.buckets[f]) - 1
			i := s.buckets[f][last]
			s.buckets[f] = s.buckets[f][:last]
			e := s.list[i]
			if s.ids.find(e.key) != int(i) {
				continue
			}
			if e.key == goal {
				return s.trace(prefix, i), true, nil
			}
			if err := s.expand(r, i, e, &used, nil); err != nil {
				return nil, false, err
			}
		}
	}
	return nil, false, nil
}

// reach notes an entry, unless its config was reached by as short a way.
func (s *spur) reach(r *run, e spurEntry) error {
	h := s.dist.of(e.key)
	if h < 0 {
		return nil
	}
	if old := s.ids.find(e.key); old >= 0 && s.list[old].length <= e.length {
		return nil
	}
	if s.ids.full() {
		if err := s.take(r, s.ids.bytesToGrow()); err != nil {
			return err
		}
		s.ids.grow()
	}
	at := int32(len(s.list))
	s.ids.put(e.key, int(at))
	var err error
	if s.list, err = appendTaken(s, r, s.list, e); err != nil {
		return err
	}
	f := int(max(e.length+h-s.base, 0))
	for len(s.buckets) <= f {
		s.buckets = append(s.buckets, nil)
	}
	s.buckets[f], err = appendTaken(s, r, s.buckets[f], at)
	return err
}

// expand reaches what leads on from entry i.
func (s *spur) expand(r *run, i int32, e spurEntry, used *usage, banned []move) error {
	s.looked++
	state := &s.m.states[e.key.state()]
	if state.leave >= 0 {
		if err := s.leave(r, i, e, state, banned); err != nil {
			return err
		}
	}
	if state.leg < 0 || used.arrived {
		return nil
	}
	n := e.key.node()
	g := &s.m.legs[state.leg]
	s.walk.start(r, &g.ahead, n)
	for {
		nodes, edges := s.walk.next(r, &g.ahead, r.size)
		if nodes == nil {
			return nil
		}
		r.hits += int64(len(nodes))
		if err := r.step(); err != nil {
			return err
		}
		s.candidates(nodes, edges, state, used, banned)
		if err := g.test(r, &s.fan, n, &s.way); err != nil {
			return err
		}
		for k, other := range s.fan.nodes {
			m := move{newConfig(state.next, other), s.fan.edges[k]}
			if err := s.reach(r, spurEntry{m, i, e.length + 1}); err != nil {
				return err
			}
		}
	}
}

// leave reaches the state that comes after the one of entry i without a relationship.
func (s *spur) leave(r *run, i int32, e spurEntry, state *machineState, banned []move) error {
	m := move{key: newConfig(state.leave, e.key.node()), edge: graph.Edge{ID: graph.NoEdge}}
	if slices.Contains(banned, m) {
		return nil
	}
	ok, err := s.m.leaves(r, state, e.key.node())
	if err != nil || !ok {
		return err
	}
	return s.reach(r, spurEntry{m, i, e.length})
}

// candidates puts those of a run of relationships into fan that may be followed.
func (s *spur) candidates(nodes []graph.NodeID, edges []graph.EdgeID, state *machineState, used *usage, banned []move) {
	s.fan.reset()
	for k, other := range nodes {
		m := move{newConfig(state.next, other), s.walk.edge(edges[k], other)}
		if s.walk.skips(&s.m.legs[state.leg].ahead, other) || s.dist.of(m.key) < 0 || used.forbids(m) || slices.Contains(banned, m) {
			continue
		}
		s.fan.nodes, s.fan.edges = append(s.fan.nodes, other), append(s.fan.edges, m.edge)
	}
}

// trace makes the moves of prefix and of the way to entry i.
func (s *spur) trace(prefix []move, i int32) []move {
	moves := slices.Clone(prefix)
	for at := i; s.list[at].from >= 0; at = s.list[at].from {
		moves = append(moves, s.list[at].move)
	}
	slices.Reverse(moves[len(prefix):])
	return moves
}

// release gives memory back.
func (s *spur) release(r *run) {
	r.release(s.held)
	s.held = 0
	if cap(s.list) > keptNodes {
		s.ids, s.list, s.buckets = configMap{}, nil, nil
	}
}

// usage is what the beginning of a path has used already.
type usage struct {
	start  config
	prefix []move
	mode   ast.PathMode
	// arrived tells that the path is where it has to end and cannot come back there, so
	// that it must not follow anything further.
	arrived bool
}

// passes tells whether the path has a node to which it cannot come back.
func (u *usage) passes(n graph.NodeID) bool {
	switch u.mode {
	case ast.Acyclic:
		return u.start.node() == n || slices.ContainsFunc(u.prefix, func(x move) bool { return x.key.node() == n })
	case ast.Simple:
		return u.closed() || u.start.node() != n && slices.ContainsFunc(u.prefix, func(x move) bool { return x.key.node() == n })
	case ast.NoMode, ast.Trail, ast.Walk:
	}
	return false
}

// forbids tells whether the path must not go on over the relationship of m.
func (u *usage) forbids(m move) bool {
	n := m.key.node()
	passed := func(x move) bool { return x.key.node() == n }
	followed := func(x move) bool { return x.edge.ID == m.edge.ID }
	switch u.mode {
	case ast.NoMode, ast.Trail:
		return slices.ContainsFunc(u.prefix, followed)
	case ast.Acyclic:
		return u.start.node() == n || slices.ContainsFunc(u.prefix, passed)
	case ast.Simple:
		if u.start.node() != n {
			return slices.ContainsFunc(u.prefix, passed)
		}
		return slices.ContainsFunc(u.prefix, followed)
	case ast.Walk:
	}
	return false
}

// closed tells whether the path is back at its first node, where a simple path ends.
func (u *usage) closed() bool {
	return u.mode == ast.Simple && slices.ContainsFunc(u.prefix, func(x move) bool {
		return x.edge.ID != graph.NoEdge && x.key.node() == u.start.node()
	})
}
