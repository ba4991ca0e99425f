package message

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/bolt/wire"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
	"memgraphd/internal/storage/value/valuetest"
)

// entities is a graph of one label, type and property.
type entities struct{}

func (entities) NodeLabels(dst []string, _ graph.NodeID) []string { return append(dst, "Person") }
func (entities) NodeProperties(dst []batch.Property, n graph.NodeID) []batch.Property {
	return append(dst, batch.Property{Key: "id", Value: value.Int(int64(n))}, batch.Property{Key: "name", Value: value.String("Ada")})
}
func (entities) NodeElementID(n graph.NodeID) string { return graph.ElementID(uint32(n), 0) }
func (entities) EdgeSource(graph.Edge) graph.NodeID  { return 1 }
func (entities) EdgeType(graph.Edge) string          { return "KNOWS" }
func (entities) EdgeProperties(dst []batch.Property, _ graph.Edge) []batch.Property {
	return append(dst, batch.Property{Key: "since", Value: value.Int(1843)})
}
func (entities) Enum(value.Value) value.Value      { return value.String("E::V") }
func (entities) EdgeElementID(e graph.Edge) string { return graph.ElementID(uint32(e.ID), 0) }

// rendering renders element ids in place.
type rendering struct{ entities }

func (rendering) AppendNodeElementID(dst []byte, n graph.NodeID) []byte {
	return append(dst, graph.ElementID(uint32(n), 0)...)
}

func (rendering) AppendEdgeElementID(dst []byte, e graph.Edge) []byte {
	return append(dst, graph.ElementID(uint32(e.ID), 0)...)
}

// virtual is a virtual relationship after its start node.
func virtual() value.Value {
	from := &value.VirtualNode{ID: -1, Labels: []string{"A", "B"}, Properties: value.Map([]value.Entry{{Key: "x", Value: value.Int(7)}})}
	to := &value.VirtualNode{ID: -200, Properties: value.Map(nil)}
	edge := &value.VirtualEdge{ID: -3, Type: "T", From: from, To: to, Properties: value.Map([]value.Entry{{Key: "e", Value: value.Enum(1, 2)}})}
	return value.List([]value.Value{value.OfVirtualNode(from), value.OfVirtualEdge(edge)})
}

// TestVirtual holds the structures of what is in no graph, without and with element ids.
func TestVirtual(t *testing.T) {
	b := &batch.Batch{Len: 1, Columns: []batch.Vector{{Values: []value.Value{virtual()}}}}
	for form, want := range map[EntityForm]string{
		WithoutElementIDs: "\xB1\x71\x91\x92" + "\xB3\x4E\xFF\x92\x81A\x81B\xA1\x81x\x07" +
			"\xB5\x52\xFD\xFF\xC9\xFF\x38\x81T\xA1\x81e\x84E::V",
		WithElementIDs: "\xB1\x71\x91\x92" + "\xB4\x4E\xFF\x92\x81A\x81B\xA1\x81x\x07\x82-1" +
			"\xB8\x52\xFD\xFF\xC9\xFF\x38\x81T\xA1\x81e\x84E::V\x82-3\x82-1\x84-200",
	} {
		got, err := NewRecords(form, packstream.UTCDateTimes).Append(nil, b, 0, entities{})
		if err != nil || string(got) != want {
			t.Errorf("form %d: % X, %v", form, got, err)
		}
	}
}

func rows() *batch.Batch {
	path := value.Path(&value.PathValue{Nodes: []graph.NodeID{1, 2, 1}, Edges: []graph.Edge{{ID: 5, Dst: 2}, {ID: 5, Dst: 2}}})
	return &batch.Batch{Len: 1, Columns: []batch.Vector{
		{Kind: batch.Ints, Ints: []int64{1}},
		{Kind: batch.Floats, Floats: []float64{1}},
		{Kind: batch.Bools, Bools: []bool{true}},
		{Kind: batch.Strings, Strings: []string{"text"}},
		{Kind: batch.Nodes, Nodes: []graph.NodeID{4_000_000_000}},
		{Kind: batch.Edges, Edges: []graph.Edge{{ID: 5, Dst: 2}}},
		{Values: []value.Value{path}},
		{Values: []value.Value{virtual()}},
		{Values: []value.Value{value.List([]value.Value{value.Int(1), value.String("x"), value.Map([]value.Entry{{Key: "k"}})})}},
	}}
}

