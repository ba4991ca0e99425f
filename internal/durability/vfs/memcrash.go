package vfs

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
)

// sectorBytes is the unit in which a single write is torn.
const sectorBytes = 512

// CrashModel says what of the unsynced state is on disk after a crash.
type CrashModel uint8

// The ways in which a crash leaves a disk.
const (
	// SyncedOnly keeps nothing but what was synced.
	SyncedOnly CrashModel = iota + 1
	// Everything keeps all that was done, synced or not, as the end of a process does.
	Everything
	// RandomBlocks keeps each unsynced block and each unsynced name, or not, at random; of
	// a block that was written several times it may keep an earlier state.
	RandomBlocks
	// TornWrite keeps everything but random sectors of the last unsynced write.
	TornWrite
)

// CrashModels lists the models, for tests that go through them all.
func CrashModels() []CrashModel {
	return []CrashModel{SyncedOnly, Everything, RandomBlocks, TornWrite}
}

// String names the model.
func (c CrashModel) String() string {
	switch c {
	case SyncedOnly:
		return "synced-only"
	case Everything:
		return "everything"
	case RandomBlocks:
		return "random-blocks"
	case TornWrite:
		return "torn-write"
	}
	return fmt.Sprintf("crash-model(%d)", uint8(c))
}

// dirChange sets or removes one name.
type dirChange struct {
	dir  *memNode
	name string
	node *memNode // what the name means from now on; nil: nothing
	was  *memNode // with node == nil: the name is removed only if it means this
}

// dirOp is a change of names that is durable as a whole, once its directory is synced.
type dirOp struct {
	dir     *memNode
	changes []dirChange
	after   *dirOp // not durable before this one: a rename never loses a file
	durable bool
}

// change carries a change of names out and notes it as not durable.
func (m *Mem) change(op *dirOp) {
	for _, c := range op.changes {
		m.unlinked(c.dir.entries[c.name], c.node)
		apply(c.dir.entries, c)
	}
	m.pending = append(m.pending, op)
}

// unlinked keeps the accounts when a name stops meaning one node and starts to mean
// another.
func (m *Mem) unlinked(before, after *memNode) {
	if after != nil {
		after.links++
	}
	if before == nil {
		return
	}
	if before.links--; before.links == 0 && !before.dir {
		m.used -= int64(len(before.blocks)) * blockBytes
	}
}

func apply(entries map[string]*memNode, c dirChange) {
	switch {
	case c.node != nil:
		entries[c.name] = c.node
	case c.was == nil || entries[c.name] == c.was:
		delete(entries, c.name)
	}
}

// syncDir makes the names of a directory durable.
func (m *Mem) syncDir(dir *memNode) {
	for _, op := range m.pending {
		if op.dir == dir {
			op.persist()
		}
	}
	m.sweepPending()
}

func (o *dirOp) persist() {
	if o.durable {
		return
	}
	o.durable = true
	if o.after != nil {
		o.after.persist()
	}
	for _, c := range o.changes {
		apply(c.dir.synced, c)
	}
}

func (m *Mem) sweepPending() {
	kept := m.pending[:0]
	for _, op := range m.pending {
		if !op.durable {
			kept = append(kept, op)
		}
	}
	clear(m.pending[len(kept):])
	m.pending = kept
}

// remember keeps what a write is about to replace.
func (m *Mem) remember(n *memNode, p []byte, off int64) {
	m.passBy(n, off, int64(len(p)))
	before := make([]byte, len(p))
	got := n.readAt(before, off)
	m.last = lastWrite{node: n, off: off, before: before[:got], length: len(p), oldSize: n.size}
}

// passBy keeps, for half of the unsynced blocks that are about to change, what they are.
func (m *Mem) passBy(n *memNode, off, length int64) {
	for index := int(off / blockBytes); index < min(blockCount(off+length), len(n.blocks)); index++ {
		if _, dirty := n.dirty[index]; !dirty || m.random.IntN(2) == 0 {
			continue
		}
		passed := new(block)
		if b := n.blocks[index]; b != nil {
			*passed = *b
		}
		n.between[index] = passed
	}
}

// CrashClone returns the disk as a crash at this moment could leave it. The Mem itself
// goes on, and the clone has no faults set, no quota and no locks.
func (m *Mem) CrashClone(model CrashModel) *Mem {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := NewMem(m.random.Uint64())
	c.nodes = m.nodes
	cl := cloner{model: model, random: m.random, names: m.survivingNames(model), done: map[*memNode]*memNode{}}
	c.root = cl.clone(m.root)
	if model == TornWrite {
		cl.tear(m.last)
	}
	for _, n := range cl.done {
		n.settle()
		c.used += int64(len(n.blocks)) * blockBytes
	}
	return c
}

