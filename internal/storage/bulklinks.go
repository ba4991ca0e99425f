package storage

import (
	"context"
	"fmt"
	"math/bits"
	"sync/atomic"

	"memgraphd/internal/storage/adjacency"
	"memgraphd/internal/storage/graph"
)

// A bucket is the entries of a range of 1<<shift nodes in one direction: bucket i those
// that go out of the range number i, bucket n+i those that come into it.
type bucketing struct {
	shift uint8
	n     int // ranges
}

const (
	bucketShiftMin = 12   // so that what the nodes of a bucket have stays in the second-level cache
	bucketShiftMax = 16   // so that the place in the range is a half word
	bucketsWanted  = 1024 // ranges, so that writing to all of them at once stays cheap

	// A pass may use scatterMin bytes, or scatterPerEdge for each relationship of the
	// graph, which take more than twice that when they are in it.
	scatterMin     = 128 << 20
	scatterPerEdge = 8
	entryBytes     = 12
)

// bulkEntry is a relationship seen from one end: 12 bytes.
type bulkEntry struct {
	key   uint32 // type in the high half, place of the node in its range in the low half
	other uint32
	edge  uint32
}

// pass is the buckets from ≤ i < to.
type pass struct {
	from, to int
	entries  int
}

// bucketing returns how nodes are divided; it is fixed with the first relationship.
func (b *Bulk) bucketing() bucketing {
	s := b.store
	s.edges.mu.Lock()
	defer s.edges.mu.Unlock()
	if b.buckets.n == 0 {
		nodes := s.nodes.limit.Load()
		shift := min(max(bits.Len64(nodes/bucketsWanted), bucketShiftMin), bucketShiftMax)
		b.buckets = bucketing{shift: uint8(shift), n: int(nodes>>shift) + 1}
	}
	return b.buckets
}

// Plan decides how many passes there are. It fails where there is no memory for them.
func (b *Bulk) Plan() (passes int, err error) {
	edges := int64(0)
	for _, l := range b.lanes {
		edges += l.edges
		if l.counts == nil {
			l.counts = make([]uint32, 2*b.bucketing().n)
		}
		l.offsets = make([]uint32, len(l.counts))
	}
	if edges == 0 {
		return 0, nil
	}
	const least = 16 << 20
	b.budget = min(2*edges*entryBytes, max(scatterMin, edges*scatterPerEdge))
	if b.passBytes > 0 {
		b.budget = b.passBytes
	}
	for err = b.store.graphBudget.Reserve(b.budget); err != nil; err = b.store.graphBudget.Reserve(b.budget) {
		if b.budget /= 2; b.budget < least {
			return 0, fmt.Errorf("to distribute the relationships: %w", err)
		}
	}
	b.plan()
	return len(b.passes), nil
}

// plan puts as many buckets into a pass as the budget allows, and at least one.
func (b *Bulk) plan() {
	now := pass{}
	for at := range 2 * b.buckets.n {
		n := 0
		for _, l := range b.lanes {
			n += int(l.counts[at])
		}
		if now.entries > 0 && int64(now.entries+n)*entryBytes > b.budget {
			b.passes = append(b.passes, now)
			now = pass{from: at}
		}
		now.to = at + 1
		now.entries += n
	}
	b.passes = append(b.passes, now)
	most := 0
	for _, p := range b.passes {
		most = max(most, p.entries)
	}
	b.entries = make([]bulkEntry, most)
	b.aim()
}

// aim gives each lane its places for the present pass: those of a bucket are together, in
// the order of the lanes.
func (b *Bulk) aim() {
	p := b.passes[b.at]
	next := uint32(0)
	for at := p.from; at < p.to; at++ {
		for _, l := range b.lanes {
			l.offsets[at] = next
			next += l.counts[at]
		}
	}
}

