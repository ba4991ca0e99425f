package adjacency

import (
	"sync/atomic"
	"unsafe"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
)

// shrinkAt is the number of relationships at which a directory becomes one block again.
const shrinkAt = SmallMax / 2

// Purge removes the entries of dead relationships and returns where the others are now,
// 0 if there are none.
func (b Blocks) Purge(ref arena.Ref, st State, g *arena.Garbage) arena.Ref {
	if ref == 0 || b.Marks(ref) == 0 {
		return ref
	}
	head, large := b.load(ref)
	if large {
		return b.purgeLarge(ref, st, g)
	}
	s := b.small(ref, head)
	kept := make([]Entry, 0, s.count())
	from, groups := 0, 0
	for i := range s.groups {
		t, end := s.group(i)
		before := len(kept)
		for k := from; k < end; k++ {
			id := graph.EdgeID(s.edges()[k])
			if !st.Dead(id) {
				kept = append(kept, Entry{Type: t, Node: graph.NodeID(s.others()[k]), Edge: id})
			}
		}
		if len(kept) > before {
			groups++
		}
		from = end
	}
	if len(kept) == from {
		return ref
	}
	marks := 0
	for _, e := range kept {
		marks += st.Marks(e.Edge)
	}
	g.Add(ref, smallBytes(s.groups, s.cap))
	return b.build(kept, groups, marks)
}

// Remove takes one relationship out, which must be settled.
func (b Blocks) Remove(ref arena.Ref, t graph.TypeID, id graph.EdgeID, st State, g *arena.Garbage) arena.Ref {
	b.AddMarks(ref, t, id, 1)
	return b.Purge(ref, oneDead{st, id}, g)
}

// oneDead is a State in which one relationship is dead.
type oneDead struct {
	State
	id graph.EdgeID
}

// Dead implements State.
func (o oneDead) Dead(id graph.EdgeID) bool { return id == o.id }

// build returns a block with entries, which are grouped by type.
func (b Blocks) build(entries []Entry, groups, marks int) arena.Ref {
	if len(entries) == 0 {
		return 0
	}
	ref, s := b.newSmall(groups, len(entries))
	at := 0
	for i, e := range entries {
		if i > 0 && entries[i-1].Type != e.Type {
			at++
		}
		s.put(i, e)
		*s.word(1 + at) = uint32(e.Type)<<16 | uint32(i+1)
	}
	s.addMarks(marks)
	return ref
}

func (b Blocks) purgeLarge(ref arena.Ref, st State, g *arena.Garbage) arena.Ref {
	d := b.directory(ref)
	total := 0
	for i := range d.groups {
		b.purgeGroup(d, d.group(i), st, g)
		total += int(d.group(i)[groupCount])
	}
	if total > shrinkAt {
		return ref
	}
	entries := make([]Entry, 0, total)
	groups, marks := 0, int(d.words[dirMarks])
	for i := range d.groups {
		group := d.group(i)
		before := len(entries)
		refs := b.list(group)
		for k := range refs {
			seg := b.segment(&refs[k])
			for j := range seg.count() {
				entries = append(entries, Entry{
					Type: graph.TypeID(group[groupType]),
					Node: graph.NodeID(seg.others()[j]), Edge: graph.EdgeID(seg.edges()[j]),
				})
			}
		}
		if len(entries) > before {
			groups++
		}
	}
	b.Drop(ref, g)
	return b.build(entries, groups, marks)
}

