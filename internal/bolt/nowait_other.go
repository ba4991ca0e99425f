//go:build !linux

package bolt

import (
	"errors"
	"syscall"
)

// readNow reads without waiting; EAGAIN tells that there is nothing.
func readNow(fd uintptr, buf []byte) (int, syscall.Errno) {
	return uninterrupted(func() (int, error) { return syscall.Read(int(fd), buf) })
}

// writeNow writes what there is room for without waiting.
func writeNow(fd uintptr, buf []byte) (int, syscall.Errno) {
	return uninterrupted(func() (int, error) { return syscall.Write(int(fd), buf) })
}

// endedNow reports whether a read would find the end of the stream, or an error.
func endedNow(fd uintptr) bool {
	var first [1]byte
	n, errno := uninterrupted(func() (int, error) {
		n, _, err := syscall.Recvfrom(int(fd), first[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		return n, err
	})
	return errno == 0 && n == 0 || errno != 0 && errno != syscall.EAGAIN
}

// uninterrupted repeats a system call that a signal interrupts.
func uninterrupted(call func() (int, error)) (int, syscall.Errno) {
	for {
		n, err := call()
		if errno, ok := errors.AsType[syscall.Errno](err); ok {
			if errno == syscall.EINTR {
				continue
			}
			return 0, errno
		}
		return n, 0
	}
}