// Scatter distributes the entries of relationships that belong to the present pass.
func (l *Lane) Scatter(run EdgeRun) {
	b := l.bulk
	p := b.passes[b.at]
	shift, half := b.buckets.shift, b.buckets.n
	mask := graph.NodeID(1)<<shift - 1
	for i, id := range run.IDs {
		src, dst, t := run.Sources[i], run.Targets[i], uint32(run.Types[i])<<16
		if at := int(src >> shift); at >= p.from && at < p.to {
			to := l.offsets[at]
			l.offsets[at] = to + 1
			b.entries[to] = bulkEntry{t | uint32(src&mask), uint32(dst), uint32(id)}
		}
		if at := half + int(dst>>shift); at >= p.from && at < p.to {
			to := l.offsets[at]
			l.offsets[at] = to + 1
			b.entries[to] = bulkEntry{t | uint32(dst&mask), uint32(src), uint32(id)}
		}
	}
}

// Build makes the adjacency of the buckets of the present pass and begins the next one.
func (b *Bulk) Build(ctx context.Context) error {
	p := b.passes[b.at]
	var next atomic.Int64
	next.Store(int64(p.from))
	last := b.lanes[len(b.lanes)-1]
	err := b.each(func(_ int, l *Lane) error {
		for ctx.Err() == nil {
			at := int(next.Add(1)) - 1
			if at >= p.to {
				return nil
			}
			// Every lane has moved its offset to where the next one's places begin.
			from := b.lanes[0].offsets[at] - b.lanes[0].counts[at]
			if err := l.bucket(at, b.entries[from:last.offsets[at]]); err != nil {
				return err
			}
		}
		return context.Cause(ctx)
	})
	if err != nil {
		return err
	}
	if b.at++; b.at < len(b.passes) {
		b.aim()
		return nil
	}
	b.entries = nil
	b.store.graphBudget.Release(b.budget)
	return nil
}

// bucketColumns is the entries of one bucket in the order of their nodes.
type bucketColumns struct {
	ends   []uint32 // by place of the node
	types  []uint16
	others []uint32
	edges  []uint32
}

func (c *bucketColumns) size(nodes, entries int) {
	if len(c.ends) != nodes {
		c.ends = make([]uint32, nodes)
	}
	clear(c.ends)
	if cap(c.edges) < entries {
		n := entries + entries/4
		c.types, c.others, c.edges = make([]uint16, n), make([]uint32, n), make([]uint32, n)
	}
	c.types, c.others, c.edges = c.types[:entries], c.others[:entries], c.edges[:entries]
}

// fill puts entries in the order of their nodes; those of one node keep theirs.
func (c *bucketColumns) fill(entries []bulkEntry, mask uint32) {
	for i := range entries {
		c.ends[entries[i].key&mask]++
	}
	sum := uint32(0)
	for i, n := range c.ends {
		c.ends[i] = sum
		sum += n
	}
	for _, e := range entries {
		to := c.ends[e.key&mask]
		c.ends[e.key&mask] = to + 1
		c.types[to], c.others[to], c.edges[to] = uint16(e.key>>16), e.other, e.edge
	}
}

// bucket makes the adjacency of one range of nodes in one direction.
func (l *Lane) bucket(at int, entries []bulkEntry) error {
	if len(entries) == 0 {
		return nil
	}
	s := l.s
	shift := l.bulk.buckets.shift
	dir, number := graph.Out, at
	if at >= l.bulk.buckets.n {
		dir, number = graph.In, at-l.bulk.buckets.n
	}
	if err := s.headroom(s.graphBudget, int64(len(entries))*2*4); err != nil {
		return err
	}
	c := &l.columns
	c.size(1<<shift, len(entries))
	c.fill(entries, 1<<shift-1)
	first := graph.NodeID(number) << shift
	records := s.nodes.records.Pages()
	from := uint32(0)
	for i, to := range c.ends {
		if from == to {
			continue
		}
		id := first + graph.NodeID(i)
		n := records.At(uint32(id))
		if n == nil || n.state.Load()&^latched != 0 {
			return fmt.Errorf("relationship %d is at node %d: %w", c.edges[from], id, ErrNotFound)
		}
		s.loops.noteAll(id, c.others[from:to])
		mask := uint32(0)
		for _, t := range c.types[from:to] {
			mask |= adjacency.Kind(graph.TypeID(t))
		}
		n.addKinds(mask, dir)
		n.adjacent(dir).Store(uint32(l.build.Build(c.types[from:to], c.others[from:to], c.edges[from:to])))
		from = to
	}
	return nil
}
