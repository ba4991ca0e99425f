package storage

import (
	"sync"
	"testing"
	"time"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// TestDeadEdgeHasNoSource deletes a relationship that only an old view holds, and stops the collector between the
// moment when it takes the relationship out of the graph and the moment when it frees its slot. The slot must be empty
// from the first on: who finds it later than its state goes would take it for one that is in every view.
func TestDeadEdgeHasNoSource(t *testing.T) {
	s := openStore(t, Options{})
	names := internNames(t, s)
	var e graph.Edge
	write(t, s, func(tx *Tx) {
		id, err := tx.CreateNode(nil, nil)
		must(t, err)
		e, err = tx.CreateEdge(id, id, names.types[0], []Property{{Key: names.keys[0], Value: value.Int(1)}})
		must(t, err)
	})
	old := s.Begin(TxOptions{ReadOnly: true})
	write(t, s, func(tx *Tx) {
		_, err := tx.DeleteEdge(e)
		must(t, err)
	})
	since := s.Begin(TxOptions{ReadOnly: true}) // the slot is freed when this one is closed
	if !old.EdgeExists(e) || len(old.AppendExtraEdges(nil, 0, graph.NoEdge)) != 1 || since.EdgeExists(e) {
		t.Fatal("a view does not have what it began with")
	}
	old.Release()
	s.Collect()
	if st := s.edges.state(e.ID); st == nil || st.flags.Load() != flagDead {
		t.Fatal("the relationship is not between the phases")
	}
	if s.edges.known(e.ID) || since.EdgeExists(e) {
		t.Fatal("the slot of a dead relationship has a start node")
	}
	since.Release()
	s.Collect()
	if s.edges.state(e.ID) != nil {
		t.Fatal("the slot was not freed")
	}
	must(t, s.Check())
}

// TestScansBesideDeadEdges has writers that make relationships which no view ever holds, and walks over all slots
// meanwhile.
func TestScansBesideDeadEdges(t *testing.T) {
	s := openStore(t, Options{})
	names := internNames(t, s)
	const ends, kept = 8, 100
	var nodes []graph.NodeID
	write(t, s, func(tx *Tx) {
		for range ends {
			id, err := tx.CreateNode(nil, nil)
			must(t, err)
			nodes = append(nodes, id)
		}
		for i := range kept {
			_, err := tx.CreateEdge(nodes[i%ends], nodes[i/ends%ends], names.types[i%2], []Property{{Key: names.keys[0], Value: value.Int(1)}})
			must(t, err)
		}
	})
	var writers sync.WaitGroup
	end := time.Now().Add(300 * time.Millisecond)
	for at := range 2 {
		writers.Go(func() {
			for n := 0; time.Now().Before(end); n++ {
				tx := s.Begin(TxOptions{})
				for i := range 40 {
					e, err := tx.CreateEdge(nodes[i%ends], nodes[(i+at)%ends], names.types[i%2], []Property{{Key: names.keys[0], Value: value.Int(2)}})
					must(t, err)
					_, err = tx.DeleteEdge(e)
					must(t, err)
				}
				if n%3 > 0 {
					_, err := tx.Commit()
					must(t, err)
				}
				tx.Release()
			}
		})
	}
	for time.Now().Before(end) && !t.Failed() {
		tx := s.Begin(TxOptions{ReadOnly: true})
		if ids := tx.AppendExtraEdges(nil, 0, graph.NoEdge); len(ids) != kept {
			t.Errorf("%d relationships with properties, want %d", len(ids), kept)
		}
		tx.Release()
	}
	writers.Wait()
	s.Collect()
	must(t, s.Check())
}
