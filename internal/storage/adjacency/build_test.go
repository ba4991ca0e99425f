package adjacency

import (
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
)

// TestBuildAgainstModel builds random adjacency and goes on to change it.
func TestBuildAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := arena.New(memory.New("test", 0))
		b := Blocks{a}
		build := b.NewBuilder()
		used := int64(0)
		for range 3 {
			m := &model{marks: map[graph.EdgeID]int{}, dead: map[graph.EdgeID]bool{}, hidden: map[graph.EdgeID]bool{}}
			types := rapid.SampledFrom([]int{1, 2, 5, 40}).Draw(t, "types")
			n := rapid.OneOf(rapid.IntRange(1, 20), rapid.SampledFrom([]int{511, 512, 513, 4093, 4094, 9000})).Draw(t, "n")
			stride := rapid.SampledFrom([]int{1, 7}).Draw(t, "stride")
			var kinds []uint16
			var others, edges []uint32
			for i := range n {
				e := Entry{Type: graph.TypeID(i * stride / 3 % types), Node: graph.NodeID(i * 3), Edge: graph.EdgeID(i * stride % n)}
				if stride == 7 && n%7 == 0 {
					e.Edge = graph.EdgeID(i)
				}
				kinds, others, edges = append(kinds, uint16(e.Type)), append(others, uint32(e.Node)), append(edges, uint32(e.Edge))
				m.entries = append(m.entries, e)
			}
			ref := build.Build(kinds, others, edges)
			check(t, b, ref, m, types)
			var g arena.Garbage
			for i := range 5 {
				e := Entry{Type: graph.TypeID(i % (types + 1)), Node: 7, Edge: graph.EdgeID(n + i)}
				ref = b.Insert(ref, e, m, &g)
				m.entries = append(m.entries, e)
			}
			g.Free(a)
			check(t, b, ref, m, types+1)
			used += b.Bytes(ref)
		}
		build.Close()
		if a.Used() != used {
			t.Fatalf("%d bytes used, %d reachable", a.Used(), used)
		}
	})
}
