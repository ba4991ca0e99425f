package frame_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/durability/frame"
)

var sample = frame.Header{
	Length: 3, Kind: 1, Last: true, Part: 2, Index: 0x0102030405060708, Term: 9,
	Timeline: 10, Wall: -1, Synced: 0x40,
}

var place = frame.Place{Seed: 0xdeadbeef, Chain: 0x12345678, Offset: 0x80}

func TestLayout(t *testing.T) {
	raw, next := frame.Append(nil, place, sample, []byte("abc"))
	const want = "????????" + "????????" + "03000000" + "01" + "01" + "0200" +
		"0807060504030201" + "0900000000000000" + "0a000000" + "00000000" +
		"ffffffffffffffff" + "4000000000000000" + "616263" + "0000000000"
	got := []byte(hex.EncodeToString(raw))
	for i := range want {
		if i < len(got) && want[i] == '?' {
			got[i] = '?'
		}
	}
	if string(got) != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
	if got, want := binary.LittleEndian.Uint32(raw[0:]), headerCheck(raw, place); got != want {
		t.Errorf("header check %x, want %x", got, want)
	}
	if got, want := binary.LittleEndian.Uint32(raw[4:]), chain(raw, place); got != want || next.Chain != want {
		t.Errorf("chain %x, next %x, want %x", got, next.Chain, want)
	}
	if next.Offset != 0x80+64 || next.Seed != place.Seed {
		t.Errorf("next place %+v", next)
	}
}

func TestEveryBitCounts(t *testing.T) {
	raw, _ := frame.Append(nil, place, sample, []byte("abc"))
	for bit := range len(raw) * 8 {
		raw[bit/8] ^= 1 << (bit % 8)
		if _, _, _, err := frame.Decode(raw, place); err == nil {
			t.Errorf("bit %d changed and the frame was accepted", bit)
		}
		raw[bit/8] ^= 1 << (bit % 8)
	}
	for n := range raw {
		if _, _, _, err := frame.Decode(raw[:n], place); !errors.Is(err, frame.ErrShort) {
			t.Errorf("cut at %d: %v", n, err)
		}
	}
}

func TestPlaceCounts(t *testing.T) {
	raw, _ := frame.Append(nil, place, sample, []byte("abc"))
	for name, tc := range map[string]struct {
		at   frame.Place
		want error
	}{
		"seed":   {frame.Place{Seed: 1, Chain: place.Chain, Offset: place.Offset}, frame.ErrHeader},
		"offset": {frame.Place{Seed: place.Seed, Chain: place.Chain, Offset: 0x88}, frame.ErrHeader},
		"chain":  {frame.Place{Seed: place.Seed, Chain: 1, Offset: place.Offset}, frame.ErrChain},
	} {
		if _, _, _, err := frame.Decode(raw, tc.at); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
	if h, err := frame.ReadHeader(raw, frame.Place{Seed: place.Seed, Offset: place.Offset}); err != nil || h != sample {
		t.Errorf("a header cannot be read without the chain: %+v, %v", h, err)
	}
}

// TestRules gives headers that have a right checksum and break a rule.
func TestRules(t *testing.T) {
	for name, tc := range map[string]struct {
		at  int
		b   byte
		err error
	}{
		"length beyond the bound": {11, 0x02, frame.ErrRule},
		"unknown flag":            {13, 0x02, frame.ErrRule},
		"reserved bytes":          {36, 0x01, frame.ErrRule},
		"synced beyond itself":    {48, 0x88, frame.ErrRule},
		"any kind":                {12, 0xff, frame.ErrChain},
	} {
		raw, _ := frame.Append(nil, place, sample, []byte("abc"))
		raw[tc.at] = tc.b
		binary.LittleEndian.PutUint32(raw, headerCheck(raw, place))
		if _, _, _, err := frame.Decode(raw, place); !errors.Is(err, tc.err) {
			t.Errorf("%s: %v, want %v", name, err, tc.err)
		}
	}
	raw, _ := frame.Append(nil, place, sample, []byte("abc"))
	raw[60] = 1
	binary.LittleEndian.PutUint32(raw[4:], chain(raw, place))
	if _, _, _, err := frame.Decode(raw, place); !errors.Is(err, frame.ErrPadding) {
		t.Errorf("padding: %v", err)
	}
	if _, _, _, err := frame.Decode(make([]byte, 100), place); !errors.Is(err, frame.ErrEnd) {
		t.Errorf("zeros: %v", err)
	}
}

func TestChainsOfFrames(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		type item struct {
			header  frame.Header
			payload []byte
		}
		at := frame.Place{Seed: rapid.Uint32().Draw(rt, "seed"), Chain: rapid.Uint32().Draw(rt, "chain"), Offset: 64}
		start := at
		var items []item
		var raw []byte
		for range rapid.IntRange(1, 10).Draw(rt, "frames") {
			it := item{payload: rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(rt, "payload")}
			it.header = frame.Header{
				Length: uint32(len(it.payload)), Kind: frame.Kind(rapid.Byte().Draw(rt, "kind")),
				Last: rapid.Bool().Draw(rt, "last"), Part: rapid.Uint16().Draw(rt, "part"),
				Index: rapid.Uint64().Draw(rt, "index"), Term: rapid.Uint64().Draw(rt, "term"),
				Timeline: rapid.Uint32().Draw(rt, "timeline"), Wall: rapid.Int64().Draw(rt, "wall"),
				Synced: rapid.Uint64Range(0, uint64(at.Offset)).Draw(rt, "synced"),
			}
			items = append(items, it)
			raw, at = frame.Append(raw, at, it.header, it.payload)
		}
		if at.Offset != 64+int64(len(raw)) || at.Offset%frame.Align != 0 {
			rt.Fatalf("place %d after %d bytes", at.Offset, len(raw))
		}
		for i, it := range items {
			h, payload, next, err := frame.Decode(raw, start)
			if err != nil || h != it.header || !bytes.Equal(payload, it.payload) {
				rt.Fatalf("frame %d: %+v, %v", i, h, err)
			}
			raw, start = raw[h.Size():], next
		}
	})
}

