package storage

import (
	"maps"
	"math"
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/column"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
)

// columns are arrays of the properties and bitmaps of the labels of nodes, by groups of
// 1,024 node ids. They are derived of the nodes, which stay what counts; they are in no log
// and no snapshot, and can be dropped at any time.
//
// Each group has a version that goes up with every change of a node of it. What is derived
// is stamped with the version that it was made at, and is used as long as that is the
// version:
//
//  1. It is only made while every slot of the group is settled: its state is 0, so that the
//     version in place is in every view, or that of a free slot, which is in none. The
//     version is read before and after the nodes are, and has to be the same.
//  2. A writer raises the version while the state of the node that it changes is not
//     settled, and before it commits. So whoever has the change in his view, be he the
//     writer himself, finds the version raised.
//  3. Whoever finds the version of a chunk unchanged has no change in his view that was
//     made after it, and by 1 all that were made before.
//
// What is asked for becomes a column once as many rows were asked for as a group has, without
// a change in between: what is read once, or changes all the time, is read from the nodes.
type columns struct {
	store  *Store
	budget *memory.Budget
	least  int // nodes of a group that need to have something
	relief *memory.Relief
	eager  bool // the first to ask makes a column
	off    bool // there are none

	versions arena.Table[atomic.Uint64] // by group

	mu     sync.Mutex // one directory is added at a time, one sweep is done at a time
	keys   atomic.Pointer[map[graph.KeyID]*directory[column.Chunk]]
	labels atomic.Pointer[map[graph.LabelID]*directory[members]]
	idle   sync.Pool // *column.Builder
}

// members are the nodes of a group that have a label, or that there are.
type members struct{ bits column.Bits }

// noLabel stands for the label that every node has.
const noLabel = ^graph.LabelID(0)

// ColumnOptions configure what the store derives of the nodes for scans. The zero value is for use.
type ColumnOptions struct {
	// Least is how many nodes of a group of 1,024 need to have a property, or a label, for
	// a column of it; 0: an eighth of a group.
	Least int
	// Eager makes columns when they are asked for first.
	Eager bool
	// Off leaves them all out.
	Off bool
}

// columnShare is the part of the memory limit that columns may take.
const columnShare = 8

func (c *columns) init(s *Store, o ColumnOptions) {
	c.store, c.least, c.eager, c.off = s, o.Least, o.Eager, o.Off
	if c.least <= 0 {
		c.least = column.GroupNodes / 8
	}
	c.budget = s.options.Budget.Child("columns", 0)
	c.versions.Init(7, s.graphBudget)
	c.keys.Store(&map[graph.KeyID]*directory[column.Chunk]{})
	c.labels.Store(&map[graph.LabelID]*directory[members]{})
	c.idle.New = func() any { return &column.Builder{} }
	c.relief = s.options.Budget.OnShortage(c.reclaim)
}

// grow makes the versions of the groups of the first n nodes exist.
func (c *columns) grow(n uint64) {
	c.versions.Grow((n+column.GroupNodes-1)>>column.GroupShift, nil)
}

// changed tells that a node is being changed. See columns for when it has to be called.
func (c *columns) changed(id graph.NodeID) {
	c.versions.At(uint32(id) >> column.GroupShift).Add(1)
}

// directoriesMax bounds the keys, and the labels, that there are columns of.
const directoriesMax = 1024