// TestInstantForms holds the forms of instants with a zone.
func TestInstantForms(t *testing.T) {
	at := value.DateTime(temporal.DateTime{Seconds: 5, Zone: temporal.FixedZone(3600)})
	b := &batch.Batch{Len: 1, Columns: []batch.Vector{{Values: []value.Value{value.List([]value.Value{at})}}}}
	for form, want := range map[packstream.DateTimes]string{
		packstream.UTCDateTimes:   "\xB1\x71\x91\x91\xB3I\x05\x00\xC9\x0E\x10",
		packstream.LocalDateTimes: "\xB1\x71\x91\x91\xB3F\xC9\x0E\x15\x00\xC9\x0E\x10",
	} {
		got, err := NewRecords(WithoutElementIDs, form).Append(nil, b, 0, entities{})
		if err != nil || string(got) != want {
			t.Errorf("form %d: % X, %v", form, got, err)
		}
	}
}

// TestRecordAllocations holds records of every kind of value to no allocation at all.
func TestRecordAllocations(t *testing.T) {
	b := rows()
	b.Columns = append(b.Columns, batch.Vector{Values: []value.Value{value.List(valuetest.Samples())}})
	for _, form := range []EntityForm{WithoutElementIDs, WithElementIDs} {
		r := NewRecords(form, packstream.UTCDateTimes)
		buf := make([]byte, 0, 4096)
		var e batch.Entities = rendering{}
		most := 0.0
		if form == WithElementIDs {
			most = 3 // graph.ElementID makes the strings of the numbers above 99: they are the test's
		}
		if n := testing.AllocsPerRun(100, func() {
			if _, err := r.Append(buf, b, 0, e); err != nil {
				t.Fatal(err)
			}
		}); n > most {
			t.Errorf("%v allocations for a record", n)
		}
	}
}

func TestElementIDsInPlace(t *testing.T) {
	plain, err := NewRecords(WithElementIDs, packstream.UTCDateTimes).Append(nil, rows(), 0, entities{})
	if err != nil {
		t.Fatal(err)
	}
	inPlace, err := NewRecords(WithElementIDs, packstream.UTCDateTimes).Append(nil, rows(), 0, rendering{})
	if err != nil || string(plain) != string(inPlace) {
		t.Errorf("% X\n% X %v", plain, inPlace, err)
	}
}

func TestTooDeep(t *testing.T) {
	nest := func(depth int, wrap func(value.Value) value.Value) *batch.Batch {
		v := value.Int(1)
		for range depth {
			v = wrap(v)
		}
		return &batch.Batch{Len: 1, Columns: []batch.Vector{{Values: []value.Value{v}}}}
	}
	list := func(v value.Value) value.Value { return value.List([]value.Value{v}) }
	entry := func(v value.Value) value.Value { return value.Map([]value.Entry{{Key: "k", Value: v}}) }
	r := NewRecords(WithElementIDs, packstream.UTCDateTimes)
	for _, wrap := range []func(value.Value) value.Value{list, entry} {
		if _, err := r.Append(nil, nest(valueDepthMax, wrap), 0, nil); err != nil {
			t.Error(err)
		}
		if _, err := r.Append(nil, nest(valueDepthMax+1, wrap), 0, nil); !errors.Is(err, ErrValueTooDeep) {
			t.Error(err)
		}
	}
	if _, err := r.Append(nil, nest(1, list), 0, nil); err != nil {
		t.Errorf("an error stays for the next record: %v", err)
	}
}

