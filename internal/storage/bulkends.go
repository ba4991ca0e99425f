package storage

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"

	"memgraphd/internal/storage/adjacency"
	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
)

// EdgeGroup is the relationships of one type among those of a node.
type EdgeGroup = adjacency.Group

// Column gives numbers one after the other.
type Column interface {
	// Next fills dst with the next numbers.
	Next(dst []uint32)
}

// Ends is relationships of one node in one direction, in groups of different types. Others and
// Edges give as many numbers as the groups have: the node at the other end of a relationship,
// and its slot.
type Ends struct {
	Node   graph.NodeID
	Groups []EdgeGroup
	Others Column
	Edges  Column
	Shared bool // another lane may add a part of what the node has in this direction
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
	at      claimed
	others  []uint32 // of a node with many relationships
	edges   []uint32
}

// RoomForEnds makes the slots of relationships up to last exist, and looks whether there is
// memory for a number of ends. A lane needs it before OutEnds and InEnds.
func (l *Lane) RoomForEnds(ends int, last graph.EdgeID) error {
	if err := l.bulk.growEdges(last, byEnds); err != nil {
		return err
	}
	s := l.s
	if err := s.headroom(s.graphBudget, int64(ends)*2*4); err != nil {
		return err
	}
	e := &l.ends
	e.records, e.sources, e.chunks = s.nodes.records.Pages(), s.edges.sources.Pages(), s.edges.chunks.Pages()
	e.limit = last + 1
	e.at = claimed{page: noChunk, chunk: noChunk}
	e.names = len(*s.typeNames.list.Load())
	return nil
}

