package expr_test

import (
	"math/rand/v2"
	"testing"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/function"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// ages is a graph whose nodes have the property age, as a column of values.
type ages struct {
	*world
	age []value.Value
}

func (a *ages) NodeProperty(dst []value.Value, ids []graph.NodeID, _ graph.KeyID) error {
	if len(ids) == 0 {
		return nil
	}
	if first := ids[0]; int(ids[len(ids)-1]-first) == len(ids)-1 {
		copy(dst, a.age[first:])
		return nil
	}
	for i, n := range ids {
		dst[i] = a.age[n]
	}
	return nil
}

const people = 100_000

// bench is 100,000 nodes in batches, beside typed columns of the same rows.
type bench struct {
	c       *expr.Context
	f       *fixture
	batches []batch.Batch
}

func newBench(b *testing.B) *bench {
	b.Helper()
	random := rand.New(rand.NewPCG(1, 1))
	w := &ages{world: testWorld()}
	f := newFixture()
	f.names = []string{"n", "i", "x", "s"}
	out := &bench{f: f}
	for at := 0; at < people; at += batch.Size {
		rows := min(batch.Size, people-at)
		in := batch.Batch{Len: rows, Columns: make([]batch.Vector, 4)}
		in.Columns[0].Reset(batch.Nodes, rows)
		in.Columns[1].Reset(batch.Ints, rows)
		in.Columns[2].Reset(batch.Floats, rows)
		in.Columns[3].Reset(batch.Strings, rows)
		for r := range rows {
			age := int64(random.IntN(90))
			w.age = append(w.age, value.Int(age))
			in.Columns[0].Nodes[r] = graph.NodeID(at + r)
			in.Columns[1].Ints[r] = age
			in.Columns[2].Floats[r] = float64(age) / 2
			in.Columns[3].Strings[r] = "person"
		}
		out.batches = append(out.batches, in)
	}
	out.c = f.context()
	out.c.Graph = w
	return out
}

func (t *bench) compile(b *testing.B, text string) expr.Evaluator {
	b.Helper()
	e, err := t.f.compile(text)
	if err != nil {
		b.Fatal(err)
	}
	return e
}

func perRow(b *testing.B) {
	b.Helper()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/people, "ns/row")
}

func BenchmarkFilter(b *testing.B) {
	for _, text := range []string{
		"n.age >= 18", "i >= 18", "x >= 9.0", "18 <= n.age < 65", "n.age >= 18 AND n.age < 65",
		"n.age >= 18 OR i = 3", "n.age IN [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]", "s STARTS WITH 'pe'", "s = 'person'",
		"NOT n.age IS NULL",
	} {
		b.Run(text, func(b *testing.B) {
			t := newBench(b)
			e := t.compile(b, text)
			sel := make([]uint16, 0, batch.Size)
			run := func() {
				for j := range t.batches {
					var err error
					if sel, err = expr.Filter(t.c, e, &t.batches[j], sel[:0]); err != nil {
						b.Fatal(err)
					}
				}
			}
			run()
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				run()
			}
			perRow(b)
		})
	}
}

func BenchmarkEval(b *testing.B) {
	for _, text := range []string{
		"i", "1", "i + 1", "i * 2 + i", "x * 2.0 + x", "n.age + 1", "n.age * 1.5", "i / 7", "CASE WHEN i > 17 THEN 1 ELSE 0 END",
		"coalesce(n.age, 0)", "id(n)", "sqrt(x)", "toString(i)", "[i, x]", "[y IN [1, 2, 3] | y + i]",
		"any(y IN [1, 2, 3] WHERE y = i)", "reduce(a = 0, y IN [1, 2, 3] | a + y)",
	} {
		b.Run(text, func(b *testing.B) {
			t := newBench(b)
			e := t.compile(b, text)
			var out batch.Vector
			run := func() {
				for j := range t.batches {
					if err := e.Eval(t.c, &t.batches[j], &out); err != nil {
						b.Fatal(err)
					}
					t.c.Recycle()
				}
			}
			run()
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				run()
			}
			perRow(b)
		})
	}
}

