package batch

import (
	"unsafe"

	"memgraphd/internal/storage/value"
)

// recent remembers the groups of texts by where the texts stand in memory: those of a column
// come again and again as the very same string. What it holds stays where it is.
type recent struct {
	texts  [recentTexts]string
	groups [recentTexts]uint32
	misses int // texts that were not there, less those that were
}

const (
	recentTexts = 512
	missesMax   = 4096 // from here on it is not worth looking
)

// place returns where a text would be remembered.
func place(text string) uintptr {
	at := uintptr(unsafe.Pointer(unsafe.StringData(text)))
	return (at ^ at>>9 + uintptr(len(text))) % recentTexts
}

// same reports whether two texts are one string in memory.
func same(a, b string) bool {
	return len(a) == len(b) && unsafe.StringData(a) == unsafe.StringData(b)
}

// assignTexts is Assign for a single column of texts.
func (g *Groups) assignTexts(dst []uint32, in *Batch, k *Vector) []uint32 {
	if g.recent == nil {
		g.recent = &recent{}
	}
	r := g.recent
	column := [1]*Vector{k}
	for i := range in.Rows() {
		row := in.Row(i)
		if k.Nulls.Has(row) {
			dst = append(dst, g.find(value.Combine(0, value.Hash(value.Null)), column[:], row, insert))
			continue
		}
		text := k.Strings[row]
		at := place(text)
		if len(text) > 0 && same(r.texts[at], text) {
			dst = append(dst, r.groups[at])
			r.misses--
			continue
		}
		group := g.find(value.Combine(0, value.Hash(value.String(text))), column[:], row, insert)
		dst = append(dst, group)
		if r.misses++; r.misses < missesMax {
			r.texts[at], r.groups[at] = text, group
		}
	}
	r.misses = max(r.misses, 0)
	return dst
}
