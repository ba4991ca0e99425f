package storage

import (
	"errors"
	"fmt"
	"math/bits"
	"sync/atomic"

	"memgraphd/internal/storage/adjacency"
	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
)

// EdgeGroup is the relationships of one type among those of a node.
type EdgeGroup = adjacency.Group

// Ends is relationships of one node in one direction, in groups of different types:
// Others[i] is the node at the other end of Edges[i].
type Ends struct {
	Node   graph.NodeID
	Groups []EdgeGroup
	Others []uint32
	Edges  []uint32
}

// endsTally is what a lane has seen of relationships from one side: how many there are, and
// a sum over all of them that does not depend on their order.
type endsTally struct {
	edges int64
	sum   uint64
}

// endsLane is what a Lane needs to take relationships by their ends.
type endsLane struct {
	out, in endsTally
	records arena.Pages[node]
	sources arena.Pages[atomic.Uint32]
	chunks  arena.Pages[chunk]
	limit   graph.EdgeID // of the slots in sources and chunks
	names   int          // types that have a name
	seen    []uint32     // by type: the number of the call that has seen it last
	calls   uint32
}

// RoomForEnds makes the slots of relationships up to last exist, and looks whether there is
// memory for a number of ends. A lane needs it before OutEnds and InEnds.
func (l *Lane) RoomForEnds(ends int, last graph.EdgeID) error {
	if err := l.bulk.growEdges(last); err != nil {
		return err
	}
	s := l.s
	if err := s.headroom(s.graphBudget, int64(ends)*2*4); err != nil {
		return err
	}
	e := &l.ends
	e.records, e.sources, e.chunks = s.nodes.records.Pages(), s.edges.sources.Pages(), s.edges.chunks.Pages()
	e.limit = last + 1
	e.names = len(*s.typeNames.list.Load())
	return nil
}

// OutEnds adds relationships without properties, of generation 0, as their start node has
// them. Each must also be added by InEnds, which MatchEnds checks. What a node has may be
// added in several parts.
func (l *Lane) OutEnds(x Ends) error {
	e := &l.ends
	if err := l.place(x, graph.Out); err != nil {
		return err
	}
	from := 0
	for _, g := range x.Groups {
		if err := l.claimEnds(x.Node, g.Type, x.Others[from:g.End], x.Edges[from:g.End]); err != nil {
			return err
		}
		l.types.add(g.Type, int64(g.End-from))
		from = g.End
	}
	l.edges += int64(from)
	e.out.edges += int64(from)
	return nil
}

// InEnds adds relationships as their end node has them.
func (l *Lane) InEnds(x Ends) error {
	if err := l.place(x, graph.In); err != nil {
		return err
	}
	from, sum := 0, l.ends.in.sum
	for _, g := range x.Groups {
		others := x.Others[from:g.End]
		for i, id := range x.Edges[from:g.End] {
			sum += endsHash(id, others[i], uint32(x.Node), g.Type)
		}
		from = g.End
	}
	l.ends.in.sum = sum
	l.ends.in.edges += int64(from)
	return nil
}

// place makes the adjacency of one node.
func (l *Lane) place(x Ends, dir graph.Direction) error {
	e := &l.ends
	if err := e.distinct(x.Groups); err != nil {
		return fmt.Errorf("node %d: %w", x.Node, err)
	}
	n := e.records.At(uint32(x.Node))
	if n == nil {
		return fmt.Errorf("relationships of node %d: %w", x.Node, ErrNotFound)
	}
	state := n.latch()
	if state != 0 {
		n.unlatch(state)
		return fmt.Errorf("relationships of node %d: %w", x.Node, ErrNotFound)
	}
	l.s.loops.noteAll(x.Node, x.Others)
	ref := n.adjacent(dir)
	ref.Store(uint32(l.build.Add(arena.Ref(ref.Load()), x.Groups, x.Others, x.Edges)))
	n.unlatch(0)
	return nil
}

// distinct checks that groups have names and that none comes twice.
func (e *endsLane) distinct(groups []EdgeGroup) error {
	if len(e.seen) < e.names {
		e.seen = make([]uint32, e.names)
		e.calls = 0
	}
	if e.calls++; e.calls == 0 {
		clear(e.seen)
		e.calls = 1
	}
	for _, g := range groups {
		if int(g.Type) >= e.names {
			return fmt.Errorf("relationships of type %d: %w", g.Type, ErrNotFound)
		}
		if e.seen[g.Type] == e.calls {
			return fmt.Errorf("relationships of type %d come in two groups", g.Type)
		}
		e.seen[g.Type] = e.calls
	}
	return nil
}

// claimEnds fills the slots of relationships that go out of a node.
func (l *Lane) claimEnds(src graph.NodeID, t graph.TypeID, others, edges []uint32) error {
	e := &l.ends
	sum, last := e.out.sum, ^uint32(0)
	for i, id := range edges {
		if id >= uint32(e.limit) {
			return fmt.Errorf("relationship %d: %w", id, ErrNotFound)
		}
		if e.sources.At(id).Swap(uint32(src)) != uint32(graph.NoNode) {
			return fmt.Errorf("relationship %d exists already", id)
		}
		sum += endsHash(id, uint32(src), others[i], t)
		if id>>chunkShift == last {
			continue
		}
		last = id >> chunkShift
		kind := &e.chunks.At(last).kind
		if kind.Load() != uint32(t)+1 && !kind.CompareAndSwap(0, uint32(t)+1) && kind.Load() != uint32(t)+1 {
			return fmt.Errorf("relationship %d has another type than its chunk", id)
		}
	}
	e.out.sum = sum
	return nil
}

// endsHash is a number for a relationship; those of all relationships are added up.
func endsHash(id, src, dst uint32, t graph.TypeID) uint64 {
	const a, b = 0x9e3779b97f4a7c15, 0xd6e8feb86659fd93
	hi, lo := bits.Mul64((uint64(id)<<32|uint64(src))^a, (uint64(dst)<<32|uint64(t))^b)
	return hi ^ lo
}

// MatchEnds checks that the relationships that nodes have going out are those that nodes
// have coming in, each with the same ends and the same type, and returns how many there are.
func (b *Bulk) MatchEnds() (edges int64, err error) {
	var out, in endsTally
	for _, l := range b.lanes {
		out.edges, out.sum = out.edges+l.ends.out.edges, out.sum+l.ends.out.sum
		in.edges, in.sum = in.edges+l.ends.in.edges, in.sum+l.ends.in.sum
	}
	if out != in {
		return 0, fmt.Errorf("the %d relationships that go out of nodes are not the %d that come into nodes", out.edges, in.edges)
	}
	return out.edges, nil
}

// errNoSuchEdge reports properties of what is no relationship.
var errNoSuchEdge = errors.New("there is no such relationship")

// KnownEdgeProperties is EdgeProperties of a relationship that may not have been added.
func (l *Lane) KnownEdgeProperties(id graph.EdgeID, generation uint32, props []Property) error {
	if !l.s.edges.known(id) {
		return fmt.Errorf("relationship %d: %w", id, errNoSuchEdge)
	}
	return l.EdgeProperties(id, generation, props)
}