// BenchmarkOneRow is the price of an expression where there is nothing to share it.
func BenchmarkOneRow(b *testing.B) {
	for _, text := range []string{"1", "n.age", "n.age >= 18", "i + 1", "1 + 2", "$one"} {
		b.Run(text, func(b *testing.B) {
			t := newBench(b)
			e := t.compile(b, text)
			var out batch.Vector
			in := t.batches[0]
			in.Len = 1
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				if err := e.Eval(t.c, &in, &out); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkGroupBy is MATCH (n) WHERE n.age >= 18 RETURN n.age, count(*), and the like.
func BenchmarkGroupBy(b *testing.B) {
	for _, c := range []struct {
		name, where, key string
		kind             function.AggregateKind
		distinct         function.Distinctness
	}{
		{"property count", "n.age >= 18", "n.age", function.CountStar, function.All},
		{"column count", "i >= 18", "i", function.CountStar, function.All},
		{"property sum", "n.age >= 18", "n.age", function.Sum, function.All},
		{"property min", "n.age >= 18", "n.age", function.Min, function.All},
		{"property count distinct", "n.age >= 18", "n.age", function.Count, function.Distinct},
	} {
		b.Run(c.name, func(b *testing.B) {
			t := newBench(b)
			where, key := t.compile(b, c.where), t.compile(b, c.key)
			groups := batch.NewGroups(1)
			agg := function.NewAggregator(&t.c.Call, c.kind, c.distinct)
			var scratch batch.Vector
			var ids []uint32
			sel, keys := make([]uint16, 0, batch.Size), make([]*batch.Vector, 1)
			run := func() {
				for j := range t.batches {
					in := &t.batches[j]
					var err error
					if sel, err = expr.Filter(t.c, where, in, sel[:0]); err != nil {
						b.Fatal(err)
					}
					in.Sel = sel
					v, err := expr.View(t.c, key, in, &scratch)
					if err != nil {
						b.Fatal(err)
					}
					keys[0] = v
					ids = groups.Assign(ids[:0], in, keys)
					if err := agg.Grow(groups.Len()); err != nil {
						b.Fatal(err)
					}
					if err := agg.Add(ids, in, keys); err != nil {
						b.Fatal(err)
					}
					in.Sel = nil
				}
			}
			run()
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				run()
			}
			perRow(b)
		})
	}
}

func BenchmarkAggregate(b *testing.B) {
	for _, c := range []struct {
		name, arg string
		kind      function.AggregateKind
		distinct  function.Distinctness
	}{
		{"count", "n.age", function.Count, function.All},
		{"count distinct", "n.age", function.Count, function.Distinct},
		{"sum property", "n.age", function.Sum, function.All},
		{"sum ints", "i", function.Sum, function.All},
		{"avg floats", "x", function.Avg, function.All},
		{"min property", "n.age", function.Min, function.All},
		{"max ints", "i", function.Max, function.All},
		{"max floats", "x", function.Max, function.All},
	} {
		b.Run(c.name, func(b *testing.B) {
			t := newBench(b)
			arg := t.compile(b, c.arg)
			agg := function.NewAggregator(&t.c.Call, c.kind, c.distinct)
			if err := agg.Grow(1); err != nil {
				b.Fatal(err)
			}
			var scratch batch.Vector
			args := make([]*batch.Vector, 1)
			run := func() {
				for j := range t.batches {
					v, err := expr.View(t.c, arg, &t.batches[j], &scratch)
					if err != nil {
						b.Fatal(err)
					}
					args[0] = v
					if err := agg.Add(nil, &t.batches[j], args); err != nil {
						b.Fatal(err)
					}
				}
			}
			run()
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				run()
			}
			perRow(b)
		})
	}
}
