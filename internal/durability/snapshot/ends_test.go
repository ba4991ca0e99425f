package snapshot

import (
	"slices"
	"strings"
	"testing"

	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
)

// endsNode is a node of manyEnds: its slot is 300 times its place, and its relationships lead to
// the nodes 0, 1, 2 … from the slot of its first one on.
type endsNode struct {
	degree int
	first  uint32
	groups []storage.EdgeGroup
}

// manyEnds is a block whose nodes have headers of all sizes.
func manyEnds() (nodes []endsNode, h blockHeader, payload []byte) {
	var b endsBuilder
	b.reset(kindOut)
	first := graph.EdgeID(7)
	for i, n := range []int{1, 127, 128, 16_383, 16_384, 3} {
		node := endsNode{n, uint32(first), []storage.EdgeGroup{{Type: 50, End: n}}}
		others, edges := make([]graph.NodeID, n), make([]graph.EdgeID, n)
		for k := range edges {
			others[k], edges[k] = graph.NodeID(k), first
			first++
		}
		b.add(5, others, edges)
		if i%2 == 1 {
			b.add(9, others[:1], edges[:1])
			node.groups = append(node.groups, storage.EdgeGroup{Type: 90, End: n + 1})
		}
		b.end(graph.NodeID(i * 300))
		nodes = append(nodes, node)
	}
	return nodes, blockHeader{kind: kindOut, count: uint32(len(b.edges)), first: b.first}, b.append(nil)
}

// TestEndsOfABlock reads the nodes of a block, and tells which of them other blocks may have too.
func TestEndsOfABlock(t *testing.T) {
	nodes, h, payload := manyEnds()
	names := &nameTable{types: map[uint64]graph.TypeID{5: 50, 9: 90}}
	read := func(most uint64) (shared []bool, err error) {
		var x endsReader
		var to storage.Ends
		var more bool
		for err = x.open(h, payload, names, most, &to); err == nil; shared = append(shared, to.Shared) {
			if more, err = x.next(&to); !more {
				break
			}
			i := len(shared)
			want := nodes[i]
			if to.Node != graph.NodeID(i*300) || !slices.Equal(to.Groups, want.groups) {
				t.Fatalf("node %d with %v, want %d with %v", to.Node, to.Groups, i*300, want.groups)
			}
			n := want.groups[len(want.groups)-1].End
			others, edges := make([]uint32, n), make([]uint32, n)
			to.Others.Next(others)
			to.Edges.Next(edges)
			last := want.degree - 1
			if others[last] != uint32(last) || edges[0] != want.first || edges[last] != want.first+uint32(last) {
				t.Fatalf("node %d: %d … %d, of which the last leads to %d", to.Node, edges[0], edges[last], others[last])
			}
		}
		return shared, err
	}
	for most, want := range map[uint64][]bool{
		1500: {true, false, false, false, false, true},
		1501: {true, false, false, false, false, false},
	} {
		if got, err := read(most); err != nil || !slices.Equal(got, want) {
			t.Errorf("up to slot %d: shared %v, %v; want %v", most, got, err, want)
		}
	}
	if _, err := read(1499); err == nil || !strings.Contains(err.Error(), "the next block begins within this one") {
		t.Errorf("a node behind the first of the next block: %v", err)
	}
}
