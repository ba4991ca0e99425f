package packstream

import "hash/maphash"

const (
	internSlots   = 16 // pairs of two that a string can lie in
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
	pair := maphash.Bytes(in.seed, b) % (internSlots / 2) * 2
	last, other := &in.slots[pair], &in.slots[pair+1]
	if *last == string(b) {
		return *last
	}
	if *other == string(b) {
		*last, *other = *other, *last
		return *last
	}
	*last, *other = string(b), *last
	return *last
}
