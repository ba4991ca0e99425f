package snapshot

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"memgraphd/internal/durability/codec"
)

// packedHead is the bytes of a packed column before its numbers.
const packedHead = 9

// packedWidth returns how many bytes a number of a packed column takes.
func packedWidth(least, most uint32) int { return max(1, (bits.Len32(most-least)+7)/8) }

// appendPacked appends a column of at least one number.
func appendPacked(dst []byte, column []uint32) []byte {
	least, most := column[0], column[0]
	for _, v := range column {
		least, most = min(least, v), max(most, v)
	}
	width := packedWidth(least, most)
	dst = append(dst, byte(width))
	dst = binary.LittleEndian.AppendUint32(dst, least)
	dst = binary.LittleEndian.AppendUint32(dst, most)
	from := len(dst)
	const spare = 4 // a number of three bytes is stored as four, the last of which comes next
	dst = slices.Grow(dst, width*len(column)+spare)[:from+width*len(column)+spare]
	to := dst[from:]
	switch width {
	case 1:
		for i, v := range column {
			to[i] = byte(v - least)
		}
	case 2:
		for i, v := range column {
			binary.LittleEndian.PutUint16(to[2*i:], uint16(v-least))
		}
	case 3:
		put3(to, column, least)
	default:
		for i, v := range column {
			binary.LittleEndian.PutUint32(to[4*i:], v-least)
		}
	}
	return dst[:len(dst)-spare]
}

// packedReader gives the numbers of a packed column.
type packedReader struct {
	width       int
	least, most uint32
	data        []byte
}

// takePacked takes a packed column of a number of numbers.
func takePacked(r *codec.Reader, numbers uint32) packedReader {
	head := r.Take(packedHead)
	if head == nil {
		return packedReader{}
	}
	p := packedReader{
		width: int(head[0]), least: binary.LittleEndian.Uint32(head[1:]), most: binary.LittleEndian.Uint32(head[5:]),
	}
	if p.most < p.least || p.width != packedWidth(p.least, p.most) {
		r.Fail("bounds of a packed column that do not fit")
		return packedReader{}
	}
	p.data = r.Take(p.width * int(numbers))
	return p
}

// Next fills dst with the next numbers, which must be there. It implements storage.Column.
func (p *packedReader) Next(dst []uint32) {
	n := p.width * len(dst)
	from := p.data
	p.data = p.data[n:]
	if !unpack(dst, from, p.width, p.least) {
		p.takeNarrow(dst, from)
	}
}

// takeNarrow fills dst with numbers from the beginning of from, with ordinary registers.
//
// Numbers are taken and stored in pairs: memory that is written for the first time is what
// this waits for, and half the stores wait half as often. Where a number passes 32 bits, which
// it does in no good file, its neighbour is wrong too.
func (p *packedReader) takeNarrow(dst []uint32, from []byte) {
	n, twice := p.width*len(dst), uint64(p.least)<<32|uint64(p.least)
	switch p.width {
	case 1:
		for i, v := range from[:n] {
			dst[i] = p.least + uint32(v)
		}
	case 2:
		for ; len(dst) >= 2; dst, from = dst[2:], from[4:] {
			w := uint64(binary.LittleEndian.Uint32(from))
			putPair(dst, (w&0xffff|w<<16&(0xffff<<32))+twice)
		}
		if len(dst) > 0 {
			dst[0] = p.least + uint32(binary.LittleEndian.Uint16(from))
		}
	case 3:
		take3(dst, from, p.least)
	default:
		for ; len(dst) >= 2; dst, from = dst[2:], from[8:] {
			putPair(dst, binary.LittleEndian.Uint64(from)+twice)
		}
		if len(dst) > 0 {
			dst[0] = p.least + binary.LittleEndian.Uint32(from)
		}
	}
}

// putPair stores the low half of w and then the high half, with one store.
func putPair(dst []uint32, w uint64) {
	_ = dst[1]
	dst[0] = uint32(w)
	dst[1] = uint32(w >> 32)
}

// put3 stores numbers of three bytes, four at a time. to has some bytes more than they take.
func put3(to []byte, column []uint32, least uint32) {
	for len(column) >= 4 {
		a, b, c, d := column[0]-least, column[1]-least, column[2]-least, column[3]-least
		head := to[:12]
		binary.LittleEndian.PutUint64(head, uint64(a)|uint64(b)<<24|uint64(c)<<48)
		binary.LittleEndian.PutUint32(head[8:], c>>16|d<<8)
		to, column = to[12:], column[4:]
	}
	for i, v := range column {
		binary.LittleEndian.PutUint32(to[3*i:], v-least)
	}
}

// take3 reads numbers of three bytes, four at a time; from may have more.
func take3(dst []uint32, from []byte, least uint32) {
	const low, high, spare = 1<<24 - 1, (1<<24 - 1) << 32, 2 // bytes that are read beside those of four
	twice := uint64(least)<<32 | uint64(least)
	for len(dst) >= 4 && len(from) >= 12+spare {
		a, b := binary.LittleEndian.Uint64(from), binary.LittleEndian.Uint64(from[6:])
		putPair(dst, (a&low|a<<8&high)+twice)
		putPair(dst[2:], (b&low|b<<8&high)+twice)
		dst, from = dst[4:], from[12:]
	}
	for i := range dst {
		part := from[3*i : 3*i+3]
		dst[i] = least + (uint32(part[0]) | uint32(part[1])<<8 | uint32(part[2])<<16)
	}
}
