package property

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
	"memgraphd/internal/storage/value/valuetest"
)

func drawValue(depth int) *rapid.Generator[value.Value] {
	return rapid.Custom(func(t *rapid.T) value.Value {
		top := 9
		if depth == 0 {
			top = 7
		}
		switch rapid.IntRange(1, top).Draw(t, "kind") {
		case 1:
			return value.Bool(rapid.Bool().Draw(t, "bool"))
		case 2:
			return value.Int(rapid.Int64().Draw(t, "int"))
		case 3:
			return value.Float(rapid.Float64().Draw(t, "float"))
		case 4:
			return value.String(rapid.String().Draw(t, "string"))
		case 5:
			return value.Bytes(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		case 6:
			return value.Int(rapid.Int64Range(-300, 300).Draw(t, "small"))
		case 7:
			return valuetest.Instants().Draw(t, "instant")
		case 8:
			return value.List(rapid.SliceOfN(drawValue(depth-1), 0, 4).Draw(t, "list"))
		default:
			var entries []value.Entry
			for _, v := range rapid.SliceOfN(drawValue(depth-1), 0, 4).Draw(t, "map") {
				entries = append(entries, value.Entry{Key: rapid.StringN(0, 3, 9).Draw(t, "key"), Value: v})
			}
			return value.Map(entries)
		}
	})
}

// TestPackerPacks compares a Packer with Pack.
func TestPackerPacks(t *testing.T) {
	var p Packer // used again and again
	rapid.Check(t, func(t *rapid.T) {
		var props []Property
		p.Reset()
		for _, key := range []graph.KeyID{0, 1, 127, 128, 300, 999_999} {
			v := rapid.OneOf(rapid.Just(value.Null), drawValue(2), rapid.Just(value.String(string(make([]byte, 200))))).Draw(t, "value")
			props = append(props, Property{key, v})
			switch {
			case v.Kind() == value.KindInt:
				p.Int(key, v.AsInt())
			case v.Kind() == value.KindString:
				p.Text(key, []byte(v.AsString()))
			case v.Kind() == value.KindFloat:
				p.Float(key, v.AsFloat())
			case v.Kind() == value.KindBool:
				p.Bool(key, v.AsBool())
			default:
				p.Value(key, v)
			}
		}
		if want := Pack(nil, props); !bytes.Equal(p.Blob(), want) {
			t.Fatalf("%q, want %q", p.Blob(), want)
		}
	})
}

func TestBlobAgainstMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		model := map[graph.KeyID]value.Value{}
		var blob []byte
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			key := graph.KeyID(rapid.SampledFrom([]uint32{0, 1, 2, 127, 128, 300, 999_999}).Draw(t, "key"))
			v := value.Null
			if rapid.IntRange(0, 3).Draw(t, "remove") > 0 {
				v = drawValue(2).Draw(t, "value")
			}
			blob = Set(nil, blob, key, v)
			delete(model, key)
			if !v.IsNull() {
				model[key] = v
			}
			compare(t, blob, model)
		}
		var props []Property
		for k, v := range model {
			props = append(props, Property{k, v})
		}
		slices.SortFunc(props, func(a, b Property) int { return cmp.Compare(a.Key, b.Key) })
		if !slices.Equal(Pack(nil, props), blob) {
			t.Fatal("Pack and Set differ")
		}
	})
}

func compare(t *rapid.T, blob []byte, model map[graph.KeyID]value.Value) {
	if len(model) == 0 {
		if len(blob) != 0 {
			t.Fatal("an empty blob has bytes")
		}
		return
	}
	if Size(blob) != len(blob) {
		t.Fatalf("size %d, want %d", Size(blob), len(blob))
	}
	got := Unpack(nil, blob)
	if len(got) != len(model) || !slices.IsSortedFunc(got, func(a, b Property) int { return cmp.Compare(a.Key, b.Key) }) {
		t.Fatalf("unpacked %v", got)
	}
	for _, p := range got {
		want := model[p.Key]
		if p.Value.Kind() != want.Kind() || !value.Same(p.Value, want) || !value.Same(Find(blob, p.Key), want) {
			t.Fatalf("key %d: %v, want %v", p.Key, p.Value, want)
		}
	}
	if !Find(blob, 5).IsNull() || !Find(blob, 1<<20).IsNull() {
		t.Fatal("found what is not there")
	}
}

func TestInstants(t *testing.T) {
	for i, v := range valuetest.Samples() {
		packed := AppendValue(nil, v)
		if valueSize(packed) != len(packed) {
			t.Errorf("sample %d: size %d of %d", i, valueSize(packed), len(packed))
		}
		got := Read(append(packed, 0xff))
		if got.Kind() != v.Kind() || !value.Same(got, v) || !bytes.Equal(AppendValue(nil, got), packed) {
			t.Errorf("sample %d of kind %s is not read as it was packed", i, v.Kind())
		}
		if !Storable(v) {
			t.Errorf("sample %d cannot be stored", i)
		}
	}
}

func TestStorable(t *testing.T) {
	deep := value.Int(1)
	for range NestingMax + 1 {
		deep = value.List([]value.Value{deep})
	}
	for _, c := range []struct {
		v    value.Value
		want bool
	}{
		{value.Null, true},
		{value.Float(math.NaN()), true},
		{value.Node(1), false},
		{value.OfVirtualNode(&value.VirtualNode{ID: -1}), false},
		{value.List([]value.Value{value.OfVirtualEdge(&value.VirtualEdge{ID: -1})}), false},
		{value.List([]value.Value{value.Int(1), value.Edge(graph.Edge{})}), false},
		{value.Map([]value.Entry{{Key: "a", Value: value.Path(&value.PathValue{})}}), false},
		{deep, false},
	} {
		if Storable(c.v) != c.want {
			t.Errorf("kind %v: want %v", c.v.Kind(), c.want)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	blob := Pack(nil, []Property{{1, value.Int(5)}, {2, value.String("somebody")}, {3, value.Float(1)}, {7, value.Int(1 << 40)}})
	for b.Loop() {
		if Find(blob, 7).AsInt() != 1<<40 {
			b.Fatal()
		}
	}
}
