package column

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// kinds make random values of one type.
var kinds = map[string]func(r *rand.Rand) value.Value{
	"none":                 func(*rand.Rand) value.Value { return value.Null },
	"bytes":                func(r *rand.Rand) value.Value { return value.Int(int64(r.IntN(256)) - 100) },
	"shorts":               func(r *rand.Rand) value.Value { return value.Int(int64(r.IntN(60_000)) + math.MinInt64) },
	"words":                func(r *rand.Rand) value.Value { return value.Int(int64(r.Uint32()) - 1<<40) },
	"ints":                 func(r *rand.Rand) value.Value { return value.Int(int64(r.Uint64())) },
	"floats":               func(r *rand.Rand) value.Value { return value.Float(r.NormFloat64()) },
	"bools":                func(r *rand.Rand) value.Value { return value.Bool(r.IntN(2) == 0) },
	"words of few letters": func(r *rand.Rand) value.Value { return value.String(fmt.Sprint("word ", r.IntN(9))) },
	"different texts":      func(r *rand.Rand) value.Value { return value.String(fmt.Sprint("text ", r.Uint32())) },
}

func TestChunks(t *testing.T) {
	b := &Builder{}
	for name, draw := range kinds {
		for _, empty := range []int{0, 1, 50, 99} {
			t.Run(fmt.Sprintf("%s, %d %% empty", name, empty), func(t *testing.T) {
				r := rand.New(rand.NewPCG(1, uint64(empty)))
				want := make([]value.Value, GroupNodes)
				b.Reset()
				for i := range want {
					if r.IntN(100) >= empty {
						want[i] = draw(r)
					}
					b.Set(i, want[i])
				}
				c := b.Chunk(1)
				checkChunk(t, &c, want)
				checkGathered(t, &c, want, r)
			})
		}
	}
}

func checkChunk(t *testing.T, c *Chunk, want []value.Value) {
	t.Helper()
	if c.Kind() == Mixed {
		t.Fatal("there is no column")
	}
	low, high := int64(math.MaxInt64), int64(math.MinInt64)
	for i, v := range want {
		if got := c.Value(uint32(i)); got.Kind() != v.Kind() || !value.Same(got, v) {
			t.Fatalf("slot %d has %v, want %v", i, got, v)
		}
		if v.Kind() == value.KindInt {
			low, high = min(low, v.AsInt()), max(high, v.AsInt())
		}
		if c.Kind() != None && c.Null(graph.NodeID(7<<GroupShift+i)) != v.IsNull() {
			t.Fatalf("slot %d is said to be empty: %t", i, !v.IsNull())
		}
	}
	if c.Kind() == Ints {
		if gotLow, gotHigh := c.Range(); gotLow != low || gotHigh != high {
			t.Errorf("integers from %d to %d, want %d to %d", gotLow, gotHigh, low, high)
		}
	}
	if bytes := c.Bytes(); bytes <= 0 || bytes > 64<<10 {
		t.Errorf("%d bytes", bytes)
	}
}

func checkGathered(t *testing.T, c *Chunk, want []value.Value, r *rand.Rand) {
	t.Helper()
	const n = 100
	ids := make([]graph.NodeID, n)
	var some []uint16
	for i := range ids {
		ids[i] = 3<<GroupShift + graph.NodeID(r.IntN(GroupNodes))
		if r.IntN(3) == 0 {
			some = append(some, uint16(i))
		}
	}
	run := make([]graph.NodeID, n) // a part of the group, without a gap
	for i := range run {
		run[i] = 3<<GroupShift + 77 + graph.NodeID(i)
	}
	for _, at := range []Rows{{IDs: ids}, {IDs: ids, Rows: some}, {IDs: run, Dense: true}, {IDs: run, Rows: some, Dense: true}} {
		rows, ids := at.Rows, at.IDs
		got := make([]value.Value, n)
		switch c.Kind() {
		case Ints:
			collect(got, c.Ints, at, value.Int)
		case Floats:
			collect(got, c.Floats, at, value.Float)
		case Bools:
			collect(got, c.Bools, at, value.Bool)
		case Strings:
			collect(got, c.Strings, at, value.String)
		case None, Mixed:
			continue
		}
		if rows == nil {
			for i := range ids {
				rows = append(rows, uint16(i))
			}
		}
		for _, row := range rows {
			if v := want[ids[row]%GroupNodes]; !v.IsNull() && !value.Same(got[row], v) {
				t.Errorf("row %d has %v, want %v", row, got[row], v)
			}
		}
	}
}

func collect[T any](dst []value.Value, gather func([]T, Rows), at Rows, of func(T) value.Value) {
	xs := make([]T, len(dst))
	gather(xs, at)
	for i, x := range xs {
		dst[i] = of(x)
	}
}

