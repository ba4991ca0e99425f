package arena

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// adviseHuge asks for 2 MiB pages. It is a hint: a refusal costs time only.
func adviseHuge(words []uint64) { advise(words, unix.MADV_HUGEPAGE) }

// adviseSmall takes adviseHuge back for what is touched from now on.
func adviseSmall(words []uint64) { advise(words, unix.MADV_NOHUGEPAGE) }

// adviseUnused gives the memory back to the system until it is written again. What was in
// it is lost.
func adviseUnused(words []uint64) { advise(words, unix.MADV_DONTNEED) }

// advise applies to the whole system pages within words.
func advise(words []uint64, advice int) {
	const systemPage = 4096
	base := uintptr(unsafe.Pointer(unsafe.SliceData(words)))
	skip := (systemPage - base%systemPage) % systemPage
	size := (uintptr(len(words))*8 - min(skip, uintptr(len(words))*8)) / systemPage * systemPage
	if size == 0 {
		return
	}
	inner := unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(words)), skip)), size)
	if err := unix.Madvise(inner, advice); err != nil {
		return // a hint
	}
}