// directoryOf returns the directory of a key or label, a new one if it has none, nil if it
// can have none.
func directoryOf[K comparable, T any](c *columns, all *atomic.Pointer[map[K]*directory[T]], k K) *directory[T] {
	if d := (*all.Load())[k]; d != nil {
		return d
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	old := *all.Load()
	if d := old[k]; d != nil || len(old) >= directoriesMax {
		return d
	}
	more := maps.Clone(old)
	more[k] = newDirectory[T]()
	all.Store(&more)
	return more[k]
}

// lookUp returns what d has for a group, nil if nothing that still holds.
func lookUp[T any](c *columns, d *directory[T], group uint32) *T {
	if d == nil {
		return nil
	}
	slot := d.slot(group)
	if slot == nil {
		return nil
	}
	held := slot.at.Load()
	if held == nil || held.version != c.versions.At(group).Load() {
		return nil
	}
	if !held.used.Load() {
		held.used.Store(true)
	}
	return &held.is
}

// derive makes what d does not have for a group, if it is asked for often. rows is how many
// rows of the group are read now. It returns nil where the nodes have to be asked.
func derive[T any](c *columns, d *directory[T], group uint32, rows int, from func(group uint32) (made T, bytes int64, ok bool)) *T {
	v := c.versions.Pages().At(group)
	if d == nil || v == nil {
		return nil
	}
	slot, version := d.slot(group), v.Load()
	if slot == nil {
		slot = d.make(group)
	}
	if !slot.often(version, rows) && !c.eager {
		return nil
	}
	made, bytes, ok := from(group)
	if !ok || v.Load() != version {
		return nil
	}
	held := &derived[T]{version: version, is: made, bytes: bytes + int64(unsafe.Sizeof(derived[T]{}))}
	held.used.Store(true)
	if !c.reserve(held.bytes) {
		return &held.is // for once
	}
	if old := slot.at.Swap(held); old != nil {
		c.budget.Release(old.bytes)
	}
	return &held.is
}

// reserve takes bytes from the budget, if need be those of what was not used for long.
func (c *columns) reserve(n int64) bool {
	if limit := c.limit(); limit > 0 && c.budget.Used()+n > limit {
		c.sweep(max(n, limit/columnShare), unused)
		if c.budget.Used()+n > limit {
			return false
		}
	}
	return c.budget.Reserve(n) == nil
}

// limit returns how many bytes the columns may take, 0 for any number.
func (c *columns) limit() int64 {
	if b := c.store.options.Budget; b != nil {
		return b.Root().Limit() / columnShare
	}
	return 0
}

// sweep drops what was not used since the last sweep, or everything, until enough bytes are gone.
func (c *columns) sweep(enough int64, which sweeping) int64 {
	if !c.mu.TryLock() {
		return 0
	}
	defer c.mu.Unlock()
	return c.sweepLocked(enough, which)
}

func (c *columns) sweepLocked(enough int64, which sweeping) int64 {
	freed := int64(0)
	for _, d := range *c.keys.Load() {
		if freed < enough {
			freed += d.sweep(enough-freed, which)
		}
	}
	for _, d := range *c.labels.Load() {
		if freed < enough {
			freed += d.sweep(enough-freed, which)
		}
	}
	c.budget.Release(freed)
	return freed
}

// DropColumns gives the memory of columns back. They are made again where they are missed.
func (s *Store) DropColumns() {
	s.columns.mu.Lock()
	defer s.columns.mu.Unlock()
	s.columns.sweepLocked(math.MaxInt64, everything)
}

// reclaim gives memory back that others need more.
func (c *columns) reclaim(n int64) int64 { return c.sweep(n, everything) }

// bytes returns the memory of all columns.
func (c *columns) bytes() int64 { return c.budget.Used() }

// NodeColumns is one property of the nodes of a view, by groups.
type NodeColumns struct {
	tx  *Tx
	key graph.KeyID
	dir *directory[column.Chunk]
}

// NodeColumns returns the columns of a property; ok is false where there can be none.
func (tx *Tx) NodeColumns(k graph.KeyID) (columns NodeColumns, ok bool) {
	c := &tx.store.columns
	if tx.guard != nil || c.off || int(k) >= len(*tx.store.keyNames.list.Load()) {
		return NodeColumns{}, false
	}
	d := directoryOf(c, &c.keys, k)
	return NodeColumns{tx: tx, key: k, dir: d}, d != nil
}

// Few reports whether a number of rows is too small to look for columns.
func (c NodeColumns) Few(rows int) bool { return rows < columnRows && !c.tx.store.columns.eager }

// columnRows is the number of rows from which on looking for columns costs less than asking
// the nodes.
const columnRows = 32

// Have returns the column of a group of nodes as the view has it, nil where the nodes have to
// be asked.
func (c NodeColumns) Have(group uint32) *column.Chunk {
	return lookUp(&c.tx.store.columns, c.dir, group)
}

// Group is Have for the reader of a number of rows of the group. It makes the column if that
// is worth it.
func (c NodeColumns) Group(group uint32, rows int) *column.Chunk {
	if made := c.Have(group); made != nil {
		return made
	}
	return derive(&c.tx.store.columns, c.dir, group, rows, c.derive)
}

// derive reads a property of a group of nodes, which have to be settled.
func (c NodeColumns) derive(group uint32) (made column.Chunk, bytes int64, ok bool) {
	s := c.tx.store
	b := s.columns.idle.Get().(*column.Builder)
	defer s.columns.idle.Put(b)
	b.Reset()
	ok = s.settledGroup(group, func(slot int, im image) {
		if !b.Hopeless() {
			b.Set(slot, s.valueIn(im, c.key))
		}
	})
	if !ok {
		return column.Chunk{}, 0, false
	}
	made = b.Chunk(s.columns.least)
	return made, made.Bytes(), true
}

// settledGroup calls f for each node of a group; ok is false if one is not settled. The
// caller has a view open.
func (s *Store) settledGroup(group uint32, f func(slot int, im image)) (ok bool) {
	first := uint64(group) << column.GroupShift
	last := min(first+column.GroupNodes, s.nodes.limit.Load())
	records := s.nodes.records.Pages()
	for id := first; id < last; id++ {
		n := records.At(uint32(id))
		im := image{labels: setID(n.labels.Load()), props: arena.Ref(n.props.Load()), exists: true}
		switch n.state.Load() {
		case 0:
			f(int(id-first), im)
		case absent:
		default:
			return false
		}
	}
	return true
}

// members returns the nodes of a group that have a label, noLabel for all nodes, as every
// view has them; nil where the nodes have to be asked. rows is how many there may be.
func (tx *Tx) members(l graph.LabelID, group uint32, rows int) *members {
	c := &tx.store.columns
	if tx.guard != nil || c.off {
		return nil
	}
	d := directoryOf(c, &c.labels, l)
	if made := lookUp(c, d, group); made != nil || rows < c.least {
		return made
	}
	return derive(c, d, group, rows, func(group uint32) (members, int64, bool) { return tx.store.findMembers(l, group) })
}

// findMembers finds the nodes of a group that have a label. They have to be settled.
func (s *Store) findMembers(l graph.LabelID, group uint32) (made members, bytes int64, ok bool) {
	var last setID // the label set that was looked at last, and whether it has the label
	lastHas := l == noLabel
	ok = s.settledGroup(group, func(slot int, im image) {
		if im.labels != last && l != noLabel {
			last, lastHas = im.labels, s.sets.has(im.labels, l)
		}
		if lastHas {
			made.bits.Add(uint32(slot))
		}
	})
	return made, 0, ok
}

// scan fills dst with the members from at on that are below end, ascending, and returns how
// many there are and where to go on. All of them are of the group of at.
func (m *members) scan(dst []graph.NodeID, at, end graph.NodeID) (n int, next graph.NodeID) {
	for at < end {
		first := at &^ 63
		word := m.bits[at&(column.GroupNodes-1)>>6] &^ (1<<(at&63) - 1)
		if rest := end - first; rest < 64 {
			word &= 1<<rest - 1
		}
		if word == ^uint64(0) && len(dst)-n >= 64 {
			for to := n + 64; n < to; n += 8 {
				eight := (*[8]graph.NodeID)(dst[n:])
				next := first + graph.NodeID(n+64-to)
				eight[0], eight[1], eight[2], eight[3] = next, next+1, next+2, next+3
				eight[4], eight[5], eight[6], eight[7] = next+4, next+5, next+6, next+7
			}
			at = first + 64
			continue
		}
		for ; word != 0; word &= word - 1 {
			if n == len(dst) {
				return n, first + graph.NodeID(bits.TrailingZeros64(word))
			}
			dst[n] = first + graph.NodeID(bits.TrailingZeros64(word))
			n++
		}
		at = first + 64
	}
	return n, end
}
