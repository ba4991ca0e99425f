package storage

import (
	"errors"
	"fmt"

	"memgraphd/internal/storage/adjacency"
	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/index"
	"memgraphd/internal/storage/property"
)

// errOpen tells that Check was called while transactions were open.
var errOpen = errors.New("transactions are open")

// Check walks everything in the store and returns what does not agree. No transaction may
// be open meanwhile.
func (s *Store) Check() error {
	s.Collect()
	if !s.collector.idle() {
		return fmt.Errorf("storage check: %w: %d views, %d to collect",
			errOpen, s.views.Active(), s.collector.left.Load())
	}
	c := checker{store: s, edges: make([]uint8, s.EdgeSlots())}
	c.nodes()
	c.relationships()
	c.labels()
	c.indexes()
	c.constraints()
	c.counts()
	c.columns()
	c.memory()
	if len(c.errs) == 0 {
		return nil
	}
	return fmt.Errorf("storage check: %w", errors.Join(c.errs...))
}

// checker gathers what it finds, up to findingsMax.
type checker struct {
	store *Store
	errs  []error

	edges          []uint8 // by slot: 1: seen in its start, 2: seen in its end
	nodeCount      int64
	edgeCount      int64
	labelCounts    tally[graph.LabelID]
	typeCounts     tally[graph.TypeID]
	adjacencyBytes int64
	blobBytes      int64
	freeNodes      int64

	// Used again and again, for a graph has millions of nodes.
	segments []Segment
	props    []Property
}

const findingsMax = 20

func (c *checker) report(format string, args ...any) {
	if len(c.errs) < findingsMax {
		c.errs = append(c.errs, fmt.Errorf(format, args...))
	}
}

// expect reports got if it is not want.
func (c *checker) expect(what string, got, want int64) {
	if got != want {
		c.report("%s: %d, want %d", what, got, want)
	}
}

func (c *checker) nodes() {
	s := c.store
	for id := range s.NodeSlots() {
		n := s.nodes.records.At(uint32(id))
		switch n.state.Load() {
		case 0:
			c.node(id, n)
		case absent:
			c.freeNodes++
			if n.labels.Load()|n.out.Load()|n.in.Load()|n.props.Load()|n.kinds.Load() != 0 {
				c.report("free node slot %d is not empty", id)
			}
		default:
			c.report("node %d has state %x", id, n.state.Load())
		}
	}
}

func (c *checker) node(id graph.NodeID, n *node) {
	s := c.store
	c.nodeCount++
	im := n.inPlace(0)
	for _, l := range s.sets.labels(im.labels) {
		c.labelCounts.add(l, 1)
		if bits := s.labelBitmaps.get(l); bits == nil || !bits.Contains(id) {
			c.report("node %d is not in the bitmap of label %d", id, l)
		}
	}
	c.blob("node", uint32(id), im.props)
	for _, dir := range []graph.Direction{graph.Out, graph.In} {
		ref := arena.Ref(n.adjacent(dir).Load())
		c.adjacencyBytes += s.adjacency.Bytes(ref)
		c.kinds(id, n, dir)
		if marks := s.adjacency.Marks(ref); marks != 0 {
			c.report("marks of node %d %v: %d, want 0", id, dir, marks)
		}
		degree := 0
		c.segments = s.adjacency.Segments(c.segments[:0], ref, nil, nil)
		for _, seg := range c.segments {
			degree += len(seg.Edges)
			c.segment(id, dir, seg)
		}
		if got := s.adjacency.Degree(ref, nil, nil); got != degree {
			c.report("degree of node %d %v: %d, want %d", id, dir, got, degree)
		}
	}
}

// kinds checks that a node has the bits of its relationships.
func (c *checker) kinds(id graph.NodeID, n *node, dir graph.Direction) {
	have := n.kinds.Load()
	if dir == graph.In {
		have >>= inKinds
	}
	if want := c.store.adjacency.Kinds(arena.Ref(n.adjacent(dir).Load())); want&^have != 0 {
		c.report("node %d %v has the kinds %x, want %x", id, dir, have, want)
	}
}

// blob checks that the properties of a node or relationship can be read.
func (c *checker) blob(what string, id uint32, ref arena.Ref) {
	if ref == 0 {
		return
	}
	c.blobBytes += int64(arena.RoundUp(c.store.blobSize(ref)))
	c.props = property.Unpack(c.props[:0], c.store.blob(ref))
	for i := 1; i < len(c.props); i++ {
		if c.props[i-1].Key >= c.props[i].Key {
			c.report("%s %d: property keys do not ascend", what, id)
		}
	}
}

func (c *checker) segment(id graph.NodeID, dir graph.Direction, seg adjacency.Segment) {
	s := c.store
	for i, e := range seg.Edges {
		if !s.edges.known(e) || s.edges.typeOf(e) != seg.Type {
			c.report("node %d %v has relationship %d, which is free or of another type", id, dir, e)
			continue
		}
		bit := uint8(1)
		if dir == graph.In {
			bit = 2
			other := s.nodes.at(s.edges.source(e))
			if other == nil {
				c.report("relationship %d starts at no node", e)
				continue
			}
			dst, ok := s.adjacency.Find(arena.Ref(other.out.Load()), seg.Type, e)
			if !ok || dst != id || seg.Nodes[i] != s.edges.source(e) {
				c.report("relationship %d comes into node %d but does not end there", e, id)
			}
		} else if seg.Nodes[i] == id && !s.loops.any.Load() {
			c.report("relationship %d leads from node %d to itself, which the store does not know of", e, id)
		} else if s.edges.source(e) != id {
			c.report("relationship %d goes out of node %d but starts at %d", e, id, s.edges.source(e))
		}
		switch seen := c.edges[e]; {
		case seen&bit != 0:
			c.report("relationship %d is twice in node %d %v", e, id, dir)
		case seen == 0:
			c.edgeCount++
		}
		c.edges[e] |= bit
	}
}