// OutEnds adds relationships without properties, of generation 0, as their start node has
// them. Each must also be added by InEnds, and none twice, which MatchEnds checks. What a node
// has may be added in several parts.
func (l *Lane) OutEnds(x *Ends) error {
	e := &l.ends
	others, edges, err := l.place(x, graph.Out)
	if err != nil {
		return err
	}
	from := 0
	for _, g := range x.Groups {
		if err := l.claimEnds(x.Node, g.Type, others[from:g.End], edges[from:g.End]); err != nil {
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
func (l *Lane) InEnds(x *Ends) error {
	others, edges, err := l.place(x, graph.In)
	if err != nil {
		return err
	}
	from, sum := 0, l.ends.in.sum
	for _, g := range x.Groups {
		sum += endsSumIn(x.Node, g.Type, others[from:g.End], edges[from:g.End])
		from = g.End
	}
	l.ends.in.sum = sum
	l.ends.in.edges += int64(from)
	return nil
}

// place makes the adjacency of one node, and lends its columns.
func (l *Lane) place(x *Ends, dir graph.Direction) (others, edges []uint32, err error) {
	e := &l.ends
	if err = e.distinct(x.Groups); err != nil {
		return nil, nil, fmt.Errorf("node %d: %w", x.Node, err)
	}
	n := e.records.At(uint32(x.Node))
	if n == nil || n.state.Load()&^latched != 0 {
		return nil, nil, fmt.Errorf("relationships of node %d: %w", x.Node, ErrNotFound)
	}
	if x.Shared {
		state := n.latch()
		others, edges = l.placeAt(n, x, dir)
		n.unlatch(state)
		return others, edges, nil
	}
	others, edges = l.placeAt(n, x, dir)
	return others, edges, nil
}

// placeAt is place for a node that no other lane changes.
func (l *Lane) placeAt(n *node, x *Ends, dir graph.Direction) (others, edges []uint32) {
	e := &l.ends
	mask := uint32(0)
	for i := range x.Groups {
		mask |= adjacency.Kind(x.Groups[i].Type)
	}
	n.addKinds(mask, dir)
	ref, count := plain(n.adjacent(dir)), x.Groups[len(x.Groups)-1].End
	if *ref == 0 && count <= adjacency.SmallMax {
		var made arena.Ref
		made, others, edges = l.build.Lend(x.Groups)
		x.Others.Next(others)
		x.Edges.Next(edges)
		*ref = uint32(made)
		return others, edges
	}
	e.others, e.edges = slices.Grow(e.others[:0], count)[:count], slices.Grow(e.edges[:0], count)[:count]
	x.Others.Next(e.others)
	x.Edges.Next(e.edges)
	*ref = uint32(l.build.Add(arena.Ref(*ref), x.Groups, e.others, e.edges))
	return e.others, e.edges
}

// errNoGroup reports a node that is given without relationships.
var errNoGroup = errors.New("no relationships")

// distinct checks that there are groups, that they have names and that none comes twice.
func (e *endsLane) distinct(groups []EdgeGroup) error {
	if len(groups) == 1 && int(groups[0].Type) < e.names {
		return nil
	}
	if len(groups) == 0 {
		return errNoGroup
	}
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

// claimEnds fills the slots of relationships that go out of a node, each with the number of the
// node and 1: MatchEnds takes the 1 away, so that slots of no relationship become NoNode. What is
// asked of each relationship is asked in one pass, since that ends once for each node, which the
// processor does not foresee.
func (l *Lane) claimEnds(src graph.NodeID, t graph.TypeID, others, edges []uint32) error {
	at, sum, loop := l.ends.at, uint64(0), false
	if at.kind != t {
		at.chunk, at.kind = noChunk, t
	}
	slots, page, chunk, others := at.slots, at.page, at.chunk, others[:len(edges)]
	first, second := endsKeys(uint32(src), t)
	for i, id := range edges {
		if id>>sourcePageShift != page {
			if slots = l.slotsAt(id); slots == nil {
				return fmt.Errorf("relationship %d: %w", id, ErrNotFound)
			}
			page = id >> sourcePageShift
		}
		if id>>chunkShift != chunk {
			if err := l.claimChunk(id, t); err != nil {
				return err
			}
			chunk = id >> chunkShift
		}
		slots[id%sourcePageSlots] = uint32(src) + 1
		hi, lo := bits.Mul64(uint64(id)<<32^first, uint64(others[i])<<32^second)
		sum += hi ^ lo
		if others[i] == uint32(src) {
			loop = true
		}
	}
	at.slots, at.page, at.chunk = slots, page, chunk
	l.ends.at = at
	l.ends.out.sum += sum
	if loop {
		l.s.loops.note(src, src)
	}
	return nil
}

// slotsAt returns the sources of the page of a relationship, nil if it has no slot. All slots of a
// page exist.
func (l *Lane) slotsAt(id uint32) *[sourcePageSlots]uint32 {
	if id >= uint32(l.ends.limit) {
		return nil
	}
	return sourcePage(l.ends.sources, id>>sourcePageShift)
}

// claimChunk sets the type of the chunk of a relationship, whose slot exists.
func (l *Lane) claimChunk(id uint32, t graph.TypeID) error {
	if id >= uint32(l.ends.limit) {
		return fmt.Errorf("relationship %d: %w", id, ErrNotFound)
	}
	// What is read before it is written takes two page faults.
	kind := &l.ends.chunks.At(id >> chunkShift).kind
	if !kind.CompareAndSwap(0, uint32(t)+1) && kind.Load() != uint32(t)+1 {
		return fmt.Errorf("relationship %d has another type than its chunk", id)
	}
	return nil
}

// claimed is where claimEnds was last: the page of sources, and the chunk with its type.
type claimed struct {
	slots *[sourcePageSlots]uint32
	page  uint32
	chunk uint32
	kind  graph.TypeID
}

// noChunk is what no relationship is in.
const noChunk = math.MaxUint32

// sourcePageSlots is the number of slots of a page of sources.
const sourcePageSlots = 1 << sourcePageShift

// sourcePage returns the sources of one page of slots.
func sourcePage(sources arena.Pages[atomic.Uint32], page uint32) *[sourcePageSlots]uint32 {
	return (*[sourcePageSlots]uint32)(unsafe.Pointer(sources.At(page << sourcePageShift)))
}

// A relationship has a hash, and those of all are added up: the halves of a product are
// put over each other, of which one factor has the slot of the relationship in its upper half and
// the start node in its lower, and the other the end node and the type. endsKeys returns what the
// lower halves give for the start node and the type.
func endsKeys(src uint32, t graph.TypeID) (first, second uint64) {
	const a, b = 0x9e3779b97f4a7c15, 0xd6e8feb86659fd93
	return uint64(src) ^ a, uint64(t) ^ b
}

// endsSumIn returns the sum of the hashes of relationships that come into a node.
func endsSumIn(dst graph.NodeID, t graph.TypeID, others, edges []uint32) (sum uint64) {
	first, second := endsKeys(0, t)
	second ^= uint64(dst) << 32
	others = others[:len(edges)]
	for i, id := range edges {
		hi, lo := bits.Mul64(uint64(id)<<32^uint64(others[i])^first, second)
		sum += hi ^ lo
	}
	return sum
}

// MatchEnds checks that the relationships that nodes have going out are those that nodes
// have coming in, each with the same ends and the same type, and that none is there twice. It
// returns how many there are.
func (b *Bulk) MatchEnds() (edges int64, err error) {
	var out, in endsTally
	for _, l := range b.lanes {
		out.edges, out.sum = out.edges+l.ends.out.edges, out.sum+l.ends.out.sum
		in.edges, in.sum = in.edges+l.ends.in.edges, in.sum+l.ends.in.sum
	}
	if out != in {
		return 0, fmt.Errorf("the %d relationships that go out of nodes are not the %d that come into nodes", out.edges, in.edges)
	}
	if b.way != byEnds {
		return 0, nil
	}
	if taken := b.settleEnds(); taken != out.edges {
		return 0, fmt.Errorf("%d relationships are there, and %d of them twice", taken, out.edges-taken)
	}
	return out.edges, nil
}

// settleEnds makes the slots that claimEnds has filled what they are to be, and returns how
// many there are.
func (b *Bulk) settleEnds() int64 {
	t := &b.store.edges
	sources, pages := t.sources.Pages(), int64(t.sources.Len()>>sourcePageShift)
	var next, taken atomic.Int64
	var group sync.WaitGroup
	for range min(len(b.lanes), runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			n := 0
			for at := next.Add(1) - 1; at < pages; at = next.Add(1) - 1 {
				n += settle(sourcePage(sources, uint32(at))[:])
			}
			taken.Add(int64(n))
		})
	}
	group.Wait()
	return taken.Load()
}

// settle takes 1 from each of an even number of words, and returns how many were not 0. It goes
// by pairs, which is what memory waits for least.
func settle(words []uint32) (taken int) {
	const ones, tops = 1<<32 | 1, 1<<63 | 1<<31
	pairs := unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(words))), len(words)/2)
	taken = len(words)
	for i, pair := range pairs {
		less := pair - ones
		if less&^pair&tops != 0 { // a half was 0
			low, high := uint32(pair), uint32(pair>>32)
			less = uint64(low-1) | uint64(high-1)<<32
			taken -= btoi(low == 0) + btoi(high == 0)
		}
		pairs[i] = less
	}
	return taken
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
