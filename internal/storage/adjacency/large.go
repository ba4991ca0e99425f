package adjacency

import (
	"slices"
	"sync/atomic"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
)

// Words of a directory, of its groups, of a list and of a segment.
const (
	dirMarks   = 1
	dirGroups  = 2
	groupWords = 4
	groupType  = 0
	groupList  = 1
	groupCount = 2

	listCount = 0
	listCap   = 1
	listRefs  = 2

	segCount  = 0
	segCap    = 1
	segMarks  = 2
	segLeast  = 3
	segMost   = 4
	segAscend = 5
	segData   = 6

	segmentMax   = 4093 // with its header 32 KiB; rounding may add some
	segmentStart = 1024
	listStart    = 2
)

// directory is the top of a large adjacency.
type directory struct {
	words  []uint32
	groups int
}

func dirBytes(groups int) int { return (dirGroups + groups*groupWords) * wordBytes }

func (b Blocks) directory(ref arena.Ref) directory {
	head, _ := b.load(ref)
	groups := int(head &^ largeForm)
	return directory{b.Arena.Words(ref, dirGroups+groups*groupWords), groups}
}

// group returns the words of group i.
func (d directory) group(i int) []uint32 {
	return d.words[dirGroups+i*groupWords:][:groupWords]
}

func (d directory) find(t graph.TypeID) ([]uint32, bool) {
	for i := range d.groups {
		if g := d.group(i); g[groupType] == uint32(t) {
			return g, true
		}
	}
	return nil, false
}

// list returns the segments of a group.
func (b Blocks) list(group []uint32) []uint32 {
	ref := arena.Ref(atomic.LoadUint32(&group[groupList]))
	base := b.Arena.Words(ref, listRefs)
	n := int(atomic.LoadUint32(&base[listCount]))
	return b.Arena.Words(ref, listRefs+n)[listRefs:]
}

func listBytes(capacity int) int { return (listRefs + capacity) * wordBytes }

// segment is a run of relationships of one type in a large adjacency.
type segment struct {
	words []uint32
	cap   int
}

func segmentBytes(capacity int) int { return (segData + 2*capacity) * wordBytes }

func (b Blocks) segment(ref *uint32) segment {
	r := arena.Ref(atomic.LoadUint32(ref))
	capacity := int(b.Arena.Words(r, segData)[segCap])
	return segment{b.Arena.Words(r, segData+2*capacity), capacity}
}

func (s segment) count() int       { return int(atomic.LoadUint32(&s.words[segCount])) }
func (s segment) marks() int       { return int(atomic.LoadUint32(&s.words[segMarks])) }
func (s segment) addMarks(n int)   { atomic.AddUint32(&s.words[segMarks], uint32(n)) }
func (s segment) others() []uint32 { return s.words[segData : segData+s.cap] }
func (s segment) edges() []uint32  { return s.words[segData+s.cap:] }

// newSegment returns an empty segment with room for n entries.
func (b Blocks) newSegment(n int) (arena.Ref, segment) {
	capacity := segmentCap(n)
	ref := b.Arena.Alloc(segmentBytes(capacity))
	return ref, b.formSegment(ref, capacity)
}

// segmentCap returns how many entries a segment with room for n has room for.
func segmentCap(n int) int { return (arena.RoundUp(segmentBytes(n))/wordBytes - segData) / 2 }

// formSegment makes an empty segment of what is at ref.
func (b Blocks) formSegment(ref arena.Ref, capacity int) segment {
	s := segment{b.Arena.Words(ref, segData+2*capacity), capacity}
	s.words[segCount], s.words[segCap], s.words[segMarks] = 0, uint32(capacity), 0
	s.words[segLeast], s.words[segMost], s.words[segAscend] = ^uint32(0), 0, 1
	return s
}

// add appends one entry, for which there must be room.
func (s segment) add(other, edge uint32) {
	n := s.count()
	s.others()[n], s.edges()[n] = other, edge
	if n > 0 && s.edges()[n-1] > edge {
		atomic.StoreUint32(&s.words[segAscend], 0)
	}
	if edge < s.words[segLeast] {
		atomic.StoreUint32(&s.words[segLeast], edge)
	}
	if edge > s.words[segMost] {
		atomic.StoreUint32(&s.words[segMost], edge)
	}
	atomic.StoreUint32(&s.words[segCount], uint32(n+1))
}

