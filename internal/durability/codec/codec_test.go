package codec_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
	"memgraphd/internal/storage/value/valuetest"
)

// names interns by remembering; id i of each kind is called by its number until it is interned.
type names struct {
	lists [3][]string
	limit int
}

var errLimit = errors.New("too many names")

func (n *names) intern(list int, name string) (int, error) {
	for i, known := range n.lists[list] {
		if known == name {
			return i, nil
		}
	}
	if n.limit > 0 && len(n.lists[list]) == n.limit {
		return 0, errLimit
	}
	n.lists[list] = append(n.lists[list], name)
	return len(n.lists[list]) - 1, nil
}

func (n *names) LabelName(id graph.LabelID) string { return n.lists[0][id] }
func (n *names) TypeName(id graph.TypeID) string   { return n.lists[1][id] }
func (n *names) KeyName(id graph.KeyID) string     { return n.lists[2][id] }

func (n *names) InternLabel(name string) (graph.LabelID, error) {
	id, err := n.intern(0, name)
	return graph.LabelID(id), err
}

func (n *names) InternType(name string) (graph.TypeID, error) {
	id, err := n.intern(1, name)
	return graph.TypeID(id), err
}

func (n *names) InternKey(name string) (graph.KeyID, error) {
	id, err := n.intern(2, name)
	return graph.KeyID(id), err
}

func fullNames() *names {
	n := &names{}
	for list, prefix := range []string{"Label", "TYPE", "key"} {
		for i := range 40 {
			n.lists[list] = append(n.lists[list], fmt.Sprintf("%s%d ü", prefix, i))
		}
	}
	n.lists[0][3] = ""
	return n
}

func drawValue(t *rapid.T, depth int) value.Value {
	top := 9
	if depth == 0 {
		top = 7
	}
	switch rapid.IntRange(0, top).Draw(t, "kind") {
	case 0:
		return value.Null
	case 1:
		return value.Bool(rapid.Bool().Draw(t, "bool"))
	case 2:
		return value.Int(rapid.Int64().Draw(t, "int"))
	case 3:
		return value.Float(rapid.Float64().Draw(t, "float"))
	case 4:
		return value.String(rapid.String().Draw(t, "string"))
	case 5:
		return value.Bytes(rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "bytes"))
	case 6:
		return value.Float([]float64{math.NaN(), math.Inf(1), math.Copysign(0, -1)}[rapid.IntRange(0, 2).Draw(t, "odd")])
	case 7:
		return valuetest.Instants().Draw(t, "instant")
	case 8:
		list := make([]value.Value, rapid.IntRange(0, 4).Draw(t, "length"))
		for i := range list {
			list[i] = drawValue(t, depth-1)
		}
		return value.List(list)
	}
	entries := make([]value.Entry, rapid.IntRange(0, 4).Draw(t, "entries"))
	for i := range entries {
		entries[i] = value.Entry{Key: rapid.String().Draw(t, "key"), Value: drawValue(t, depth-1)}
	}
	return value.Map(entries)
}

func drawOp(t *rapid.T, entries int) change.Op {
	slots := rapid.Uint32Range(0, math.MaxUint32-1)
	o := change.Op{Kind: change.Kind(rapid.IntRange(1, 10).Draw(t, "kind"))}
	if o.Kind >= change.PutEntry && entries == 0 {
		o.Kind = change.CreateNode
	}
	if o.Kind < change.PutEntry {
		o.Node = graph.NodeID(slots.Draw(t, "node"))
	}
	if o.Kind == change.CreateEdge || o.Kind == change.DeleteEdge || o.Kind == change.SetEdgeProp {
		o.Edge = graph.Edge{ID: graph.EdgeID(slots.Draw(t, "edge")), Dst: graph.NodeID(slots.Draw(t, "end"))}
	}
	if o.Kind == change.CreateNode || o.Kind == change.CreateEdge {
		o.Generation = rapid.Uint32().Draw(t, "generation")
	}
	switch o.Kind {
	case change.AddLabel, change.RemoveLabel, change.CreateEdge, change.SetNodeProp, change.SetEdgeProp:
		o.Ref = rapid.Uint32Range(0, 39).Draw(t, "ref")
	case change.CreateNode, change.DeleteNode, change.DeleteEdge:
	case change.PutEntry, change.DeleteEntry:
		o.Ref = rapid.Uint32Range(0, uint32(entries-1)).Draw(t, "entry")
	}
	if o.Kind == change.SetNodeProp || o.Kind == change.SetEdgeProp {
		o.Value = drawValue(t, 2)
	}
	return o
}

