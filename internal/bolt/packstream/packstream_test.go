package packstream

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
	"memgraphd/internal/storage/value/valuetest"
)

var generous = Limits{Depth: 100, Elements: 1 << 20}

func decode(data []byte, limits Limits) (value.Value, error) {
	var d Decoder
	d.Reset(data, limits)
	v, err := d.Value()
	if err != nil {
		return v, err
	}
	return v, d.End()
}

// TestMarkers holds every form at the borders of its sizes.
func TestMarkers(t *testing.T) {
	f := func(v value.Value, want string) {
		t.Helper()
		data := Append(nil, v)
		got := strings.ToUpper(hex.EncodeToString(data))
		if len(want) < 40 && got != want || !strings.HasPrefix(got, want) {
			t.Errorf("%v is %.60s, want %.60s", v.Kind(), got, want)
		}
		back, err := decode(data, generous)
		if err != nil || !value.Same(back, v) || back.Kind() != v.Kind() {
			t.Errorf("%.60s came back as %v: %v", got, back.Kind(), err)
		}
	}
	f(value.Null, "C0")
	f(value.False, "C2")
	f(value.True, "C3")
	f(value.Float(1.1), "C13FF199999999999A")
	f(value.Float(math.Inf(-1)), "C1FFF0000000000000")
	f(value.Int(0), "00")
	f(value.Int(127), "7F")
	f(value.Int(128), "C90080")
	f(value.Int(-16), "F0")
	f(value.Int(-17), "C8EF")
	f(value.Int(-128), "C880")
	f(value.Int(-129), "C9FF7F")
	f(value.Int(32767), "C97FFF")
	f(value.Int(32768), "CA00008000")
	f(value.Int(-32768), "C98000")
	f(value.Int(-32769), "CAFFFF7FFF")
	f(value.Int(math.MaxInt32), "CA7FFFFFFF")
	f(value.Int(math.MaxInt32+1), "CB0000000080000000")
	f(value.Int(math.MinInt32), "CA80000000")
	f(value.Int(math.MinInt32-1), "CBFFFFFFFF7FFFFFFF")
	f(value.Int(math.MinInt64), "CB8000000000000000")
	f(value.Int(math.MaxInt64), "CB7FFFFFFFFFFFFFFF")
	for _, size := range []struct {
		n                          int
		text, bytes, list, entries string
	}{
		{0, "80", "CC00", "90", "A0"},
		{15, "8F", "CC0F", "9F", "AF"},
		{16, "D010", "CC10", "D410", "D810"},
		{255, "D0FF", "CCFF", "D4FF", "D8FF"},
		{256, "D10100", "CD0100", "D50100", "D90100"},
		{65535, "D1FFFF", "CDFFFF", "D5FFFF", "D9FFFF"},
		{65536, "D200010000", "CE00010000", "D600010000", "DA00010000"},
	} {
		long := func(v value.Value, want string) {
			t.Helper()
			data := Append(nil, v)
			if got := strings.ToUpper(hex.EncodeToString(data[:len(want)/2])); got != want {
				t.Errorf("%d: got %s, want %s", size.n, got, want)
			}
			if back, err := decode(data, generous); err != nil || !value.Same(back, v) {
				t.Errorf("%d: %v", size.n, err)
			}
		}
		long(value.String(strings.Repeat("x", size.n)), size.text)
		long(value.Bytes(make([]byte, size.n)), size.bytes)
		long(value.List(make([]value.Value, size.n)), size.list)
		entries := make([]value.Entry, size.n)
		for i := range entries {
			entries[i].Key = string(rune(0x10000 + i))
		}
		long(value.Map(entries), size.entries)
	}
}

