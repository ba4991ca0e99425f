package exec

import (
	"math/bits"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// intSet is a set of integers from 0 on as bits, for DISTINCT of one column: what are numbers
// of things mostly needs no hash. It reaches as far as there are enough members for its
// size; the first integer that is too far ends its growth, so that it is known which integers
// it would have.
type intSet struct {
	bits  []uint64
	count int
	fixed bool
	rest  []uint16 // rows whose integers it cannot have
}

// An intSet may have intSetFree words, and intSetShare for each member, at most intSetMax.
const (
	intSetFree  = 1 << 9
	intSetShare = 2
	intSetMax   = 1 << 18
)

// reach makes room for x, if it may have it.
func (s *intSet) reach(r *run, x int64) (bool, error) {
	word := uint64(x) / 64
	if word < uint64(len(s.bits)) {
		return true, nil
	}
	if x < 0 || s.fixed {
		return false, nil
	}
	if word >= intSetMax || word >= uint64(intSetFree+intSetShare*s.count) {
		s.fixed = true
		return false, nil
	}
	wider := min(max(64, 2*len(s.bits), int(word)+1), intSetMax)
	if err := r.reserve(int64(wider-len(s.bits)) * 8); err != nil {
		return false, err
	}
	more := make([]uint64, wider)
	copy(more, s.bits)
	s.bits = more
	return true, nil
}

// add appends the rows of v whose integers are new to sel, and puts those that it cannot have
// into rest. Rows of v hold integers only.
func (s *intSet) add(r *run, v *batch.Vector, rows, sel []uint16) ([]uint16, error) {
	s.rest = s.rest[:0]
	for _, row := range rows {
		x := intAt(v, row)
		word, bit := uint64(x)/64, uint64(1)<<(uint64(x)%64)
		if word >= uint64(len(s.bits)) {
			ok, err := s.reach(r, x)
			if err != nil {
				return sel, err
			}
			if !ok {
				s.rest = append(s.rest, row)
				continue
			}
		}
		if s.bits[word]&bit == 0 {
			s.bits[word] |= bit
			s.count++
			sel = append(sel, row)
		}
	}
	return sel, nil
}

func intAt(v *batch.Vector, row uint16) int64 {
	if v.Kind == batch.Ints {
		return v.Ints[row]
	}
	return v.Values[row].AsInt()
}

// allInts tells whether rows of v hold integers only.
func allInts(v *batch.Vector, rows []uint16) bool {
	switch v.Kind {
	case batch.Ints:
		return v.Nulls.Empty()
	case batch.Values:
		for _, row := range rows {
			if v.Values[row].Kind() != value.KindInt {
				return false
			}
		}
		return true
	case batch.Floats, batch.Bools, batch.Strings, batch.Nodes, batch.Edges:
	}
	return false
}

// spill puts the integers of s into groups and empties it, where other values have to be
// compared with them.
func (s *intSet) spill(r *run, groups *batch.Groups) {
	var v batch.Vector
	flush := func() {
		in := batch.Batch{Len: len(v.Ints)}
		groups.Assign(nil, &in, []*batch.Vector{&v})
		v.Ints = v.Ints[:0]
	}
	v.Reset(batch.Ints, 0)
	for i, word := range s.bits {
		for ; word != 0; word &= word - 1 {
			v.Ints = append(v.Ints, int64(64*i+bits.TrailingZeros64(word)))
			if len(v.Ints) == r.size {
				flush()
			}
		}
	}
	flush()
	s.empty(r)
}

// empty takes everything out and gives the memory back.
func (s *intSet) empty(r *run) {
	r.release(int64(len(s.bits)) * 8)
	*s = intSet{rest: s.rest}
}
