package batch

import (
	"math/bits"
	"slices"
	"unsafe"

	"memgraphd/internal/storage/value"
)

// Groups numbers the distinct rows of some key columns in the order in which they first
// come: the table behind grouping, DISTINCT and hash joins.
//
// It is an open-addressing table of group numbers; the keys stand in vectors, one row a
// group, which take the narrowest kind that fits.
type Groups struct {
	keys   []Vector
	hashes []uint64 // of each group
	slots  []uint32 // group+1, 0 where free; a power of two, at most half full
	small  []uint32 // group+1 of the integers 0, 1, 2, …, 0 where not known
	null   uint32   // group+1 of null among integers, 0 where not known
	recent *recent  // nil: not in use
	row    []uint64 // scratch: hashes of the rows of a batch
	behind int64    // bytes that key values hold behind their pointers
}

// NewGroups returns an empty table over the given number of key columns.
func NewGroups(columns int) *Groups {
	return &Groups{keys: make([]Vector, columns), slots: make([]uint32, 64)}
}

// Len returns the number of groups.
func (g *Groups) Len() int { return len(g.hashes) }

// Key returns the column that holds key number column of every group. It must not be
// written to.
func (g *Groups) Key(column int) *Vector { return &g.keys[column] }

// Bytes returns about how much memory g holds.
func (g *Groups) Bytes() int64 {
	perKey := int64(unsafe.Sizeof(value.Value{}))
	return int64(cap(g.hashes))*8 + int64(cap(g.slots)+cap(g.small))*4 + int64(len(g.keys)*cap(g.hashes))*perKey + g.behind
}

// Reset empties g and keeps its memory.
func (g *Groups) Reset() {
	for i := range g.keys {
		g.keys[i].Reset(g.keys[i].Kind, 0)
	}
	g.hashes = g.hashes[:0]
	clear(g.slots)
	clear(g.small)
	g.null, g.behind = 0, 0
	if g.recent != nil {
		*g.recent = recent{}
	}
}

// Assign appends to dst the group of each row of in that counts, making new groups for
// rows not met before. keys are columns of in.Len rows. Groups with numbers from the
// Len before on are new.
func (g *Groups) Assign(dst []uint32, in *Batch, keys []*Vector) []uint32 {
	if len(keys) == 1 && g.intKeys() {
		switch k := keys[0]; k.Kind {
		case Ints:
			return g.assignInts(dst, in, k)
		case Values:
			return g.assignValues(dst, in, k)
		case Nodes, Edges, Floats, Bools, Strings:
		}
	}
	if len(keys) == 1 && keys[0].Kind == Strings {
		return g.assignTexts(dst, in, keys[0])
	}
	return g.each(dst, in, keys, insert)
}

// Find appends to dst the group of each row of in that counts, or NoGroup for a row that
// is in none.
func (g *Groups) Find(dst []uint32, in *Batch, keys []*Vector) []uint32 {
	return g.each(dst, in, keys, lookUp)
}

// each appends to dst what find says of each row of in that counts.
func (g *Groups) each(dst []uint32, in *Batch, keys []*Vector, miss intent) []uint32 {
	g.row = resize(g.row, in.Rows())
	clear(g.row)
	for _, k := range keys {
		k.Hash(g.row, in.Sel)
	}
	for i, h := range g.row {
		dst = append(dst, g.find(h, keys, in.Row(i), miss))
	}
	return dst
}

// NoGroup is what Find gives for a row that has no group.
const NoGroup = ^uint32(0)

// intent says what find does with a row that it does not find.
type intent uint8

const (
	lookUp intent = iota
	insert
)

// intKeys reports whether the only key column holds integers and null, so far.
func (g *Groups) intKeys() bool { return len(g.hashes) == 0 || g.keys[0].Kind == Ints }

func (g *Groups) assignInts(dst []uint32, in *Batch, k *Vector) []uint32 {
	at := len(dst)
	dst = slices.Grow(dst, in.Rows())[:at+in.Rows()]
	out := dst[at:]
	if !k.Nulls.Empty() {
		for i := range out {
			if row := in.Row(i); k.Nulls.Has(row) {
				out[i] = g.nullGroup()
			} else {
				out[i] = g.findInt(k.Ints[row])
			}
		}
		return dst
	}
	small := g.small // looked at here, because most rows are found so
	if in.Sel == nil {
		for i, x := range k.Ints[:len(out)] {
			if uint64(x) < uint64(len(small)) && small[x] != 0 {
				out[i] = small[x] - 1
				continue
			}
			out[i] = g.findInt(x)
			small = g.small
		}
		return dst
	}
	for i, r := range in.Sel[:len(out)] {
		x := k.Ints[r]
		if uint64(x) < uint64(len(small)) && small[x] != 0 {
			out[i] = small[x] - 1
			continue
		}
		out[i] = g.findInt(x)
		small = g.small
	}
	return dst
}