// index returns the place of a relationship, or -1.
func (s segment) index(id graph.EdgeID) int {
	n := s.count()
	if uint32(id) < atomic.LoadUint32(&s.words[segLeast]) || uint32(id) > atomic.LoadUint32(&s.words[segMost]) {
		return -1
	}
	edges := s.edges()[:n]
	if atomic.LoadUint32(&s.words[segAscend]) == 1 {
		if i, ok := slices.BinarySearch(edges, uint32(id)); ok {
			return i
		}
		return -1
	}
	return slices.Index(edges, uint32(id))
}

func (s segment) segment(t graph.TypeID) Segment {
	n := s.count()
	return Segment{t, nodeIDs(s.others())[:n:n], edgeIDs(s.edges())[:n:n]}
}

// enlarge turns a full block into a directory.
func (b Blocks) enlarge(ref arena.Ref, s small, st State, g *arena.Garbage) arena.Ref {
	to := b.Arena.Alloc(dirBytes(s.groups))
	words := b.Arena.Words(to, dirGroups+s.groups*groupWords)
	words[0], words[dirMarks] = largeForm|uint32(s.groups), uint32(s.marks())
	d := directory{words, s.groups}
	from := 0
	for i := range s.groups {
		t, end := s.group(i)
		segRef, seg := b.newSegment(end - from)
		for k := from; k < end; k++ {
			id := s.edges()[k]
			seg.add(s.others()[k], id)
			if s.marks() > 0 {
				seg.addMarks(st.Marks(graph.EdgeID(id)))
			}
		}
		b.setGroup(d.group(i), t, []uint32{uint32(segRef)}, end-from)
		from = end
	}
	g.Add(ref, smallBytes(s.groups, s.cap))
	return to
}

// setGroup fills a group that no reader sees yet.
func (b Blocks) setGroup(group []uint32, t graph.TypeID, refs []uint32, count int) {
	group[groupType], group[groupCount], group[groupCount+1] = uint32(t), uint32(count), 0
	group[groupList] = uint32(b.newList(refs, max(listStart, len(refs))))
}

func (b Blocks) newList(refs []uint32, capacity int) arena.Ref {
	capacity = listCapFor(capacity)
	ref := b.Arena.Alloc(listBytes(capacity))
	b.formList(ref, refs, capacity)
	return ref
}

// listCapFor returns how many segments a list with room for n has room for.
func listCapFor(n int) int { return arena.RoundUp(listBytes(n))/wordBytes - listRefs }

// formList makes a list of segments of what is at ref.
func (b Blocks) formList(ref arena.Ref, refs []uint32, capacity int) {
	words := b.Arena.Words(ref, listRefs+capacity)
	words[listCount], words[listCap] = uint32(len(refs)), uint32(capacity)
	copy(words[listRefs:], refs)
}

func (b Blocks) insertLarge(ref arena.Ref, e Entry, g *arena.Garbage) arena.Ref {
	d := b.directory(ref)
	group, ok := d.find(e.Type)
	if !ok {
		ref, d = b.addGroup(ref, d, e.Type, g)
		group = d.group(d.groups - 1)
	}
	atomic.AddUint32(&d.words[dirMarks], uint32(e.Marks))
	seg := b.segmentWithRoom(group, g)
	seg.addMarks(e.Marks)
	seg.add(uint32(e.Node), uint32(e.Edge))
	atomic.AddUint32(&group[groupCount], 1)
	return ref
}

// addGroup copies a directory with one more, empty, group.
func (b Blocks) addGroup(ref arena.Ref, d directory, t graph.TypeID, g *arena.Garbage) (arena.Ref, directory) {
	to := b.Arena.Alloc(dirBytes(d.groups + 1))
	words := b.Arena.Words(to, dirGroups+(d.groups+1)*groupWords)
	copy(words, d.words)
	words[0] = largeForm | uint32(d.groups+1)
	n := directory{words, d.groups + 1}
	b.setGroup(n.group(d.groups), t, nil, 0)
	g.Add(ref, dirBytes(d.groups))
	return to, n
}

