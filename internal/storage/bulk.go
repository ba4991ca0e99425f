package storage

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"sync"
	"unsafe"

	"memgraphd/internal/storage/adjacency"
	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
)

// Bulk fills an empty store from a snapshot with several goroutines. No transaction may be
// open meanwhile. After an error the store is of no use.
//
// The steps follow each other; within one, each Lane belongs to one goroutine at a time:
//
//  1. Lane.Nodes for all nodes
//  2. Lane.Edges for all relationships, in runs of ascending ids
//  3. Plan, and for each of its passes Lane.Scatter for all relationships, in the same lanes
//     and the same order as in step 2, then Build
//  4. Finish
//
// Entry adds an entry of the catalogue at any time. Apply may put those that were added into
// force beside the steps 2 and 3, since they are about nodes; otherwise Finish does.
//
// Where the relationships come by the nodes at both their ends, steps 2 and 3 are OutEnds and
// InEnds for all of them, MatchEnds, and KnownEdgeProperties for those that have any.
//
// Otherwise adjacency is not grown edge by edge. Step 2 counts how many entries each range of nodes
// will have, step 3 distributes the entries to their ranges, which are small enough for the
// caches of the processor, and then makes the blocks of each node once and of their final
// size. What that needs beside the graph is bounded (scatterBytes): where the entries of
// all ranges are more, there are several passes.
type Bulk struct {
	store   *Store
	loader  *Loader
	lanes   []*Lane
	buckets bucketing
	way     edgeWay // guarded by Store.edges.mu
	budget  int64   // bytes for the entries of a pass
	// passBytes is set by tests. 0: the number of relationships decides.
	passBytes int64

	passes  []pass
	entries []bulkEntry // of the present pass
	at      int         // pass
}

// Lane is what one goroutine at a time adds to a Bulk.
type Lane struct {
	bulk *Bulk
	s    *Store
	pack Tx // for its scratch only

	blobs   *arena.Filler
	credit  int64 // bytes that the budget had room for when it was asked last
	build   *adjacency.Builder
	columns bucketColumns
	ends    endsLane

	nodes, edges int64
	labels       tally[setID]
	types        tally[graph.TypeID]
	run          nodeRun

	counts  []uint32 // entries by bucket
	offsets []uint32 // by bucket: the next free place in Bulk.entries
}

// LabelSet is an interned set of labels.
type LabelSet struct{ id setID }

// NewBulk returns a Bulk with a number of lanes.
func (s *Store) NewBulk(lanes int) (*Bulk, error) {
	if s.NodeSlots() != 0 || s.EdgeSlots() != 0 {
		return nil, errors.New("the store that is to be filled is not empty")
	}
	b := &Bulk{store: s, loader: s.NewLoader()}
	for range max(1, lanes) {
		b.lanes = append(b.lanes, &Lane{
			bulk: b, s: s, blobs: s.blobs.NewFiller(), build: s.adjacency.NewBuilder(),
		})
	}
	s.nodes.markStale()
	s.edges.markStale()
	return b, nil
}

// Size is about how large a graph is.
type Size struct {
	Nodes, Relationships int64
	Properties           int64 // bytes that those of nodes take
}

// adjacencyBytes is the least that a relationship takes in the adjacency of its two ends.
const adjacencyBytes = 16

// Expect tells about how much is to come, which spares time and decides nothing else. It is
// called before anything is added.
func (b *Bulk) Expect(n Size) {
	s := b.store
	s.nodes.records.Expect(uint64(min(n.Nodes, int64(graph.NoNode))))
	edges := min(n.Relationships, int64(graph.NoEdge))
	s.edges.sources.Expect(uint64(edges))
	s.edges.chunks.Expect(uint64(edges) >> chunkShift)
	s.adjacency.Arena.Expect(edges * adjacencyBytes)
	s.blobs.Expect(n.Properties)
}

// Lanes returns the lanes.
func (b *Bulk) Lanes() []*Lane { return b.lanes }

// Labels returns the set of some labels.
func (l *Lane) Labels(labels []graph.LabelID) (LabelSet, error) {
	for _, label := range labels {
		if err := l.s.checkLabel(label); err != nil {
			return LabelSet{}, err
		}
	}
	return LabelSet{l.s.sets.of(labels)}, nil
}

