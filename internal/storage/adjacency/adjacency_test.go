package adjacency

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
)

// model is the state of relationships that the tests give to Blocks.
type model struct {
	entries []Entry
	marks   map[graph.EdgeID]int
	dead    map[graph.EdgeID]bool
	hidden  map[graph.EdgeID]bool
}

func (m *model) Marks(id graph.EdgeID) int           { return m.marks[id] }
func (m *model) Dead(id graph.EdgeID) bool           { return m.dead[id] }
func (m *model) VisibleEdge(id graph.EdgeID) bool    { return !m.dead[id] && !m.hidden[id] }
func (m *model) want(t graph.TypeID) map[Entry]bool  { return m.filter(t, true) }
func (m *model) every(t graph.TypeID) map[Entry]bool { return m.filter(t, false) }

func (m *model) filter(t graph.TypeID, visible bool) map[Entry]bool {
	out := map[Entry]bool{}
	for _, e := range m.entries {
		if e.Type == t && (!visible || m.VisibleEdge(e.Edge)) {
			out[Entry{Type: t, Node: e.Node, Edge: e.Edge}] = true
		}
	}
	return out
}

func TestBlocksAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := arena.New(memory.New("test", 0))
		b := Blocks{a}
		m := &model{marks: map[graph.EdgeID]int{}, dead: map[graph.EdgeID]bool{}, hidden: map[graph.EdgeID]bool{}}
		var g arena.Garbage
		var ref arena.Ref
		next := graph.EdgeID(0)
		types := rapid.IntRange(1, 5).Draw(t, "types")
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "op") {
			case 0, 1, 2:
				for range rapid.SampledFrom([]int{1, 3, 300, 1000}).Draw(t, "many") {
					e := Entry{Type: graph.TypeID(int(next*7) % types), Node: graph.NodeID(next * 3), Edge: next ^ 5, Marks: int(next) % 2}
					ref = b.Insert(ref, e, m, &g)
					m.entries = append(m.entries, e)
					m.marks[e.Edge] = e.Marks
					m.hidden[e.Edge] = e.Marks > 0 && next%3 == 0
					next++
				}
			case 3, 4:
				p := rapid.IntRange(1, 5).Draw(t, "stride")
				for i, e := range m.entries {
					if i%p == 0 && !m.dead[e.Edge] {
						b.AddMarks(ref, e.Type, e.Edge, 1)
						m.marks[e.Edge]++
						m.dead[e.Edge] = true
					}
				}
			case 5:
				ref = b.Purge(ref, m, &g)
				kept := m.entries[:0]
				for _, e := range m.entries {
					if !m.dead[e.Edge] {
						kept = append(kept, e)
					}
				}
				m.entries = kept
			}
			check(t, b, ref, m, types)
		}
		if a.Used() != b.Bytes(ref)+garbageBytes(&g, a) {
			t.Fatalf("%d bytes used, %d reachable", a.Used(), b.Bytes(ref))
		}
	})
}

func garbageBytes(g *arena.Garbage, a *arena.Arena) int64 {
	before := a.Used()
	g.Free(a)
	return before - a.Used()
}

func check(t *rapid.T, b Blocks, ref arena.Ref, m *model, types int) {
	marks, total := 0, 0
	for _, e := range m.entries {
		marks += m.marks[e.Edge]
	}
	if got := b.Marks(ref); got != marks {
		t.Fatalf("marks %d, want %d", got, marks)
	}
	checkRun(t, b, ref, m, []graph.TypeID{})
	checkRun(t, b, ref, m, nil)
	checkRun(t, b, ref, m, []graph.TypeID{0, graph.TypeID(types - 1)})
	for i := range types {
		checkRun(t, b, ref, m, []graph.TypeID{graph.TypeID(i)})
		want := m.want(graph.TypeID(i))
		total += len(want)
		if n := b.Degree(ref, []graph.TypeID{graph.TypeID(i)}, m); n != len(want) {
			t.Fatalf("degree %d, want %d", n, len(want))
		}
		for _, s := range b.Segments(nil, ref, []graph.TypeID{graph.TypeID(i)}, m) {
			for k, id := range s.Edges {
				e := Entry{Type: s.Type, Node: s.Nodes[k], Edge: id}
				if !want[e] {
					t.Fatalf("unexpected or repeated %v", e)
				}
				delete(want, e)
			}
		}
		if len(want) > 0 {
			t.Fatalf("missing %v", want)
		}
		for e := range m.every(graph.TypeID(i)) {
			if dst, ok := b.Find(ref, e.Type, e.Edge); !ok || dst != e.Node {
				t.Fatalf("%v not found", e)
			}
		}
	}
	if n := b.Degree(ref, nil, m); n != total {
		t.Fatalf("degree %d, want %d", n, total)
	}
	if _, ok := b.Find(ref, 0, 1<<30); ok {
		t.Fatal("found what is not there")
	}
}

// checkRun compares Run and Degrees with Segments.
func checkRun(t *rapid.T, b Blocks, ref arena.Ref, m *model, types []graph.TypeID) {
	var nodes []graph.NodeID
	var edges []graph.EdgeID
	for _, s := range b.Segments(nil, ref, types, m) {
		nodes, edges = append(nodes, s.Nodes...), append(edges, s.Edges...)
	}
	if others, ids, ok := b.Run(ref, types); ok && (!slices.Equal(others, nodes) || !slices.Equal(ids, edges)) {
		t.Fatalf("types %v: run of %v, %v, want %v, %v", types, others, ids, nodes, edges)
	}
	ends := []uint64{0x5555_3333_0f0f_00ff, 0x1234_5678_9abc_def0}
	in := 0
	for _, n := range nodes {
		if n < 128 && ends[n/64]>>(n%64)&1 != 0 {
			in++
		}
	}
	for i, set := range [][]uint64{nil, ends} {
		got, want := []int64{7, 7, 7}, []int{len(nodes), in}[i]
		if b.Degrees(got, []arena.Ref{0, ref, 0}, types, m, set); got[0] != 0 || got[1] != int64(want) || got[2] != 0 {
			t.Fatalf("types %v, ends %x: degrees %d, want 0, %d, 0", types, set, got, want)
		}
	}
}

func BenchmarkInsert(b *testing.B) {
	blocks := Blocks{arena.New(memory.New("bench", 0))}
	var g arena.Garbage
	refs := make([]arena.Ref, 100_000)
	i := 0
	for b.Loop() {
		n := uint32(i) * 2654435761 % uint32(len(refs))
		refs[n] = blocks.Insert(refs[n], Entry{Node: graph.NodeID(i), Edge: graph.EdgeID(i)}, nil, &g)
		if g.Len() > 1000 {
			g.Free(blocks.Arena)
		}
		i++
	}
}