// segmentWithRoom returns the last segment of a group after making room in it.
func (b Blocks) segmentWithRoom(group []uint32, g *arena.Garbage) segment {
	refs := b.list(group)
	if len(refs) == 0 {
		return b.pushSegment(group, segmentStart/16, g)
	}
	last := &refs[len(refs)-1]
	seg := b.segment(last)
	if seg.count() < seg.cap {
		return seg
	}
	if seg.cap >= segmentMax {
		return b.pushSegment(group, segmentStart, g)
	}
	to, grown := b.newSegment(min(2*seg.cap, segmentMax))
	copy(grown.others(), seg.others())
	copy(grown.edges(), seg.edges())
	copy(grown.words[segMarks:segData], seg.words[segMarks:segData])
	grown.words[segCount] = uint32(seg.count())
	g.Add(arena.Ref(*last), segmentBytes(seg.cap))
	atomic.StoreUint32(last, uint32(to))
	return grown
}

// pushSegment adds an empty segment to a group.
func (b Blocks) pushSegment(group []uint32, n int, g *arena.Garbage) segment {
	to, seg := b.newSegment(n)
	ref := arena.Ref(group[groupList])
	refs := b.list(group)
	capacity := int(b.Arena.Words(ref, listRefs)[listCap])
	if len(refs) == capacity {
		grown := b.newList(refs, 2*capacity)
		g.Add(ref, listBytes(capacity))
		atomic.StoreUint32(&group[groupList], uint32(grown))
		ref = grown
	}
	words := b.Arena.Words(ref, listRefs+len(refs)+1)
	atomic.StoreUint32(&words[listRefs+len(refs)], uint32(to))
	atomic.StoreUint32(&words[listCount], uint32(len(refs)+1))
	return seg
}

// locate returns the segment of a relationship and its place in it.
func (b Blocks) locate(ref arena.Ref, t graph.TypeID, id graph.EdgeID) (segment, int) {
	d := b.directory(ref)
	group, ok := d.find(t)
	if !ok {
		return segment{}, -1
	}
	refs := b.list(group)
	for i := range refs {
		// The newest segment first: what is being changed is mostly new.
		seg := b.segment(&refs[len(refs)-1-i])
		if at := seg.index(id); at >= 0 {
			return seg, at
		}
	}
	return segment{}, -1
}

func (b Blocks) addMarksLarge(ref arena.Ref, t graph.TypeID, id graph.EdgeID, n int) {
	seg, at := b.locate(ref, t, id)
	if at < 0 {
		panic("adjacency: relationship is not in its node")
	}
	seg.addMarks(n)
	atomic.AddUint32(&b.directory(ref).words[dirMarks], uint32(n))
}

func (b Blocks) findLarge(ref arena.Ref, t graph.TypeID, id graph.EdgeID) (graph.NodeID, bool) {
	seg, at := b.locate(ref, t, id)
	if at < 0 {
		return 0, false
	}
	return graph.NodeID(seg.others()[at]), true
}

func (b Blocks) segmentsLarge(dst []Segment, ref arena.Ref, types []graph.TypeID, f Filter) []Segment {
	d := b.directory(ref)
	for i := range d.groups {
		group := d.group(i)
		t := graph.TypeID(group[groupType])
		if types != nil && !slices.Contains(types, t) {
			continue
		}
		refs := b.list(group)
		for k := range refs {
			seg := b.segment(&refs[k])
			run := seg.segment(t)
			if seg.marks() != 0 {
				dst = appendRuns(dst, run, f)
			} else if len(run.Edges) > 0 {
				dst = append(dst, run)
			}
		}
	}
	return dst
}

// degreeLarge takes the counts of the directory where it had no marks before and after:
// then nothing was unsettled, and nothing that the view must not see was counted.
func (b Blocks) degreeLarge(ref arena.Ref, types []graph.TypeID, f Filter) int {
	d := b.directory(ref)
	n := 0
	if atomic.LoadUint32(&d.words[dirMarks]) == 0 {
		for i := range d.groups {
			group := d.group(i)
			if types == nil || slices.Contains(types, graph.TypeID(group[groupType])) {
				n += int(atomic.LoadUint32(&group[groupCount]))
			}
		}
		if atomic.LoadUint32(&d.words[dirMarks]) == 0 {
			return n
		}
	}
	return countVisible(b.segmentsLarge(nil, ref, types, f))
}
