package adjacency

import (
	"sync/atomic"

	"memgraphd/internal/storage/arena"
)

// Move copies the blocks at ref that are in the evacuated pages, and returns where the
// relationships are now.
func (b Blocks) Move(ref arena.Ref, ev *arena.Evacuation, g *arena.Garbage) arena.Ref {
	if ref == 0 {
		return 0
	}
	head, large := b.load(ref)
	if !large {
		s := b.small(ref, head)
		return b.moveBlock(ref, smallBytes(s.groups, s.cap), ev, g)
	}
	d := b.directory(ref)
	for i := range d.groups {
		group := d.group(i)
		refs := b.list(group)
		for k := range refs {
			bytes := segmentBytes(b.segment(&refs[k]).cap)
			to := b.moveBlock(arena.Ref(refs[k]), bytes, ev, g)
			atomic.StoreUint32(&refs[k], uint32(to))
		}
		list := arena.Ref(group[groupList])
		bytes := listBytes(int(b.Arena.Words(list, listRefs)[listCap]))
		atomic.StoreUint32(&group[groupList], uint32(b.moveBlock(list, bytes, ev, g)))
	}
	return b.moveBlock(ref, dirBytes(d.groups), ev, g)
}

// moveBlock copies one block if it is in an evacuated page.
func (b Blocks) moveBlock(ref arena.Ref, bytes int, ev *arena.Evacuation, g *arena.Garbage) arena.Ref {
	if !ev.Holds(ref) {
		return ref
	}
	to := b.Arena.Alloc(bytes)
	copy(b.Arena.Words(to, bytes/wordBytes), b.Arena.Words(ref, bytes/wordBytes))
	g.Add(ref, bytes)
	return to
}
