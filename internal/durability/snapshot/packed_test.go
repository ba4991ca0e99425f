package snapshot

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/durability/codec"
)

// TestPackedColumns packs columns of every width and takes them in parts.
func TestPackedColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.SampledFrom([]uint32{0, 255, 256, 65_535, 65_536, 1<<24 - 1, 1 << 24, 1<<32 - 1}).Draw(t, "most")
		least := rapid.Uint32Range(0, 1<<32-1-most).Draw(t, "least")
		column := rapid.SliceOfN(rapid.Uint32Range(least, least+most), 1, 30).Draw(t, "column")
		before := []byte{7}
		packed := appendPacked(before, column)
		r := codec.NewReader(append(packed, 9)[1:])
		p := takePacked(&r, uint32(len(column)))
		if r.Err() != nil || r.Left() != 1 || p.least != slices.Min(column) || p.most != slices.Max(column) {
			t.Fatalf("%+v, %v", p, r.Err())
		}
		var got []uint32
		for len(got) < len(column) {
			part := make([]uint32, rapid.IntRange(0, len(column)-len(got)).Draw(t, "part"))
			p.Next(part)
			got = append(got, part...)
		}
		if !slices.Equal(got, column) || len(p.data) != 0 {
			t.Fatalf("got %v, want %v", got, column)
		}
	})
}
