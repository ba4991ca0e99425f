package codec_test

import (
	"encoding/binary"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/durability/codec"
)

// TestReaderUvarint compares Uvarint with that of encoding/binary, numbers that are longer than
// they need to be and such that are cut off included.
func TestReaderUvarint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b []byte
		for range rapid.IntRange(0, 5).Draw(t, "numbers") {
			bits := rapid.IntRange(0, 64).Draw(t, "bits")
			b = binary.AppendUvarint(b, rapid.Uint64().Draw(t, "number")>>bits)
		}
		b = append(b, rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 0x7f, 0x80, 0xff}), 0, 12).Draw(t, "further")...)
		r := codec.NewReader(b)
		for rest := b; len(rest) > 0; {
			want, n := binary.Uvarint(rest)
			got := r.Uvarint()
			if n <= 0 {
				if r.Err() == nil || got != 0 {
					t.Fatalf("%x: %d, %v", rest, got, r.Err())
				}
				return
			}
			if got != want || r.Err() != nil || r.Left() != len(rest)-n {
				t.Fatalf("%x: %d with %d left, %v; want %d, %d bytes", rest, got, r.Left(), r.Err(), want, n)
			}
			rest = rest[n:]
		}
	})
}
