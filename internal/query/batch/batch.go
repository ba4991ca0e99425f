// Package batch holds the rows that flow through a query: columns of ids and typed
// vectors, about a thousand rows at a time, filled by exec and read by expr and bolt.
//
// A batch has Len physical rows and a column per slot of the plan. Sel, when it is not
// nil, lists in ascending order the rows that count; the others hold no meaning and must
// not be read. Columns are reused from batch to batch: a reader that keeps anything
// longer copies it. Values and strings inside stay valid as long as the transaction that
// they came from is not released.
package batch

import (
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// Size is the number of rows that operators aim at in a batch.
const Size = 1024

// Kind says which slice of a Vector is in use.
type Kind uint8

// The kinds of vectors. Values holds anything; the others hold one type with nulls in Nulls,
// except for Nodes and Edges, where graph.NoNode and an ID of graph.NoEdge stand for null.
const (
	Values Kind = iota
	Nodes
	Edges
	Ints
	Floats
	Bools
	Strings
)

// Vector is one column. Exactly the slice that Kind names has Len elements.
type Vector struct {
	Kind    Kind
	Values  []value.Value
	Nodes   []graph.NodeID
	Edges   []graph.Edge
	Ints    []int64
	Floats  []float64
	Bools   []bool
	Strings []string
	Nulls   Bitmap // Ints, Floats, Bools and Strings: rows that are null; empty means none
	// Ascending tells of Nodes that each id is known to be greater than the one before it.
	Ascending bool
}

// Batch is a set of rows.
type Batch struct {
	Len     int
	Sel     []uint16 // rows that count, ascending; nil means all
	Columns []Vector
}

// Rows returns the number of rows that count.
func (b *Batch) Rows() int {
	if b.Sel != nil {
		return len(b.Sel)
	}
	return b.Len
}

// Row returns the physical row of the i-th row that counts.
func (b *Batch) Row(i int) int {
	if b.Sel != nil {
		return int(b.Sel[i])
	}
	return i
}

// Reset makes v an empty vector of kind k with room for n rows, all of them null or zero.
func (v *Vector) Reset(k Kind, n int) {
	v.Kind, v.Ascending = k, false
	v.Nulls.Clear()
	switch k {
	case Values:
		v.Values = resize(v.Values, n)
		clear(v.Values)
	case Nodes:
		v.Nodes = resize(v.Nodes, n)
		for i := range v.Nodes {
			v.Nodes[i] = graph.NoNode
		}
	case Edges:
		v.Edges = resize(v.Edges, n)
		for i := range v.Edges {
			v.Edges[i] = graph.Edge{ID: graph.NoEdge}
		}
	case Ints:
		v.Ints = resize(v.Ints, n)
	case Floats:
		v.Floats = resize(v.Floats, n)
	case Bools:
		v.Bools = resize(v.Bools, n)
	case Strings:
		v.Strings = resize(v.Strings, n)
	}
}

// Prepare is Reset for a caller that writes every row that will be read: the rows have no
// meaning yet.
func (v *Vector) Prepare(k Kind, n int) {
	switch k {
	case Values:
		v.Kind, v.Ascending = k, false
		v.Nulls.Clear()
		v.Values = resize(v.Values, n)
	case Nodes:
		v.Kind, v.Ascending = k, false
		v.Nulls.Clear()
		v.Nodes = resize(v.Nodes, n)
	case Edges:
		v.Kind, v.Ascending = k, false
		v.Nulls.Clear()
		v.Edges = resize(v.Edges, n)
	case Ints, Floats, Bools, Strings:
		v.Reset(k, n)
	}
}

// Value returns row i as a value.
func (v *Vector) Value(i int) value.Value {
	switch v.Kind {
	case Values:
		return v.Values[i]
	case Nodes:
		if v.Nodes[i] == graph.NoNode {
			return value.Null
		}
		return value.Node(v.Nodes[i])
	case Edges:
		if v.Edges[i].ID == graph.NoEdge {
			return value.Null
		}
		return value.Edge(v.Edges[i])
	case Ints, Floats, Bools, Strings:
		if v.Nulls.Has(i) {
			return value.Null
		}
	}
	switch v.Kind {
	case Ints:
		return value.Int(v.Ints[i])
	case Floats:
		return value.Float(v.Floats[i])
	case Bools:
		return value.Bool(v.Bools[i])
	case Strings:
		return value.String(v.Strings[i])
	case Values, Nodes, Edges:
	}
	return value.Null
}

// IsNull reports whether row i is null.
func (v *Vector) IsNull(i int) bool {
	switch v.Kind {
	case Values:
		return v.Values[i].IsNull()
	case Nodes:
		return v.Nodes[i] == graph.NoNode
	case Edges:
		return v.Edges[i].ID == graph.NoEdge
	case Ints, Floats, Bools, Strings:
	}
	return v.Nulls.Has(i)
}

// resize returns s with length n; what it holds is undefined.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, max(n, Size))
	}
	return s[:n]
}

// Bitmap is a set of row numbers. The zero Bitmap is empty.
type Bitmap struct{ words []uint64 }

// Has reports whether i is in b.
func (b *Bitmap) Has(i int) bool {
	return i>>6 < len(b.words) && b.words[i>>6]&(1<<(i&63)) != 0
}

// Add puts i into b.
func (b *Bitmap) Add(i int) {
	for i>>6 >= len(b.words) {
		b.words = append(b.words, 0)
	}
	b.words[i>>6] |= 1 << (i & 63)
}

// Remove takes i out of b.
func (b *Bitmap) Remove(i int) {
	if i>>6 < len(b.words) {
		b.words[i>>6] &^= 1 << (i & 63)
	}
}

// Or adds every element of a.
func (b *Bitmap) Or(a *Bitmap) {
	for len(b.words) < len(a.words) {
		b.words = append(b.words, 0)
	}
	for i, w := range a.words {
		b.words[i] |= w
	}
}

// Clear empties b and keeps its memory.
func (b *Bitmap) Clear() { b.words = b.words[:0] }

// Empty reports whether nothing was added since the last Clear.
func (b *Bitmap) Empty() bool { return len(b.words) == 0 }

// Property is one property of an entity with its name.
type Property struct {
	Key   string
	Value value.Value
}

// Entities answers what a client needs to show the nodes and relationships of a result,
// in the view that the result was computed in. Deleted entities have no labels and no
// properties.
type Entities interface {
	NodeLabels(dst []string, n graph.NodeID) []string
	NodeProperties(dst []Property, n graph.NodeID) []Property
	NodeElementID(n graph.NodeID) string
	EdgeSource(e graph.Edge) graph.NodeID
	EdgeType(e graph.Edge) string
	EdgeProperties(dst []Property, e graph.Edge) []Property
	EdgeElementID(e graph.Edge) string
	// Enum returns the map that stands for a value of an enum.
	Enum(v value.Value) value.Value
}
