package snapshot

import (
	"fmt"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
)

// Sink takes what an image holds: all nodes, then all relationships, then all entries.
// Slices, strings and bytes are not used again by the reader.
type Sink interface {
	Node(id graph.NodeID, generation uint32, labels []graph.LabelID, props []storage.Property) error
	Edge(id graph.EdgeID, generation uint32, t graph.TypeID, src, dst graph.NodeID, props []storage.Property) error
	Entry(e change.Entry) error
}

// nameTable is what the refs of a file stand for in a store.
type nameTable struct {
	in     change.Interner
	labels map[uint64]graph.LabelID
	types  map[uint64]graph.TypeID
	keys   map[uint64]graph.KeyID
}

func newNameTable(in change.Interner) *nameTable {
	return &nameTable{
		in: in, labels: make(map[uint64]graph.LabelID), types: make(map[uint64]graph.TypeID), keys: make(map[uint64]graph.KeyID),
	}
}

// loader turns payloads into calls of a sink.
type loader struct {
	sink   Sink
	names  *nameTable
	things things
}

// block decodes the payload of h. Errors of the format are of type *codec.DecodeError.
func (l *loader) block(h blockHeader, payload []byte) error {
	r := codec.NewReader(payload)
	switch h.kind {
	case kindNames:
		return l.names.add(&r, h.count)
	case kindEntries:
		return entries(&r, h.count, l.sink.Entry)
	case kindNodes, kindEdges:
		return l.walk(h, payload)
	}
	return fmt.Errorf("unknown kind of block %d", h.kind)
}

// walk hands nodes or relationships over, one by one.
func (l *loader) walk(h blockHeader, payload []byte) error {
	t := &l.things
	if err := t.decode(h, payload, l.names); err != nil {
		return err
	}
	var props []storage.Property
	for i, slot := range t.ids {
		s, generation := t.shape(i), t.generation(i)
		var err error
		if props, err = t.properties(props[:0], s); err != nil {
			return err
		}
		if h.kind == kindNodes {
			err = l.sink.Node(graph.NodeID(slot), generation, s.labels, props)
		} else {
			err = l.sink.Edge(graph.EdgeID(slot), generation, s.edge, t.starts[i], t.ends[i], props)
		}
		if err != nil {
			return fmt.Errorf("slot %d: %w", slot, err)
		}
	}
	return t.end()
}

// entries hands count entries over.
func entries(r *codec.Reader, count uint32, take func(change.Entry) error) error {
	for range count {
		e := r.Entry()
		if r.Err() != nil {
			return r.Err()
		}
		if err := take(e); err != nil {
			return fmt.Errorf("entry %s %q: %w", e.Kind, e.Name, err)
		}
	}
	return r.End()
}

// add reads a block of names.
func (l *nameTable) add(r *codec.Reader, count uint32) error {
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
