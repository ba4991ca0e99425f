package storage

import (
	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/constraint"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/mvcc"
	"memgraphd/internal/storage/property"
	"memgraphd/internal/storage/value"
)

// image is one version of a node.
type image struct {
	labels setID
	props  arena.Ref
	exists bool
}

// imageOf returns the version that an undo record of a node holds.
func imageOf(r *mvcc.Record) image { return image{setID(r.A), arena.Ref(r.B), r.C == 1} }

// blob returns a property blob.
func (s *Store) blob(ref arena.Ref) []byte {
	if ref == 0 {
		return nil
	}
	return s.blobs.Bytes(ref, s.blobSize(ref))
}

func (s *Store) blobSize(ref arena.Ref) int { return property.Size(s.blobs.Bytes(ref, 4)) }

// storeBlob copies a packed blob into the arena.
func (s *Store) storeBlob(packed []byte) arena.Ref {
	if len(packed) == 0 {
		return 0
	}
	ref := s.blobs.Alloc(len(packed))
	copy(s.blobs.Bytes(ref, len(packed)), packed)
	return ref
}

// valueIn returns a property of one version of a node.
func (s *Store) valueIn(im image, k graph.KeyID) value.Value {
	if im.props == 0 {
		return value.Null
	}
	return property.Find(s.blob(im.props), k)
}

// valueFor returns what p holds for one version of a node, null if nothing.
func (s *Store) valueFor(p *propertyIndex, im image) value.Value {
	if p.rule == nil || len(p.rule.def.Keys) == 1 {
		return s.valueIn(im, p.def.Key)
	}
	var space [4]value.Value
	values, ok := s.valuesOf(p.rule, im, space[:0])
	if !ok {
		return value.Null
	}
	return constraint.Key(values)
}
