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
	if s, ok := in.known(b); ok {
		return s
	}
	return in.keep(b)
}

// known returns b as a string if it is kept.
func (in *Interner) known(b []byte) (string, bool) {
	if in == nil || len(b) == 0 || len(b) > internSizeMax {
		return "", false
	}
	last, other := in.pair(b)
	if *last == string(b) {
		return *last, true
	}
	if *other == string(b) {
		*last, *other = *other, *last
		return *last, true
	}
	return "", false
}

// keep returns b, which is not known, as a string, and keeps it.
func (in *Interner) keep(b []byte) string {
	s := string(b)
	if in != nil && len(b) > 0 && len(b) <= internSizeMax {
		last, other := in.pair(b)
		*last, *other = s, *last
	}
	return s
}

// pair returns the places that b can lie in, the one that was used last first.
func (in *Interner) pair(b []byte) (last, other *string) {
	at := maphash.Bytes(in.seed, b) % (internSlots / 2) * 2
	return &in.slots[at], &in.slots[at+1]
}
