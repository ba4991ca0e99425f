package exec

import (
	"sort"
	"unsafe"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/column"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// columnReader fills vectors from the columns of the store.
type columnReader struct {
	empty   []uint16 // rows without a value
	missing []uint16 // rows of nodes whose group has no column
	ids     []graph.NodeID
	values  []value.Value
	near    *[nearGroups]nearGroup // nil until nodes of many groups are read
}

// NodeColumn makes out one property of the column nodes in the rows of in that count, if the
// store has columns of most of them. It reports whether it did.
func (r *run) NodeColumn(out, nodes *batch.Vector, in *batch.Batch, key graph.KeyID) bool {
	rows := in.Rows()
	if r.deleted {
		return false
	}
	columns, ok := r.tx.NodeColumns(key)
	if !ok || columns.Few(rows) {
		return false
	}
	c := &r.columns
	c.empty, c.missing = c.empty[:0], c.missing[:0]
	ids := nodes.Nodes
	out.Kind = batch.Values // until a column tells
	if scattered(nodes, in) {
		c.readScattered(out, nodes, in, columns)
	} else {
		c.readGroups(out, nodes, in, columns)
	}
	if len(c.missing) > rows/2 {
		return false
	}
	if out.Kind == batch.Values {
		out.Reset(batch.Values, in.Len)
	}
	for _, row := range c.empty {
		out.SetNull(int(row))
	}
	c.ask(r.tx, out, ids, key)
	r.hits += int64(rows)
	return true
}

// countColumn counts the integers that the nodes in the rows of in that count have for a
// property, if all these nodes have one and are of one group with a column. It reports whether
// it did.
func (r *run) countColumn(into *column.Counts, nodes *batch.Vector, in *batch.Batch, key graph.KeyID) bool {
	rows := in.Rows()
	if r.deleted || rows == 0 || nodes.Kind != batch.Nodes {
		return false
	}
	columns, ok := r.tx.NodeColumns(key)
	if !ok || columns.Few(rows) || scattered(nodes, in) {
		return false
	}
	group, to := groupOfRows(nodes, in, 0)
	if to < rows {
		return false
	}
	chunk := columns.Group(group, rows)
	if chunk == nil || chunk.Kind() != column.Ints || !chunk.Whole() {
		return false
	}
	if low, high := chunk.Range(); low < 0 || high >= batch.SmallMax {
		return false
	}
	some, _ := rowsOfGroup(nodes, in, 0, rows)
	if !chunk.Count(into, some) {
		return false
	}
	r.hits += int64(rows)
	return true
}

// FilterColumn appends to sel the rows of in that count and whose node has an integer that
// passes a test, if the store has columns of all of them. It reports whether it did.
func (r *run) FilterColumn(sel []uint16, nodes *batch.Vector, in *batch.Batch, test expr.IntTest) ([]uint16, bool) {
	rows := in.Rows()
	if r.deleted {
		return sel, false
	}
	columns, ok := r.tx.NodeColumns(test.Key)
	if !ok || columns.Few(rows) || scattered(nodes, in) {
		return sel, false
	}
	before, span := len(sel), spanOf(test)
	for at := 0; at < rows; {
		group, to := groupOfRows(nodes, in, at)
		chunk := columns.Group(group, to-at)
		if chunk == nil || chunk.Kind() != column.Ints && chunk.Kind() != column.None {
			return sel[:before], false
		}
		some, first := rowsOfGroup(nodes, in, at, to)
		sel = chunk.Select(sel, some, first, span)
		at = to
	}
	r.hits += int64(rows)
	return sel, true
}

// rowsOfGroup returns the rows number at to to of in, whose nodes are of one group, and where
// the first node stands in its column.
func rowsOfGroup(nodes *batch.Vector, in *batch.Batch, at, to int) (rows column.Rows, first int) {
	ids := nodes.Nodes
	if in.Sel != nil {
		rows.IDs, rows.Rows = ids, in.Sel[at:to]
		at, to = int(in.Sel[at]), int(in.Sel[to-1])+1
	} else {
		rows.IDs, first = ids[at:to], at
	}
	rows.Dense = nodes.Ascending && int(ids[to-1]-ids[at]) == to-1-at
	return rows, first
}

func spanOf(t expr.IntTest) column.Span { return column.Span{Low: t.Low, Width: t.Width, Out: t.Out} }

// groupOfRows returns the group of the node in row number at, and the end of the rows from
// there on whose nodes are of that group.
func groupOfRows(nodes *batch.Vector, in *batch.Batch, at int) (group uint32, to int) {
	ids := nodes.Nodes
	if nodes.Ascending {
		return groupOfAscending(ids, in, at)
	}
	if in.Sel == nil {
		ids = ids[at:in.Len]
		group = uint32(ids[0] >> column.GroupShift)
		if oneGroup(ids) {
			return group, in.Len
		}
		n := 1
		for n < len(ids) && uint32(ids[n]>>column.GroupShift) == group {
			n++
		}
		return group, at + n
	}
	group = uint32(ids[in.Sel[at]] >> column.GroupShift)
	if at == 0 && len(in.Sel) > in.Len/4 && uint32(ids[0]>>column.GroupShift) == group && oneGroup(ids[:in.Len]) {
		return group, len(in.Sel) // whatever stands in the rows that do not count
	}
	for to = at + 1; to < len(in.Sel) && uint32(ids[in.Sel[to]]>>column.GroupShift) == group; {
		to++
	}
	return group, to
}

// groupOfAscending is groupOfRows where ids ascend.
func groupOfAscending(ids []graph.NodeID, in *batch.Batch, at int) (group uint32, to int) {
	group, rows := uint32(ids[in.Row(at)]>>column.GroupShift), in.Rows()
	if uint32(ids[in.Row(rows-1)]>>column.GroupShift) == group {
		return group, rows
	}
	return group, at + sort.Search(rows-at, func(i int) bool { return uint32(ids[in.Row(at+i)]>>column.GroupShift) > group })
}

// oneGroup reports whether all nodes are of one group.
func oneGroup(ids []graph.NodeID) bool {
	first, last := ids[0], ids[len(ids)-1]
	if (first^last)>>column.GroupShift != 0 || len(ids) < 2 {
		return len(ids) < 2
	}
	// Two ids are looked at in one word, eight in a round.
	words := unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(ids))), len(ids)/2)
	const high = (1<<32 - column.GroupNodes) * (1<<32 + 1)
	want := (uint64(first)<<32 | uint64(first)) & high
	other := uint64(0)
	for ; len(words) >= 4; words = words[4:] {
		other |= (words[0] ^ want) | (words[1] ^ want) | (words[2] ^ want) | (words[3] ^ want)
	}
	for _, w := range words {
		other |= w ^ want
	}
	return other&high == 0
}

