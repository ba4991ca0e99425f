package adjacency

import (
	"slices"
	"sync/atomic"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
)

// SmallMax is how many relationships one block holds.
const SmallMax = 512

// Segment is a run of relationships of one type: Nodes[i] is the other end of Edges[i].
type Segment struct {
	Type  graph.TypeID
	Nodes []graph.NodeID
	Edges []graph.EdgeID
}

// Filter tells a reader whether its view holds a relationship.
type Filter interface {
	VisibleEdge(id graph.EdgeID) bool
}

// State tells a writer what is unsettled about a relationship.
type State interface {
	// Marks returns how many marks the relationship has.
	Marks(id graph.EdgeID) int
	// Dead reports whether no view holds the relationship any more.
	Dead(id graph.EdgeID) bool
}

// Blocks reads and writes adjacency in an arena.
type Blocks struct {
	Arena *arena.Arena
}

// Entry is one relationship to insert.
type Entry struct {
	Type  graph.TypeID
	Node  graph.NodeID
	Edge  graph.EdgeID
	Marks int
}

const (
	wordBytes  = 4
	fieldBits  = 10
	fieldMask  = 1<<fieldBits - 1
	marksShift = 2 * fieldBits
	largeForm  = 1 << 31
)

// small is a block of up to SmallMax relationships.
type small struct {
	words  []uint32
	cap    int
	groups int
}

// load returns the first word of a block and whether it is a directory.
func (b Blocks) load(ref arena.Ref) (head uint32, large bool) {
	head = atomic.LoadUint32((*uint32)(b.Arena.Pointer(ref)))
	return head, head&largeForm != 0
}

// Touch loads the start of the block ref and returns it.
func (b Blocks) Touch(ref arena.Ref) uint32 {
	head, _ := b.load(ref)
	return head
}

func smallBytes(groups, capacity int) int { return (1 + groups + 2*capacity) * wordBytes }

func (b Blocks) small(ref arena.Ref, head uint32) small {
	s := small{cap: int(head & fieldMask), groups: int(head >> fieldBits & fieldMask)}
	s.words = b.Arena.Words(ref, 1+s.groups+2*s.cap)
	return s
}

// group returns the type and end of group i.
func (s small) group(i int) (graph.TypeID, int) {
	w := atomic.LoadUint32(&s.words[1+i])
	return graph.TypeID(w >> 16), int(w & 0xffff)
}

// count returns the number of entries.
func (s small) count() int {
	_, end := s.group(s.groups - 1)
	return end
}

func (s small) marks() int { return int(atomic.LoadUint32(&s.words[0]) >> marksShift) }

func (s small) addMarks(n int) { atomic.AddUint32(&s.words[0], uint32(n)<<marksShift) }

func (s small) others() []uint32 { return s.words[1+s.groups : 1+s.groups+s.cap] }

func (s small) edges() []uint32 { return s.words[1+s.groups+s.cap:] }

// newSmall returns an empty block with room for n entries in groups.
func (b Blocks) newSmall(groups, n int) (arena.Ref, small) {
	capacity := smallCap(groups, n)
	ref := b.Arena.Alloc(smallBytes(groups, capacity))
	return ref, b.formSmall(ref, groups, capacity)
}

// smallCap returns how many entries a block with room for n has room for.
func smallCap(groups, n int) int {
	return smallFits(groups, arena.RoundUp(smallBytes(groups, n)))
}

// smallFits returns how many entries a block of a number of bytes has room for.
func smallFits(groups, size int) int { return min((size/wordBytes-1-groups)/2, SmallMax) }

// formSmall makes an empty block of what is at ref.
func (b Blocks) formSmall(ref arena.Ref, groups, capacity int) small {
	s := small{cap: capacity, groups: groups}
	s.words = b.Arena.Words(ref, 1+groups+2*capacity)
	s.words[0] = smallHead(groups, capacity)
	return s
}

// smallHead returns the first word of a block without marks.
func smallHead(groups, capacity int) uint32 { return uint32(capacity) | uint32(groups)<<fieldBits }

// Insert adds e to the relationships at ref and returns where they are now.
func (b Blocks) Insert(ref arena.Ref, e Entry, st State, g *arena.Garbage) arena.Ref {
	if ref == 0 {
		to, s := b.newSmall(1, 1)
		s.put(0, e)
		s.words[1] = uint32(e.Type)<<16 | 1
		s.addMarks(e.Marks)
		return to
	}
	head, large := b.load(ref)
	if large {
		return b.insertLarge(ref, e, g)
	}
	s := b.small(ref, head)
	n := s.count()
	if last, _ := s.group(s.groups - 1); last == e.Type && n < s.cap {
		s.put(n, e)
		s.addMarks(e.Marks)
		atomic.StoreUint32(&s.words[s.groups], uint32(e.Type)<<16|uint32(n+1))
		return ref
	}
	if n == SmallMax {
		return b.insertLarge(b.enlarge(ref, s, st, g), e, g)
	}
	return b.insertCopy(ref, s, e, g)
}