func TestRefused(t *testing.T) {
	f := func(data, want string) {
		t.Helper()
		raw, err := hex.DecodeString(strings.ReplaceAll(data, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		_, err = decode(raw, Limits{Depth: 3, Elements: 20})
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", data, err, want)
		}
	}
	f("", "the message ends where null is needed at byte 0 of the message")
	f("C4", "unknown marker C4 at byte 0 of the message")
	f("DC 01", "unknown marker DC at byte 0 of the message")
	f("E0", "unknown marker E0 at byte 0 of the message")
	f("C1 00", "the message ends inside a value at byte 1 of the message")
	f("CB 00 00 00 00 00 00 00", "the message ends inside a value at byte 1 of the message")
	f("81", "the message ends inside a value at byte 1 of the message")
	f("81 FF", "a string is not valid UTF-8 at byte 1 of the message")
	f("82 C0 80", "a string is not valid UTF-8 at byte 1 of the message")
	f("D2 7F FF FF FF", "the message ends inside a value at byte 5 of the message")
	f("D2 80 00 00 00", "a size above 2147483647 at byte 5 of the message")
	f("CE 7F FF FF FF", "the message ends inside a value at byte 5 of the message")
	f("D6 7F FF FF FF", "2147483647 elements are announced, but 0 bytes are left at byte 5 of the message")
	f("D5 FF FF 00", "65535 elements are announced, but 1 bytes are left at byte 3 of the message")
	f("DA 7F FF FF FF", "2147483647 elements are announced, but 0 bytes are left at byte 5 of the message")
	f("A2 81 61 00", "2 elements are announced, but 3 bytes are left at byte 1 of the message")
	f("A1 01 01", "an integer where a string is needed at byte 1 of the message")
	f("D4 15"+strings.Repeat("00", 21), "the message holds more than 20 elements")
	f("91 91 91 91 00", "the message holds more than 3 levels of nesting")
	f("A1 80 A1 80 A1 80 A1 80 00", "the message holds more than 3 levels of nesting")
	f("00 00", "1 bytes too many at byte 1 of the message")
	f("B1 4E 00", "a value of type Node cannot be used as a parameter")
	f("91 B0 7A", "[0]: a value of type structure 7A cannot be used as a parameter")
	f("A1 81 61 91 B1 44 C0", `.a[0]: the Date cannot be read: the field "days" is null instead of an integer`)
	f("B1 44", "1 elements are announced, but 0 bytes are left at byte 2 of the message")
	f("B1 74 CB 00", "the message ends inside a value at byte 3 of the message")
	f("BF", "the message ends inside a value at byte 1 of the message")
	f("B3 4E 00", "3 elements are announced, but 1 bytes are left at byte 2 of the message")
}

// TestLongForms decodes what an encoder would write shorter.
func TestLongForms(t *testing.T) {
	for data, want := range map[string]value.Value{
		"\xC8\x01":                             value.Int(1),
		"\xC9\xFF\xFF":                         value.Int(-1),
		"\xCA\x00\x00\x00\x01":                 value.Int(1),
		"\xCB\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF": value.Int(-1),
		"\xD2\x00\x00\x00\x01a":                value.String("a"),
		"\xD6\x00\x00\x00\x01\x07":             value.List([]value.Value{value.Int(7)}),
		"\xDA\x00\x00\x00\x01\x81a\x07":        value.Map([]value.Entry{{Key: "a", Value: value.Int(7)}}),
		"\xA2\x81a\x07\x81a\x08":               value.Map([]value.Entry{{Key: "a", Value: value.Int(8)}}),
	} {
		if got, err := decode([]byte(data), generous); err != nil || !value.Same(got, want) {
			t.Errorf("% X: %v", data, err)
		}
	}
}

// plain generates values that a parameter may hold.
func plain(depth int) *rapid.Generator[value.Value] {
	scalars := []*rapid.Generator[value.Value]{
		rapid.Just(value.Null),
		rapid.Map(rapid.Bool(), value.Bool),
		rapid.Map(rapid.Int64(), value.Int),
		rapid.Map(rapid.Float64(), value.Float),
		rapid.Map(rapid.String(), value.String),
		rapid.Map(rapid.SliceOf(rapid.Byte()), value.Bytes),
	}
	if depth == 0 {
		return rapid.OneOf(scalars...)
	}
	inner := plain(depth - 1)
	return rapid.OneOf(append(scalars,
		rapid.Map(rapid.SliceOfN(inner, 0, 20), value.List),
		rapid.Map(rapid.MapOfN(rapid.String(), inner, 0, 20), func(m map[string]value.Value) value.Value {
			var entries []value.Entry
			for k, v := range m {
				entries = append(entries, value.Entry{Key: k, Value: v})
			}
			return value.Map(entries)
		}))...)
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := plain(3).Draw(t, "value")
		data := Append(nil, v)
		back, err := decode(data, generous)
		if err != nil || !value.Same(v, back) {
			t.Fatalf("% X: %v", data, err)
		}
		if again := Append(nil, back); !bytes.Equal(again, data) {
			t.Fatalf("% X became % X", data, again)
		}
		var d Decoder
		d.Reset(data, generous)
		if err := errors.Join(d.Skip(), d.End()); err != nil {
			t.Fatal(err)
		}
		clear(data)
		if !value.Same(v, back) {
			t.Fatal("the value lives in the message")
		}
	})
}

