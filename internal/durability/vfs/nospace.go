package vfs

import (
	"errors"
	"syscall"
)

// NoSpace reports whether an error says that the disk, or what its user may have of it,
// is used up. Unlike other errors of a disk it goes away when space is given back.
func NoSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