// purgeGroup removes the dead from the segments of one group. A segment that loses
// entries is copied, together with the one before it if both fit half a segment.
func (b Blocks) purgeGroup(d directory, group []uint32, st State, g *arena.Garbage) {
	refs := b.list(group)
	list := make([]uint32, 0, len(refs))
	removed, marks := 0, 0
	for i := range refs {
		seg := b.segment(&refs[i])
		lost := 0
		if seg.marks() > 0 {
			for _, id := range seg.edges()[:seg.count()] {
				if st.Dead(graph.EdgeID(id)) {
					lost++
				}
			}
		}
		if lost == 0 {
			list = append(list, refs[i])
			continue
		}
		removed += lost
		marks += seg.marks()
		to, kept := b.newSegment(max(seg.count()-lost, 1))
		kept.take(seg, st)
		marks -= kept.marks()
		g.Add(arena.Ref(refs[i]), segmentBytes(seg.cap))
		list = b.pushKept(list, to, kept, g)
	}
	if removed == 0 {
		return
	}
	old := arena.Ref(group[groupList])
	g.Add(old, listBytes(int(b.Arena.Words(old, listRefs)[listCap])))
	atomic.StoreUint32(&group[groupList], uint32(b.newList(list, max(listStart, len(list)))))
	atomic.AddUint32(&group[groupCount], uint32(-removed))
	atomic.AddUint32(&d.words[dirMarks], uint32(-marks))
}

// pushKept adds a copied segment to list, joined with the last one where both are small.
func (b Blocks) pushKept(list []uint32, ref arena.Ref, s segment, g *arena.Garbage) []uint32 {
	if s.count() == 0 {
		b.Arena.Free(ref, segmentBytes(s.cap)) // no reader has seen it
		return list
	}
	if len(list) == 0 {
		return append(list, uint32(ref))
	}
	last := b.segment(&list[len(list)-1])
	if last.count()+s.count() > segmentMax/2 {
		return append(list, uint32(ref))
	}
	to, joined := b.newSegment(last.count() + s.count())
	joined.take(last, nil)
	joined.take(s, nil)
	g.Add(arena.Ref(list[len(list)-1]), segmentBytes(last.cap))
	b.Arena.Free(ref, segmentBytes(s.cap))
	list[len(list)-1] = uint32(to)
	return list
}

// take appends the entries of from, without the dead if st is given.
func (s segment) take(from segment, st State) {
	if st == nil {
		s.addMarks(from.marks())
	}
	for i := range from.count() {
		id := graph.EdgeID(from.edges()[i])
		if st != nil {
			if st.Dead(id) {
				continue
			}
			s.addMarks(st.Marks(id))
		}
		s.add(from.others()[i], uint32(id))
	}
}

// Drop puts all blocks at ref aside.
func (b Blocks) Drop(ref arena.Ref, g *arena.Garbage) {
	b.visit(ref, g.Add)
}

// Bytes returns the size of all blocks at ref.
func (b Blocks) Bytes(ref arena.Ref) int64 {
	total := int64(0)
	b.visit(ref, func(_ arena.Ref, n int) { total += int64(arena.RoundUp(n)) })
	return total
}

// visit calls fn with every block at ref.
func (b Blocks) visit(ref arena.Ref, fn func(arena.Ref, int)) {
	if ref == 0 {
		return
	}
	head, large := b.load(ref)
	if !large {
		s := b.small(ref, head)
		fn(ref, smallBytes(s.groups, s.cap))
		return
	}
	d := b.directory(ref)
	for i := range d.groups {
		group := d.group(i)
		refs := b.list(group)
		for k := range refs {
			fn(arena.Ref(refs[k]), segmentBytes(b.segment(&refs[k]).cap))
		}
		list := arena.Ref(group[groupList])
		fn(list, listBytes(int(b.Arena.Words(list, listRefs)[listCap])))
	}
	fn(ref, dirBytes(d.groups))
}

// Marks returns the marks of all blocks at ref.
func (b Blocks) Marks(ref arena.Ref) int {
	if ref == 0 {
		return 0
	}
	head, large := b.load(ref)
	if large {
		return int(atomic.LoadUint32(&b.directory(ref).words[dirMarks]))
	}
	return b.small(ref, head).marks()
}

func nodeIDs(words []uint32) []graph.NodeID {
	return unsafe.Slice((*graph.NodeID)(unsafe.SliceData(words)), len(words))
}

func edgeIDs(words []uint32) []graph.EdgeID {
	return unsafe.Slice((*graph.EdgeID)(unsafe.SliceData(words)), len(words))
}
