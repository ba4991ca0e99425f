package value_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

func list(xs ...value.Value) value.Value { return value.List(xs) }

func mapOf(entries ...value.Entry) value.Value { return value.Map(entries) }

func entry(k string, v value.Value) value.Entry { return value.Entry{Key: k, Value: v} }

// inOrder holds values of all kinds as ORDER BY sorts them.
func inOrder() []value.Value {
	path := func(nodes ...graph.NodeID) value.Value {
		p := &value.PathValue{Nodes: nodes}
		for i := range nodes[1:] {
			p.Edges = append(p.Edges, graph.Edge{ID: graph.EdgeID(i), Dst: nodes[i+1]})
		}
		return value.Path(p)
	}
	return []value.Value{
		mapOf(),
		mapOf(entry("a", value.Int(1))),
		mapOf(entry("a", value.Null)),
		mapOf(entry("a", value.Int(1)), entry("b", value.Int(0))),
		mapOf(entry("b", value.Int(0))),
		value.Node(0),
		value.Node(7),
		value.OfVirtualNode(&value.VirtualNode{ID: -1}),
		value.OfVirtualNode(&value.VirtualNode{ID: -3}),
		value.Edge(graph.Edge{ID: 1, Dst: 9}),
		value.Edge(graph.Edge{ID: 2, Dst: 0}),
		value.OfVirtualEdge(&value.VirtualEdge{ID: -2}),
		value.OfVirtualEdge(&value.VirtualEdge{ID: -4}),
		list(),
		list(value.String("a")),
		list(value.String("a"), value.Int(1)),
		list(value.Int(1)),
		list(value.Int(1), value.String("a")),
		list(value.Int(1), value.Null),
		list(value.Null),
		list(value.Null, value.Int(1)),
		path(0),
		path(0, 1),
		path(1),
		value.String(""),
		value.String("a"),
		value.String("ab"),
		value.String("b"),
		value.Bytes([]byte{1}),
		value.False,
		value.True,
		value.Float(math.Inf(-1)),
		value.Int(math.MinInt64),
		value.Float(-1.5),
		value.Int(0),
		value.Float(0.5),
		value.Int(1),
		value.Float(9007199254740992),
		value.Int(9007199254740993),
		value.Int(math.MaxInt64),
		value.Float(1 << 63),
		value.Float(math.Inf(1)),
		value.Float(math.NaN()),
		value.Null,
	}
}

func TestOrderOfKinds(t *testing.T) {
	xs := inOrder()
	for i, x := range xs {
		for j, y := range xs {
			if c := value.Order(x, y); c < 0 != (i < j) || c > 0 != (i > j) {
				t.Errorf("order of %d and %d is %d", i, j, c)
			}
		}
	}
}

func TestEqualIsThreeValued(t *testing.T) {
	null, one, two := value.Null, value.Int(1), value.Int(2)
	for _, c := range []struct {
		a, b value.Value
		want value.Ternary
	}{
		{null, null, value.Unknown},
		{one, null, value.Unknown},
		{one, value.Float(1), value.Yes},
		{one, value.String("1"), value.No},
		{value.Float(math.NaN()), value.Float(math.NaN()), value.No},
		{value.Int(9007199254740993), value.Float(9007199254740992), value.No},
		{value.Float(0), value.Float(math.Copysign(0, -1)), value.Yes},
		{list(one, two), list(one), value.No},
		{list(null), list(one), value.Unknown},
		{list(null, one), list(null, two), value.No},
		{list(list(one), list(two, two)), list(list(one), list(null)), value.No},
		{list(list(one), list(two)), list(list(one), list(null)), value.Unknown},
		{mapOf(), mapOf(entry("k", null)), value.No},
		{mapOf(entry("k", null)), mapOf(entry("k", null)), value.Unknown},
		{mapOf(entry("k", one)), mapOf(entry("l", one)), value.No},
		{mapOf(entry("k", one), entry("l", null)), mapOf(entry("k", two), entry("l", null)), value.No},
		{value.Node(1), value.Node(1), value.Yes},
		{value.Node(1), value.Edge(graph.Edge{ID: 1}), value.No},
		{value.Edge(graph.Edge{ID: 1, Dst: 5}), value.Edge(graph.Edge{ID: 1, Dst: 6}), value.Yes},
		{list(value.Float(math.NaN())), list(value.Float(math.NaN())), value.No},
	} {
		if got := value.Equal(c.a, c.b); got != c.want {
			t.Errorf("%v = %v gives %d, not %d", c.a, c.b, got, c.want)
		}
		if got := value.Equal(c.b, c.a); got != c.want {
			t.Errorf("%v = %v gives %d, not %d", c.b, c.a, got, c.want)
		}
	}
}

