package vfs

// advised is a File whose system takes advice about its cache.
type advised interface {
	writeBack(off, n int64) error
	forget(off, n int64) error
}

// WriteBack sends what was written to a range of a file to the disk and waits for it, so
// that a later Sync finds little to do and does not delay other files. It makes nothing
// durable. An error means that data was lost, as one of Sync does; a file system without
// the like does nothing.
func WriteBack(f File, off, n int64) error {
	if a, ok := f.(advised); ok {
		return a.writeBack(off, n)
	}
	return nil
}

// Forget drops a range of a file that was synced from the cache of the system, so that
// it is read from the disk the next time, and the memory is free for others. It is advice:
// a file system may not follow it.
func Forget(f File, off, n int64) error {
	if a, ok := f.(advised); ok {
		return a.forget(off, n)
	}
	return nil
}

// Expect tells the system that a range of a file will be read soon, so that the disk works
// while others still compute. It is advice: nothing is read for the caller, and a file system
// may not follow it.
func Expect(f File, off, n int64) {
	if a, ok := f.(interface{ expect(off, n int64) }); ok {
		a.expect(off, n)
	}
}
