package function

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// counts is count(*) and count(x).
type counts struct {
	star bool
	n    []int64
}

func (a *counts) Grow(groups int) error {
	a.n = extend(a.n, groups)
	return nil
}

func (a *counts) Add(groups []uint32, in *batch.Batch, args []*batch.Vector) error {
	switch {
	case a.star || neverNull(args[0]):
		a.addAll(groups, in.Rows())
	case groups == nil:
		a.n[0] += countPresent(in, args[0])
	default:
		for i, g := range groups {
			if !args[0].IsNull(in.Row(i)) {
				a.n[g]++
			}
		}
	}
	return nil
}

func (a *counts) addAll(groups []uint32, rows int) {
	if groups == nil {
		a.n[0] += int64(rows)
		return
	}
	for _, g := range groups {
		a.n[g]++
	}
}

// neverNull reports whether v holds no null for certain.
func neverNull(v *batch.Vector) bool {
	switch v.Kind {
	case batch.Ints, batch.Floats, batch.Bools, batch.Strings:
		return v.Nulls.Empty()
	case batch.Values, batch.Nodes, batch.Edges:
	}
	return false
}

func countPresent(in *batch.Batch, v *batch.Vector) int64 {
	n := int64(0)
	if v.Kind == batch.Values && in.Sel == nil {
		for i := range v.Values[:in.Len] {
			if !v.Values[i].IsNull() {
				n++
			}
		}
		return n
	}
	if v.Kind == batch.Nodes && in.Sel == nil {
		for _, id := range v.Nodes[:in.Len] {
			if id != graph.NoNode {
				n++
			}
		}
		return n
	}
	for i := range in.Rows() {
		if !v.IsNull(in.Row(i)) {
			n++
		}
	}
	return n
}

func (a *counts) Merge(from Aggregator, to []uint32) error {
	b := from.(*counts)
	a.n = extend(a.n, targets(to, len(b.n)))
	for g, n := range b.n {
		a.n[target(to, g)] += n
	}
	return nil
}

func (a *counts) Result(group int) (value.Value, error) { return value.Int(a.n[group]), nil }

func (a *counts) Release() {}