// TestMemory decodes what takes more memory than its bytes.
func TestMemory(t *testing.T) {
	budget := memory.New("test", 1<<20)
	limits := Limits{Depth: 100, Elements: 1 << 20, Memory: budget}
	small, large := Append(nil, value.List(make([]value.Value, 10_000))), Append(nil, value.List(make([]value.Value, 40_000)))
	var d Decoder
	d.Reset(small, limits)
	if _, err := d.Value(); err != nil || budget.Used() != 10_000*elementSize {
		t.Errorf("%d: %v", budget.Used(), err)
	}
	budget.Release(d.TakeReserved())
	d.Reset(large, limits)
	var limit *memory.LimitError
	if _, err := d.Value(); !errors.As(err, &limit) {
		t.Error(err)
	}
	// A list of short lists is charged as well.
	nested := AppendListHeader(nil, 2000)
	for range 2000 {
		nested = Append(nested, value.List(make([]value.Value, 20)))
	}
	d.Reset(nested, limits)
	if _, err := d.Value(); !errors.As(err, &limit) {
		t.Error(err)
	}
	budget.Release(d.TakeReserved())
	if budget.Used() != 0 {
		t.Errorf("%d bytes left", budget.Used())
	}
}

// TestAmplification holds what a small message can make the decoder allocate.
func TestAmplification(t *testing.T) {
	var data []byte
	for range 60 {
		data = append(data, 0xD5, 0xFF, 0xFF) // 65535 elements each
	}
	allocated := testing.Benchmark(func(b *testing.B) {
		b.Helper()
		b.ReportAllocs()
		for b.Loop() {
			if _, err := decode(data, generous); err == nil {
				b.Fatal("accepted")
			}
		}
	}).AllocedBytesPerOp()
	if allocated > 8<<10 {
		t.Errorf("%d bytes of message made the decoder allocate %d", len(data), allocated)
	}
}

func TestSealString(t *testing.T) {
	for _, text := range []string{"", "7", "123456789012345", "1234567890123456", "4294967295:4294967295"} {
		dst := append([]byte{1, 2}, 0)
		if got := SealString(append(dst, text...), 2); !bytes.Equal(got[2:], AppendString(nil, text)) {
			t.Errorf("%q is % X", text, got)
		}
	}
}

func TestInterner(t *testing.T) {
	in := NewInterner()
	text := []byte("MATCH (n) RETURN n")
	first := in.String(text)
	if n := testing.AllocsPerRun(100, func() { _ = in.String(text) }); n != 0 {
		t.Errorf("%v allocations for a string that was there", n)
	}
	text[0] = 'X'
	if first != "MATCH (n) RETURN n" || in.String(text) != "XATCH (n) RETURN n" {
		t.Error("the string changed with its bytes")
	}
	var none *Interner
	if none.String(text) != "XATCH (n) RETURN n" {
		t.Error("no interner")
	}
}

func FuzzUnpack(f *testing.F) {
	for _, seed := range []string{
		"\xC0", "\x91\xA1\x81a\xC1\x00\x00\x00\x00\x00\x00\x00\x00", "\xD5\xFF\xFF\xD5\xFF\xFF", "\xCE\x7F\xFF\xFF\xFF", "\xB1\x4E\x01", "\xD9\x00\x01\x80\xC3",
		"\xB3\x46\x00\x00\x00", "\xB3\x66\x00\x00\x8DEurope/Berlin", "\xB4\x45\x00\x00\x00\xC8\xFF",
	} {
		f.Add([]byte(seed))
	}
	for _, v := range valuetest.Samples() {
		if v.Kind() == value.KindEnum {
			continue // a map stands for it
		}
		f.Add(Append(nil, v))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := Limits{Depth: 50, Elements: 10_000}
		v, err := decode(data, limits)
		var d Decoder
		d.Reset(data, limits)
		skipped := d.Skip()
		if skipped == nil {
			skipped = d.End()
		}
		if _, ok := errors.AsType[*StructureError](err); (err == nil) != (skipped == nil) && !ok {
			t.Fatalf("decoding says %v, skipping %v", err, skipped)
		}
		if err != nil {
			return
		}
		again := Append(nil, v)
		back, err := decode(again, limits)
		if err != nil || !value.Same(v, back) {
			t.Fatalf("% X became % X: %v", data, again, err)
		}
		// Only what a duration carries into its seconds, and old forms of instants, may grow.
		if len(again) > len(data)+9*bytes.Count(data, []byte{TagDuration})+
			9*bytes.Count(data, []byte{TagOldDateTime})+9*bytes.Count(data, []byte{TagOldDateTimeZone}) {
			t.Fatalf("% X is longer than % X", again, data)
		}
	})
}
