package index

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
)

// TestGrowingValues adds values in ascending order for the most part, with runs of equal ones,
// and takes some away, from the end too.
func TestGrowingValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := arena.New(memory.New("test", 0))
		p := NewProperty(a)
		var g arena.Garbage
		var model []row
		grown := func(n int) value.Value { return value.Int(int64(n)) }
		if rapid.Bool().Draw(t, "texts") {
			grown = func(n int) value.Value { return value.String(fmt.Sprintf("a long text %09d", n)) }
		}
		at := 0
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0:
				for range min(len(model), rapid.IntRange(1, 60).Draw(t, "last")) {
					r := model[len(model)-1]
					p.Remove(r.v, r.id, &g)
					model = model[:len(model)-1]
				}
			case 1:
				r := row{grown(rapid.IntRange(0, at+1).Draw(t, "before")), 5}
				if i, found := slices.BinarySearchFunc(model, r, order); !found {
					p.Add(r.v, r.id)
					model = slices.Insert(model, i, r)
				}
			default:
				step := rapid.IntRange(0, 2).Draw(t, "by")
				for i := range rapid.IntRange(1, 50).Draw(t, "more") {
					at += step
					r := row{grown(at), graph.NodeID(10 + i*(1+cmp.Compare(step, 1)))}
					if k, found := slices.BinarySearchFunc(model, r, order); !found {
						model = slices.Insert(model, k, r)
					}
					p.Add(r.v, r.id)
				}
			}
		}
		checkScan(t, p, p.Range(Bound{}, Bound{}), model)
		checkDistinct(t, p, model)
		p.Drop(&g)
		g.Free(a)
		if a.Used() != 0 {
			t.Fatalf("%d bytes left", a.Used())
		}
	})
}