func TestDecodeRun(t *testing.T) {
	data := packstream.AppendStructHeader(nil, 3, byte(KindRun))
	data = packstream.AppendString(data, "RETURN $x")
	data = packstream.Append(data, value.Map([]value.Entry{{Key: "x", Value: value.Int(7)}}))
	data = packstream.Append(data, value.Map([]value.Entry{
		{Key: "bookmarks", Value: value.List([]value.Value{value.String("a"), value.String("b")})},
		{Key: "db", Value: value.Null},
		{Key: "mode", Value: value.String("r")},
		{Key: "tx_timeout", Value: value.Int(1 << 62)},
		{Key: "tx_metadata", Value: value.Map(nil)},
		{Key: "unknown", Value: value.List([]value.Value{value.Map(nil)})},
	}))
	var d packstream.Decoder
	var m Run
	for range 2 {
		d.Reset(data, packstream.Limits{Depth: 10, Elements: 100})
		k, err := Open(&d)
		if err == nil {
			err = m.Decode(&d, wire.V54)
		}
		if err == nil {
			err = d.End()
		}
		if k != KindRun || err != nil {
			t.Fatal(k, err)
		}
		x, _ := m.Parameters.Field("x")
		if m.Text != "RETURN $x" || x.AsInt() != 7 || !m.Extra.ReadOnly || m.Extra.Timeout <= 0 ||
			!reflect.DeepEqual(m.Extra.Bookmarks, []string{"a", "b"}) || m.Extra.Metadata.IsNull() {
			t.Errorf("%+v", m)
		}
	}
}

func TestFilter(t *testing.T) {
	note := func(severity, category string) *Notification {
		return &Notification{Severity: severity, Category: category}
	}
	base := Filter{Severity: "WARNING", Disabled: []string{"HINT"}, named: true}
	for _, c := range []struct {
		f    Filter
		n    *Notification
		want bool
	}{
		{Filter{}, note("INFORMATION", "HINT"), true},
		{Filter{Severity: "OFF"}, note("WARNING", "HINT"), false},
		{base, note("INFORMATION", "X"), false},
		{base, note("WARNING", "X"), true},
		{base, note("WARNING", "HINT"), false},
		{Filter{named: true}.Over(base), note("WARNING", "HINT"), true},
		{Filter{Severity: "INFORMATION"}.Over(base), note("INFORMATION", "X"), true},
		{Filter{}.Over(base), note("WARNING", "HINT"), false},
	} {
		if c.f.Wants(c.n) != c.want {
			t.Errorf("%+v %+v", c.f, c.n)
		}
	}
}

// TestStats sends every counter.
func TestStats(t *testing.T) {
	var s Stats
	v := reflect.ValueOf(&s).Elem()
	for i := range v.NumField() {
		v.Field(i).SetInt(int64(i + 1))
	}
	if n := len(s.counters()); n != v.NumField() {
		t.Errorf("%d counters of %d", n, v.NumField())
	}
	var d packstream.Decoder
	d.Reset(s.append(nil), packstream.Limits{Depth: 1, Elements: 100})
	got, err := d.Map()
	if err != nil || len(got.AsMap()) != 14 {
		t.Fatal(err)
	}
	for _, e := range got.AsMap() {
		if strings.Contains(e.Key, "_") {
			t.Errorf("%s is not hyphenated", e.Key)
		}
	}
	d.Reset((&Stats{SystemUpdates: 1}).append(nil), packstream.Limits{Depth: 1, Elements: 100})
	if got, err = d.Map(); err != nil || len(got.AsMap()) != 2 {
		t.Error(got.AsMap(), err)
	}
}

func BenchmarkRecord(b *testing.B) {
	in, r := rows(), NewRecords(WithElementIDs, packstream.UTCDateTimes)
	buf := make([]byte, 0, 4096)
	var e batch.Entities = rendering{}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Append(buf, in, 0, e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkIntegers(b *testing.B) {
	in := &batch.Batch{Len: 1000, Columns: []batch.Vector{{Kind: batch.Ints, Ints: make([]int64, 1000)}}}
	r := NewRecords(WithElementIDs, packstream.UTCDateTimes)
	buf := make([]byte, 0, 64<<10)
	b.ReportAllocs()
	for b.Loop() {
		dst := buf
		for row := range 1000 {
			var mark int
			dst, mark = wire.Begin(dst)
			dst, _ = r.Append(dst, in, row, nil)
			dst = wire.End(dst, mark)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/record")
}