// readGroups reads runs of rows whose nodes are of one group.
func (c *columnReader) readGroups(out, nodes *batch.Vector, in *batch.Batch, columns storage.NodeColumns) {
	for at := 0; at < in.Rows(); {
		group, to := groupOfRows(nodes, in, at)
		chunk := columns.Group(group, to-at)
		if chunk == nil || !c.fill(out, nodes, in, chunk, at, to) {
			for ; at < to; at++ {
				c.missing = append(c.missing, uint16(in.Row(at)))
			}
		}
		at = to
	}
}

// fill puts what chunk has into the rows number at to to of in. It fails where out holds
// something of another type, or chunk has no column.
func (c *columnReader) fill(out, nodes *batch.Vector, in *batch.Batch, chunk *column.Chunk, at, to int) bool {
	kind := batch.Values
	switch chunk.Kind() {
	case column.None:
		for ; at < to; at++ {
			c.empty = append(c.empty, uint16(in.Row(at)))
		}
		return true
	case column.Ints:
		kind = batch.Ints
	case column.Floats:
		kind = batch.Floats
	case column.Bools:
		kind = batch.Bools
	case column.Strings:
		kind = batch.Strings
	case column.Mixed:
		return false
	}
	if out.Kind == batch.Values {
		out.Reset(kind, in.Len)
	}
	if out.Kind != kind {
		return false
	}
	gather(out, nodes, in, chunk, at, to)
	if !chunk.Whole() {
		for ; at < to; at++ {
			if row := in.Row(at); chunk.Null(nodes.Nodes[row]) {
				c.empty = append(c.empty, uint16(row))
			}
		}
	}
	return true
}

