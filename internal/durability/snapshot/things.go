package snapshot

import (
	"fmt"
	"math"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

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

// pack gives the next value to p.
func (c *columnReader) pack(p *storage.Packer) {
	switch c.form {
	case formInts:
		p.Int(c.key, c.data.Varint())
	case formStrings:
		n := c.lengths.Uvarint()
		if n > uint64(c.data.Left()) {
			c.data.Fail("a string passes the end of its column")
			return
		}
		p.Text(c.key, c.data.Take(int(n)))
	case formBools:
		bit := c.data.Byte()
		if bit > 1 {
			c.data.Fail("neither true nor false")
		}
		p.Bool(c.key, bit == 1)
	case formFloats:
		p.Float(c.key, math.Float64frombits(c.data.Uint64()))
	case formAny:
		p.Value(c.key, c.data.Value())
	}
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

// things is one block of nodes or relationships: what each has as columns, and readers of
// the properties. It is used for one block after the other.
type things struct {
	h       blockHeader
	columns []columnReader
	shapes  []shape

	ids          []uint32
	shapeOf      []uint32 // empty: all have the first
	gens         []uint32 // empty: all are 0
	starts, ends []graph.NodeID

	deltas []int64
}

// decode reads the payload of a block, all but the properties.
func (t *things) decode(h blockHeader, payload []byte, names *nameTable) error {
	t.h = h
	r := codec.NewReader(payload)
	if err := t.readColumns(&r, names); err != nil {
		return err
	}
	if err := t.readShapes(&r, names); err != nil {
		return err
	}
	ids, shapeOf, gens := r.Bytes(), r.Bytes(), r.Bytes()
	var starts, ends []byte
	if h.kind == kindEdges {
		starts, ends = r.Bytes(), r.Bytes()
	}
	for i := range t.columns {
		t.columns[i].lengths, t.columns[i].data = section(&r), section(&r)
	}
	if err := r.End(); err != nil {
		return err
	}
	if uint64(h.count) > uint64(len(ids)) || h.count > 0 && len(t.shapes) == 0 {
		r.Fail("fewer things than the header says")
		return r.Err()
	}
	if err := t.readIDs(ids); err != nil {
		return fmt.Errorf("ids: %w", err)
	}
	var err error
	if t.shapeOf, err = t.optional(t.shapeOf, shapeOf, uint64(len(t.shapes))-1); err != nil {
		return fmt.Errorf("shapes: %w", err)
	}
	if t.gens, err = t.optional(t.gens, gens, math.MaxUint32); err != nil {
		return fmt.Errorf("generations: %w", err)
	}
	if h.kind == kindEdges {
		return t.readEnds(starts, ends)
	}
	return nil
}

// readColumns reads the list of columns.
func (t *things) readColumns(r *codec.Reader, names *nameTable) error {
	t.columns = resized(t.columns, r.Count(2))
	for i := range t.columns {
		ref := r.Uvarint()
		key, known := names.keys[ref]
		t.columns[i] = columnReader{key: key, form: form(r.Byte())}
		if r.Err() == nil && (!known || t.columns[i].form > formBools) {
			r.Fail(fmt.Sprintf("column of unknown key %d or form %d", ref, t.columns[i].form))
		}
	}
	return r.Err()
}

// readShapes reads the list of shapes.
func (t *things) readShapes(r *codec.Reader, names *nameTable) error {
	t.shapes = t.shapes[:0]
	for range r.Count(2) {
		var s shape
		switch t.h.kind {
		case kindNodes:
			s.labels = make([]graph.LabelID, r.Count(1))
			for i := range s.labels {
				s.labels[i] = known(r, names.labels)
			}
		case kindEdges:
			if n := r.Uvarint(); n != 1 {
				r.Fail(fmt.Sprintf("a relationship of %d types", n))
			}
			s.edge = known(r, names.types)
		case kindNames, kindEntries, kindOut, kindIn, kindExtras:
			if n := r.Uvarint(); n != 0 {
				r.Fail(fmt.Sprintf("%d names beside the properties of a relationship", n))
			}
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

// readIDs reads the slots, of which each is larger than the one before.
func (t *things) readIDs(b []byte) error {
	t.ids = resized(t.ids, int(t.h.count))
	r := codec.NewReader(b)
	if err := r.Uvarints(t.ids, math.MaxUint32-1); err != nil {
		return err
	}
	slot := t.h.first
	for i, gap := range t.ids {
		switch {
		case i > 0:
			slot += uint64(gap) + 1
		case gap != 0:
			r.Fail("the first slot is not the header's")
		}
		if slot >= math.MaxUint32 {
			r.Fail(fmt.Sprintf("slot %d out of range", slot))
			return r.Err()
		}
		t.ids[i] = uint32(slot)
	}
	return r.End()
}

// optional reads numbers up to most, or none of them.
func (t *things) optional(dst []uint32, b []byte, most uint64) ([]uint32, error) {
	if len(b) == 0 {
		return dst[:0], nil
	}
	dst = resized(dst, int(t.h.count))
	r := codec.NewReader(b)
	if err := r.Uvarints(dst, most); err != nil {
		return dst, err
	}
	return dst, r.End()
}

// readEnds reads start and end nodes.
func (t *things) readEnds(starts, ends []byte) error {
	n := int(t.h.count)
	t.starts, t.ends, t.deltas = resized(t.starts, n), resized(t.ends, n), resized(t.deltas, n)
	r := codec.NewReader(starts)
	if err := r.Varints(t.deltas); err != nil {
		return fmt.Errorf("starts: %w", err)
	}
	at := int64(0)
	for i, d := range t.deltas {
		if at += d; uint64(at) >= math.MaxUint32 {
			r.Fail("id of a start node out of range")
			return r.Err()
		}
		t.starts[i] = graph.NodeID(at)
	}
	if err := r.End(); err != nil {
		return fmt.Errorf("starts: %w", err)
	}
	r = codec.NewReader(ends)
	if err := r.Varints(t.deltas); err != nil {
		return fmt.Errorf("ends: %w", err)
	}
	for i, d := range t.deltas {
		end := int64(t.starts[i]) + d
		if uint64(end) >= math.MaxUint32 {
			r.Fail("id of an end node out of range")
			return r.Err()
		}
		t.ends[i] = graph.NodeID(end)
	}
	if err := r.End(); err != nil {
		return fmt.Errorf("ends: %w", err)
	}
	return nil
}

// shape returns the shape of thing i.
func (t *things) shape(i int) *shape {
	if len(t.shapeOf) == 0 {
		return &t.shapes[0]
	}
	return &t.shapes[t.shapeOf[i]]
}

// generation returns the generation of thing i.
func (t *things) generation(i int) uint32 {
	if len(t.gens) == 0 {
		return 0
	}
	return t.gens[i]
}

// properties appends those of the next thing, whose shape is s. Their strings and bytes
// point into the payload.
func (t *things) properties(dst []storage.Property, s *shape) ([]storage.Property, error) {
	for _, at := range s.columns {
		c := &t.columns[at]
		dst = append(dst, storage.Property{Key: c.key, Value: c.next()})
		if c.data.Err() != nil || c.lengths.Err() != nil {
			return dst, c.err()
		}
	}
	return dst, nil
}

// pack gives the properties of the next thing, whose shape is s, to p.
func (t *things) pack(p *storage.Packer, s *shape) error {
	p.Reset()
	for _, at := range s.columns {
		c := &t.columns[at]
		c.pack(p)
		if c.data.Err() != nil || c.lengths.Err() != nil {
			return c.err()
		}
	}
	return nil
}

// end fails where a column holds more than the things need.
func (t *things) end() error {
	for i := range t.columns {
		if err := t.columns[i].err(); err != nil {
			return err
		}
	}
	return nil
}

func section(r *codec.Reader) codec.Reader { return codec.NewReader(r.Bytes()) }

// resized returns a slice of n elements, in the memory of s if it has room for them.
func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
