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

// TestUnpack compares the two ways in which numbers are taken, and looks that nothing beside their
// place is written.
func TestUnpack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := packedReader{width: rapid.IntRange(1, 4).Draw(t, "width"), least: rapid.Uint32Range(0, 1<<31).Draw(t, "least")}
		n := rapid.IntRange(1, 70).Draw(t, "numbers")
		from := rapid.SliceOfN(rapid.ByteRange(0, 127), p.width*n, p.width*n+unpackBeyondMost).Draw(t, "bytes")
		const guard = 16
		space := make([]uint32, guard+n+guard)
		for i := range space {
			space[i] = 0xdeadbeef
		}
		dst := space[guard : guard+n : guard+n]
		narrow := make([]uint32, n)
		p.takeNarrow(narrow, from)
		if !unpack(dst, from, p.width, p.least) {
			copy(dst, narrow)
		}
		for i := range n {
			v := uint32(0)
			for at := range p.width {
				v |= uint32(from[i*p.width+at]) << (8 * at)
			}
			if want := p.least + v; dst[i] != want || narrow[i] != want {
				t.Fatalf("number %d of %d: %#x, narrow %#x, want %#x", i, n, dst[i], narrow[i], want)
			}
		}
		for i, v := range space {
			if (i < guard || i >= guard+n) && v != 0xdeadbeef {
				t.Fatalf("word %d of %d was written", i-guard, n)
			}
		}
	})
}

// unpackBeyondMost is more than what is read behind numbers.
const unpackBeyondMost = 40
