package wal

import (
	"errors"
	"io"
	"slices"

	"memgraphd/internal/durability/vfs"
)

// windowBytes is how much is read with one call.
const windowBytes = 256 << 10

// window reads a file forwards through a buffer that never grows beyond what is asked
// for at one place or what the file has left.
type window struct {
	file  vfs.File
	size  int64
	buf   []byte
	start int64 // offset of buf[0]
}

func newWindow(f vfs.File) (*window, error) {
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	return &window{file: f, size: size}, nil
}

// at returns n bytes from an offset, or fewer where the file ends. They are valid until
// the next call.
func (w *window) at(off int64, n int) ([]byte, error) {
	n = int(max(0, min(int64(n), w.size-off)))
	if off >= w.start && off+int64(n) <= w.start+int64(len(w.buf)) {
		return w.buf[off-w.start:][:n], nil
	}
	want := int(min(int64(max(n, windowBytes)), w.size-off))
	if cap(w.buf) < want {
		w.buf = make([]byte, want)
	}
	w.buf = w.buf[:want]
	w.start = off
	got, err := w.file.ReadAt(w.buf, off)
	if got < want {
		w.buf = w.buf[:0]
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return w.buf[:n], nil
}

// lastNonZero returns the offset after the last byte from off that is not zero, and off
// where all are.
func (w *window) lastNonZero(off int64) (int64, error) {
	end := off
	for at := off; at < w.size; {
		part, err := w.at(at, windowBytes)
		if err != nil {
			return 0, err
		}
		for i, b := range slices.Backward(part) {
			if b != 0 {
				end = at + int64(i) + 1
				break
			}
		}
		at += int64(len(part))
	}
	return end, nil
}
