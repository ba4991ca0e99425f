package codec

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Uvarints fills dst with unsigned varints, none above most.
func (r *Reader) Uvarints(dst []uint32, most uint64) error {
	b, off := r.buf, r.off
	for i := range dst {
		if off < len(b) && b[off] < 0x80 && uint64(b[off]) <= most {
			dst[i] = uint32(b[off])
			off++
			continue
		}
		v, n := uvarint(b[min(off, len(b)):])
		if n <= 0 || v > most {
			r.off = min(off, len(b))
			r.Fail(fmt.Sprintf("not a number, or larger than %d", most))
			return r.err
		}
		dst[i] = uint32(v)
		off += n
	}
	r.off = off
	return r.err
}

// Varints fills dst with signed varints.
func (r *Reader) Varints(dst []int64) error {
	b, off := r.buf, r.off
	for i := range dst {
		var u uint64
		if off < len(b) && b[off] < 0x80 {
			u = uint64(b[off])
			off++
		} else {
			v, n := uvarint(b[min(off, len(b)):])
			if n <= 0 {
				r.off = min(off, len(b))
				r.Fail("not a number")
				return r.err
			}
			u = v
			off += n
		}
		dst[i] = int64(u>>1) ^ -int64(u&1)
	}
	r.off = off
	return r.err
}

// uvarint is binary.Uvarint with a way without a loop for up to four bytes.
func uvarint(b []byte) (v uint64, n int) {
	if len(b) < 4 {
		return binary.Uvarint(b)
	}
	w := binary.LittleEndian.Uint32(b)
	stop := ^w & 0x80808080
	if stop == 0 {
		return binary.Uvarint(b)
	}
	last := bits.TrailingZeros32(stop) // the highest bit of the last byte
	w &= uint32(1)<<last - 1 | uint32(1)<<last
	return uint64(w&0x7f | w>>1&(0x7f<<7) | w>>2&(0x7f<<14) | w>>3&(0x7f<<21)), last/8 + 1
}