// GrowNodes makes the slots up to last exist. The nodes of a lane need their slots.
func (b *Bulk) GrowNodes(last graph.NodeID) error {
	s := b.store
	if last == graph.NoNode {
		return fmt.Errorf("node %d: %w", last, ErrIDsExhausted)
	}
	t := &s.nodes
	t.mu.Lock()
	defer t.mu.Unlock()
	more := int64(last) + 1 - int64(t.limit.Load())
	if more <= 0 {
		return nil
	}
	if err := s.headroom(s.graphBudget, more*int64(unsafe.Sizeof(node{}))); err != nil {
		return fmt.Errorf("node %d: %w", last, err)
	}
	t.growLocked(uint64(last) + 1)
	return nil
}

// Node adds a node, whose slot exists.
func (l *Lane) Node(id graph.NodeID, generation uint32, labels LabelSet, props []Property) error {
	blob, err := l.store(props)
	if err != nil {
		return fmt.Errorf("node %d: %w", id, err)
	}
	return l.placeNode(id, generation, labels, blob)
}

// placeNode fills the slot of a node.
func (l *Lane) placeNode(id graph.NodeID, generation uint32, labels LabelSet, blob arena.Ref) error {
	n := l.s.nodes.at(id)
	if n == nil || n.state.Load() != absent {
		return fmt.Errorf("node %d exists already, or has no slot", id)
	}
	*plain(&n.generation), *plain(&n.labels), *plain(&n.props) = generation, uint32(labels.id), uint32(blob)
	*plainState(&n.state) = 0
	if word := uint32(id) / 64; word != l.run.word || labels.id != l.run.set {
		l.endRun()
		l.run.word, l.run.set = word, labels.id
	}
	l.run.nodes |= 1 << (id % 64)
	return nil
}

// nodeRun is nodes of one set of labels: bit i stands for node 64·word + i.
type nodeRun struct {
	word  uint32
	set   setID
	nodes uint64
}

// endRun counts the nodes of the run, and puts them into the bitmaps of their labels.
func (l *Lane) endRun() {
	if l.run.nodes == 0 {
		return
	}
	for _, label := range l.s.sets.labels(l.run.set) {
		l.s.labelBitmaps.addWord(label, graph.NodeID(l.run.word)*64, l.run.nodes)
	}
	n := int64(bits.OnesCount64(l.run.nodes))
	l.labels.add(l.run.set, n)
	l.nodes += n
	l.run.nodes = 0
}

// store packs properties and stores them.
func (l *Lane) store(props []Property) (arena.Ref, error) {
	if len(props) == 0 {
		return 0, nil
	}
	for _, p := range props {
		if err := l.s.checkKey(p.Key); err != nil {
			return 0, err
		}
	}
	packed, _, err := l.pack.pack(props)
	if err != nil {
		return 0, err
	}
	return l.keep(packed)
}

// EdgeRun is relationships as columns, with ascending ids.
type EdgeRun struct {
	IDs     []graph.EdgeID
	Types   []graph.TypeID
	Sources []graph.NodeID
	Targets []graph.NodeID
}

// Edges adds relationships without properties, of generation 0.
func (l *Lane) Edges(run EdgeRun) error {
	if len(run.IDs) == 0 {
		return nil
	}
	b := l.bulk
	if err := b.growEdges(run.IDs[len(run.IDs)-1], bySlot); err != nil {
		return err
	}
	if l.counts == nil {
		l.counts = make([]uint32, 2*b.bucketing().n)
	}
	if err := l.claim(run); err != nil {
		return err
	}
	limit := graph.NodeID(min(l.s.nodes.limit.Load(), uint64(graph.NoNode)))
	shift, half := b.buckets.shift, b.buckets.n
	for i, src := range run.Sources {
		dst := run.Targets[i]
		if src >= limit || dst >= limit {
			return fmt.Errorf("relationship %d from node %d to node %d: %w", run.IDs[i], src, dst, ErrNotFound)
		}
		l.counts[src>>shift]++
		l.counts[half+int(dst>>shift)]++
	}
	l.edges += int64(len(run.IDs))
	return nil
}