// draw makes a value that is small, so that equal ones are common.
func draw(t *rapid.T, depth int) value.Value {
	top := 9
	if depth == 0 {
		top = 6
	}
	n := rapid.IntRange(0, 3).Draw(t, "n")
	switch rapid.IntRange(0, top).Draw(t, "kind") {
	case 0:
		return value.Null
	case 1:
		return value.Bool(n > 1)
	case 2:
		return rapid.SampledFrom([]value.Value{
			value.Float(math.NaN()), value.Float(1), value.Float(0.5), value.Float(math.Copysign(0, -1)), value.Float(1 << 62),
		}).Draw(t, "float")
	case 3:
		return value.String("abcd"[:n])
	case 4:
		return value.Node(graph.NodeID(n))
	case 5:
		return value.Edge(graph.Edge{ID: graph.EdgeID(n), Dst: graph.NodeID(n)})
	case 7, 8:
		xs := make([]value.Value, n)
		for i := range xs {
			xs[i] = draw(t, depth-1)
		}
		return value.List(xs)
	case 9:
		es := make([]value.Entry, n)
		for i := range es {
			es[i] = entry("abcd"[i:i+1], draw(t, depth-1))
		}
		return value.Map(es)
	}
	return rapid.SampledFrom([]value.Value{value.Int(0), value.Int(1), value.Int(1 << 62), value.Int(1<<62 + 1)}).Draw(t, "int")
}

func TestLawsOfOrderAndEquality(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := draw(t, 2), draw(t, 2), draw(t, 2)
		ab, ba := value.Order(a, b), value.Order(b, a)
		if ab < 0 != (ba > 0) || ab == 0 != (ba == 0) {
			t.Fatalf("the order of %v and %v is %d and %d", a, b, ab, ba)
		}
		if ab <= 0 && value.Order(b, c) <= 0 && value.Order(a, c) > 0 {
			t.Fatalf("%v, %v and %v have no order", a, b, c)
		}
		if value.Same(a, b) && value.Hash(a) != value.Hash(b) {
			t.Fatalf("%v and %v are the same and have two hashes", a, b)
		}
		if value.Equal(a, b) != value.Equal(b, a) {
			t.Fatalf("%v = %v depends on the side", a, b)
		}
		if value.Equal(a, b) == value.Yes && !value.Same(a, b) {
			t.Fatalf("%v and %v are equal but not the same", a, b)
		}
		if x, nan, ok := value.Compare(a, b); ok && !nan {
			y, _, _ := value.Compare(b, a)
			if x < 0 != (y > 0) || x == 0 != (y == 0) {
				t.Fatalf("%v < %v depends on the side", a, b)
			}
		}
	})
}

func TestMapKeepsTheLastOfEqualKeys(t *testing.T) {
	m := mapOf(entry("b", value.Int(1)), entry("a", value.Int(2)), entry("b", value.Int(3)))
	if n := len(m.AsMap()); n != 2 {
		t.Fatalf("%d entries", n)
	}
	if x, ok := m.Field("b"); !ok || x.AsInt() != 3 {
		t.Fatalf("b is %v", x)
	}
	if _, ok := m.Field("c"); ok {
		t.Fatal("c is there")
	}
	keys := []string{}
	for _, e := range m.AsMap() {
		keys = append(keys, e.Key)
	}
	if !slices.IsSorted(keys) {
		t.Fatalf("keys %v", keys)
	}
}

func TestDepth(t *testing.T) {
	x := value.Int(1)
	for want := range 5 {
		if x.Depth() != want {
			t.Fatalf("depth %d, not %d", x.Depth(), want)
		}
		if want%2 == 0 {
			x = list(value.Null, x)
		} else {
			x = mapOf(entry("k", x), entry("l", value.Int(2)))
		}
	}
	for range 1 << 17 {
		x = list(x)
	}
	if x.Depth() != 5+1<<17 {
		t.Fatalf("depth %d", x.Depth())
	}
}

func BenchmarkHashInt(b *testing.B) {
	h := uint64(0)
	for i := range b.N {
		h = value.Combine(h, value.HashInt(int64(i)))
	}
	if h == 0 {
		b.Log(h)
	}
}

func BenchmarkOrderInts(b *testing.B) {
	x, y := value.Int(3), value.Int(4)
	n := 0
	for range b.N {
		n += value.Order(x, y)
	}
	if n > 0 {
		b.Fatal(n)
	}
}
