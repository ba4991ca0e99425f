package bolt

import (
	"syscall"
	"unsafe"
)

// readNow and writeNow make a system call on a socket that never waits, so the scheduler, which
// would have to be told twice, is not told of it. They are the calls of sockets, which are quicker than those
// of all files.

// readNow reads without waiting; EAGAIN tells that there is nothing. buf is not empty.
func readNow(fd uintptr, buf []byte) (int, syscall.Errno) {
	for {
		n, _, errno := syscall.RawSyscall6(syscall.SYS_RECVFROM, fd, uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf)), syscall.MSG_DONTWAIT, 0, 0)
		if errno != syscall.EINTR {
			return int(n), errno
		}
	}
}

// writeNow writes what there is room for without waiting. buf is not empty.
func writeNow(fd uintptr, buf []byte) (int, syscall.Errno) {
	const flags = syscall.MSG_DONTWAIT | syscall.MSG_NOSIGNAL
	for {
		n, _, errno := syscall.RawSyscall6(syscall.SYS_SENDTO, fd, uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf)), flags, 0, 0)
		if errno != syscall.EINTR {
			return int(n), errno
		}
	}
}

// endedNow reports whether a read would find the end of the stream, or an error.
func endedNow(fd uintptr) bool {
	const peek = syscall.MSG_PEEK | syscall.MSG_DONTWAIT
	var first [1]byte
	n, _, errno := syscall.RawSyscall6(syscall.SYS_RECVFROM, fd, uintptr(unsafe.Pointer(&first[0])), 1, peek, 0, 0)
	return errno == 0 && n == 0 || errno != 0 && errno != syscall.EAGAIN && errno != syscall.EINTR
}