// claim fills the slots of relationships.
func (l *Lane) claim(run EdgeRun) error {
	s := l.s
	types := len(*s.typeNames.list.Load())
	sources := s.edges.sources.Pages()
	last, counted := graph.EdgeID(math.MaxUint32), 0
	for i, id := range run.IDs {
		slot := sources.At(uint32(id))
		if slot.Load() != uint32(graph.NoNode) {
			return fmt.Errorf("relationship %d exists already", id)
		}
		slot.Store(uint32(run.Sources[i]))
		t := run.Types[i]
		if id>>chunkShift == last>>chunkShift && t == run.Types[i-1] {
			last = id
			continue
		}
		last = id
		if i > counted {
			l.types.add(run.Types[counted], int64(i-counted))
			counted = i
		}
		if int(t) >= types {
			return fmt.Errorf("relationship %d of type %d: %w", id, t, ErrNotFound)
		}
		kind := &s.edges.chunk(id).kind
		if !kind.CompareAndSwap(0, uint32(t)+1) && kind.Load() != uint32(t)+1 {
			return fmt.Errorf("relationship %d has another type than its chunk", id)
		}
	}
	l.types.add(run.Types[counted], int64(len(run.IDs)-counted))
	return nil
}

// edgeWay is how relationships come to a Bulk.
type edgeWay uint8

const (
	bySlot edgeWay = iota + 1 // by Lane.Edges
	byEnds                    // by Lane.OutEnds and Lane.InEnds
)

// errTwoWays reports relationships that come in both ways.
var errTwoWays = errors.New("relationships come by their slots and by their ends")

// growEdges makes the slots of relationships up to last exist.
func (b *Bulk) growEdges(last graph.EdgeID, way edgeWay) error {
	s := b.store
	t := &s.edges
	t.mu.Lock()
	defer t.mu.Unlock()
	if b.way != 0 && b.way != way {
		return errTwoWays
	}
	b.way = way
	more := int64(last) + 1 - int64(t.limit.Load())
	if more <= 0 {
		return nil
	}
	if last == graph.NoEdge {
		return fmt.Errorf("relationship %d: %w", last, ErrIDsExhausted)
	}
	if err := s.headroom(s.graphBudget, more*5); err != nil { // 4.5 bytes a slot
		return fmt.Errorf("relationship %d: %w", last, err)
	}
	grow := (*edgeTable).growLocked
	if way == byEnds {
		grow = (*edgeTable).growEmptyLocked
	}
	grow(t, (uint64(last)>>chunkShift+1)<<chunkShift)
	return nil
}

// EdgeProperties sets generation and properties of a relationship that Edges has added.
func (l *Lane) EdgeProperties(id graph.EdgeID, generation uint32, props []Property) error {
	blob, err := l.store(props)
	if err != nil {
		return fmt.Errorf("relationship %d: %w", id, err)
	}
	l.s.edges.setGeneration(id, generation)
	l.s.edges.setProps(id, blob)
	return nil
}

// Entry adds an entry of the catalogue.
func (b *Bulk) Entry(e change.Entry) error { return b.loader.Entry(e) }

// EndNodes tells that all nodes were added.
func (b *Bulk) EndNodes() {
	for _, l := range b.lanes {
		l.endRun()
	}
}

// Apply puts the entries that were added into force: it builds the indexes. All nodes must have
// been added, and EndNodes have been called.
func (b *Bulk) Apply() error { return b.loader.applyEntries() }

// Finish ends the load at commit last and builds the indexes. The generations are what
// MaxGenerations returned.
func (b *Bulk) Finish(last change.Index, maxNodeGeneration, maxEdgeGeneration uint32) error {
	s := b.store
	b.EndNodes()
	for _, l := range b.lanes {
		l.blobs.Close()
		l.build.Close()
		s.counts.nodes.Add(l.nodes)
		s.counts.edges.Add(l.edges)
		l.labels.each(func(set setID, n int64) {
			for _, label := range s.sets.labels(set) {
				s.counts.labels.At(uint32(label)).Add(n)
			}
		})
		l.types.each(func(t graph.TypeID, n int64) { s.counts.types.At(uint32(t)).Add(n) })
	}
	b.lanes = nil
	return b.loader.Finish(last, maxNodeGeneration, maxEdgeGeneration)
}

// each calls fn with each lane, in a goroutine of its own, and returns the first failure.
func (b *Bulk) each(fn func(i int, l *Lane) error) error {
	errs := make([]error, len(b.lanes))
	var group sync.WaitGroup
	for i, l := range b.lanes {
		group.Go(func() { errs[i] = fn(i, l) })
	}
	group.Wait()
	return errors.Join(errs...)
}
