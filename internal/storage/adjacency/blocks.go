package adjacency

import (
	"slices"
	"sync/atomic"
	"unsafe"

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

// small is a block of up to SmallMax relationships. Its three words stay in registers; with
// a slice instead of the pointer each call of a method would copy it through memory.
type small struct {
	at     unsafe.Pointer
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
	return small{at: b.Arena.Pointer(ref), cap: int(head & fieldMask), groups: int(head >> fieldBits & fieldMask)}
}

// word returns word i of the block.
func (s small) word(i int) *uint32 { return (*uint32)(unsafe.Add(s.at, i*wordBytes)) }

// group returns the type and end of group i.
func (s small) group(i int) (graph.TypeID, int) {
	w := atomic.LoadUint32(s.word(1 + i))
	return graph.TypeID(w >> 16), int(w & 0xffff)
}

// count returns the number of entries.
func (s small) count() int {
	_, end := s.group(s.groups - 1)
	return end
}

func (s small) marks() int { return int(atomic.LoadUint32(s.word(0)) >> marksShift) }

func (s small) addMarks(n int) { atomic.AddUint32(s.word(0), uint32(n)<<marksShift) }

func (s small) others() []uint32 { return unsafe.Slice(s.word(1+s.groups), s.cap) }

func (s small) edges() []uint32 { return unsafe.Slice(s.word(1+s.groups+s.cap), s.cap) }

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
	s := small{at: b.Arena.Pointer(ref), cap: capacity, groups: groups}
	*s.word(0) = smallHead(groups, capacity)
	return s
}

// smallHead returns the first word of a block without marks.
func smallHead(groups, capacity int) uint32 { return uint32(capacity) | uint32(groups)<<fieldBits }

// Insert adds e to the relationships at ref and returns where they are now.
func (b Blocks) Insert(ref arena.Ref, e Entry, st State, g *arena.Garbage) arena.Ref {
	if ref == 0 {
		to, s := b.newSmall(1, 1)
		s.put(0, e)
		*s.word(1) = uint32(e.Type)<<16 | 1
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
		atomic.StoreUint32(s.word(s.groups), uint32(e.Type)<<16|uint32(n+1))
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
			word = *s.word(1 + i)
		}
		if i == at {
			split = int(word & 0xffff)
		}
		if i >= at {
			word++
		}
		*t.word(1 + i) = word
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

// Run returns the relationships at ref of the types, of which there is at most one, nil for
// all, in one piece: as Segments does, but only where they are in one block and that is in
// every view. Otherwise ok is false.
func (b Blocks) Run(ref arena.Ref, types []graph.TypeID) (nodes []graph.NodeID, edges []graph.EdgeID, ok bool) {
	return b.Runs().Run(ref, types)
}

// Quick reports whether Segments at ref is over at once, however many relationships there are: they are in one block, or
// all of them are in every view.
func (b Blocks) Quick(ref arena.Ref) bool {
	if ref == 0 {
		return true
	}
	if _, large := b.load(ref); !large {
		return true
	}
	return atomic.LoadUint32(&b.directory(ref).words[dirMarks]) == 0
}

// Runs is Blocks at one moment, for a loop of Run.
type Runs struct {
	blocks arena.Blocks
}

// Runs returns b as it is now.
func (b Blocks) Runs() Runs { return Runs{b.Arena.Blocks()} }

// Run is that of Blocks, for a ref that was there when r was made.
func (r Runs) Run(ref arena.Ref, types []graph.TypeID) (nodes []graph.NodeID, edges []graph.EdgeID, ok bool) {
	if ref == 0 {
		return nil, nil, true
	}
	at := r.blocks.Pointer(ref)
	head := atomic.LoadUint32((*uint32)(at))
	if head&largeForm != 0 || len(types) > 1 {
		return nil, nil, false
	}
	s := small{at: at, cap: int(head & fieldMask), groups: int(head >> fieldBits & fieldMask)}
	from, end := s.find(types)
	if s.marks() != 0 {
		return nil, nil, false
	}
	first := s.word(1 + s.groups + from)
	return unsafe.Slice((*graph.NodeID)(unsafe.Pointer(first)), end-from), unsafe.Slice((*graph.EdgeID)(unsafe.Add(unsafe.Pointer(first), s.cap*wordBytes)), end-from), true
}

// find returns where the entries of the types begin and end, of which there is at most one,
// nil for all.
func (s small) find(types []graph.TypeID) (from, end int) {
	if types == nil {
		return 0, s.count()
	}
	if len(types) == 0 {
		return 0, 0
	}
	t := uint32(types[0])
	for i := 1; i <= s.groups; i++ {
		w := atomic.LoadUint32(s.word(i))
		if end = int(w & 0xffff); w>>16 == t {
			return from, end
		}
		from = end
	}
	return from, from
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
	n := 0
	if len(types) <= 1 {
		from, end := s.find(types)
		n = end - from
	} else {
		from := 0
		for i := range s.groups {
			t, end := s.group(i)
			if slices.Contains(types, t) {
				n += end - from
			}
			from = end
		}
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
