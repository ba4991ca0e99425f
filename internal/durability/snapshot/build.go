package snapshot

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// form says how a column holds its values.
type form uint8

const (
	formAny     form = 0
	formInts    form = 1
	formFloats  form = 2
	formStrings form = 3
	formBools   form = 4
)

// formOf returns the form for a value.
func formOf(v value.Value) form {
	switch v.Kind() {
	case value.KindInt:
		return formInts
	case value.KindFloat:
		return formFloats
	case value.KindString:
		return formStrings
	case value.KindBool:
		return formBools
	case value.KindNull, value.KindBytes, value.KindList, value.KindMap,
		value.KindNode, value.KindEdge, value.KindPath,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return formAny
}

// columnID names a column: values of one key in one form.
type columnID struct {
	key  graph.KeyID
	form form
}

// column collects the values of one key in one form.
type column struct {
	id      columnID
	lengths []byte
	data    []byte
}

// builder collects nodes or relationships into the payload of one block. A thing's shape
// is its labels or type together with its columns; most things of a block share a few.
//
// It also remembers which names were used at all, and which format is needed, over all its
// blocks.
type builder struct {
	kind  blockKind
	count uint32
	first uint64
	last  uint64 // slot of the thing before
	start int64  // start node of the relationship before
	gens  bool   // some generation is not 0

	columns   []column
	columnAt  map[columnID]int
	shapes    [][]byte // encoded
	shapeAt   map[string]int
	shapeLast int // shape of the thing before

	ids, shape, generation, starts, ends []byte

	scratch []byte
	places  []int
	guess   []int // places of the columns of the thing before
	used    usedNames
	format  uint32 // that the values of all its blocks need
}

func newBuilder() *builder {
	return &builder{format: 1, columnAt: make(map[columnID]int), shapeAt: make(map[string]int)}
}

// reset begins a new block of a kind.
func (b *builder) reset(kind blockKind) {
	b.kind, b.count, b.start, b.gens = kind, 0, 0, false
	b.columns, b.shapes, b.shapeLast = b.columns[:0], b.shapes[:0], -1
	clear(b.columnAt)
	clear(b.shapeAt)
	b.ids, b.shape, b.generation = b.ids[:0], b.shape[:0], b.generation[:0]
	b.starts, b.ends = b.starts[:0], b.ends[:0]
}

// size returns about how many bytes the payload has.
func (b *builder) size() int {
	n := len(b.ids) + len(b.shape) + len(b.generation) + len(b.starts) + len(b.ends)
	for i := range b.columns {
		n += len(b.columns[i].lengths) + len(b.columns[i].data)
	}
	for _, s := range b.shapes {
		n += len(s)
	}
	return n
}

// node adds a node; ids ascend within a block.
func (b *builder) node(id graph.NodeID, generation uint32, labels []graph.LabelID, props []storage.Property) error {
	b.scratch = binary.AppendUvarint(b.scratch[:0], uint64(len(labels)))
	for _, l := range labels {
		b.used.labels.add(uint32(l))
		b.scratch = binary.AppendUvarint(b.scratch, uint64(l))
	}
	b.thing(uint64(id), generation)
	return b.properties(props)
}

// edge adds a relationship; ids ascend within a block.
func (b *builder) edge(e graph.Edge, generation uint32, t graph.TypeID, src graph.NodeID, props []storage.Property) error {
	b.used.types.add(uint32(t))
	b.scratch = binary.AppendUvarint(append(b.scratch[:0], 1), uint64(t))
	b.thing(uint64(e.ID), generation)
	b.starts = binary.AppendVarint(b.starts, int64(src)-b.start)
	b.ends = binary.AppendVarint(b.ends, int64(e.Dst)-int64(src))
	b.start = int64(src)
	return b.properties(props)
}

func (b *builder) thing(id uint64, generation uint32) {
	gap := uint64(0)
	if b.count == 0 {
		b.first = id
	} else {
		gap = id - b.last - 1
	}
	b.last = id
	b.count++
	b.ids = appendShort(b.ids, gap)
	b.generation = appendShort(b.generation, uint64(generation))
	b.gens = b.gens || generation != 0
}

// properties adds the values of the last thing, and its shape, of which b.scratch holds
// the first half.
func (b *builder) properties(props []storage.Property) error {
	b.guess, b.places = b.places, b.guess[:0]
	for i, p := range props {
		at, err := b.value(p, i)
		if err != nil {
			return err
		}
		b.places = append(b.places, at)
	}
	b.scratch = binary.AppendUvarint(b.scratch, uint64(len(b.places)))
	for _, at := range b.places {
		b.scratch = binary.AppendUvarint(b.scratch, uint64(at))
	}
	b.takeShape()
	b.shape = binary.AppendUvarint(b.shape, uint64(b.shapeLast))
	return nil
}

// takeShape makes the shape in b.scratch that of the last thing.
func (b *builder) takeShape() {
	if b.shapeLast >= 0 && bytes.Equal(b.shapes[b.shapeLast], b.scratch) {
		return
	}
	at, known := b.shapeAt[string(b.scratch)]
	if !known {
		at = len(b.shapes)
		b.shapeAt[string(b.scratch)] = at
		b.shapes = append(b.shapes, bytes.Clone(b.scratch))
	}
	b.shapeLast = at
}

// plainEdges adds relationships without properties and of generation 0; ids ascend within a
// block. Room for all of them is made first, so that each number is only stored.
func (b *builder) plainEdges(run *storage.EdgeRun) {
	n := len(run.IDs)
	if n == 0 {
		return
	}
	if b.count == 0 {
		b.first, b.last = uint64(run.IDs[0]), uint64(run.IDs[0])-1
	}
	ids, last := room(b.ids, n), b.last
	idsAt := len(b.ids)
	for _, id := range run.IDs[:n] {
		idsAt = putShort(ids, idsAt, uint64(id)-last-1)
		last = uint64(id)
	}
	b.ids, b.last, b.count = ids[:idsAt], last, b.count+uint32(n)

	starts, ends := room(b.starts, n), room(b.ends, n)
	startsAt, endsAt, start := len(b.starts), len(b.ends), b.start
	targets := run.Targets[:n]
	for i, source := range run.Sources[:n] {
		src := int64(source)
		startsAt = putShort(starts, startsAt, zigzag(src-start))
		endsAt = putShort(ends, endsAt, zigzag(int64(targets[i])-src))
		start = src
	}
	b.starts, b.ends, b.start = starts[:startsAt], ends[:endsAt], start
	b.plainShapes(run.Types[:n])
}

// plainShapes adds shapes and generations of relationships without properties.
func (b *builder) plainShapes(types []graph.TypeID) {
	generations := room(b.generation, len(types))
	clear(generations[len(b.generation):])
	b.generation = generations[:len(b.generation)+len(types)]
	shape, at := room(b.shape, len(types)), len(b.shape)
	for i, t := range types {
		if i == 0 || t != types[i-1] {
			b.used.types.add(uint32(t))
			b.scratch = append(binary.AppendUvarint(append(b.scratch[:0], 1), uint64(t)), 0)
			b.takeShape()
		}
		at = putShort(shape, at, uint64(b.shapeLast))
	}
	b.shape = shape[:at]
}

// shortMax is the bytes that putShort needs at most: a number of at most 33 bits.
const shortMax = 5

// room returns dst with all its bytes and room for n numbers of putShort.
func room(dst []byte, n int) []byte { return slices.Grow(dst, n*shortMax)[:len(dst)+n*shortMax] }

// putShort stores the varint v at a place, and returns the next place.
func putShort(dst []byte, at int, v uint64) int {
	for v >= 1<<7 {
		dst[at] = byte(v) | 0x80
		v >>= 7
		at++
	}
	dst[at] = byte(v)
	return at + 1
}

func zigzag(n int64) uint64 { return uint64(n)<<1 ^ uint64(n>>63) }

// appendShort is binary.AppendUvarint with a short way for one to three bytes.
func appendShort(dst []byte, v uint64) []byte {
	switch {
	case v < 1<<7:
		return append(dst, byte(v))
	case v < 1<<14:
		return append(dst, byte(v)|0x80, byte(v>>7))
	case v < 1<<21:
		return append(dst, byte(v)|0x80, byte(v>>7)|0x80, byte(v>>14))
	}
	return binary.AppendUvarint(dst, v)
}

// guessed returns the column of the i-th value of the thing before if it is the one wanted.
func (b *builder) guessed(id columnID, i int) (at int, ok bool) {
	if i >= len(b.guess) || b.guess[i] >= len(b.columns) || b.columns[b.guess[i]].id != id {
		return 0, false
	}
	return b.guess[i], true
}

// value appends one value, the i-th of its thing, to its column and returns the column's
// place.
func (b *builder) value(p storage.Property, i int) (int, error) {
	id := columnID{p.Key, formOf(p.Value)}
	at, known := b.guessed(id, i)
	if !known {
		at, known = b.columnAt[id]
	}
	if !known {
		at = len(b.columns)
		b.columnAt[id] = at
		b.used.keys.add(uint32(p.Key))
		if at < cap(b.columns) {
			b.columns = b.columns[:at+1]
			b.columns[at].lengths, b.columns[at].data = b.columns[at].lengths[:0], b.columns[at].data[:0]
		} else {
			b.columns = append(b.columns, column{})
		}
		b.columns[at].id = id
	}
	c := &b.columns[at]
	switch id.form {
	case formInts:
		c.data = binary.AppendVarint(c.data, p.Value.AsInt())
	case formFloats:
		c.data = binary.LittleEndian.AppendUint64(c.data, math.Float64bits(p.Value.AsFloat()))
	case formStrings:
		s := p.Value.AsString()
		c.lengths = binary.AppendUvarint(c.lengths, uint64(len(s)))
		c.data = append(c.data, s...)
	case formBools:
		bit := byte(0)
		if p.Value.AsBool() {
			bit = 1
		}
		c.data = append(c.data, bit)
	case formAny:
		b.format = max(b.format, codec.FormatOf(p.Value))
		var err error
		if c.data, err = codec.AppendValue(c.data, p.Value); err != nil {
			return at, err
		}
	}
	return at, nil
}

// append appends the payload.
func (b *builder) append(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(b.columns)))
	for i := range b.columns {
		dst = binary.AppendUvarint(dst, uint64(b.columns[i].id.key))
		dst = append(dst, byte(b.columns[i].id.form))
	}
	dst = binary.AppendUvarint(dst, uint64(len(b.shapes)))
	for _, s := range b.shapes {
		dst = append(dst, s...)
	}
	dst = appendSection(dst, b.ids)
	if len(b.shapes) == 1 {
		dst = append(dst, 0)
	} else {
		dst = appendSection(dst, b.shape)
	}
	if b.gens {
		dst = appendSection(dst, b.generation)
	} else {
		dst = append(dst, 0)
	}
	if b.kind == kindEdges {
		dst = appendSection(dst, b.starts)
		dst = appendSection(dst, b.ends)
	}
	for i := range b.columns {
		dst = appendSection(dst, b.columns[i].lengths)
		dst = appendSection(dst, b.columns[i].data)
	}
	return dst
}

func appendSection(dst, section []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(section))), section...)
}

// idSet is a set of small numbers.
type idSet []bool

func (s *idSet) add(id uint32) {
	if int(id) >= len(*s) {
		*s = append(*s, make([]bool, int(id)+1-len(*s))...)
	}
	(*s)[id] = true
}

// usedNames are the names that an image needs.
type usedNames struct {
	labels, types, keys idSet
}

func (u *usedNames) merge(o usedNames) {
	for _, pair := range []struct {
		to   *idSet
		from idSet
	}{{&u.labels, o.labels}, {&u.types, o.types}, {&u.keys, o.keys}} {
		for id, used := range pair.from {
			if used {
				pair.to.add(uint32(id))
			}
		}
	}
}