func drawCommit(t *rapid.T) *change.Commit {
	c := &change.Commit{}
	for range rapid.IntRange(0, 3).Draw(t, "entries") {
		c.Entries = append(c.Entries, change.Entry{
			Kind: rapid.String().Draw(t, "kind"), Name: rapid.String().Draw(t, "name"),
			Data: rapid.SliceOfN(rapid.Byte(), 0, 10).Draw(t, "data"),
		})
	}
	for range rapid.IntRange(0, 60).Draw(t, "ops") {
		c.Ops = append(c.Ops, drawOp(t, len(c.Entries)))
	}
	return c
}

// resolved renders a commit with names in place of ids, so that commits of two stores compare.
func resolved(c *change.Commit, n change.Names) string {
	var b strings.Builder
	for _, e := range c.Entries {
		fmt.Fprintf(&b, "entry %q %q %q\n", e.Kind, e.Name, e.Data)
	}
	for _, o := range c.Ops {
		fmt.Fprintf(&b, "%d %d %d %v ", o.Kind, o.Generation, o.Node, o.Edge)
		switch o.Kind {
		case change.AddLabel, change.RemoveLabel:
			fmt.Fprintf(&b, "%q", n.LabelName(graph.LabelID(o.Ref)))
		case change.CreateEdge:
			fmt.Fprintf(&b, "%q", n.TypeName(graph.TypeID(o.Ref)))
		case change.SetNodeProp, change.SetEdgeProp:
			encoded, err := codec.AppendValue(nil, o.Value)
			fmt.Fprintf(&b, "%q %q %v", n.KeyName(graph.KeyID(o.Ref)), encoded, err)
		case change.PutEntry, change.DeleteEntry:
			fmt.Fprintf(&b, "%d", o.Ref)
		case change.CreateNode, change.DeleteNode, change.DeleteEdge:
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestCommitRoundTrip(t *testing.T) {
	from := fullNames()
	var encoders codec.Encoders
	decoded := &change.Commit{}
	rapid.Check(t, func(t *rapid.T) {
		c := drawCommit(t)
		payload, err := encoders.Append([]byte("before"), c, from)
		if err != nil {
			t.Fatal(err)
		}
		payload = bytes.TrimPrefix(payload, []byte("before"))
		to := &names{}
		if err := codec.NewDecoder(to).Decode(payload, decoded); err != nil {
			t.Fatal(err)
		}
		if got, want := resolved(decoded, to), resolved(c, from); got != want {
			t.Fatalf("got\n%s\nwant\n%s", got, want)
		}
		for cut := range payload {
			if err := codec.NewDecoder(&names{}).Decode(payload[:cut], decoded); err == nil {
				t.Fatalf("a commit cut to %d of %d bytes is accepted", cut, len(payload))
			}
		}
		if err := codec.NewDecoder(&names{}).Decode(append(payload, 0), decoded); err == nil {
			t.Fatal("a byte too many is accepted")
		}
	})
}

func TestValueRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawValue(t, 4)
		encoded, err := codec.AppendValue(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		r := codec.NewReader(encoded)
		got := r.Value()
		if err = r.End(); err != nil {
			t.Fatal(err)
		}
		again, err := codec.AppendValue(nil, got)
		if err != nil || !bytes.Equal(encoded, again) || !value.Same(v, got) {
			t.Fatalf("%q became %q: %v", encoded, again, err)
		}
	})
}

func TestInstantRoundTrip(t *testing.T) {
	for i, v := range valuetest.Samples() {
		encoded, err := codec.AppendValue(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		r := codec.NewReader(encoded)
		if got := r.Value(); r.End() != nil || got.Kind() != v.Kind() || !value.Same(got, v) {
			t.Errorf("sample %d of kind %s: %v", i, v.Kind(), r.Err())
		}
		for cut := range encoded {
			r = codec.NewReader(encoded[:cut])
			if r.Value(); r.Err() == nil {
				t.Errorf("sample %d cut to %d of %d bytes is accepted", i, cut, len(encoded))
			}
		}
	}
}

// TestGolden holds the bytes that must be read for ever, and the format that has them.
func TestGolden(t *testing.T) {
	berlin, ok := temporal.StoredZone([]byte("Europe/Berlin"), 3600)
	if !ok {
		t.Fatal("no zone")
	}
	for _, c := range []struct {
		v    value.Value
		want string
	}{
		{value.Int(-3), "01 03 05"},
		{value.List([]value.Value{value.Null, value.String("a")}), "01 07 02 00 05 01 61"},
		{value.Date(temporal.Date{Days: 19724}), "02 0a 98 b4 02"},
		{value.Date(temporal.Date{Days: temporal.MinDays}), "02 0a b3 f3 89 a3 a1 15"},
		{value.Time(temporal.Time{Nanos: 43_201_500_000_000, Offset: 3600}), "02 0b 80 de be 90 aa e9 09 a0 38"},
		{value.LocalTime(temporal.LocalTime{Nanos: 1}), "02 0c 01"},
		{value.LocalDateTime(temporal.LocalDateTime{Seconds: -1, Nanos: 999_999_999}), "02 0d 01 ff 93 eb dc 03"},
		{value.DateTime(temporal.DateTime{Seconds: 1_704_193_200}), "02 0e e0 b2 9f d9 0c 00 00 00"},
		{value.DateTime(temporal.DateTime{Nanos: 5, Zone: temporal.FixedZone(-64_800)}), "02 0e 00 05 bf f4 07 00"},
		{value.DateTime(temporal.DateTime{Zone: berlin}), "02 0e 00 00 a0 38 0d 45 75 72 6f 70 65 2f 42 65 72 6c 69 6e"},
		{value.Duration(temporal.Duration{Months: 14, Days: -3, Seconds: 1, Nanos: 2}), "02 0f 1c 05 02 02"},
		{
			value.Point(value.PointValue{SRID: value.Cartesian, X: 1, Y: -2}),
			"02 10 a3 38 00 00 00 00 00 00 f0 3f 00 00 00 00 00 00 00 c0",
		},
		{
			value.Point(value.PointValue{SRID: value.WGS84Height, X: 1, Y: 1, Z: 1}),
			"02 10 f3 26 00 00 00 00 00 00 f0 3f 00 00 00 00 00 00 f0 3f 00 00 00 00 00 00 f0 3f",
		},
		{value.Enum(1, 300), "03 11 01 ac 02"},
		{value.List([]value.Value{value.Date(temporal.Date{}), value.Enum(0, 0)}), "03 07 02 0a 00 11 00 00"},
		{value.Map([]value.Entry{{Key: "d", Value: value.List([]value.Value{value.Date(temporal.Date{})})}}), "02 08 01 01 64 07 01 0a 00"},
	} {
		var e codec.Encoder
		commit := &change.Commit{Ops: []change.Op{{Kind: change.SetNodeProp, Value: c.v}}}
		payload, err := e.Append(nil, commit, fullNames())
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := codec.AppendValue(nil, c.v)
		if got := fmt.Sprintf("%02x % x", payload[0], encoded); err != nil || got != c.want || !bytes.HasSuffix(payload, encoded) {
			t.Errorf("%s: got %s, want %s", c.v.Kind(), got, c.want)
		}
		if codec.FormatOf(c.v) != uint32(payload[0]) {
			t.Errorf("%s: format %d", c.v.Kind(), codec.FormatOf(c.v))
		}
	}
}

func TestDepthIsBounded(t *testing.T) {
	nested := func(depth int) value.Value {
		v := value.Int(1)
		for range depth {
			v = value.List([]value.Value{v})
		}
		return v
	}
	encoded, err := codec.AppendValue(nil, nested(codec.DepthMax))
	if err != nil {
		t.Fatal(err)
	}
	r := codec.NewReader(encoded)
	r.Value()
	if err := r.End(); err != nil {
		t.Fatal(err)
	}
	if _, err := codec.AppendValue(nil, nested(codec.DepthMax+1)); !errors.Is(err, codec.ErrNotStorable) {
		t.Fatalf("got %v", err)
	}
	deep := append(bytes.Repeat([]byte{7, 1}, 1_000_000), 0)
	r = codec.NewReader(deep)
	r.Value()
	if _, malformed := errors.AsType[*codec.DecodeError](r.Err()); !malformed {
		t.Fatalf("got %v", r.Err())
	}
}

func TestEncodeRefuses(t *testing.T) {
	for _, v := range []value.Value{
		value.Node(1), value.Edge(graph.Edge{}), value.Path(&value.PathValue{}), value.OfVirtualNode(&value.VirtualNode{}), value.OfVirtualEdge(&value.VirtualEdge{}),
		value.List([]value.Value{value.Node(1)}), value.Map([]value.Entry{{Key: "a", Value: value.Node(1)}}),
	} {
		var e codec.Encoder
		c := &change.Commit{Ops: []change.Op{{Kind: change.SetNodeProp, Value: v}}}
		if got, err := e.Append([]byte("kept"), c, fullNames()); !errors.Is(err, codec.ErrNotStorable) || string(got) != "kept" {
			t.Errorf("%s: got %q, %v", v.Kind(), got, err)
		}
	}
	var e codec.Encoder
	if _, err := e.Append(nil, &change.Commit{Ops: []change.Op{{Kind: 99}}}, fullNames()); err == nil {
		t.Error("an unknown kind of change is encoded")
	}
}

func TestDecodeRefuses(t *testing.T) {
	huge := binary.AppendUvarint(nil, 1<<60)
	for _, c := range []struct {
		payload []byte
		want    string
	}{
		{nil, "malformed at byte 0: ends too early"},
		{[]byte{9, 0, 0, 0, 0, 0, 0}, "written by a newer version: format 9, this server reads up to 3"},
		{[]byte{0, 0, 0, 0, 0, 0, 0}, "malformed at byte 1: unknown version 0"},
		{[]byte{1, 4, 0, 0, 0, 0, 0}, "malformed at byte 2: unknown flags 0x4"},
		{append([]byte{1, 0}, huge...), "labels of the commit: malformed at byte 11: count 1152921504606846976 is larger than the 0 bytes left"},
		{[]byte{1, 0, 0, 0, 0, 0, 200, 1, 0}, "malformed at byte 8: count 200 is larger than the 1 bytes left"},
		{[]byte{1, 0, 0, 0, 0, 0, 1, 99, 0}, "malformed at byte 8: unknown tag of a change 99"},
		{[]byte{1, 0, 0, 0, 0, 0, 1, 2, 1}, "malformed at byte 9: id of a node out of range"},
		{[]byte{1, 0, 0, 0, 0, 0, 1, 3, 0, 5}, "malformed at byte 10: label 5 of 0"},
		{[]byte{1, 0, 0, 0, 0, 0, 1, 9, 0}, "malformed at byte 9: entry 0 of 0"},
		{[]byte{1, 0, 0, 0, 0, 0, 0, 0}, "malformed at byte 7: 1 bytes left over"},
		{[]byte{1, 0, 0, 0, 1, 1, 'k', 0, 1, 5, 0, 0, 77}, "malformed at byte 13: unknown value tag 77"},
		{[]byte{2, 0, 0, 0, 1, 1, 'k', 0, 1, 5, 0, 0, 18}, "malformed at byte 13: unknown value tag 18"},
		{[]byte{3, 0, 0, 0, 1, 1, 'k', 0, 1, 5, 0, 0, 17, 0, 0x80, 0x80, 0x80, 0x80, 0x10}, "malformed at byte 19: a value of type ENUM out of range"},
		{[]byte{2, 0, 0, 0, 1, 1, 'k', 0, 1, 5, 0, 0, 16, 5}, "malformed at byte 14: a point of unknown reference system 5"},
		{
			[]byte{2, 0, 0, 0, 1, 1, 'k', 0, 1, 5, 0, 0, 13, 0, 0x80, 0x94, 0xeb, 0xdc, 3},
			"malformed at byte 19: a value of type LOCAL DATETIME out of range",
		},
		{
			append([]byte{2, 0, 0, 0, 1, 1, 'k', 0, 1, 5, 0, 0, 10}, binary.AppendVarint(nil, temporal.MaxDays+1)...),
			"malformed at byte 19: a value of type DATE out of range",
		},
		{
			append([]byte{2, 0, 0, 0, 1, 1, 'k', 0, 1, 5, 0, 0, 11, 0}, binary.AppendVarint(nil, -temporal.MaxOffset-1)...),
			"malformed at byte 17: a value of type ZONED TIME out of range",
		},
		{
			append([]byte{2, 0, 0, 0, 1, 1, 'k', 0, 1, 5, 0, 0, 14, 0, 0, 0, 3}, 0xff, 'a', 'b'),
			"malformed at byte 20: a time zone at offset 0 named \"\\xffab\"",
		},
		{[]byte{1, 0, 0, 0, 1, 1, 'k', 0, 1, 5, 0, 0, 8, 2, 1, 'b', 0, 1, 'a', 0}, "malformed at byte 19: keys of a map do not ascend"},
	} {
		err := codec.NewDecoder(&names{}).Decode(c.payload, &change.Commit{})
		if err == nil || err.Error() != c.want {
			t.Errorf("%v: got %v, want %s", c.payload, err, c.want)
		}
	}
	payload := []byte{1, 0, 2, 1, 'a', 1, 'b', 0, 0, 0, 0}
	if err := codec.NewDecoder(&names{limit: 1}).Decode(payload, &change.Commit{}); !errors.Is(err, errLimit) {
		t.Errorf("got %v", err)
	}
}

func FuzzDecodeCommit(f *testing.F) {
	var e codec.Encoder
	from := fullNames()
	for seed := range 20 {
		c := rapid.Custom(drawCommit).Example(seed)
		payload, err := e.Append(nil, c, from)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(payload)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, in := &change.Commit{}, &names{}
		if err := codec.NewDecoder(in).Decode(payload, c); err != nil {
			return
		}
		var again codec.Encoder
		encoded, err := again.Append(nil, c, in)
		if err != nil {
			t.Fatalf("what was decoded cannot be encoded: %v", err)
		}
		c2, in2 := &change.Commit{}, &names{}
		if err := codec.NewDecoder(in2).Decode(encoded, c2); err != nil {
			t.Fatalf("what was encoded cannot be decoded: %v", err)
		}
		if got, want := resolved(c2, in2), resolved(c, in); got != want {
			t.Fatalf("got\n%s\nwant\n%s", got, want)
		}
	})
}

func benchCommit() *change.Commit {
	return &change.Commit{Ops: []change.Op{
		{Kind: change.CreateNode, Node: 1000},
		{Kind: change.AddLabel, Node: 1000, Ref: 1},
		{Kind: change.SetNodeProp, Node: 1000, Ref: 1, Value: value.Int(123456)},
		{Kind: change.SetNodeProp, Node: 1000, Ref: 2, Value: value.String("somebody")},
		{Kind: change.CreateEdge, Node: 1000, Edge: graph.Edge{ID: 5000, Dst: 77}, Ref: 1},
	}}
}

func BenchmarkEncode(b *testing.B) {
	var e codec.Encoder
	c, n := benchCommit(), fullNames()
	buf := make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		out, err := e.Append(buf[:0], c, n)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(out)))
	}
}

