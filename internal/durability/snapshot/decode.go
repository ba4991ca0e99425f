package snapshot

import (
	"fmt"
	"math"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// Sink takes what an image holds: all nodes, then all relationships, then all entries.
// Slices, strings and bytes are not used again by the reader.
type Sink interface {
	Node(id graph.NodeID, generation uint32, labels []graph.LabelID, props []storage.Property) error
	Edge(id graph.EdgeID, generation uint32, t graph.TypeID, src, dst graph.NodeID, props []storage.Property) error
	Entry(e change.Entry) error
}

// loader turns payloads into calls of a sink.
type loader struct {
	sink   Sink
	in     change.Interner
	labels map[uint64]graph.LabelID
	types  map[uint64]graph.TypeID
	keys   map[uint64]graph.KeyID
}

func newLoader(sink Sink, in change.Interner) *loader {
	return &loader{
		sink: sink, in: in,
		labels: make(map[uint64]graph.LabelID), types: make(map[uint64]graph.TypeID), keys: make(map[uint64]graph.KeyID),
	}
}

// block decodes the payload of h. Errors of the format are of type *codec.DecodeError.
func (l *loader) block(h blockHeader, payload []byte) error {
	r := codec.NewReader(payload)
	switch h.kind {
	case kindNames:
		return l.names(&r, h.count)
	case kindEntries:
		for range h.count {
			e := r.Entry()
			if r.Err() != nil {
				return r.Err()
			}
			if err := l.sink.Entry(e); err != nil {
				return fmt.Errorf("entry %s %q: %w", e.Kind, e.Name, err)
			}
		}
		return r.End()
	case kindNodes, kindEdges:
		return l.things(h, &r)
	}
	return fmt.Errorf("unknown kind of block %d", h.kind)
}

func (l *loader) names(r *codec.Reader, count uint32) error {
	for range count {
		list, ref := r.Byte(), r.Uvarint()
		name := string(r.Bytes())
		if r.Err() != nil {
			return r.Err()
		}
		var err error
		switch list {
		case 0:
			l.labels[ref], err = l.in.InternLabel(name)
		case 1:
			l.types[ref], err = l.in.InternType(name)
		case 2:
			l.keys[ref], err = l.in.InternKey(name)
		default:
			r.Fail(fmt.Sprintf("unknown list of names %d", list))
			return r.Err()
		}
		if err != nil {
			return fmt.Errorf("name %q: %w", name, err)
		}
	}
	return r.End()
}

// shape is the labels or type of things, and the places of their columns.
type shape struct {
	labels  []graph.LabelID
	edge    graph.TypeID
	columns []int
}

// columnReader gives the values of a column one by one.
type columnReader struct {
	key     graph.KeyID
	form    form
	lengths codec.Reader
	data    codec.Reader
}

func (c *columnReader) next() value.Value {
	switch c.form {
	case formInts:
		return value.Int(c.data.Varint())
	case formFloats:
		return value.Float(math.Float64frombits(c.data.Uint64()))
	case formStrings:
		n := c.lengths.Uvarint()
		if n > uint64(c.data.Left()) {
			c.data.Fail("a string passes the end of its column")
			return value.Null
		}
		return value.String(text(c.data.Take(int(n))))
	case formBools:
		bit := c.data.Byte()
		if bit > 1 {
			c.data.Fail("neither true nor false")
		}
		return value.Bool(bit == 1)
	case formAny:
	}
	return c.data.Value()
}

// err returns the first failure, also where values are left.
func (c *columnReader) err() error {
	if err := c.lengths.End(); err != nil {
		return fmt.Errorf("lengths of a column: %w", err)
	}
	if err := c.data.End(); err != nil {
		return fmt.Errorf("values of a column: %w", err)
	}
	return nil
}

// thingReader walks over the things of one block.
type thingReader struct {
	h       blockHeader
	columns []columnReader
	shapes  []shape

	ids, shape, gens, starts, ends codec.Reader
	hasShape, hasGens              bool
}

// things decodes a block of nodes or relationships.
func (l *loader) things(h blockHeader, r *codec.Reader) error {
	t := &thingReader{h: h}
	if err := l.columns(t, r); err != nil {
		return err
	}
	if err := l.shapes(t, r); err != nil {
		return err
	}
	t.ids = section(r)
	t.shape, t.gens = section(r), section(r)
	t.hasShape, t.hasGens = t.shape.Left() > 0, t.gens.Left() > 0
	if h.kind == kindEdges {
		t.starts, t.ends = section(r), section(r)
	}
	for i := range t.columns {
		t.columns[i].lengths, t.columns[i].data = section(r), section(r)
	}
	if err := r.End(); err != nil {
		return err
	}
	if uint64(h.count) > uint64(t.ids.Left()) || h.count > 0 && len(t.shapes) == 0 {
		r.Fail("fewer things than the header says")
		return r.Err()
	}
	if err := l.walk(t); err != nil {
		return err
	}
	return t.end()
}

// columns reads the list of columns.
func (l *loader) columns(t *thingReader, r *codec.Reader) error {
	t.columns = make([]columnReader, r.Count(2))
	for i := range t.columns {
		ref := r.Uvarint()
		key, known := l.keys[ref]
		t.columns[i] = columnReader{key: key, form: form(r.Byte())}
		if r.Err() == nil && (!known || t.columns[i].form > formBools) {
			r.Fail(fmt.Sprintf("column of unknown key %d or form %d", ref, t.columns[i].form))
		}
	}
	return r.Err()
}

// shapes reads the list of shapes.
func (l *loader) shapes(t *thingReader, r *codec.Reader) error {
	t.shapes = make([]shape, 0, r.Count(2))
	for range cap(t.shapes) {
		var s shape
		if t.h.kind == kindNodes {
			s.labels = make([]graph.LabelID, r.Count(1))
			for i := range s.labels {
				s.labels[i] = known(r, l.labels)
			}
		} else {
			if n := r.Uvarint(); n != 1 {
				r.Fail(fmt.Sprintf("a relationship of %d types", n))
			}
			s.edge = known(r, l.types)
		}
		s.columns = make([]int, r.Count(1))
		for i := range s.columns {
			at := r.Uvarint()
			if at >= uint64(len(t.columns)) {
				r.Fail(fmt.Sprintf("column %d of %d", at, len(t.columns)))
				break
			}
			s.columns[i] = int(at)
		}
		if r.Err() != nil {
			return r.Err()
		}
		t.shapes = append(t.shapes, s)
	}
	return r.Err()
}

func known[T any](r *codec.Reader, ids map[uint64]T) T {
	ref := r.Uvarint()
	id, ok := ids[ref]
	if !ok {
		r.Fail(fmt.Sprintf("ref %d has no name", ref))
	}
	return id
}

// walk hands the things over, one by one.
func (l *loader) walk(t *thingReader) error {
	slot, start := t.h.first, int64(0)
	var props []storage.Property
	for i := range t.h.count {
		slot = t.slot(i, slot)
		s, generation := t.next()
		props = props[:0]
		for _, at := range s.columns {
			c := &t.columns[at]
			props = append(props, storage.Property{Key: c.key, Value: c.next()})
			if c.data.Err() != nil || c.lengths.Err() != nil {
				return c.err()
			}
		}
		end := int64(0)
		if t.h.kind == kindEdges {
			start, end = t.nodes(start)
		}
		err := t.err()
		switch {
		case err != nil:
		case t.h.kind == kindNodes:
			err = l.sink.Node(graph.NodeID(slot), generation, s.labels, props)
		default:
			err = l.sink.Edge(graph.EdgeID(slot), generation, s.edge, graph.NodeID(start), graph.NodeID(end), props)
		}
		if err != nil {
			return fmt.Errorf("slot %d: %w", slot, err)
		}
	}
	return nil
}

// slot returns the slot of thing i, given that of the thing before.
func (t *thingReader) slot(i uint32, before uint64) uint64 {
	gap := t.ids.Uvarint()
	slot := before
	switch {
	case i == 0 && gap != 0:
		t.ids.Fail("the first slot is not the header's")
	case i > 0:
		slot += gap + 1
	}
	if gap >= math.MaxUint32 || slot >= math.MaxUint32 {
		t.ids.Fail(fmt.Sprintf("slot %d out of range", slot))
	}
	return slot
}

// nodes returns the ends of the next relationship, given the start of the one before.
func (t *thingReader) nodes(before int64) (start, end int64) {
	start = before + t.starts.Varint()
	end = start + t.ends.Varint()
	if min(start, end) < 0 || max(start, end) >= math.MaxUint32 {
		t.starts.Fail("id of an end node out of range")
	}
	return start, end
}

// next returns shape and generation of the next thing.
func (t *thingReader) next() (shape, uint32) {
	at, generation := uint64(0), uint64(0)
	if t.hasShape {
		at = t.shape.Uvarint()
	}
	if t.hasGens {
		generation = t.gens.Uvarint()
	}
	if generation > math.MaxUint32 {
		t.gens.Fail(fmt.Sprintf("generation %d out of range", generation))
	}
	if at >= uint64(len(t.shapes)) {
		t.shape.Fail(fmt.Sprintf("shape %d of %d", at, len(t.shapes)))
		at = 0
	}
	return t.shapes[at], uint32(generation)
}

// err returns the first failure of the sections of the things.
func (t *thingReader) err() error {
	for _, r := range [...]*codec.Reader{&t.ids, &t.shape, &t.gens, &t.starts, &t.ends} {
		if r.Err() != nil {
			return r.Err()
		}
	}
	return nil
}

// end fails where a section or a column holds more than the things need.
func (t *thingReader) end() error {
	for _, r := range [...]*codec.Reader{&t.ids, &t.shape, &t.gens, &t.starts, &t.ends} {
		if err := r.End(); err != nil {
			return err
		}
	}
	for i := range t.columns {
		if err := t.columns[i].err(); err != nil {
			return err
		}
	}
	return nil
}

func section(r *codec.Reader) codec.Reader { return codec.NewReader(r.Bytes()) }
