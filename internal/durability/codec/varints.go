package codec

import (
	"encoding/binary"
	"fmt"
)

// Uvarints fills dst with unsigned varints, none above most.
func (r *Reader) Uvarints(dst []uint32, most uint64) error {
	b, off := r.buf, r.off
	for i := range dst {
		var v uint64
		if off < len(b) && b[off] < 0x80 {
			v = uint64(b[off])
			off++
		} else if v, off = uvarint(b, off); off < 0 {
			r.Fail("not a number")
			return r.err
		}
		if v > most {
			r.Fail(fmt.Sprintf("%d is larger than %d", v, most))
			return r.err
		}
		dst[i] = uint32(v)
	}
	r.off = off
	return r.err
}

// Varints fills dst with signed varints.
func (r *Reader) Varints(dst []int64) error {
	b, off := r.buf, r.off
	for i := range dst {
		var u uint64
		if off+4 > len(b) {
			if u, off = uvarint(b, off); off < 0 {
				r.Fail("not a number")
				return r.err
			}
			dst[i] = int64(u>>1) ^ -int64(u&1)
			continue
		}
		w := binary.LittleEndian.Uint32(b[off:])
		switch {
		case w&0x80 == 0:
			u = uint64(w & 0x7f)
			off++
		case w&0x8000 == 0:
			u = uint64(w&0x7f | w>>1&(0x7f<<7))
			off += 2
		case w&0x800000 == 0:
			u = uint64(w&0x7f | w>>1&(0x7f<<7) | w>>2&(0x7f<<14))
			off += 3
		default:
			if u, off = uvarint(b, off); off < 0 {
				r.Fail("not a number")
				return r.err
			}
		}
		dst[i] = int64(u>>1) ^ -int64(u&1)
	}
	r.off = off
	return r.err
}

// uvarint reads the number at off and returns where the next one is, -1 where there is none.
func uvarint(b []byte, off int) (v uint64, next int) {
	v, n := binary.Uvarint(b[min(off, len(b)):])
	if n <= 0 {
		return 0, -1
	}
	return v, off + n
}
