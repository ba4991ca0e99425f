package batch

import (
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// Len returns the number of physical rows of v.
func (v *Vector) Len() int {
	switch v.Kind {
	case Values:
		return len(v.Values)
	case Nodes:
		return len(v.Nodes)
	case Edges:
		return len(v.Edges)
	case Ints:
		return len(v.Ints)
	case Floats:
		return len(v.Floats)
	case Bools:
		return len(v.Bools)
	case Strings:
	}
	return len(v.Strings)
}

// Copy makes v hold the given rows of src at the same places; nil means all rows. The
// other rows of v have no meaning.
func (v *Vector) Copy(src *Vector, rows []uint16) {
	n := src.Len()
	if rows == nil {
		v.Reset(src.Kind, 0)
		v.AppendAll(src)
		return
	}
	v.Reset(src.Kind, n)
	switch src.Kind {
	case Values:
		scatter(v.Values, src.Values, rows)
	case Nodes:
		scatter(v.Nodes, src.Nodes, rows)
	case Edges:
		scatter(v.Edges, src.Edges, rows)
	case Ints:
		scatter(v.Ints, src.Ints, rows)
	case Floats:
		scatter(v.Floats, src.Floats, rows)
	case Bools:
		scatter(v.Bools, src.Bools, rows)
	case Strings:
		scatter(v.Strings, src.Strings, rows)
	}
	if !src.Nulls.Empty() {
		for _, r := range rows {
			if src.Nulls.Has(int(r)) {
				v.Nulls.Add(int(r))
			}
		}
	}
}

func scatter[T any](dst, src []T, rows []uint16) {
	for _, r := range rows {
		dst[r] = src[r]
	}
}

// Gather makes v hold the given rows of src one after the other: row i of v is row
// rows[i] of src. Nil means all rows.
func (v *Vector) Gather(src *Vector, rows []uint16) {
	v.Reset(src.Kind, 0)
	v.AppendRows(src, rows)
}

// AppendAll appends every row of src.
func (v *Vector) AppendAll(src *Vector) { v.AppendRows(src, nil) }

// AppendRows appends the given rows of src; nil means all of them. Where the kinds differ,
// v turns into Values, unless it is empty: then it takes src's kind.
func (v *Vector) AppendRows(src *Vector, rows []uint16) {
	at := v.Len()
	if v.Kind != src.Kind {
		if at > 0 {
			v.appendWidened(src, rows)
			return
		}
		v.Reset(src.Kind, 0)
	}
	switch src.Kind {
	case Values:
		v.Values = appendRows(v.Values, src.Values, rows)
	case Nodes:
		v.Nodes = appendRows(v.Nodes, src.Nodes, rows)
	case Edges:
		v.Edges = appendRows(v.Edges, src.Edges, rows)
	case Ints:
		v.Ints = appendRows(v.Ints, src.Ints, rows)
	case Floats:
		v.Floats = appendRows(v.Floats, src.Floats, rows)
	case Bools:
		v.Bools = appendRows(v.Bools, src.Bools, rows)
	case Strings:
		v.Strings = appendRows(v.Strings, src.Strings, rows)
	}
	v.appendNulls(src, rows, at)
}

func (v *Vector) appendNulls(src *Vector, rows []uint16, at int) {
	if src.Nulls.Empty() {
		return
	}
	if rows == nil {
		for i := range src.Len() {
			if src.Nulls.Has(i) {
				v.Nulls.Add(at + i)
			}
		}
		return
	}
	for i, r := range rows {
		if src.Nulls.Has(int(r)) {
			v.Nulls.Add(at + i)
		}
	}
}

func (v *Vector) appendWidened(src *Vector, rows []uint16) {
	v.Widen()
	if rows == nil {
		for i := range src.Len() {
			v.Values = append(v.Values, src.Value(i))
		}
		return
	}
	for _, r := range rows {
		v.Values = append(v.Values, src.Value(int(r)))
	}
}

func appendRows[T any](dst, src []T, rows []uint16) []T {
	if rows == nil {
		return append(dst, src...)
	}
	at := len(dst)
	if cap(dst) < at+len(rows) {
		grown := make([]T, at, max(2*cap(dst), at+len(rows)))
		copy(grown, dst)
		dst = grown
	}
	dst = dst[:at+len(rows)]
	for i, r := range rows {
		dst[at+i] = src[r]
	}
	return dst
}

// AppendRow appends one row of src.
func (v *Vector) AppendRow(src *Vector, row int) {
	rows := [1]uint16{uint16(row)}
	v.AppendRows(src, rows[:])
}

// Repeat makes v hold the given row of src n times.
func (v *Vector) Repeat(src *Vector, row, n int) {
	v.Reset(src.Kind, n)
	switch src.Kind {
	case Values:
		fill(v.Values, src.Values[row])
	case Nodes:
		fill(v.Nodes, src.Nodes[row])
	case Edges:
		fill(v.Edges, src.Edges[row])
	case Ints:
		fill(v.Ints, src.Ints[row])
	case Floats:
		fill(v.Floats, src.Floats[row])
	case Bools:
		fill(v.Bools, src.Bools[row])
	case Strings:
		fill(v.Strings, src.Strings[row])
	}
	if src.Nulls.Has(row) {
		for i := range n {
			v.Nulls.Add(i)
		}
	}
}

func fill[T any](dst []T, x T) {
	for i := range dst {
		dst[i] = x
	}
}

// kindOf returns the narrowest kind of vector that holds x without loss; Values for null.
func kindOf(x value.Value) Kind {
	switch x.Kind() {
	case value.KindBool:
		return Bools
	case value.KindInt:
		return Ints
	case value.KindFloat:
		return Floats
	case value.KindString:
		return Strings
	case value.KindNode:
		return Nodes
	case value.KindEdge:
		return Edges
	case value.KindNull, value.KindBytes, value.KindList, value.KindMap, value.KindPath,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return Values
}

// Fill makes v hold x in each of n rows.
func (v *Vector) Fill(x value.Value, n int) {
	v.Reset(kindOf(x), n)
	switch v.Kind {
	case Values:
		fill(v.Values, x)
	case Nodes:
		fill(v.Nodes, x.AsNode())
	case Edges:
		fill(v.Edges, x.AsEdge())
	case Ints:
		fill(v.Ints, x.AsInt())
	case Floats:
		fill(v.Floats, x.AsFloat())
	case Bools:
		fill(v.Bools, x.AsBool())
	case Strings:
		fill(v.Strings, x.AsString())
	}
}

// Widen turns v into Values.
func (v *Vector) Widen() {
	if v.Kind == Values {
		return
	}
	n := v.Len()
	wide := resize(v.Values, n)
	for i := range n {
		wide[i] = v.Value(i)
	}
	v.Values = wide
	v.Kind = Values
	v.Nulls.Clear()
}

// Set puts x into row i. A vector of another kind turns into Values first.
func (v *Vector) Set(i int, x value.Value) {
	if v.Kind == Values {
		v.Values[i] = x
		return
	}
	if x.IsNull() {
		v.SetNull(i)
		return
	}
	if kindOf(x) != v.Kind {
		v.Widen()
		v.Values[i] = x
		return
	}
	v.setTyped(i, x)
}

// setTyped puts x, whose kind is v's, into row i.
func (v *Vector) setTyped(i int, x value.Value) {
	switch v.Kind {
	case Values:
		v.Values[i] = x
	case Nodes:
		v.Nodes[i] = x.AsNode()
	case Edges:
		v.Edges[i] = x.AsEdge()
	case Ints:
		v.Ints[i] = x.AsInt()
	case Floats:
		v.Floats[i] = x.AsFloat()
	case Bools:
		v.Bools[i] = x.AsBool()
	case Strings:
		v.Strings[i] = x.AsString()
	}
	v.Nulls.Remove(i)
}

// SetNull makes row i null.
func (v *Vector) SetNull(i int) {
	switch v.Kind {
	case Values:
		v.Values[i] = value.Null
	case Nodes:
		v.Nodes[i] = graph.NoNode
	case Edges:
		v.Edges[i] = graph.Edge{ID: graph.NoEdge}
	case Ints, Floats, Bools, Strings:
		v.Nulls.Add(i)
	}
}

// AppendValue appends x. An empty vector takes x's kind; another kind turns v into Values.
func (v *Vector) AppendValue(x value.Value) {
	n := v.Len()
	k := kindOf(x)
	switch {
	case n == 0:
		v.Reset(k, 0)
	case x.IsNull() || v.Kind == Values:
	case v.Kind != k:
		v.Widen()
	}
	v.grow()
	v.Set(n, x)
}

// grow adds one row, of no meaning yet.
func (v *Vector) grow() {
	switch v.Kind {
	case Values:
		v.Values = append(v.Values, value.Null)
	case Nodes:
		v.Nodes = append(v.Nodes, graph.NoNode)
	case Edges:
		v.Edges = append(v.Edges, graph.Edge{ID: graph.NoEdge})
	case Ints:
		v.Ints = append(v.Ints, 0)
	case Floats:
		v.Floats = append(v.Floats, 0)
	case Bools:
		v.Bools = append(v.Bools, false)
	case Strings:
		v.Strings = append(v.Strings, "")
	}
}

// Narrow turns Values into the one kind that all the given rows have, nulls aside; nil
// means all rows. It reports whether v has a kind other than Values afterwards.
func (v *Vector) Narrow(rows []uint16) bool {
	if v.Kind != Values {
		return true
	}
	k, ok := v.commonKind(rows)
	if !ok {
		return false
	}
	wide := v.Values
	v.Reset(k, len(wide))
	if rows == nil {
		for i := range wide {
			v.Set(i, wide[i])
		}
		return true
	}
	for _, r := range rows {
		v.Set(int(r), wide[r])
	}
	return true
}

func (v *Vector) commonKind(rows []uint16) (Kind, bool) {
	common := Values
	see := func(x value.Value) bool {
		if x.IsNull() {
			return true
		}
		k := kindOf(x)
		if k == Values || (common != Values && common != k) {
			return false
		}
		common = k
		return true
	}
	if rows == nil {
		for i := range v.Values {
			if !see(v.Values[i]) {
				return Values, false
			}
		}
	}
	for _, r := range rows {
		if !see(v.Values[r]) {
			return Values, false
		}
	}
	return common, common != Values
}
