package codec

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"unsafe"
)

// Reader takes fields from the front of a byte slice. Its first failure stays: later
// calls return zero values, so that a caller checks Err once per record. Strings and
// byte slices refer into the slice, which must not be written to while they live.
type Reader struct {
	buf []byte
	off int
	err error
}

// NewReader returns a reader of buf.
func NewReader(buf []byte) Reader { return Reader{buf: buf} }

// Err returns the first failure.
func (r *Reader) Err() error { return r.err }

// Left returns how many bytes are left.
func (r *Reader) Left() int { return len(r.buf) - r.off }

// Rest returns what is left, without taking it.
func (r *Reader) Rest() []byte { return r.buf[r.off:] }

// Fail records a failure at the present place, unless there was one before.
func (r *Reader) Fail(reason string) {
	if r.err == nil {
		r.err = &DecodeError{Offset: r.off, Reason: reason}
	}
	r.off = len(r.buf)
}

// Byte takes one byte.
func (r *Reader) Byte() byte {
	if r.off >= len(r.buf) {
		r.Fail("ends too early")
		return 0
	}
	b := r.buf[r.off]
	r.off++
	return b
}

// Uvarint takes an unsigned varint.
func (r *Reader) Uvarint() uint64 {
	const tops = 0x8080808080808080
	b, off := r.buf, r.off
	if uint(off) < uint(len(b)) && b[off] < 0x80 {
		r.off = off + 1
		return uint64(b[off])
	}
	if len(b)-off >= 8 {
		w := binary.LittleEndian.Uint64(b[off:])
		if ends := ^w & tops; ends != 0 {
			size := bits.TrailingZeros64(ends) + 1 // in bits
			r.off = off + size/8
			return squeeze(w & (1<<size - 1))
		}
	}
	return r.longUvarint()
}

// squeeze returns the number of which w has seven bits in each byte.
func squeeze(w uint64) uint64 {
	w = w&0x007f007f007f007f | w>>1&0x3f803f803f803f80
	w = w&0x00003fff00003fff | w>>2&0x0fffc0000fffc000
	return w&0x000000000fffffff | w>>4&0x00fffffff0000000
}

// longUvarint is Uvarint for any number.
func (r *Reader) longUvarint() uint64 {
	v, n := binary.Uvarint(r.buf[r.off:])
	if n <= 0 {
		r.Fail("not a number")
		return 0
	}
	r.off += n
	return v
}

// Varint takes a signed varint.
func (r *Reader) Varint() int64 {
	u := r.Uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// Uint64 takes eight bytes, little endian.
func (r *Reader) Uint64() uint64 {
	if r.Left() < 8 {
		r.Fail("ends too early")
		return 0
	}
	v := binary.LittleEndian.Uint64(r.buf[r.off:])
	r.off += 8
	return v
}

// Count takes a number of things of which each needs at least width bytes, and fails
// where they cannot all be there.
func (r *Reader) Count(width int) int {
	n := r.Uvarint()
	if n > uint64(r.Left()/width) {
		r.Fail(fmt.Sprintf("count %d is larger than the %d bytes left", n, r.Left()))
		return 0
	}
	return int(n)
}

// Take takes n bytes.
func (r *Reader) Take(n int) []byte {
	if n < 0 || n > r.Left() {
		r.Fail("ends too early")
		return nil
	}
	b := r.buf[r.off : r.off+n : r.off+n]
	r.off += n
	return b
}

// Bytes takes a length and that many bytes.
func (r *Reader) Bytes() []byte { return r.Take(r.Count(1)) }

// String takes a length and that many bytes as a string.
func (r *Reader) String() string {
	b := r.Bytes()
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// End fails where bytes are left, and returns the first failure.
func (r *Reader) End() error {
	if r.err == nil && r.Left() > 0 {
		r.Fail(fmt.Sprintf("%d bytes left over", r.Left()))
	}
	return r.err
}
