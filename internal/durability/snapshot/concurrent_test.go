package snapshot_test

import (
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// TestWhileWritersGoOn compares each image with what a model says of its commit: every
// commit adds two nodes and two relationships, or turns the two of an earlier one around.
func TestWhileWritersGoOn(t *testing.T) {
	s := randomStore(t, 7, 300)
	p := pairs{
		s: s, key: must[graph.KeyID](t)(s.InternKey("pair")), label: must[graph.LabelID](t)(s.InternLabel("Pair")),
		types: [2]graph.TypeID{must[graph.TypeID](t)(s.InternType("THERE")), must[graph.TypeID](t)(s.InternType("BACK"))},
	}
	edgesBefore := s.EdgeCount()
	var stop atomic.Bool
	var writers sync.WaitGroup
	for w := range 2 {
		writers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 9))
			var mine [][2]graph.NodeID
			for made := 0; made < 10_000 && !stop.Load(); made++ {
				var err error
				if len(mine) > 10 && made%2 == 0 {
					err = p.turn(mine[r.IntN(len(mine))], r)
				} else {
					var pair [2]graph.NodeID
					pair, err = p.add(r)
					mine = append(mine, pair)
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	fsys := newFS(t)
	for range 10 {
		info := must[snapshot.Info](t)(snapshot.Create(t.Context(), options(fsys, s)))
		p.check(t, must[*storage.Store](t)(load(t, fsys, info.Path)), edgesBefore)
	}
	stop.Store(true)
	writers.Wait()
}

// pairs writes pairs of nodes with the same value that lead to each other.
type pairs struct {
	s     *storage.Store
	key   graph.KeyID
	label graph.LabelID
	types [2]graph.TypeID
}

func (p *pairs) add(r *rand.Rand) (pair [2]graph.NodeID, err error) {
	tx := p.s.Begin(storage.TxOptions{})
	defer tx.Release()
	v := value.Int(r.Int64())
	for i := range pair {
		if pair[i], err = tx.CreateNode([]graph.LabelID{p.label}, []storage.Property{{Key: p.key, Value: v}}); err != nil {
			return pair, err
		}
	}
	return pair, p.connect(tx, pair, r)
}

func (p *pairs) connect(tx *storage.Tx, pair [2]graph.NodeID, r *rand.Rand) error {
	var props []storage.Property
	if r.IntN(8) == 0 {
		props = append(props, storage.Property{Key: p.key, Value: value.Int(r.Int64N(100))})
	}
	_, err1 := tx.CreateEdge(pair[0], pair[1], p.types[0], props)
	_, err2 := tx.CreateEdge(pair[1], pair[0], p.types[1], props)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	_, err := tx.Commit()
	return err
}

// turn replaces the relationships of a pair by others.
func (p *pairs) turn(pair [2]graph.NodeID, r *rand.Rand) error {
	tx := p.s.Begin(storage.TxOptions{})
	defer tx.Release()
	for _, id := range pair {
		for _, seg := range tx.Adjacent(nil, id, graph.Out, nil) {
			for i, e := range seg.Edges {
				if _, err := tx.DeleteEdge(graph.Edge{ID: e, Dst: seg.Nodes[i]}); err != nil {
					return err
				}
			}
		}
	}
	return p.connect(tx, [2]graph.NodeID{pair[1], pair[0]}, r)
}

// check looks at the pairs of an image.
func (p *pairs) check(t *testing.T, got *storage.Store, edgesBefore int64) {
	t.Helper()
	label := must[graph.LabelID](t)(got.InternLabel("Pair"))
	key := must[graph.KeyID](t)(got.InternKey("pair"))
	tx := got.Begin(storage.TxOptions{ReadOnly: true})
	defer tx.Release()
	var ids [64]graph.NodeID
	scan := tx.ScanLabel(label)
	for n := scan.Next(ids[:]); n > 0; n = scan.Next(ids[:]) {
		for _, id := range ids[:n] {
			out, in := tx.Adjacent(nil, id, graph.Out, nil), tx.Adjacent(nil, id, graph.In, nil)
			if len(out) != 1 || len(in) != 1 || len(out[0].Nodes) != 1 || len(in[0].Nodes) != 1 {
				t.Fatalf("node %d has %v and %v", id, out, in)
			}
			other := out[0].Nodes[0]
			if in[0].Nodes[0] != other || tx.NodeProperty(other, key).AsInt() != tx.NodeProperty(id, key).AsInt() {
				t.Fatalf("node %d leads to %d and comes from %d", id, other, in[0].Nodes[0])
			}
		}
	}
	if nodes, edges := got.LabelCount(label), got.EdgeCount()-edgesBefore; nodes != edges || nodes%2 != 0 {
		t.Fatalf("commit %d: %d nodes in pairs with %d relationships", got.LastCommitted(), nodes, edges)
	}
}
