package exec

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
)

// TestDistinctIntegers compares DISTINCT of one column, which has integers as bits, with that
// of two, which hashes, for lists of integers near and far, below 0, and with other values
// among them.
func TestDistinctIntegers(t *testing.T) {
	d := newDatabase(t)
	rnd := rand.New(rand.NewPCG(5, 8))
	draws := []func() value.Value{
		func() value.Value { return value.Int(rnd.Int64N(50)) },
		func() value.Value { return value.Int(rnd.Int64N(20_000)) },
		func() value.Value { return value.Int(32_700 + rnd.Int64N(200)) }, // where a new set ends
		func() value.Value { return value.Int(rnd.Int64N(1 << 40)) },
		func() value.Value { return value.Int(-1 - rnd.Int64N(5)) },
		func() value.Value { return value.Float(float64(rnd.IntN(50))) },
		func() value.Value { return value.Null },
		func() value.Value { return value.String("x") },
	}
	for round := range 200 {
		d.size = []int{1, 3, 64, 1024}[round%4]
		kinds := 1 + rnd.IntN(len(draws))
		list := make([]value.Value, rnd.IntN(3000))
		for i := range list {
			kind := rnd.IntN(kinds)
			if rnd.IntN(20) > 0 {
				kind = min(kind, 3) // others are few, and come late
			}
			list[i] = draws[kind]()
		}
		d.params = value.Map([]value.Entry{{Key: "list", Value: value.List(list)}})
		got := d.must(t, "UNWIND $list AS x WITH DISTINCT x RETURN x, 1 AS y")
		want := d.must(t, "UNWIND $list AS x WITH DISTINCT x, 1 AS y RETURN x, y")
		if !reflect.DeepEqual(got.rows, want.rows) {
			t.Fatalf("round %d: %d rows, want %d: %v", round, len(got.rows), len(want.rows), list)
		}
	}
	d.params, d.size = value.Null, 0
	d.budget = memory.New("query", 100_000)
	_, err := d.query(t.Context(), "UNWIND range(1, 1000000) AS x WITH DISTINCT x RETURN count(x)")
	if f := failure.Of(err); f == nil || f.Detail != "MemoryLimitExceeded" {
		t.Errorf("a million integers in 100,000 bytes: %v", err)
	}
}