func BenchmarkDecode(b *testing.B) {
	var e codec.Encoder
	payload, err := e.Append(nil, benchCommit(), fullNames())
	if err != nil {
		b.Fatal(err)
	}
	c, d := &change.Commit{}, codec.NewDecoder(fullNames())
	b.SetBytes(int64(len(payload)))
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Decode(payload, c); err != nil {
			b.Fatal(err)
		}
	}
}

func TestDecodeReusesMemory(t *testing.T) {
	var e codec.Encoder
	c := &change.Commit{}
	from := fullNames()
	d := codec.NewDecoder(from)
	for _, ops := range [][]change.Op{
		{{Kind: change.SetNodeProp, Node: 3, Ref: 1, Value: value.Int(1)}},
		{{Kind: change.DeleteNode, Node: 4}},
	} {
		payload, err := e.Append(nil, &change.Commit{Ops: ops}, from)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Decode(payload, c); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(c.Ops, ops) {
			t.Fatalf("got %+v, want %+v", c.Ops, ops)
		}
	}
}

func TestVarintsInBulk(t *testing.T) {
	var small, large []byte
	var wantSmall []uint32
	var wantLarge []int64
	for shift := range 32 {
		for _, d := range []int64{-1, 0, 1} {
			v := uint32(int64(1)<<shift + d)
			wantSmall, small = append(wantSmall, v), binary.AppendUvarint(small, uint64(v))
		}
	}
	for shift := range 64 {
		for _, d := range []int64{-1, 0, 1} {
			v := int64(1)<<shift + d
			wantLarge, large = append(wantLarge, v, -v), binary.AppendVarint(binary.AppendVarint(large, v), -v)
		}
	}
	for cut := range 4 {
		r := codec.NewReader(append(bytes.Clone(small), make([]byte, cut)...))
		got := make([]uint32, len(wantSmall)+cut)
		if err := r.Uvarints(got, math.MaxUint32); err != nil || r.End() != nil || !slices.Equal(got[:len(wantSmall)], wantSmall) {
			t.Fatalf("%v %v, want %v", got, err, wantSmall)
		}
		r = codec.NewReader(append(bytes.Clone(large), make([]byte, cut)...))
		signed := make([]int64, len(wantLarge)+cut)
		if err := r.Varints(signed); err != nil || r.End() != nil || !slices.Equal(signed[:len(wantLarge)], wantLarge) {
			t.Fatalf("%v %v, want %v", signed, err, wantLarge)
		}
	}
	for n := range small {
		r := codec.NewReader(small[:n])
		if r.Uvarints(make([]uint32, len(wantSmall)), math.MaxUint32) == nil {
			t.Fatalf("%d of %d bytes accepted", n, len(small))
		}
		r = codec.NewReader(large[:n])
		if r.Varints(make([]int64, len(wantLarge))) == nil {
			t.Fatalf("%d of %d bytes accepted", n, len(large))
		}
	}
	r := codec.NewReader([]byte{100})
	if r.Uvarints(make([]uint32, 1), 99) == nil {
		t.Fatal("a number above the bound accepted")
	}
}