// put writes the entry number i, which no reader sees yet.
func (s small) put(i int, e Entry) {
	s.others()[i] = uint32(e.Node)
	s.edges()[i] = uint32(e.Edge)
}

// insertCopy copies a block with e at the end of its group.
func (b Blocks) insertCopy(ref arena.Ref, s small, e Entry, g *arena.Garbage) arena.Ref {
	at := s.groups
	for i := range s.groups {
		if t, _ := s.group(i); t == e.Type {
			at = i
			break
		}
	}
	groups := max(s.groups, at+1)
	n := s.count()
	to, t := b.newSmall(groups, n+1)
	split := n
	for i := range groups {
		word := uint32(e.Type)<<16 | uint32(n)
		if i < s.groups {
			word = s.words[1+i]
		}
		if i == at {
			split = int(word & 0xffff)
		}
		if i >= at {
			word++
		}
		t.words[1+i] = word
	}
	copy(t.others(), s.others()[:split])
	copy(t.edges(), s.edges()[:split])
	t.put(split, e)
	copy(t.others()[split+1:], s.others()[split:n])
	copy(t.edges()[split+1:], s.edges()[split:n])
	t.addMarks(s.marks() + e.Marks)
	g.Add(ref, smallBytes(s.groups, s.cap))
	return to
}

// AddMarks changes the marks of the block that holds the relationship.
func (b Blocks) AddMarks(ref arena.Ref, t graph.TypeID, id graph.EdgeID, n int) {
	head, large := b.load(ref)
	if large {
		b.addMarksLarge(ref, t, id, n)
		return
	}
	b.small(ref, head).addMarks(n)
}

// Find returns the other end of a relationship.
func (b Blocks) Find(ref arena.Ref, t graph.TypeID, id graph.EdgeID) (graph.NodeID, bool) {
	if ref == 0 {
		return 0, false
	}
	head, large := b.load(ref)
	if large {
		return b.findLarge(ref, t, id)
	}
	s := b.small(ref, head)
	from := 0
	for i := range s.groups {
		group, end := s.group(i)
		if group == t {
			edges := s.edges()[from:end]
			for k, e := range edges {
				if e == uint32(id) {
					return graph.NodeID(s.others()[from+k]), true
				}
			}
			return 0, false
		}
		from = end
	}
	return 0, false
}

// Segments appends the relationships at ref of some types, nil for all, to dst. Where a
// block has marks, f decides.
func (b Blocks) Segments(dst []Segment, ref arena.Ref, types []graph.TypeID, f Filter) []Segment {
	if ref == 0 {
		return dst
	}
	head, large := b.load(ref)
	if large {
		return b.segmentsLarge(dst, ref, types, f)
	}
	s := b.small(ref, head)
	nodes, edges := nodeIDs(s.others()), edgeIDs(s.edges())
	from, first := 0, len(dst)
	for i := range s.groups {
		t, end := s.group(i)
		if types == nil || slices.Contains(types, t) {
			dst = append(dst, Segment{t, nodes[from:end:end], edges[from:end:end]})
		}
		from = end
	}
	if s.marks() != 0 {
		return filterTail(dst, first, f)
	}
	return dst
}

// filterTail replaces the segments from first on by the runs of what f lets pass.
func filterTail(dst []Segment, first int, f Filter) []Segment {
	last := len(dst)
	for i := first; i < last; i++ {
		dst = appendRuns(dst, dst[i], f)
	}
	kept := copy(dst[first:], dst[last:])
	clear(dst[first+kept:])
	return dst[:first+kept]
}

// appendRuns appends the runs of s that f lets pass.
func appendRuns(dst []Segment, s Segment, f Filter) []Segment {
	from := 0
	for i, id := range s.Edges {
		if f.VisibleEdge(id) {
			continue
		}
		if from < i {
			dst = append(dst, Segment{s.Type, s.Nodes[from:i:i], s.Edges[from:i:i]})
		}
		from = i + 1
	}
	if n := len(s.Edges); from < n {
		dst = append(dst, Segment{s.Type, s.Nodes[from:n:n], s.Edges[from:n:n]})
	}
	return dst
}

// Degree counts the relationships at ref of some types, nil for all.
func (b Blocks) Degree(ref arena.Ref, types []graph.TypeID, f Filter) int {
	if ref == 0 {
		return 0
	}
	head, large := b.load(ref)
	if large {
		return b.degreeLarge(ref, types, f)
	}
	s := b.small(ref, head)
	n, from := 0, 0
	for i := range s.groups {
		t, end := s.group(i)
		if types == nil || slices.Contains(types, t) {
			n += end - from
		}
		from = end
	}
	if s.marks() != 0 {
		return countVisible(b.Segments(nil, ref, types, f))
	}
	return n
}

func countVisible(segments []Segment) int {
	n := 0
	for _, s := range segments {
		n += len(s.Edges)
	}
	return n
}