func (c *checker) relationships() {
	s := c.store
	for id := range s.EdgeSlots() {
		if s.edges.state(id) != nil {
			c.report("relationship %d has a state", id)
		}
		if !s.edges.known(id) {
			if s.edges.props(id) != 0 {
				c.report("free relationship slot %d has properties", id)
			}
			continue
		}
		c.typeCounts.add(s.edges.typeOf(id), 1)
		if c.edges[id] != 3 {
			c.report("relationship %d is not in both its ends: %d", id, c.edges[id])
		}
		c.blob("relationship", uint32(id), s.edges.props(id))
	}
}

// labels checks that the bitmaps hold no more than the nodes.
func (c *checker) labels() {
	s := c.store
	var ids [256]graph.NodeID
	for l := range graph.LabelID(len(s.Labels())) {
		bits := s.labelBitmaps.get(l)
		if bits == nil {
			continue
		}
		total := int64(0)
		for from := graph.NodeID(0); ; {
			n := bits.Scan(ids[:], from)
			total += int64(n)
			if n < len(ids) {
				break
			}
			from = ids[n-1] + 1
		}
		c.expect(fmt.Sprintf("members of label %d", l), total, s.LabelCount(l))
	}
}

// indexes checks that every node is found, and nothing else.
func (c *checker) indexes() {
	s := c.store
	for _, p := range s.registry.Load().list {
		want := int64(0)
		for id := range s.NodeSlots() {
			n := s.nodes.records.At(uint32(id))
			if n.state.Load() != 0 || !s.sets.has(setID(n.labels.Load()), p.def.Label) {
				continue
			}
			v := s.valueFor(p, n.inPlace(0))
			if v.IsNull() {
				continue
			}
			want++
			if !p.tree.Contains(v, id) {
				c.report("node %d is not in the index %+v", id, p.def)
			}
		}
		c.expect(fmt.Sprintf("entries of index %+v", p.def), p.tree.Entries(), want)
		c.expect(fmt.Sprintf("entries found in index %+v", p.def), countEntries(p), want)
	}
}

// constraints checks that every constraint holds and that no claim is left.
func (c *checker) constraints() {
	s := c.store
	for _, r := range s.registry.Load().rules {
		if v := s.breach(r); v != nil {
			c.report("%w", v)
		}
	}
	c.expect("claims", int64(s.claims.Held()), 0)
}

func countEntries(p *propertyIndex) int64 {
	var entries [256]index.Entry
	cursor := p.tree.Range(Bound{}, Bound{})
	total := int64(0)
	for n := cursor.Next(entries[:]); n > 0; n = cursor.Next(entries[:]) {
		total += int64(n)
	}
	return total
}

func (c *checker) counts() {
	s := c.store
	c.expect("nodes", s.NodeCount(), c.nodeCount)
	c.expect("relationships", s.EdgeCount(), c.edgeCount)
	seen := map[graph.LabelID]int64{}
	c.labelCounts.each(func(l graph.LabelID, n int64) { seen[l] = n })
	for l := range graph.LabelID(len(s.Labels())) {
		c.expect(fmt.Sprintf("nodes of label %d", l), s.LabelCount(l), seen[l])
	}
	typed := map[graph.TypeID]int64{}
	c.typeCounts.each(func(t graph.TypeID, n int64) { typed[t] = n })
	for t := range len(s.Types()) {
		c.expect(fmt.Sprintf("relationships of type %d", t), s.TypeCount(graph.TypeID(t)), typed[graph.TypeID(t)])
	}
}

// memory checks that every block in use is reachable, and that nothing of a transaction
// is left.
func (c *checker) memory() {
	s := c.store
	c.expect("bytes of adjacency", s.adjacency.Arena.Used(), c.adjacencyBytes)
	c.expect("bytes of properties", s.blobs.Used(), c.blobBytes)
	c.expect("bytes of undo records", s.undo.Used(), 0)
	c.expect("transactions", int64(s.slots.InUse()), 0)
	columns := int64(0)
	for id := graph.EdgeID(0); id < s.EdgeSlots(); id += chunkEdges {
		chunk := s.edges.chunk(id)
		if chunk.props.Load() != 0 {
			columns += int64(arena.RoundUp(columnBytes))
		}
		if chunk.gens.Load() != 0 {
			columns += int64(arena.RoundUp(columnBytes))
		}
	}
	c.expect("bytes of relationship columns", s.edges.arena.Used(), columns)
	s.nodes.mu.Lock()
	defer s.nodes.mu.Unlock()
	if !s.nodes.stale {
		c.expect("free node slots", int64(len(s.nodes.free)), c.freeNodes)
	}
}
