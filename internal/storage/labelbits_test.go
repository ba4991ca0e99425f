package storage

import (
	"math/rand/v2"
	"testing"

	"memgraphd/internal/storage/graph"
)

// TestLabelBits compares sets of nodes with what the nodes are asked one by one, in views of
// different ages, of the transaction that changes something, and under a guard.
func TestLabelBits(t *testing.T) {
	s := openStore(t, Options{Columns: ColumnOptions{Least: 4}})
	internNames(t, s)
	rnd := rand.New(rand.NewPCG(1, 2))
	change := func(tx *Tx, n int) {
		for range n {
			id, l := graph.NodeID(rnd.IntN(5000)), graph.LabelID(rnd.IntN(3))
			switch {
			case !tx.NodeExists(id):
				_, err := tx.CreateNode([]graph.LabelID{l}, nil)
				must(t, err)
			case rnd.IntN(3) == 0:
				_, err := tx.DeleteNode(id)
				must(t, err)
			case tx.HasLabel(id, l):
				_, err := tx.RemoveLabel(id, l)
				must(t, err)
			default:
				_, err := tx.AddLabel(id, l)
				must(t, err)
			}
		}
	}
	check := func(tx *Tx) {
		t.Helper()
		for _, labels := range [][]graph.LabelID{nil, {0}, {1}, {2, 0}, {0, 1, 2}} {
			bits := make([]uint64, tx.NodeLimit()/64+1)
			bits[0] = ^uint64(0) // of which nothing is left
			tx.LabelBits(bits, labels)
			for id := range graph.NodeID(64 * len(bits)) {
				want := tx.NodeExists(id)
				for _, l := range labels {
					want = want && tx.HasLabel(id, l)
				}
				if got := bits[id/64]>>(id%64)&1 != 0; got != want {
					t.Fatalf("node %d with labels %v: %v", id, labels, got)
				}
			}
		}
	}
	views := []*Tx{}
	for range 6 {
		w := s.Begin(TxOptions{})
		change(w, 3000)
		check(w)
		for _, v := range views {
			check(v)
		}
		_, err := w.Commit()
		must(t, err)
		w.Release()
		v := s.Begin(TxOptions{ReadOnly: true})
		check(v)
		check(v)
		guarded := s.Begin(TxOptions{ReadOnly: true})
		guarded.SetGuard(NewGuard(s, evenLabels{}))
		check(guarded)
		views = append(views, v, guarded)
	}
	for _, v := range views {
		v.Release()
	}
}

// evenLabels hides nodes with labels of odd numbers.
type evenLabels struct{}

func (evenLabels) NodeAccess(labels []graph.LabelID) Access {
	for _, l := range labels {
		if l%2 != 0 {
			return 0
		}
	}
	return AccessAll
}
func (evenLabels) EdgeAccess(graph.TypeID) Access                    { return AccessAll }
func (evenLabels) NodeKeyAccess([]graph.LabelID, graph.KeyID) Access { return AccessAll }
func (evenLabels) EdgeKeyAccess(graph.TypeID, graph.KeyID) Access    { return AccessAll }
