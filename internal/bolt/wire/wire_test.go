package wire

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
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
	f("00000305 00000405", "5.3")                     // the client's order counts
	f("00040405 00020404 00000104 00000003", "5.4")   // JavaScript 5.15
	f("000001FF 00080805 00020404 00000003", "255.1") // of today: the manifest
	f("00080805 00020404 00000003", "5.8")
	f("00060605 00020404 00000104 00000003", "5.6") // .NET 5.25
	f("00070705 00020404 00000104 00000003", "5.7") // Go 5.25
	f("00000404 00000304 00000104 00000001", "4.4") // mgclient
	f("00000304 00000104 00000001", "4.3")
	f("00000005 00020404 00000104 00000003", "5.0") // JavaScript 5.0
	f("00020404 00000104 00000004 00000003", "4.4") // JavaScript 4.4
	f("00010304 00000204 00000104 00000003", "4.3") // JavaScript 4.3
	f("00000204 00000104", "4.2")
	f("00000104 00000003", "4.1")
	f("00000003 00000002 00000001", "none")
	f("00000505", "none") // 5.5 is never chosen
	f("00010505", "5.4")  // but a range goes on below it
	f("00000905", "none")
	f("00030805", "5.8")
	f("00030905", "5.8")
	f("000101FF 00000405", "5.4") // the manifest has no range
	f("000002FF 00000405", "5.4") // and a later one is not known
	f("00FF0205", "5.2")          // a range longer than the minor
	f("00000006", "none")         // only by the manifest
	f("00010106 00000104", "4.1")
	f("01000405", "none") // the first byte is reserved
	f("00000000", "none")
	f("00000001 00000002 00000003 00000404", "4.4")
}

// TestManifest holds the list of versions and what a client may answer.
func TestManifest(t *testing.T) {
	want := "\x00\x00\x01\xFF" + "\x04" + "\x00\x00\x00\x06" + "\x00\x02\x08\x05" + "\x00\x04\x04\x05" + "\x00\x03\x04\x04" + "\x00"
	if got := AppendManifest(nil, Supported()); string(got) != want {
		t.Errorf("% X\n% X", got, want)
	}
	if got := AppendManifest(nil, []Version{V58}); string(got) != "\x00\x00\x01\xFF\x01\x00\x00\x08\x05\x00" {
		t.Errorf("% X", got)
	}
	for b, want := range map[string]string{
		"":                                              "incomplete",
		"\x00\x00\x08":                                  "incomplete",
		"\x00\x00\x08\x05":                              "incomplete",
		"\x00\x00\x08\x05\x80\x80\x80\x80\x80":          "incomplete",
		"\x00\x00\x08\x05\x00":                          "5.8 in 5",
		"\x00\x00\x08\x05\x80\x00":                      "5.8 in 6", // longer than it need be
		"\x00\x00\x00\x06\x00\x00\x04":                  "6.0 in 5", // the first message follows
		"\x00\x00\x01\x06\x00":                          "refused",
		"\x00\x00\x05\x05\x00":                          "refused",
		"\x00\x01\x08\x05\x00":                          "refused", // a range is no choice
		"\x00\x00\x08\x05\x01":                          "refused", // no capability was offered
		"\x00\x00\x08\x05\xFF\xFF\xFF\x7F":              "refused",
		"\x00\x00\x08\x05" + strings.Repeat("\xFF", 10): "refused",
		"\x00\x00\x08\x05" + strings.Repeat("\x80", 99): "refused",
	} {
		v, n, err := Choice([]byte(b), Supported())
		got := fmt.Sprintf("%s in %d", v, n)
		switch {
		case errors.Is(err, ErrChoiceIncomplete):
			got = "incomplete"
		case err != nil:
			got = "refused"
		}
		if got != want {
			t.Errorf("% X: %s, want %s", b, got, want)
		}
	}
}

// FuzzChoice reads what may follow a manifest.
func FuzzChoice(f *testing.F) {
	f.Add([]byte("\x00\x00\x08\x05\x00"))
	f.Add([]byte("\x00\x00\x00\x06\x80\x80\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, n, err := Choice(b, Supported())
		switch {
		case err == nil && (n < 5 || n > ChoiceMax || n > len(b) || !slices.Contains(Supported(), v)):
			t.Errorf("% X: %s in %d", b, v, n)
		case errors.Is(err, ErrChoiceIncomplete) && len(b) >= ChoiceMax:
			t.Errorf("% X is said to be incomplete", b)
		}
	})
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