// nullGroup returns the group of null in a table whose other keys are all integers.
func (g *Groups) nullGroup() uint32 {
	if g.null == 0 {
		if len(g.hashes) == 0 {
			g.keys[0].Reset(Ints, 0)
		}
		g.keys[0].Ints = append(g.keys[0].Ints, 0)
		g.keys[0].Nulls.Add(len(g.hashes))
		g.null = g.add(value.Combine(0, value.Hash(value.Null))) + 1
	}
	return g.null - 1
}

// assignValues takes the short way for integers among values as long as every group is one.
func (g *Groups) assignValues(dst []uint32, in *Batch, k *Vector) []uint32 {
	column := [1]*Vector{k}
	ints := true
	for i := range in.Rows() {
		row := in.Row(i)
		if x := k.Values[row]; ints && x.Kind() == value.KindInt {
			dst = append(dst, g.findInt(x.AsInt()))
			continue
		} else if ints && x.IsNull() {
			dst = append(dst, g.nullGroup())
			continue
		}
		h := value.Combine(0, value.Hash(k.Values[row]))
		dst = append(dst, g.find(h, column[:], row, insert))
		ints = g.intKeys()
	}
	return dst
}

// SmallMax bounds the integers, from 0 on, that are found without hashing.
const SmallMax = 4096

// findInt returns the group of the integer x in a table whose keys are all integers.
func (g *Groups) findInt(x int64) uint32 {
	if uint64(x) < uint64(len(g.small)) {
		if group := g.small[x]; group != 0 {
			return group - 1
		}
	}
	group := g.hashInt(x)
	if uint64(x) < SmallMax {
		if x >= int64(len(g.small)) {
			wider := make([]uint32, max(64, 1<<bits.Len64(uint64(x))))
			copy(wider, g.small)
			g.small = wider
		}
		g.small[x] = group + 1
	}
	return group
}

// Small returns the group of the integer x if all keys are integers and it is known to be in
// one without looking further.
func (g *Groups) Small(x int64) (group uint32, ok bool) {
	if uint64(x) >= uint64(len(g.small)) || g.small[x] == 0 || len(g.keys) != 1 || !g.intKeys() {
		return 0, false
	}
	return g.small[x] - 1, true
}

func (g *Groups) hashInt(x int64) uint32 {
	h := value.Combine(0, value.HashInt(x))
	mask := uint64(len(g.slots) - 1)
	ints := g.keys[0].Ints
	for at := h & mask; ; at = (at + 1) & mask {
		group := g.slots[at]
		if group == 0 {
			break
		}
		if ints[group-1] == x && group != g.null {
			return group - 1
		}
	}
	if len(g.hashes) == 0 {
		g.keys[0].Reset(Ints, 0)
	}
	g.keys[0].Ints = append(g.keys[0].Ints, x)
	return g.add(h)
}

func (g *Groups) find(h uint64, keys []*Vector, row int, want intent) uint32 {
	mask := uint64(len(g.slots) - 1)
	for at := h & mask; ; at = (at + 1) & mask {
		group := g.slots[at]
		if group == 0 {
			break
		}
		if g.hashes[group-1] == h && g.same(int(group-1), keys, row) {
			return group - 1
		}
	}
	if want == lookUp {
		return NoGroup
	}
	for i, k := range keys {
		x := k.Value(row)
		g.keys[i].AppendValue(x)
		g.behind += x.Size()
	}
	return g.add(h)
}

func (g *Groups) same(group int, keys []*Vector, row int) bool {
	for i, k := range keys {
		if !Same(&g.keys[i], group, k, row) {
			return false
		}
	}
	return true
}

// add enters the group whose keys were just appended.
func (g *Groups) add(h uint64) uint32 {
	group := uint32(len(g.hashes))
	g.hashes = append(g.hashes, h)
	if 2*len(g.hashes) > len(g.slots) {
		g.slots = make([]uint32, 2*len(g.slots))
		for i, old := range g.hashes[:group] {
			g.enter(old, uint32(i))
		}
	}
	g.enter(h, group)
	return group
}

func (g *Groups) enter(h uint64, group uint32) {
	mask := uint64(len(g.slots) - 1)
	at := h & mask
	for g.slots[at] != 0 {
		at = (at + 1) & mask
	}
	g.slots[at] = group + 1
}
