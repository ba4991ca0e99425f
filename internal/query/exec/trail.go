package exec

import (
	"slices"

	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// track is a path that was found: len(nodes) == len(edges)+1.
type track struct {
	nodes []graph.NodeID
	edges []graph.Edge
	// rounds are how often each segment of the pattern is repeated; nil where the pattern
	// has one segment.
	rounds []int
}

func (t *track) reset() { t.nodes, t.edges, t.rounds = t.nodes[:0], t.edges[:0], t.rounds[:0] }

// step goes on over e to node n.
func (t *track) step(e graph.Edge, n graph.NodeID) {
	t.nodes, t.edges = append(t.nodes, n), append(t.edges, e)
}

// turn makes the last node the first.
func (t *track) turn() {
	slices.Reverse(t.nodes)
	slices.Reverse(t.edges)
}

// list makes a value of the relationships.
func (t *track) list() value.Value {
	list := make([]value.Value, len(t.edges))
	for i, e := range t.edges {
		list[i] = value.Edge(e)
	}
	return value.List(list)
}

// shortTrack is the number of relationships up to which a path is allocated in one piece.
const shortTrack = 7

// path makes a path of the track.
func (t *track) path() value.Value {
	if len(t.edges) > shortTrack {
		return value.Path(&value.PathValue{Nodes: slices.Clone(t.nodes), Edges: slices.Clone(t.edges)})
	}
	p := new(struct {
		value.PathValue
		nodes [shortTrack + 1]graph.NodeID
		edges [shortTrack]graph.Edge
	})
	p.Nodes = append(p.nodes[:0], t.nodes...)
	p.Edges = append(p.edges[:0], t.edges...)
	return value.Path(&p.PathValue)
}

// group makes the value of a variable of the pattern. hops are those of the plan.
func (t *track) group(g *plan.Group, hops []int) value.Value {
	first, each, rounds := 0, 1, len(t.edges)
	if len(hops) > 0 {
		each = hops[g.Segment]
		rounds = len(t.edges) / each
	}
	if len(hops) > 1 {
		for s, n := range t.rounds[:g.Segment] {
			first += n * hops[s]
		}
		rounds = t.rounds[g.Segment]
	}
	at := func(round int) value.Value {
		i := first + round*each + g.At
		if g.Rel {
			return value.Edge(t.edges[i])
		}
		return value.Node(t.nodes[i])
	}
	if g.Single {
		return at(0)
	}
	list := make([]value.Value, rounds)
	for i := range list {
		list[i] = at(i)
	}
	return value.List(list)
}