func TestNoColumn(t *testing.T) {
	b := &Builder{}
	for name, values := range map[string][]value.Value{
		"two types":      {value.Int(1), value.Float(1)},
		"lists":          {value.List(nil)},
		"a list at last": {value.Null, value.Int(1), value.List(nil)},
		"long texts":     {value.String(string(make([]byte, textMax))), value.String("x")},
	} {
		b.Reset()
		for i, v := range values {
			b.Set(i, v)
		}
		if c := b.Chunk(1); c.Kind() != Mixed || !b.Hopeless() {
			t.Errorf("%s: kind %d", name, c.Kind())
		}
	}
	b.Reset()
	b.Set(4, value.Int(3))
	if c := b.Chunk(2); c.Kind() != Mixed {
		t.Error("a column of one value where two are the least")
	}
	b.Reset()
	if c := b.Chunk(2); c.Kind() != None {
		t.Error("no value at all is as good as a column")
	}
	b.Set(5, value.Int(3))
	if c := b.Chunk(1); c.Kind() != Ints || c.Value(5).AsInt() != 3 || !c.Value(0).IsNull() {
		t.Error("a builder is not as new after Reset")
	}
}

// checkCounted counts integers and compares the numbers.
func checkCounted(t *testing.T, c *Chunk, values []value.Value, at Rows) {
	t.Helper()
	want := map[int64]uint32{}
	count := func(id graph.NodeID) { want[values[id%GroupNodes].AsInt()]++ }
	rows := 0
	for i, id := range at.IDs {
		if at.Rows == nil || slices.Contains(at.Rows, uint16(i)) {
			rows++
			if values[id%GroupNodes].IsNull() {
				return // that is not what it is for
			}
			count(id)
		}
	}
	var into Counts
	into.Low = 7 // is set anew
	if rows == 0 || !c.Count(&into, at) {
		return
	}
	got := map[int64]uint32{}
	for i := range into.Width {
		if n := into.Of(i); n > 0 {
			got[into.Low+int64(i)] = n
		}
	}
	if !maps.Equal(got, want) {
		t.Fatalf("counted %v, want %v", got, want)
	}
}

func TestSelect(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	b := &Builder{}
	for _, name := range []string{"none", "bytes", "shorts", "words", "ints"} {
		for _, empty := range []int{0, 60} {
			values := make([]value.Value, GroupNodes)
			b.Reset()
			for i := range values {
				if r.IntN(100) >= empty {
					values[i] = kinds[name](r)
				}
				b.Set(i, values[i])
			}
			c := b.Chunk(1)
			for range 200 {
				checkSelected(t, &c, values, r)
			}
		}
	}
}

func checkSelected(t *testing.T, c *Chunk, values []value.Value, r *rand.Rand) {
	t.Helper()
	low, high := c.Range()
	span := Span{Low: low - 300 + int64(r.IntN(600)), Width: uint64(r.IntN(700)), Out: r.IntN(2) == 0}
	switch r.IntN(4) {
	case 0:
		span.Low, span.Width = math.MinInt64, uint64(high)-1<<63
	case 1:
		span.Low, span.Width = low, uint64(high)-uint64(low)
	case 2:
		span.Low = low + int64(r.Uint64()%(uint64(high)-uint64(low)+2))/2
		span.Width = r.Uint64()
	}
	span.Width = min(span.Width, math.MaxInt64-uint64(span.Low)) // no span goes on behind the last integer
	at, first := Rows{IDs: make([]graph.NodeID, 50), Dense: r.IntN(2) == 0}, r.IntN(5)
	from := 9<<GroupShift + graph.NodeID(r.IntN(GroupNodes-len(at.IDs)))
	for i := range at.IDs {
		at.IDs[i] = 9<<GroupShift + graph.NodeID(r.IntN(GroupNodes))
		if at.Dense {
			at.IDs[i] = from + graph.NodeID(i)
		}
	}
	rows := make([]int, len(at.IDs))
	for i := range rows {
		rows[i] = first + i
	}
	if r.IntN(2) == 0 {
		at.Rows, rows = []uint16{}, nil
		for i := range at.IDs {
			if r.IntN(2) == 0 {
				at.Rows, rows = append(at.Rows, uint16(i)), append(rows, i)
			}
		}
		first = 0
	}
	want := []uint16{77}
	for _, row := range rows {
		if v := values[at.IDs[row-first]%GroupNodes]; !v.IsNull() {
			x := v.AsInt()
			if inside := x >= span.Low && x <= span.Low+int64(span.Width); inside != span.Out {
				want = append(want, uint16(row))
			}
		}
	}
	got := c.Select([]uint16{77}, at, first, span)
	if !slices.Equal(got, want) {
		t.Fatalf("%+v selects %v, want %v", span, got, want)
	}
	checkCounted(t, c, values, at)
	if c.Misses(span) && len(want) > 1 {
		t.Errorf("%+v is said to select nothing", span)
	}
}
