package vfs

import (
	"errors"
	"io"
	"io/fs"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kernelReads is Reads by the asynchronous input of Linux (io_submit).
type kernelReads struct {
	f       *osFile
	fd      uint32
	context uintptr
	slots   []kernelRead
	free    []int // slots
	ended   []endedRead
	events  []ioEvent
}

// kernelRead is a read that is under way. The memory of slots never moves: the kernel knows it.
type kernelRead struct {
	control ioControl
	number  int
	p       []byte
	off     int64
}

// ioControl is struct iocb: what io_submit is given. What is not named here is 0, as the operation is that reads.
type ioControl struct {
	data    uint64 // comes back in the event
	_       uint64
	_       uint32
	fd      uint32
	address uint64
	bytes   uint64
	offset  int64
	_       [2]uint64
}

// ioEvent is struct io_event: what io_getevents returns.
type ioEvent struct {
	data   uint64
	_      uint64
	result int64
	_      int64
}

// reads returns reads that the system does on its own, nil where it does not.
func (f *osFile) reads(most int) Reads {
	if !f.direct.Load() {
		return nil
	}
	r := &kernelReads{f: f, fd: uint32(f.f.Fd()), slots: make([]kernelRead, most), events: make([]ioEvent, most)}
	if _, _, errno := unix.Syscall(unix.SYS_IO_SETUP, uintptr(most), uintptr(unsafe.Pointer(&r.context)), 0); errno != 0 {
		return nil // not allowed here, or the system has no more of them
	}
	for at := range most {
		r.free = append(r.free, at)
	}
	return r
}

// Begin implements Reads. A read that the system does not take is done at once.
func (r *kernelReads) Begin(number int, p []byte, off int64) {
	at := r.free[len(r.free)-1]
	s := &r.slots[at]
	s.number, s.p, s.off = number, p, off
	s.control = ioControl{
		data: uint64(at), fd: r.fd, offset: off,
		address: uint64(uintptr(unsafe.Pointer(unsafe.SliceData(p)))), bytes: uint64(len(p)),
	}
	list := [1]*ioControl{&s.control}
	done, _, _ := unix.Syscall(unix.SYS_IO_SUBMIT, r.context, 1, uintptr(unsafe.Pointer(&list)))
	if done == 1 {
		r.free = r.free[:len(r.free)-1]
		return
	}
	n, err := r.f.ReadAt(p, off)
	r.ended = append(r.ended, endedRead{number, n, err})
}

// Next implements Reads.
func (r *kernelReads) Next() (number, n int, err error) {
	if len(r.ended) == 0 {
		if err = r.wait(1); err != nil {
			return 0, 0, err
		}
	}
	e := r.ended[0]
	r.ended = r.ended[1:]
	return e.number, e.n, e.err
}

// wait takes what has ended, and waits for as many reads at least.
func (r *kernelReads) wait(least int) error {
	n := uintptr(0)
	err := retryInterrupted(func() error {
		var errno syscall.Errno
		n, _, errno = unix.Syscall6(unix.SYS_IO_GETEVENTS, r.context, uintptr(least), uintptr(len(r.events)),
			uintptr(unsafe.Pointer(unsafe.SliceData(r.events))), 0, 0)
		if errno != 0 {
			n = 0
			return errno
		}
		return nil
	})
	if err != nil {
		return &fs.PathError{Op: "io_getevents", Path: r.f.f.Name(), Err: err}
	}
	r.ended = r.ended[:0]
	for _, e := range r.events[:n] {
		at := int(e.data)
		r.ended = append(r.ended, r.end(&r.slots[at], e.result))
		r.free = append(r.free, at)
	}
	return nil
}

// end returns what ReadAt would have. It reads the rest of what the system has read in part, and
// reads again what may not be read directly.
func (r *kernelReads) end(s *kernelRead, result int64) endedRead {
	e := endedRead{number: s.number, n: int(max(result, 0))}
	switch {
	case result == int64(len(s.p)):
	case result >= 0 && result%DirectBytes != 0:
		e.err = io.EOF
	case result >= 0 || errors.Is(syscall.Errno(-result), syscall.EINVAL):
		var more int
		more, e.err = r.f.ReadAt(s.p[e.n:], s.off+int64(e.n))
		e.n += more
	default:
		e.err = &fs.PathError{Op: "read", Path: r.f.f.Name(), Err: syscall.Errno(-result)}
	}
	s.p = nil
	return e
}

// Close implements Reads.
func (r *kernelReads) Close() error {
	// It returns when nothing is under way any more.
	if _, _, errno := unix.Syscall(unix.SYS_IO_DESTROY, r.context, 0, 0); errno != 0 {
		return &fs.PathError{Op: "io_destroy", Path: r.f.f.Name(), Err: errno}
	}
	return nil
}