func FuzzFrame(f *testing.F) {
	raw, next := frame.Append(nil, place, sample, []byte("abc"))
	f.Add(raw, place.Seed, place.Chain, place.Offset)
	raw, _ = frame.Append(raw, next, frame.Header{Kind: 200, Last: true}, bytes.Repeat([]byte{1}, 100))
	f.Add(raw, place.Seed, place.Chain, place.Offset)
	f.Add(make([]byte, 200), uint32(0), uint32(0), int64(0))
	f.Fuzz(func(t *testing.T, src []byte, seed, chain uint32, offset int64) {
		offset &= 1<<62 - frame.Align
		at := frame.Place{Seed: seed, Chain: chain, Offset: offset}
		// The mutator does not find checksums; the second run gives it right ones.
		for _, data := range [][]byte{src, withChecks(src, at)} {
			h, payload, next, err := frame.Decode(data, at)
			if err != nil {
				continue
			}
			again, place := frame.Append(nil, at, h, payload)
			if !bytes.Equal(again, data[:h.Size()]) || place != next {
				t.Fatalf("accepted %x, wrote %x", data[:h.Size()], again)
			}
		}
	})
}

// withChecks returns a copy with the checksums that a frame of its length would have.
func withChecks(src []byte, at frame.Place) []byte {
	raw := bytes.Clone(src)
	if len(raw) < frame.HeaderBytes {
		return raw
	}
	binary.LittleEndian.PutUint32(raw, headerCheck(raw, at))
	end := frame.Size(int(binary.LittleEndian.Uint32(raw[8:])))
	if end <= int64(len(raw)) {
		binary.LittleEndian.PutUint32(raw[4:], chain(raw[:end], at))
	}
	return raw
}

// headerCheck computes the first check of a frame by the letter of the format.
func headerCheck(raw []byte, at frame.Place) uint32 {
	begin := at.Seed ^ uint32(at.Offset&0xffffffff) ^ uint32(at.Offset>>32)
	return crc32.Update(begin, crc32.MakeTable(crc32.Castagnoli), raw[8:56])
}

// chain computes the second check of a frame by the letter of the format.
func chain(raw []byte, at frame.Place) uint32 {
	return crc32.Update(at.Chain, crc32.MakeTable(crc32.Castagnoli), raw[8:])
}

func BenchmarkAppend200(b *testing.B) {
	payload := make([]byte, 200)
	var buf []byte
	at := frame.Place{Offset: 64}
	b.SetBytes(frame.Size(200))
	for b.Loop() {
		buf, at = frame.Append(buf[:0], at, sample, payload)
	}
}