// gather copies values of the rows number at to to.
func gather(out, nodes *batch.Vector, in *batch.Batch, chunk *column.Chunk, at, to int) {
	rows, from := rowsOfGroup(nodes, in, at, to)
	if in.Sel != nil && to-at == len(in.Sel) && to > in.Len/2 && chunk.Kind() == column.Ints {
		first, last := int(in.Sel[0]), int(in.Sel[to-1])+1
		rows.IDs, rows.Rows, from = nodes.Nodes[first:last], nil, first // one after the other is quicker, and the others have no meaning
	}
	switch chunk.Kind() {
	case column.Ints:
		chunk.Ints(out.Ints[from:], rows)
	case column.Floats:
		chunk.Floats(out.Floats[from:], rows)
	case column.Bools:
		chunk.Bools(out.Bools[from:], rows)
	case column.Strings:
		chunk.Strings(out.Strings[from:], rows)
	case column.None, column.Mixed:
	}
}

// ask reads the rows that are missing from the nodes.
func (c *columnReader) ask(tx *storage.Tx, out *batch.Vector, ids []graph.NodeID, key graph.KeyID) {
	if len(c.missing) == 0 {
		return
	}
	c.ids, c.values = grown(c.ids, len(c.missing)), grown(c.values, len(c.missing))
	for i, row := range c.missing {
		c.ids[i] = ids[row]
	}
	tx.NodePropertyColumn(c.values, c.ids, key)
	for i, row := range c.missing {
		out.Set(int(row), c.values[i])
	}
}

// nearGroup is a group that was looked up for a batch.
type nearGroup struct {
	group uint32 // + 1; 0: none
	asked int    // rows for which there was no column
	chunk *column.Chunk
}

const nearGroups = 256

// scattered reports whether neighbouring rows are mostly of different groups, as far as the
// first rows tell.
func scattered(nodes *batch.Vector, in *batch.Batch) bool {
	const few = 4
	if in.Rows() < 2*few {
		return false
	}
	_, first := groupOfRows(nodes, in, 0)
	if first >= few {
		return false
	}
	_, second := groupOfRows(nodes, in, first)
	return second-first < few
}

// readScattered reads rows one by one.
func (c *columnReader) readScattered(out, nodes *batch.Vector, in *batch.Batch, columns storage.NodeColumns) {
	if c.near == nil {
		c.near = new([nearGroups]nearGroup)
	}
	for i := range in.Rows() {
		row := in.Row(i)
		id := nodes.Nodes[row]
		group := uint32(id >> column.GroupShift)
		e := &c.near[group%nearGroups]
		if e.group != group+1 {
			e.ask(columns)
			*e = nearGroup{group: group + 1, chunk: columns.Have(group)}
		}
		if e.chunk == nil {
			e.asked++
			c.missing = append(c.missing, uint16(row))
			continue
		}
		if out.Kind == batch.Ints && e.chunk.Kind() == column.Ints && e.chunk.Whole() {
			out.Ints[row] = e.chunk.Int(id)
			continue
		}
		if !c.fill(out, nodes, in, e.chunk, i, i+1) {
			c.missing = append(c.missing, uint16(row))
		}
	}
	for i := range c.near {
		c.near[i].ask(columns)
		c.near[i] = nearGroup{}
	}
}

// ask lets the store know of the rows for which there was no column.
func (e *nearGroup) ask(columns storage.NodeColumns) {
	if e.asked > 0 {
		columns.Group(e.group-1, e.asked)
	}
}
