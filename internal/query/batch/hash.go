package batch

import "memgraphd/internal/storage/value"

// Hash folds a hash of each given row of v into dst: dst[i] belongs to row rows[i], or to
// row i where rows is nil. Rows that are the same for DISTINCT have equal hashes whatever
// the kind of their vectors.
func (v *Vector) Hash(dst []uint64, rows []uint16) {
	if v.Kind == Ints && v.Nulls.Empty() {
		hashInts(dst, v.Ints, rows)
		return
	}
	if rows == nil {
		for i := range dst {
			dst[i] = value.Combine(dst[i], value.Hash(v.Value(i)))
		}
		return
	}
	for i, r := range rows {
		dst[i] = value.Combine(dst[i], value.Hash(v.Value(int(r))))
	}
}

func hashInts(dst []uint64, ints []int64, rows []uint16) {
	if rows == nil {
		for i := range dst {
			dst[i] = value.Combine(dst[i], value.HashInt(ints[i]))
		}
		return
	}
	for i, r := range rows {
		dst[i] = value.Combine(dst[i], value.HashInt(ints[r]))
	}
}
