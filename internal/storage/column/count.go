package column

// Counts are how often each of Width integers from Low on was met.
type Counts struct {
	Low   int64
	Width int
	// Two neighbours that are the same go to different places, which need not wait for each
	// other.
	even, odd [countWidth]uint32
}

// countWidth is how far apart integers are that can be counted: what has one byte.
const countWidth = 256

// Of returns how often the integer Low + i was met.
func (c *Counts) Of(i int) uint32 { return c.even[i] + c.odd[i] }

// Count counts the integers of some rows, of which there is one at least and none without a
// value. It reports whether it could: whether they are near to each other.
func (c *Chunk) Count(into *Counts, at Rows) bool {
	if c.kind != Ints || c.one == nil {
		return false
	}
	into.Low, into.Width = c.low, int(c.high-c.low)+1
	clear(into.even[:into.Width])
	clear(into.odd[:into.Width])
	switch {
	case at.Dense && at.Rows == nil:
		into.addAll(c.one[at.base():][:len(at.IDs)])
	case at.Dense:
		base := at.base()
		rows := at.Rows
		for ; len(rows) >= 2; rows = rows[2:] {
			into.even[c.one[(base+int(rows[0]))&slotMask]]++
			into.odd[c.one[(base+int(rows[1]))&slotMask]]++
		}
		for _, r := range rows {
			into.even[c.one[(base+int(r))&slotMask]]++
		}
	case at.Rows == nil:
		for _, id := range at.IDs {
			into.even[c.one[id&slotMask]]++
		}
	default:
		for _, r := range at.Rows {
			into.even[c.one[at.IDs[r]&slotMask]]++
		}
	}
	return true
}

// addAll counts integers that stand one after the other.
func (c *Counts) addAll(of []uint8) {
	for ; len(of) >= 4; of = of[4:] {
		c.even[of[0]]++
		c.odd[of[1]]++
		c.even[of[2]]++
		c.odd[of[3]]++
	}
	for _, x := range of {
		c.even[x]++
	}
}
