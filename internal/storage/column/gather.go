package column

import (
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// Rows of a batch that nodes of one group stand in. Where Rows is nil, node IDs[i] stands in
// row i, and otherwise node IDs[Rows[i]] in row Rows[i]. What is gathered for a node goes to
// its row; what it is for a slot without a value has no meaning.
type Rows struct {
	IDs  []graph.NodeID
	Rows []uint16
	// Dense tells that the nodes from the first to the last of the rows follow each other by
	// their ids, row by row: those of rows between them that are not among Rows too.
	Dense bool
}

// base returns the slot that a node in row 0 has, or would have, of dense rows.
func (r Rows) base() int {
	if r.Rows == nil {
		return int(r.IDs[0] & slotMask)
	}
	return int(r.IDs[r.Rows[0]]&slotMask) - int(r.Rows[0])
}

// Ints gathers integers.
func (c *Chunk) Ints(dst []int64, at Rows) {
	switch {
	case c.one != nil:
		ints(dst, at, c.one, c.low)
	case c.two != nil:
		ints(dst, at, c.two, c.low)
	case c.four != nil:
		ints(dst, at, c.four, c.low)
	default:
		ints(dst, at, c.eight, c.low)
	}
}

// ints adds what is stored to the least value.
func ints[T uint8 | uint16 | uint32 | uint64](dst []int64, at Rows, data *[GroupNodes]T, low int64) {
	if at.Rows == nil && at.Dense {
		base := at.base()
		widened(dst[:len(at.IDs)], data[base:base+len(at.IDs)], low)
		return
	}
	if at.Rows == nil {
		from, to := at.IDs, dst[:len(at.IDs)]
		for len(from) >= 4 && len(to) >= 4 {
			to[0] = low + int64(data[from[0]&slotMask])
			to[1] = low + int64(data[from[1]&slotMask])
			to[2] = low + int64(data[from[2]&slotMask])
			to[3] = low + int64(data[from[3]&slotMask])
			from, to = from[4:], to[4:]
		}
		for i, id := range from {
			to[i] = low + int64(data[id&slotMask])
		}
		return
	}
	for _, r := range at.Rows {
		dst[r] = low + int64(data[at.IDs[r]&slotMask])
	}
}

// widened adds the least value to what is stored, one after the other.
func widened[T uint8 | uint16 | uint32 | uint64](to []int64, from []T, low int64) {
	for len(from) >= 8 && len(to) >= 8 {
		src, dst := (*[8]T)(from), (*[8]int64)(to)
		dst[0], dst[1] = low+int64(src[0]), low+int64(src[1])
		dst[2], dst[3] = low+int64(src[2]), low+int64(src[3])
		dst[4], dst[5] = low+int64(src[4]), low+int64(src[5])
		dst[6], dst[7] = low+int64(src[6]), low+int64(src[7])
		from, to = from[8:], to[8:]
	}
	for i, x := range from {
		to[i] = low + int64(x)
	}
}

// Floats gathers floats.
func (c *Chunk) Floats(dst []float64, at Rows) { plain(dst, at, c.real) }

// Bools gathers truth values.
func (c *Chunk) Bools(dst []bool, at Rows) { plain(dst, at, c.truth) }

func plain[T any](dst []T, at Rows, data *[GroupNodes]T) {
	if at.Rows == nil && at.Dense {
		copy(dst[:len(at.IDs)], data[at.base():])
		return
	}
	if at.Rows == nil {
		dst = dst[:len(at.IDs)]
		for i, id := range at.IDs {
			dst[i] = data[id&slotMask]
		}
		return
	}
	for _, r := range at.Rows {
		dst[r] = data[at.IDs[r]&slotMask]
	}
}

// Strings gathers texts, which stay valid as long as anybody holds them.
func (c *Chunk) Strings(dst []string, at Rows) {
	rows := len(at.IDs)
	if at.Rows != nil {
		rows = len(at.Rows)
	}
	switch {
	case c.one == nil:
		for i := range rows {
			row := at.row(i)
			dst[row] = c.Text(int(c.two[at.IDs[row]&slotMask]))
		}
	case len(c.ends) > rows:
		for i := range rows {
			row := at.row(i)
			dst[row] = c.Text(int(c.one[at.IDs[row]&slotMask]))
		}
	default:
		var few [256]string
		for i := range c.ends {
			few[i] = c.Text(i)
		}
		lookUpTexts(dst, at, c.one, &few)
	}
}

// row returns the row of the i-th node.
func (r Rows) row(i int) int {
	if r.Rows == nil {
		return i
	}
	return int(r.Rows[i])
}

func lookUpTexts(dst []string, at Rows, data *[GroupNodes]uint8, few *[256]string) {
	if at.Rows == nil {
		dst = dst[:len(at.IDs)]
		for i, id := range at.IDs {
			dst[i] = few[data[id&slotMask]]
		}
		return
	}
	for _, r := range at.Rows {
		dst[r] = few[data[at.IDs[r]&slotMask]]
	}
}

// Int returns the integer of a node of the group.
func (c *Chunk) Int(id graph.NodeID) int64 {
	i := id & slotMask
	switch {
	case c.two != nil:
		return c.low + int64(c.two[i])
	case c.one != nil:
		return c.low + int64(c.one[i])
	case c.four != nil:
		return c.low + int64(c.four[i])
	}
	return c.low + int64(c.eight[i])
}

// Value returns what slot i holds, null where it has no value. A mixed chunk does not know.
func (c *Chunk) Value(i uint32) value.Value {
	if c.kind == None || c.kind == Mixed || c.nulls != nil && c.nulls.Has(i) {
		return value.Null
	}
	switch c.kind {
	case Ints:
		return value.Int(c.Int(graph.NodeID(i)))
	case Floats:
		return value.Float(c.real[i])
	case Bools:
		return value.Bool(c.truth[i])
	case Strings:
		if c.one != nil {
			return value.String(c.Text(int(c.one[i])))
		}
		return value.String(c.Text(int(c.two[i])))
	case None, Mixed:
	}
	return value.Null
}
