package column

// Span is the integers from Low to Low + Width, or all others: what compares true with a
// constant.
type Span struct {
	Low   int64
	Width uint64
	Out   bool // the others
}

// part says how much of something lies in a Span.
type part uint8

const (
	some part = iota
	nothing
	everything
)

// of tells how much of the integers from low to high is in s.
func (s Span) of(low, high int64) part {
	to := s.Low + int64(s.Width)
	inside := low >= s.Low && high <= to
	outside := high < s.Low || low > to
	switch {
	case inside && !s.Out, outside && s.Out:
		return everything
	case inside, outside:
		return nothing
	}
	return some
}

// Misses reports whether the group of the chunk certainly has no node whose value is an
// integer in s.
func (c *Chunk) Misses(s Span) bool {
	return c.kind == None || c.kind == Ints && s.of(c.low, c.high) == nothing
}

// Select appends to sel the rows whose integers are in s, in order. Where at.Rows is nil,
// the first row is number first. The chunk has integers, or nothing.
func (c *Chunk) Select(sel []uint16, at Rows, first int, s Span) []uint16 {
	if c.Misses(s) {
		return sel
	}
	n := len(at.IDs)
	if at.Rows != nil {
		n = len(at.Rows)
	}
	from := len(sel)
	sel = room(sel, n)
	out := sel[from:]
	switch {
	case s.of(c.low, c.high) == everything:
		n = c.selectAll(out, at, first)
	case c.one != nil:
		n = selectInts(out, at, first, c.one, c.low, s)
	case c.two != nil:
		n = selectInts(out, at, first, c.two, c.low, s)
	case c.four != nil:
		n = selectInts(out, at, first, c.four, c.low, s)
	default:
		n = selectInts(out, at, first, c.eight, c.low, s)
	}
	if c.nulls != nil {
		n = c.present(out[:n], at, first)
	}
	return sel[:from+n]
}

// room returns sel with n more elements.
func room(sel []uint16, n int) []uint16 {
	if cap(sel) < len(sel)+n {
		sel = append(make([]uint16, 0, len(sel)+max(n, GroupNodes)), sel...)
	}
	return sel[:len(sel)+n]
}

// selectAll lists all rows.
func (c *Chunk) selectAll(out []uint16, at Rows, first int) int {
	if at.Rows != nil {
		return copy(out, at.Rows)
	}
	for i := range out {
		out[i] = uint16(first + i)
	}
	return len(out)
}

// selectInts lists the rows whose integers are in s. It is free of branches, which random data
// would mispredict: a row is always written, and kept by moving on.
func selectInts[T uint8 | uint16 | uint32 | uint64](out []uint16, at Rows, first int, data *[GroupNodes]T, low int64, s Span) int {
	n, from := 0, uint64(low)-uint64(s.Low)
	flip := bit(s.Out)
	if at.Rows == nil && at.Dense {
		base := at.base()
		data := data[base : base+len(out)]
		for i, x := range data {
			out[n] = uint16(first + i)
			n += bit(uint64(x)+from <= s.Width) ^ flip
		}
		return n
	}
	if at.Rows == nil {
		for i, id := range at.IDs {
			out[n] = uint16(first + i)
			n += bit(uint64(data[id&slotMask])+from <= s.Width) ^ flip
		}
		return n
	}
	for _, r := range at.Rows {
		out[n] = r
		n += bit(uint64(data[at.IDs[r]&slotMask])+from <= s.Width) ^ flip
	}
	return n
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// present keeps the rows whose nodes have a value.
func (c *Chunk) present(rows []uint16, at Rows, first int) int {
	if at.Rows != nil {
		first = 0
	}
	n := 0
	for _, r := range rows {
		rows[n] = r
		if !c.Null(at.IDs[int(r)-first]) {
			n++
		}
	}
	return n
}
