package snapshot

import (
	"bytes"
	"encoding/binary"
	"math"
	"unsafe"

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

// builder collects nodes, or what relationships have of their own, into the payload of one block. A thing's shape
// is its labels together with its columns; most things of a block share a few.
//
// It also remembers which names were used at all, and which format is needed, over all its
// blocks.
type builder struct {
	kind  blockKind
	count uint32
	first uint64
	last  uint64 // slot of the thing before
	gens  bool   // some generation is not 0
	bytes int    // of columns and shapes

	columns   []column
	columnAt  map[columnID]int
	shapes    [][]byte // encoded
	shapeAt   map[string]int
	shapeLast int // shape of the thing before

	ids, shape, generation []byte

	labels  []graph.LabelID // of the node before
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
	b.kind, b.count, b.gens, b.bytes = kind, 0, false, 0
	b.columns, b.shapes, b.shapeLast = b.columns[:0], b.shapes[:0], -1
	clear(b.columnAt)
	clear(b.shapeAt)
	b.ids, b.shape, b.generation = b.ids[:0], b.shape[:0], b.generation[:0]
}

// size returns about how many bytes the payload has.
func (b *builder) size() int { return b.bytes + len(b.ids) + len(b.shape) + len(b.generation) }

// node adds a node; ids ascend within a block.
func (b *builder) node(id graph.NodeID, n *storage.NodeImage) error {
	alike := b.shapeLast >= 0 && len(b.labels) == len(n.Labels) && unsafe.SliceData(b.labels) == unsafe.SliceData(n.Labels)
	b.labels = n.Labels
	b.thing(uint64(id), n.Generation)
	same, err := b.values(n.Properties)
	if err != nil {
		return err
	}
	if !alike || !same {
		b.scratch = binary.AppendUvarint(b.scratch[:0], uint64(len(n.Labels)))
		for _, l := range n.Labels {
			b.used.labels.add(uint32(l))
			b.scratch = binary.AppendUvarint(b.scratch, uint64(l))
		}
		b.takeShape()
	}
	b.shape = appendShort(b.shape, uint64(b.shapeLast))
	return nil
}

// extra adds properties and generation of a relationship; ids ascend within a block.
func (b *builder) extra(id graph.EdgeID, generation uint32, props []storage.Property) error {
	alike := b.shapeLast >= 0
	b.thing(uint64(id), generation)
	same, err := b.values(props)
	if err != nil {
		return err
	}
	if !alike || !same {
		b.scratch = append(b.scratch[:0], 0)
		b.takeShape()
	}
	b.shape = appendShort(b.shape, uint64(b.shapeLast))
	return nil
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

// values adds the values of the last thing and reports whether their columns are those of the
// thing before.
func (b *builder) values(props []storage.Property) (same bool, err error) {
	b.guess, b.places = b.places, b.guess[:0]
	same = len(b.guess) == len(props)
	for i, p := range props {
		at, err := b.value(p, i)
		if err != nil {
			return false, err
		}
		same = same && b.guess[i] == at
		b.places = append(b.places, at)
	}
	return same, nil
}

// takeShape makes that of the last thing the shape of which b.scratch holds the names, and
// which has the columns of b.places.
func (b *builder) takeShape() {
	b.scratch = binary.AppendUvarint(b.scratch, uint64(len(b.places)))
	for _, at := range b.places {
		b.scratch = binary.AppendUvarint(b.scratch, uint64(at))
	}
	if b.shapeLast >= 0 && bytes.Equal(b.shapes[b.shapeLast], b.scratch) {
		return
	}
	at, known := b.shapeAt[string(b.scratch)]
	if !known {
		at = len(b.shapes)
		b.shapeAt[string(b.scratch)] = at
		b.shapes = append(b.shapes, bytes.Clone(b.scratch))
		b.bytes += len(b.scratch)
	}
	b.shapeLast = at
}

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
	before := len(c.lengths) + len(c.data)
	switch id.form {
	case formInts:
		n := p.Value.AsInt()
		c.data = appendShort(c.data, uint64(n)<<1^uint64(n>>63))
	case formFloats:
		c.data = binary.LittleEndian.AppendUint64(c.data, math.Float64bits(p.Value.AsFloat()))
	case formStrings:
		s := p.Value.AsString()
		c.lengths = appendShort(c.lengths, uint64(len(s)))
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
	b.bytes += len(c.lengths) + len(c.data) - before
	return at, nil
}

// append appends the payload.
func (b *builder) append(dst []byte) []byte { return b.appendWith(dst) }

// appendWith appends the payload with further sections before those of the columns.
func (b *builder) appendWith(dst []byte, further ...[]byte) []byte {
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
	for _, f := range further {
		dst = appendSection(dst, f)
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
