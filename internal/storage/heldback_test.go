package storage

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// TestHeldBack keeps a view open over changes of every kind and looks what it holds back.
func TestHeldBack(t *testing.T) {
	s := New(Options{})
	defer closeStore(t, s)
	names := internNames(t, s)
	big := value.String(string(make([]byte, 10_000)))
	var nodes []graph.NodeID
	var edges []graph.Edge
	write(t, s, func(tx *Tx) {
		for range 3 {
			id, err := tx.CreateNode(nil, []Property{{Key: names.keys[0], Value: big}})
			must(t, err)
			nodes = append(nodes, id)
		}
		for range 2 {
			e, err := tx.CreateEdge(nodes[0], nodes[1], names.types[0], []Property{{Key: names.keys[0], Value: big}})
			must(t, err)
			edges = append(edges, e)
		}
	})
	s.Collect()
	if n, bytes := s.HeldBack(); n != 0 || bytes != 0 {
		t.Fatalf("%d transactions with %d bytes are held back by nobody", n, bytes)
	}
	view := s.Begin(TxOptions{ReadOnly: true})
	hold := view.MeasureHold()
	want := int64(0)
	for _, change := range []func(tx *Tx) error{
		func(tx *Tx) error { return tx.SetNodeProperty(nodes[0], names.keys[0], value.Int(1)) },
		func(tx *Tx) error { return tx.SetEdgeProperty(edges[0], names.keys[0], value.Int(1)) },
		func(tx *Tx) error { _, err := tx.DeleteEdge(edges[1]); return err },
		func(tx *Tx) error { _, err := tx.DeleteNode(nodes[2]); return err },
	} {
		write(t, s, func(tx *Tx) { must(t, change(tx)) })
		want += 10_000
		s.Collect()
		if n, bytes := s.HeldBack(); n != want/10_000 || bytes < want || bytes > 2*want || hold.Bytes() != bytes {
			t.Fatalf("%d transactions with %d bytes (%d by the view) are held back, want %d with about %d",
				n, bytes, hold.Bytes(), want/10_000, want)
		}
	}
	later := s.Begin(TxOptions{ReadOnly: true})
	afterwards := later.MeasureHold()
	write(t, s, func(tx *Tx) { must(t, tx.SetNodeProperty(nodes[1], names.keys[0], value.Int(1))) })
	if afterwards.Bytes() != 0 || hold.Bytes() < 50_000 {
		t.Fatal("a view holds back what an older one does")
	}
	later.Release()
	view.Release()
	s.Collect()
	if n, bytes := s.HeldBack(); n != 0 || bytes != 0 {
		t.Fatalf("%d transactions with %d bytes are held back by nobody", n, bytes)
	}
}

// TestNobodyIsForgotten has views open and close in every order while others commit: when the
// last one has closed, what was left behind goes, without another transaction.
func TestNobodyIsForgotten(t *testing.T) {
	s := New(Options{})
	defer closeStore(t, s)
	names := internNames(t, s)
	for round := range 300 {
		var group sync.WaitGroup
		for client := range 6 {
			group.Go(func() {
				r := rand.New(rand.NewPCG(uint64(round), uint64(client)))
				var open []*Tx
				for range 10 {
					tx := s.Begin(TxOptions{})
					if r.IntN(2) == 0 {
						if _, err := tx.CreateNode(names.labels[:1], nil); err != nil {
							t.Error(err)
						}
						if _, err := tx.Commit(); err != nil {
							t.Error(err)
						}
					}
					open = append(open, tx)
					if i := r.IntN(len(open)); r.IntN(3) > 0 {
						open[i].Release()
						open = slices.Delete(open, i, i+1)
					}
				}
				for _, tx := range open {
					tx.Release()
				}
			})
		}
		group.Wait()
		for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
			n, _ := s.HeldBack()
			if n == 0 {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%d transactions are held back by nobody", n)
			}
		}
	}
}
