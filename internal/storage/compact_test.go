package storage

import (
	"math/rand/v2"
	"testing"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// TestCompactionKeepsTheGraph grows a graph in random order, which leaves holes, and
// compacts it while a view is open and while others write.
func TestCompactionKeepsTheGraph(t *testing.T) {
	const nodes, edges = 30_000, 200_000
	w := newStress(t, 200)
	s, n := w.s, w.names
	r := rand.New(rand.NewPCG(3, 4))
	write(t, s, func(tx *Tx) {
		for range nodes {
			_, err := tx.CreateNode(nil, []Property{{Key: n.keys[0], Value: value.Int(1)}})
			must(t, err)
		}
	})
	sum := func(tx *Tx) (total int64, ends graph.NodeID) {
		for _, id := range collect(tx.ScanNodes()) {
			total += tx.NodeProperty(id, n.keys[0]).AsInt()
			for _, seg := range tx.Adjacent(nil, id, graph.Out, nil) {
				for i, end := range seg.Nodes {
					ends += end
					total += tx.EdgeProperty(graph.Edge{ID: seg.Edges[i], Dst: end}, n.keys[0]).AsInt()
				}
			}
		}
		return total, ends
	}
	for range 10 {
		write(t, s, func(tx *Tx) {
			for range edges / 10 {
				src, dst := graph.NodeID(r.IntN(nodes)), graph.NodeID(r.IntN(nodes))
				_, err := tx.CreateEdge(src, dst, n.types[0], []Property{{Key: n.keys[0], Value: value.Int(2)}})
				must(t, err)
				must(t, tx.SetNodeProperty(src, n.keys[1], value.String(string(make([]byte, r.IntN(100))))))
			}
		})
	}
	view := s.Begin(TxOptions{ReadOnly: true})
	total, ends := sum(view)
	for seed := range uint64(2) {
		w.write(seed, func(tx *Tx, r *rand.Rand) error {
			src, dst := graph.NodeID(r.IntN(nodes)), graph.NodeID(r.IntN(nodes))
			if _, err := tx.CreateEdge(src, dst, n.types[0], []Property{{Key: n.keys[0], Value: value.Int(2)}}); err != nil {
				return err
			}
			return tx.SetNodeProperty(src, n.keys[1], value.Int(r.Int64()))
		})
	}
	held := s.adjacency.Arena.Held()
	s.Collect()
	w.wait()
	if again, same := sum(view); again != total || same != ends {
		t.Errorf("the view changed from %d, %d to %d, %d", total, ends, again, same)
	}
	view.Release()
	s.Collect()
	m := s.Memory()
	t.Logf("adjacency: %d held before, %d after, %d used", held, m.Adjacency, s.adjacency.Arena.Used())
	if m.Adjacency > held || m.Adjacency > s.adjacency.Arena.Used()*5/4+(8<<20) {
		t.Errorf("adjacency holds %d bytes and uses %d", m.Adjacency, s.adjacency.Arena.Used())
	}
}
