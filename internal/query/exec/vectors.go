package exec

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// output is the batch of an operator that makes rows.
type output struct {
	batch batch.Batch
	carry []int
}

func newOutput(slots int, carry []int) output {
	return output{batch: batch.Batch{Columns: make([]batch.Vector, slots)}, carry: carry}
}

// gather copies the carried columns of in: row i of the output is row rows[i] of in.
func (o *output) gather(in *batch.Batch, rows []uint16) *batch.Batch {
	for _, s := range o.carry {
		o.batch.Columns[s].Gather(&in.Columns[s], rows)
	}
	o.batch.Len, o.batch.Sel = len(rows), nil
	return &o.batch
}

// grown returns s with room for n elements and length n; what it holds is undefined.
func grown[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, max(n, 16))
	}
	return s[:n]
}

// none returns a selection of no row in the memory of sel. It is not nil, which would
// select every row.
func none(sel []uint16) []uint16 {
	if sel == nil {
		return make([]uint16, 0, 16)
	}
	return sel[:0]
}

// appendRange appends the rows [from, to) of src to dst.
func appendRange(dst, src *batch.Vector, from, to int) {
	part := batch.Vector{Kind: src.Kind}
	switch src.Kind {
	case batch.Values:
		part.Values = src.Values[from:to]
	case batch.Nodes:
		part.Nodes = src.Nodes[from:to]
	case batch.Edges:
		part.Edges = src.Edges[from:to]
	case batch.Ints:
		part.Ints = src.Ints[from:to]
	case batch.Floats:
		part.Floats = src.Floats[from:to]
	case batch.Bools:
		part.Bools = src.Bools[from:to]
	case batch.Strings:
		part.Strings = src.Strings[from:to]
	}
	if !src.Nulls.Empty() {
		for i := from; i < to; i++ {
			if src.Nulls.Has(i) {
				part.Nulls.Add(i - from)
			}
		}
	}
	dst.AppendAll(&part)
}

// nodes returns column v of in as node ids, graph.NoNode for null. scratch is used where
// the column holds values of any type.
func (r *run) nodes(v *batch.Vector, in *batch.Batch, scratch *[]graph.NodeID, at ast.Place) ([]graph.NodeID, error) {
	if v.Kind == batch.Nodes {
		return v.Nodes, nil
	}
	*scratch = grown(*scratch, in.Len)
	out := *scratch
	for _, row := range r.rowsOf(in.Sel, in.Len) {
		x := v.Value(int(row))
		switch {
		case x.Kind() == value.KindNode:
			out[row] = x.AsNode()
		case x.IsNull():
			out[row] = graph.NoNode
		default:
			return nil, wrongType("a node", x).At(at.At)
		}
	}
	return out, nil
}

func wrongType(want string, x value.Value) *failure.Error {
	err := failure.RuntimeType("InvalidArgumentType", "%s was expected, not a value of type %s", want, x.Kind())
	if x.IsVirtual() {
		return err.WithHint("what derive() makes is in no graph, so it cannot be matched from, changed, deleted or connected; MATCH the real one")
	}
	return err
}
