package snapshot

import (
	"fmt"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
)

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
