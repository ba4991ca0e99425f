package wire

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNegotiate(t *testing.T) {
	f := func(offer, want string) {
		t.Helper()
		raw, err := hex.DecodeString(strings.ReplaceAll(offer, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		v, ok := Negotiate(append(raw, make([]byte, 16-len(raw))...), Supported())
		got := "none"
		if ok {
			got = v.String()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", offer, got, want)
		}
	}
	f("00000405", "5.4")
	f("00000305 00000405", "5.3")                   // the client's order counts
	f("00040405 00020404 00000104 00000003", "5.4") // JavaScript 5.15
	f("000001FF 00080805 00020404 00000003", "5.4") // of today, with the manifest first
	f("00060605 00020404 00000104 00000003", "5.4") // .NET 5.25
	f("00000005 00020404 00000104 00000003", "5.0") // JavaScript 5.0
	f("00020404 00000104 00000004 00000003", "4.4") // JavaScript 4.4
	f("00010304 00000204 00000104 00000003", "none")
	f("00000505", "none") // 5.5 is never chosen
	f("00010505", "5.4")  // but a range goes on below it
	f("00000605", "none")
	f("00030805", "none")
	f("00040805", "5.4")
	f("00FF0205", "5.2") // a range longer than the minor
	f("00000006", "none")
	f("01000405", "none") // the first byte is reserved
	f("00000000", "none")
	f("00000001 00000002 00000003 00000404", "4.4")
}

func TestVersionOrder(t *testing.T) {
	all := Supported()
	for i, v := range all {
		if v == (Version{5, 5}) {
			t.Error("5.5 is flawed")
		}
		if i > 0 && all[i-1].Compare(v) <= 0 {
			t.Errorf("%s comes before %s", all[i-1], v)
		}
		if Answer(v) != [4]byte{0, 0, v.Minor, v.Major} {
			t.Errorf("% X", Answer(v))
		}
	}
}

func TestSniff(t *testing.T) {
	for first, want := range map[byte]Protocol{0x60: ProtocolBolt, 0x16: ProtocolTLS, 'G': ProtocolHTTP, 'P': ProtocolHTTP, 0: ProtocolUnknown, 'g': ProtocolUnknown} {
		if got := Sniff(first); got != want {
			t.Errorf("%02X: %v", first, got)
		}
	}
	for _, b := range []string{"", "\x60\x60\xB0", "\x60\x60\xB0\x18", "\x60\x60\xB0\x17"} {
		if IsMagic([]byte(b)) != (b == "\x60\x60\xB0\x17") {
			t.Errorf("% X", b)
		}
	}
}

// collect feeds a stream in pieces and returns the messages.
func collect(stream []byte, pieces []int, limit int) ([][]byte, error) {
	var d Dechunker
	var out [][]byte
	for i := 0; len(stream) > 0; i++ {
		n := len(stream)
		if i < len(pieces) {
			n = min(n, pieces[i])
		}
		input := bytes.Clone(stream[:n])
		for {
			msg, rest, _, err := d.Next(input, limit)
			if err != nil {
				return out, err
			}
			if msg == nil {
				break
			}
			out = append(out, bytes.Clone(msg))
			input = rest
		}
		clear(input)
		stream = stream[n:]
	}
	return out, nil
}

// TestChunks cuts messages anywhere, puts NOOPs between them, and joins them again.
func TestChunks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stream []byte
		var want [][]byte
		for range rapid.IntRange(1, 6).Draw(t, "messages") {
			size := rapid.OneOf(rapid.IntRange(1, 40), rapid.SampledFrom([]int{65534, 65535, 65536, 131070, 131071, 200_000})).Draw(t, "size")
			body := make([]byte, size)
			for i := range body {
				body[i] = byte(i*7 + size)
			}
			want = append(want, body)
			for range rapid.IntRange(0, 2).Draw(t, "noops") {
				stream = Noop(stream)
			}
			if rapid.Bool().Draw(t, "server's cut") {
				var mark int
				stream, mark = Begin(stream)
				stream = End(append(stream, body...), mark)
				continue
			}
			for len(body) > 0 {
				n := min(len(body), rapid.IntRange(1, 65535).Draw(t, "chunk"))
				stream = append(append(stream, byte(n>>8), byte(n)), body[:n]...)
				body = body[n:]
			}
			stream = append(stream, 0, 0)
		}
		pieces := rapid.SliceOfN(rapid.OneOf(rapid.IntRange(1, 5), rapid.IntRange(1, 70_000)), 0, 60).Draw(t, "pieces")
		got, err := collect(stream, pieces, 1<<20)
		if err != nil || len(got) != len(want) {
			t.Fatalf("%d of %d messages: %v", len(got), len(want), err)
		}
		for i := range want {
			if !bytes.Equal(got[i], want[i]) {
				t.Fatalf("message %d of %d bytes came as %d bytes", i, len(want[i]), len(got[i]))
			}
		}
	})
}

func TestSizeLimit(t *testing.T) {
	message := func(n int) []byte {
		stream, mark := Begin(nil)
		return End(append(stream, make([]byte, n)...), mark)
	}
	for n, ok := range map[int]bool{100: true, 101: false, 70_000: false} {
		for _, pieces := range [][]int{nil, {1, 1, 1, 1, 1, 50}} {
			_, err := collect(message(n), pieces, 100)
			var size *SizeError
			if ok != (err == nil) || !ok && !errors.As(err, &size) {
				t.Errorf("%d bytes: %v", n, err)
			}
		}
	}
	// A limit is noticed from the header of the chunk, before its bytes are kept.
	var d Dechunker
	if _, _, _, err := d.Next([]byte{0xFF, 0xFF, 1}, 100); err == nil || d.Partial() != 0 {
		t.Error("a chunk that is too large was begun")
	}
}

// TestGrowth holds the memory of an incomplete message near what has arrived.
func TestGrowth(t *testing.T) {
	var d Dechunker
	piece := make([]byte, 1000)
	for arrived := 0; arrived < 4<<20; {
		if _, _, _, err := d.Next([]byte{3, 232}, 8<<20); err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := d.Next(piece, 8<<20); err != nil {
			t.Fatal(err)
		}
		if arrived += 1000; cap(d.part) > 2*arrived+growth {
			t.Fatalf("%d bytes are held for %d", cap(d.part), arrived)
		}
	}
}

func FuzzDechunk(f *testing.F) {
	f.Add([]byte("\x00\x02\xB0\x0F\x00\x00"), uint8(1))
	f.Add([]byte("\x00\x00\x00\x01a\x00\x01b\x00\x00"), uint8(3))
	f.Add([]byte("\xFF\xFF\xFF"), uint8(2))
	f.Fuzz(func(t *testing.T, stream []byte, step uint8) {
		whole, err1 := collect(stream, nil, 200)
		pieces := make([]int, len(stream))
		for i := range pieces {
			pieces[i] = int(step%7) + 1
		}
		cut, err2 := collect(stream, pieces, 200)
		if len(whole) != len(cut) || (err1 == nil) != (err2 == nil) {
			t.Fatalf("%d messages and %v in one piece, %d and %v in many", len(whole), err1, len(cut), err2)
		}
		for i := range whole {
			if !bytes.Equal(whole[i], cut[i]) || len(whole[i]) == 0 || len(whole[i]) > 200 {
				t.Fatalf("message %d: % X and % X", i, whole[i], cut[i])
			}
		}
	})
}
