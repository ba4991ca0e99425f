package storage

import (
	"fmt"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/property"
)

// Packer packs properties that come one by one; see Lane.Packs.
type Packer = property.Packer

// creditBytes is the memory that a lane looks for at once.
const creditBytes = 64 << 10

// Packs checks keys of properties, and reports whether they ascend, so that a Packer may be
// given values for them in this order.
func (l *Lane) Packs(keys []graph.KeyID) (ascending bool, err error) {
	ascending = true
	for i, k := range keys {
		if err := l.s.checkKey(k); err != nil {
			return false, err
		}
		ascending = ascending && (i == 0 || keys[i-1] < k)
	}
	return ascending, nil
}

// PackedNode is Node with the properties that p was given, each of which must be storable.
func (l *Lane) PackedNode(id graph.NodeID, generation uint32, labels LabelSet, p *Packer) error {
	blob, err := l.keep(p.Blob())
	if err != nil {
		return fmt.Errorf("node %d: %w", id, err)
	}
	return l.placeNode(id, generation, labels, blob)
}

// keep stores a packed blob, if there is memory for it.
func (l *Lane) keep(packed []byte) (arena.Ref, error) {
	if len(packed) == 0 {
		return 0, nil
	}
	if l.credit -= int64(len(packed)); l.credit < 0 {
		if err := l.s.headroom(l.s.graphBudget, int64(len(packed))+creditBytes); err != nil {
			return 0, err
		}
		l.credit = creditBytes
	}
	ref := l.blobs.Alloc(len(packed))
	copy(l.s.blobs.Bytes(ref, len(packed)), packed)
	return ref, nil
}
