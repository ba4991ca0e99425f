package packstream

import "hash/maphash"

const (
	internSlots   = 16
	internSizeMax = 512
)

// Interner keeps the last few short strings of a connection, so that a query text or a
// parameter name which comes again costs no allocation. Its memory is bounded by
// internSlots strings of internSizeMax bytes. A nil Interner only copies.
type Interner struct {
	slots [internSlots]string
	seed  maphash.Seed
}

// NewInterner returns an empty Interner.
func NewInterner() *Interner { return &Interner{seed: maphash.MakeSeed()} }

// String returns b as a string that does not share its memory.
func (in *Interner) String(b []byte) string {
	if in == nil || len(b) == 0 || len(b) > internSizeMax {
		return string(b)
	}
	slot := &in.slots[maphash.Bytes(in.seed, b)%internSlots]
	if *slot != string(b) {
		*slot = string(b)
	}
	return *slot
}
