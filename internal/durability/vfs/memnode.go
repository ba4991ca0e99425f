package vfs

import (
	"maps"
	"time"
)

// blockBytes is the unit in which what was not synced survives a crash or does not.
const blockBytes = 4096

// block holds one unit of a file; a nil *block reads as zeros.
type block [blockBytes]byte

// memNode is a file or a directory of Mem, apart from its names.
//
// A file is kept twice: as programs see it and as a power cut would leave it. The two
// share the blocks that are equal. Invariants:
//
//  1. A block that both sides point to is never written in place.
//  2. len(blocks) and len(syncedBlocks) are size and syncedSize in blocks, rounded up.
//  3. Bytes of the last block past the size are zero.
//  4. dirty holds every block that the next successful sync has to carry over. Blocks
//     whose sync failed are not in it: they are readable and will never be durable,
//     unless they are written again.
type memNode struct {
	id    uint64
	dir   bool
	mtime time.Time
	links int

	size         int64
	blocks       []*block
	syncedSize   int64
	syncedBlocks []*block
	dirty        map[int]struct{}
	failures     int // of syncs
	// between holds, for some dirty blocks, what they were between the last sync and now:
	// the system may have written that, and not what came later.
	between map[int]*block

	entries map[string]*memNode
	synced  map[string]*memNode
}

func newMemFileNode(id uint64) *memNode {
	return &memNode{id: id, dirty: map[int]struct{}{}, between: map[int]*block{}}
}

func newMemDirNode(id uint64) *memNode {
	return &memNode{id: id, dir: true, entries: map[string]*memNode{}, synced: map[string]*memNode{}}
}

// blockCount returns how many blocks hold size bytes.
func blockCount(size int64) int { return int((size + blockBytes - 1) / blockBytes) }

// readAt copies bytes from off and returns how many there were.
func (n *memNode) readAt(p []byte, off int64) int {
	if off >= n.size {
		return 0
	}
	p = p[:min(int64(len(p)), n.size-off)]
	for done := 0; done < len(p); {
		at := off + int64(done)
		within := int(at % blockBytes)
		part := p[done:min(len(p), done+blockBytes-within)]
		if b := n.blocks[at/blockBytes]; b != nil {
			copy(part, b[within:])
		} else {
			clear(part)
		}
		done += len(part)
	}
	return len(p)
}

// writeAt stores bytes at off; the file grows where needed.
func (n *memNode) writeAt(p []byte, off int64) {
	if len(p) == 0 {
		return
	}
	if end := off + int64(len(p)); end > n.size {
		n.resize(end)
	}
	for done := 0; done < len(p); {
		at := off + int64(done)
		within := int(at % blockBytes)
		done += copy(n.own(int(at / blockBytes))[within:], p[done:])
	}
}

// zero writes zeros over a range without taking memory for whole blocks.
func (n *memNode) zero(off, count int64) {
	end := off + count
	if count > 0 && end > n.size {
		n.resize(end)
	}
	for off < end {
		index, within := int(off/blockBytes), off%blockBytes
		step := min(end-off, blockBytes-within)
		switch {
		case n.blocks[index] == nil:
		case step == blockBytes:
			n.blocks[index] = nil
			n.dirty[index] = struct{}{}
		default:
			clear(n.own(index)[within : within+step])
		}
		off += step
	}
}

// own returns a block that can be written in place.
func (n *memNode) own(index int) *block {
	b := n.blocks[index]
	switch {
	case b == nil:
		b = new(block)
	case index < len(n.syncedBlocks) && n.syncedBlocks[index] == b:
		b = new(*b)
	}
	n.blocks[index] = b
	n.dirty[index] = struct{}{}
	return b
}

// resize sets the size; what is added reads as zero.
func (n *memNode) resize(size int64) {
	count := blockCount(size)
	for index := len(n.blocks); index < count; index++ {
		n.blocks = append(n.blocks, nil)
		n.dirty[index] = struct{}{}
	}
	for index := count; index < len(n.blocks); index++ {
		delete(n.dirty, index)
	}
	n.blocks = n.blocks[:count]
	if within := size % blockBytes; size < n.size && within != 0 && n.blocks[count-1] != nil {
		clear(n.own(count - 1)[within:])
	}
	n.size = size
}

// sync makes what programs see durable, except blocks whose sync failed before.
func (n *memNode) sync() {
	count := len(n.blocks)
	for len(n.syncedBlocks) < count {
		n.syncedBlocks = append(n.syncedBlocks, nil)
	}
	n.syncedBlocks = n.syncedBlocks[:count]
	n.syncedSize = n.size
	for index := range n.dirty {
		n.syncedBlocks[index] = n.blocks[index]
	}
	clear(n.dirty)
	clear(n.between)
}

// failSync forgets what was waiting, as kernels do.
func (n *memNode) failSync() {
	clear(n.dirty)
	n.failures++
}

// cloneShallow copies a node for another Mem; the caller fills contents and entries.
func (n *memNode) cloneShallow() *memNode {
	c := &memNode{id: n.id, dir: n.dir, mtime: n.mtime}
	if n.dir {
		c.entries = map[string]*memNode{}
		c.synced = map[string]*memNode{}
	} else {
		c.dirty, c.between = map[int]struct{}{}, map[int]*block{}
	}
	return c
}

// settle makes the present state of a clone the durable one.
func (n *memNode) settle() {
	if n.dir {
		n.synced = maps.Clone(n.entries)
		return
	}
	n.sync()
}
