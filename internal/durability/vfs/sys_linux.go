package vfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// lockExclusive takes the lock that ends with the process, without waiting.
func lockExclusive(f *os.File) error {
	err := retryInterrupted(func() error {
		return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	})
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrLocked
	}
	return err
}

func syncData(f *os.File) error {
	return retryInterrupted(func() error { return unix.Fdatasync(int(f.Fd())) })
}

// reserve asks for space on disk; a file system that cannot is left to the writes.
func reserve(f *os.File, off, n int64) error {
	if n <= 0 {
		return nil
	}
	err := retryInterrupted(func() error { return unix.Fallocate(int(f.Fd()), 0, off, n) })
	if errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.ENOSYS) {
		return nil
	}
	return err
}

// writeBack starts and awaits the write of a range. It is no sync: the disk may keep what
// it got in a cache of its own, and the size of the file is not written.
func writeBack(f *os.File, off, n int64) error {
	err := retryInterrupted(func() error {
		return unix.SyncFileRange(int(f.Fd()), off, n,
			unix.SYNC_FILE_RANGE_WAIT_BEFORE|unix.SYNC_FILE_RANGE_WRITE|unix.SYNC_FILE_RANGE_WAIT_AFTER)
	})
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EOPNOTSUPP) {
		return nil
	}
	return err
}

func forget(f *os.File, off, n int64) error {
	return retryInterrupted(func() error { return unix.Fadvise(int(f.Fd()), off, n, unix.FADV_DONTNEED) })
}

func expect(f *os.File, off, n int64) {
	if err := unix.Fadvise(int(f.Fd()), off, n, unix.FADV_WILLNEED); err != nil {
		return // advice
	}
}

// setDirect lets reads and writes pass by the cache of the system.
func setDirect(f *os.File, on bool) error {
	flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0)
	if err != nil {
		return err
	}
	flags &^= unix.O_DIRECT
	if on {
		flags |= unix.O_DIRECT
	}
	_, err = unix.FcntlInt(f.Fd(), unix.F_SETFL, flags)
	return err
}

func freeSpace(dir string) (uint64, error) {
	var st unix.Statfs_t
	if err := retryInterrupted(func() error { return unix.Statfs(dir, &st) }); err != nil {
		return 0, err
	}
	return st.Bavail * uint64(st.Bsize), nil
}

// renameExclusive renames and replaces nothing, or fails with errors.ErrUnsupported.
func renameExclusive(oldName, newName string) error {
	err := retryInterrupted(func() error {
		return unix.Renameat2(unix.AT_FDCWD, oldName, unix.AT_FDCWD, newName, unix.RENAME_NOREPLACE)
	})
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) {
		err = errors.ErrUnsupported
	}
	if err != nil {
		return &os.LinkError{Op: "rename", Old: oldName, New: newName, Err: err}
	}
	return nil
}

// fileID names device and inode.
func fileID(info fs.FileInfo) string {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%x:%x", st.Dev, st.Ino)
}

// retryInterrupted repeats a call that a signal cut short before it did anything.
func retryInterrupted(call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
