package exec

import (
	"math/bits"
	"slices"

	"memgraphd/internal/storage/graph"
)

// labelSet is the nodes that have some labels in the view of a statement that writes
// nothing. To ask a node means to load its record; once that was done for about as many
// nodes as it takes to find them all, they are kept as bits.
type labelSet struct {
	labels []graph.LabelID
	asked  int // nodes that were asked about
	built  bool
	tried  bool
	looked bool // whether the store keeps them was looked at
	every  bool // they are all nodes of the view
	bits   nodeBits
}

// A set is made when at least labelSetLeast nodes, unless the options say otherwise, and one in labelSetShare of all were asked about;
// one in labelKeptShare where the store keeps what the set is made of.
const (
	labelSetLeast  = 1024
	labelSetShare  = 32
	labelKeptShare = 512
)

// labelSet returns the nodes with labels, nil where they are asked one by one: without
// labels, and in statements that write, for which the answer changes.
func (r *run) labelSet(labels []graph.LabelID) *labelSet {
	if len(labels) == 0 || r.writes {
		return nil
	}
	for _, s := range r.labelSets {
		if slices.Equal(s.labels, labels) {
			return s
		}
	}
	s := &labelSet{labels: slices.Clone(labels)}
	r.labelSets = append(r.labelSets, s)
	return s
}

// ready notes that n more nodes are asked about, and tells whether the set is there.
func (s *labelSet) ready(r *run, n int) bool {
	if s == nil {
		return false
	}
	if s.built || s.tried {
		return s.built
	}
	s.asked += n
	limit := int(r.tx.NodeLimit())
	if s.asked < max(r.o.LabelsAsked, limit/labelKeptShare) {
		return false
	}
	if s.asked < max(r.o.LabelsAsked, limit/labelSetShare) {
		if s.looked {
			return false
		}
		if s.looked = true; !r.tx.LabelBitsKept(s.labels) {
			return false
		}
	}
	s.build(r)
	return s.built
}

// forget makes s true for another view.
func (s *labelSet) forget() { *s = labelSet{labels: s.labels} }

// build finds the nodes, if there is memory for them.
func (s *labelSet) build(r *run) {
	s.tried = true
	words := int(r.tx.NodeLimit())/64 + 1
	if r.reserve(int64(words)*8) != nil {
		return // the nodes are asked one by one
	}
	s.bits = make(nodeBits, words)
	r.tx.LabelBits(s.bits, s.labels)
	s.built = true
	count := 0
	for _, w := range s.bits {
		count += bits.OnesCount64(w)
	}
	if int64(count) < r.store.NodeCount() || r.reserve(int64(words)*8) != nil {
		return
	}
	all := make(nodeBits, words)
	r.tx.LabelBits(all, nil)
	s.every = slices.Equal(s.bits, all)
	r.release(int64(words) * 8)
}

// pick appends the places in nodes of those that are in s.
func (s *labelSet) pick(dst []uint16, nodes []graph.NodeID) []uint16 {
	set := s.bits
	for i, n := range nodes {
		if int(n/64) < len(set) && set[n/64]>>(n%64)&1 != 0 {
			dst = append(dst, uint16(i))
		}
	}
	return dst
}