// survivingNames returns the entries of each directory after the crash; nil means those
// that programs see.
func (m *Mem) survivingNames(model CrashModel) map[*memNode]map[string]*memNode {
	if model == Everything || model == TornWrite {
		return nil
	}
	names := map[*memNode]map[string]*memNode{}
	var collect func(n *memNode)
	collect = func(n *memNode) {
		if !n.dir || names[n] != nil {
			return
		}
		copied := make(map[string]*memNode, len(n.synced))
		names[n] = copied
		for name, child := range n.synced {
			copied[name] = child
			collect(child)
		}
		for _, child := range n.entries {
			collect(child)
		}
	}
	collect(m.root)
	if model == SyncedOnly {
		return names
	}
	kept := map[*dirOp]bool{}
	for _, op := range m.pending {
		stands := op.after == nil || op.after.durable || kept[op.after]
		if !stands || m.random.IntN(2) == 0 {
			continue
		}
		kept[op] = true
		for _, c := range op.changes {
			if entries := names[c.dir]; entries != nil {
				apply(entries, c)
			}
		}
	}
	return names
}

// cloner copies a tree as a crash leaves it.
type cloner struct {
	model  CrashModel
	random *rand.Rand
	names  map[*memNode]map[string]*memNode
	done   map[*memNode]*memNode
}

func (c *cloner) clone(n *memNode) *memNode {
	if copied := c.done[n]; copied != nil {
		copied.links++
		return copied
	}
	copied := n.cloneShallow()
	copied.links = 1
	c.done[n] = copied
	if !n.dir {
		c.contents(copied, n)
		return copied
	}
	entries := n.entries
	if c.names != nil {
		entries = c.names[n]
	}
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		copied.entries[name] = c.clone(entries[name])
	}
	return copied
}

// contents fills a copied file with what survives.
func (c *cloner) contents(dst, src *memNode) {
	switch c.model {
	case SyncedOnly:
		dst.size = src.syncedSize
	case Everything, TornWrite:
		dst.size = src.size
	case RandomBlocks:
		dst.size = src.syncedSize
		if c.random.IntN(2) == 0 {
			dst.size = src.size
		}
	}
	dst.blocks = make([]*block, blockCount(dst.size))
	for index := range dst.blocks {
		dst.blocks[index] = c.survivor(src, index)
		dst.dirty[index] = struct{}{}
	}
	if within := dst.size % blockBytes; within != 0 {
		if b := dst.blocks[len(dst.blocks)-1]; b != nil {
			trimmed := *b
			clear(trimmed[within:])
			dst.blocks[len(dst.blocks)-1] = &trimmed
		}
	}
}

// survivor picks the block that is on disk after the crash; the result is not written
// in place by anybody.
func (c *cloner) survivor(src *memNode, index int) *block {
	var now, synced *block
	if index < len(src.blocks) {
		now = src.blocks[index]
	}
	if index < len(src.syncedBlocks) {
		synced = src.syncedBlocks[index]
	}
	switch {
	case now == synced || c.model == SyncedOnly:
		return synced
	case c.model == RandomBlocks && (index >= len(src.blocks) || c.random.IntN(2) == 0):
		return synced
	case c.model == RandomBlocks && src.between[index] != nil && c.random.IntN(2) == 0:
		return new(*src.between[index])
	case now == nil:
		return nil
	}
	return new(*now)
}

// tear takes random sectors of the last write back.
func (c *cloner) tear(w lastWrite) {
	n := c.done[w.node]
	if w.node == nil || n == nil {
		return
	}
	end := min(w.off+int64(w.length), n.size)
	for at := w.off; at < end; {
		next := min(end, (at/sectorBytes+1)*sectorBytes)
		if c.random.IntN(2) == 0 {
			old := make([]byte, next-at)
			if from := at - w.off; from < int64(len(w.before)) {
				copy(old, w.before[from:])
			}
			n.tornAt(old, at)
		}
		at = next
	}
	if w.oldSize < n.size && n.size == w.off+int64(w.length) && c.random.IntN(2) == 0 {
		n.resize(w.oldSize)
	}
}

// tornAt writes into a clone, none of whose blocks may be written in place.
func (n *memNode) tornAt(p []byte, off int64) {
	for index := off / blockBytes; index <= (off+int64(len(p))-1)/blockBytes; index++ {
		if b := n.blocks[index]; b != nil {
			n.blocks[index] = new(*b)
		}
	}
	n.writeAt(p, off)
}
