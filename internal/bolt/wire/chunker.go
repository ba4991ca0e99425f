package wire

import "slices"

const chunkMax = 65_535

// Begin reserves the header of a message at the end of dst. The caller appends the
// message and passes mark to End.
func Begin(dst []byte) (out []byte, mark int) {
	return append(dst, 0, 0), len(dst)
}

// End completes the message that Begin began at mark: it writes the header, cuts what is
// longer than one chunk, and appends the end.
func End(dst []byte, mark int) []byte {
	size := len(dst) - mark - 2
	if size > chunkMax {
		dst = split(dst, mark+2, size)
	} else {
		dst[mark], dst[mark+1] = byte(size>>8), byte(size)
	}
	return append(dst, 0, 0)
}

// Noop appends an empty chunk, which tells a waiting client that the server lives.
func Noop(dst []byte) []byte { return append(dst, 0, 0) }

// split makes room for the headers of all chunks after the first, last chunk first. The
// size bytes of the message begin at from.
func split(dst []byte, from, size int) []byte {
	more := (size - 1) / chunkMax
	dst = slices.Grow(dst, 2*more)[:len(dst)+2*more]
	for i := more; i >= 0; i-- {
		begin := from + i*chunkMax
		n := min(chunkMax, from+size-begin)
		to := begin + 2*i
		copy(dst[to:to+n], dst[begin:begin+n])
		dst[to-2], dst[to-1] = byte(n>>8), byte(n)
	}
	return dst
}
