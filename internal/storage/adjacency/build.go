package adjacency

import (
	"slices"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
)

// Builder makes the blocks of nodes whose relationships are all known, in one go and
// without holes. It belongs to one goroutine, and nobody reads what it makes meanwhile.
type Builder struct {
	blocks Blocks
	fill   *arena.Filler

	keys    []uint64 // of sorted: type in the high half, place before in the low half
	others  []uint32
	edges   []uint32
	ends    []Group
	refs    []uint32
	garbage arena.Garbage
}

// NewBuilder returns a builder of blocks in b.
func (b Blocks) NewBuilder() *Builder { return &Builder{blocks: b, fill: b.Arena.NewFiller()} }

// Close gives back memory that was set aside.
func (b *Builder) Close() { b.fill.Close() }

// Build returns the relationships of one node in one direction: types[i], others[i] and
// edges[i] are the type, the other end and the id of one of them. Within a type they keep
// their order. There must be at least one.
func (b *Builder) Build(types []uint16, others, edges []uint32) arena.Ref {
	b.ends = b.ends[:0]
	if uniform(types) {
		b.ends = append(b.ends, Group{graph.TypeID(types[0]), len(types)})
	} else {
		others, edges = b.sorted(types, others, edges)
	}
	return b.form(others, edges)
}

// form makes the blocks of entries that are in the groups of b.ends.
func (b *Builder) form(others, edges []uint32) arena.Ref {
	if len(others) <= SmallMax {
		return b.small(others, edges)
	}
	return b.large(others, edges)
}

func uniform(types []uint16) bool {
	for _, t := range types {
		if t != types[0] {
			return false
		}
	}
	return true
}

// sorted returns the columns in the order of their types and notes the groups.
func (b *Builder) sorted(types []uint16, others, edges []uint32) (sortedOthers, sortedEdges []uint32) {
	b.keys, b.others, b.edges = b.keys[:0], b.others[:0], b.edges[:0]
	for i, t := range types {
		b.keys = append(b.keys, uint64(t)<<32|uint64(i))
	}
	slices.Sort(b.keys)
	for at, key := range b.keys {
		i, t := uint32(key), graph.TypeID(key>>32)
		b.others = append(b.others, others[i])
		b.edges = append(b.edges, edges[i])
		if last := len(b.ends) - 1; last >= 0 && b.ends[last].Type == t {
			b.ends[last].End = at + 1
		} else {
			b.ends = append(b.ends, Group{t, at + 1})
		}
	}
	return b.others, b.edges
}

func (b *Builder) small(others, edges []uint32) arena.Ref {
	ref, toOthers, toEdges := b.Lend(b.ends)
	copy(toOthers, others)
	copy(toEdges, edges)
	return ref
}

// Lend makes the block of a node with at least one relationship and at most SmallMax, in
// groups of different types, and lends the places of their other ends and of their ids: the
// caller fills them before anyone reads them.
func (b *Builder) Lend(groups []Group) (ref arena.Ref, others, edges []uint32) {
	n := groups[len(groups)-1].End
	ref, size := b.fill.Room(smallBytes(len(groups), n))
	capacity := smallFits(len(groups), size)
	head := 1 + len(groups)
	words := b.blocks.Arena.Words(ref, head+2*capacity)
	words[0] = smallHead(len(groups), capacity)
	for i, g := range groups {
		words[1+i] = uint32(g.Type)<<16 | uint32(g.End)
	}
	others, edges = words[head:head+n:head+n], words[head+capacity:]
	return ref, others, edges[:n:n]
}

func (b *Builder) large(others, edges []uint32) arena.Ref {
	groups := len(b.ends)
	ref := b.fill.Alloc(dirBytes(groups))
	words := b.blocks.Arena.Words(ref, dirGroups+groups*groupWords)
	words[0], words[dirMarks] = largeForm|uint32(groups), 0
	d := directory{words, groups}
	from := 0
	for i, g := range b.ends {
		b.refs = b.refs[:0]
		for at := from; at < g.End; at += segmentMax {
			to := min(at+segmentMax, g.End)
			b.refs = append(b.refs, uint32(b.segment(others[at:to], edges[at:to])))
		}
		list := listCapFor(max(listStart, len(b.refs)))
		listRef := b.fill.Alloc(listBytes(list))
		b.blocks.formList(listRef, b.refs, list)
		group := d.group(i)
		group[groupType], group[groupList] = uint32(g.Type), uint32(listRef)
		group[groupCount], group[groupCount+1] = uint32(g.End-from), 0
		from = g.End
	}
	return ref
}

func (b *Builder) segment(others, edges []uint32) arena.Ref {
	capacity := segmentCap(len(edges))
	ref := b.fill.Alloc(segmentBytes(capacity))
	s := b.blocks.formSegment(ref, capacity)
	copy(s.others(), others)
	copy(s.edges(), edges)
	s.words[segCount] = uint32(len(edges))
	s.words[segLeast], s.words[segMost] = slices.Min(edges), slices.Max(edges)
	if !slices.IsSorted(edges) {
		s.words[segAscend] = 0
	}
	return ref
}
