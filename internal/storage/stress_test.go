package storage

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// stress runs each worker until the writers have done their rounds; readers stop then.
type stress struct {
	t       *testing.T
	s       *Store
	names   testNames
	rounds  int
	done    atomic.Bool
	writers sync.WaitGroup
	readers sync.WaitGroup
	retries atomic.Int64
}

func newStress(t *testing.T, rounds int) *stress {
	t.Helper()
	s := openGroups(t)
	return &stress{t: t, s: s, names: internNames(t, s), rounds: rounds}
}

// write runs fn rounds times in transactions of its own; a conflict starts it again.
func (w *stress) write(seed uint64, fn func(tx *Tx, r *rand.Rand) error) {
	w.writers.Go(func() {
		r := rand.New(rand.NewPCG(seed, 1))
		for done := 0; done < w.rounds; {
			tx := w.s.Begin(TxOptions{})
			err := fn(tx, r)
			if err == nil && r.IntN(20) > 0 {
				_, err = tx.Commit()
			}
			tx.Release()
			switch {
			case err == nil:
				done++
			case errors.Is(err, ErrConflict):
				w.retries.Add(1)
			default:
				w.t.Error(err)
				return
			}
		}
	})
}

func (w *stress) read(fn func(tx *Tx)) {
	w.readers.Go(func() {
		for !w.done.Load() && !w.t.Failed() {
			tx := w.s.Begin(TxOptions{ReadOnly: true})
			fn(tx)
			tx.Release()
		}
	})
}

func (w *stress) wait() {
	w.writers.Wait()
	w.done.Store(true)
	w.readers.Wait()
}

// only returns the single relationship of n in a direction.
func (w *stress) only(tx *Tx, n graph.NodeID, dir graph.Direction) (graph.Edge, graph.NodeID) {
	segments := tx.Adjacent(nil, n, dir, nil)
	if len(segments) != 1 || len(segments[0].Edges) != 1 {
		w.t.Errorf("node %d has %d %v", n, tx.Degree(n, dir, nil), dir)
		return graph.Edge{}, n
	}
	other := segments[0].Nodes[0]
	e := graph.Edge{ID: segments[0].Edges[0], Dst: other}
	if dir == graph.In {
		e.Dst = n
	}
	return e, other
}

// TestRing moves nodes within a ring; every view must hold one whole ring.
func TestRing(t *testing.T) {
	const size = 40
	w := newStress(t, 400)
	var ring []graph.NodeID
	write(t, w.s, func(tx *Tx) {
		for range size {
			id, err := tx.CreateNode(nil, nil)
			must(t, err)
			ring = append(ring, id)
		}
		for i, id := range ring {
			_, err := tx.CreateEdge(id, ring[(i+1)%size], w.names.types[0], nil)
			must(t, err)
		}
	})
	for seed := range uint64(3) {
		w.write(seed, func(tx *Tx, r *rand.Rand) error { return w.relink(tx, r, ring) })
	}
	w.read(func(tx *Tx) {
		at, steps := ring[0], 0
		for {
			_, at = w.only(tx, at, graph.Out)
			w.only(tx, at, graph.In)
			steps++
			if at == ring[0] || steps > size {
				break
			}
		}
		if steps != size {
			t.Errorf("the ring has %d nodes", steps)
		}
		next := map[graph.NodeID]graph.NodeID{}
		for _, run := range edgeRuns(tx) {
			for i, src := range run.Sources {
				if edge, ok := tx.EdgeByID(run.IDs[i]); !ok || edge.Dst != run.Targets[i] || tx.EdgeType(edge) != run.Types[i] {
					t.Errorf("relationship %d: %+v, %t, in a run of %+v", run.IDs[i], edge, ok, run)
				}
				next[src] = run.Targets[i]
			}
		}
		for at, steps = next[ring[0]], 1; at != ring[0] && steps <= size; steps++ {
			at = next[at]
		}
		if steps != size || len(next) != size {
			t.Errorf("by its relationships the ring has %d nodes, %d of them connected", len(next), steps)
		}
	})
	w.wait()
	t.Logf("%d conflicts", w.retries.Load())
}

// edgeRuns returns all relationships of a view as their start nodes have them.
func edgeRuns(tx *Tx) []EdgeRun {
	var runs []EdgeRun
	for id := range tx.NodeLimit() {
		for _, seg := range tx.Adjacent(nil, id, graph.Out, nil) {
			run := EdgeRun{IDs: seg.Edges, Targets: seg.Nodes}
			for range seg.Edges {
				run.Types, run.Sources = append(run.Types, seg.Type), append(run.Sources, id)
			}
			runs = append(runs, run)
		}
	}
	return runs
}

// relink takes a node out of the ring and puts it in behind another one.
func (w *stress) relink(tx *Tx, r *rand.Rand, ring []graph.NodeID) error {
	n := ring[r.IntN(len(ring))]
	in, before := w.only(tx, n, graph.In)
	out, after := w.only(tx, n, graph.Out)
	to := ring[r.IntN(len(ring))]
	if to == n || to == before {
		return nil
	}
	cut, next := w.only(tx, to, graph.Out)
	for _, e := range []graph.Edge{in, out, cut} {
		deleted, err := tx.DeleteEdge(e)
		if err != nil {
			return err
		}
		if !deleted {
			return errors.New("a relationship that the view holds could not be deleted")
		}
	}
	for _, pair := range [][2]graph.NodeID{{before, after}, {to, n}, {n, next}} {
		if _, err := tx.CreateEdge(pair[0], pair[1], w.names.types[r.IntN(2)], nil); err != nil {
			return err
		}
	}
	return nil
}

// TestBank moves money between accounts; every view must hold the same sum.
func TestBank(t *testing.T) {
	const accounts, each = 20, 100
	w := newStress(t, 500)
	key := w.names.keys[0]
	var ids []graph.NodeID
	write(t, w.s, func(tx *Tx) {
		for range accounts {
			id, err := tx.CreateNode(w.names.labels[:1], []Property{{Key: key, Value: value.Int(each)}})
			must(t, err)
			ids = append(ids, id)
		}
	})
	_, err := w.s.CreateIndex(context.Background(), IndexDef{Label: w.names.labels[0], Key: key, HasKey: true})
	must(t, err)
	for seed := range uint64(3) {
		w.write(seed, func(tx *Tx, r *rand.Rand) error {
			from, to := ids[r.IntN(accounts)], ids[r.IntN(accounts)]
			if from == to {
				return nil
			}
			amount := int64(r.IntN(10))
			if err := tx.SetNodeProperty(from, key, value.Int(tx.NodeProperty(from, key).AsInt()-amount)); err != nil {
				return err
			}
			return tx.SetNodeProperty(to, key, value.Int(tx.NodeProperty(to, key).AsInt()+amount))
		})
	}
	w.read(func(tx *Tx) {
		sum := int64(0)
		for _, id := range ids {
			sum += tx.NodeProperty(id, key).AsInt()
		}
		scan, _ := tx.ScanRange(w.names.labels[0], key, Bound{}, Bound{})
		indexed := collect(scan)
		for _, id := range indexed {
			sum += tx.NodeProperty(id, key).AsInt()
		}
		if sum != 2*accounts*each || len(indexed) != accounts {
			t.Errorf("the sum is %d over %d", sum, len(indexed))
		}
	})
	w.wait()
	t.Logf("%d conflicts", w.retries.Load())
}

// TestHub adds relationships to one node from all sides; none may conflict.
func TestHub(t *testing.T) {
	w := newStress(t, 400)
	var hub graph.NodeID
	write(t, w.s, func(tx *Tx) {
		var err error
		hub, err = tx.CreateNode(nil, nil)
		must(t, err)
	})
	for seed := range uint64(3) {
		w.write(seed, func(tx *Tx, r *rand.Rand) error {
			leaf, err := tx.CreateNode(nil, nil)
			if err != nil {
				return err
			}
			if _, err = tx.CreateEdge(hub, leaf, w.names.types[r.IntN(2)], nil); err != nil {
				return err
			}
			_, err = tx.CreateEdge(leaf, hub, w.names.types[2], nil)
			return err
		})
	}
	w.read(func(tx *Tx) {
		out, in, n := tx.Degree(hub, graph.Out, nil), tx.Degree(hub, graph.In, nil), 0
		for _, seg := range tx.Adjacent(nil, hub, graph.Out, nil) {
			for _, leaf := range seg.Nodes {
				if !tx.NodeExists(leaf) || tx.Degree(leaf, graph.Both, nil) != 2 {
					t.Errorf("leaf %d is not whole", leaf)
				}
				n++
			}
		}
		if out != in || n != out {
			t.Errorf("%d out, %d in, %d counted", out, in, n)
		}
	})
	w.wait()
	if w.retries.Load() != 0 {
		t.Errorf("%d conflicts", w.retries.Load())
	}
	write(t, w.s, func(tx *Tx) {
		for _, dir := range []graph.Direction{graph.Out, graph.In} {
			for _, seg := range tx.Adjacent(nil, hub, dir, nil) {
				for i, e := range seg.Edges {
					dst := seg.Nodes[i]
					if dir == graph.In {
						dst = hub
					}
					_, err := tx.DeleteEdge(graph.Edge{ID: e, Dst: dst})
					must(t, err)
				}
			}
		}
		deleted, err := tx.DeleteNode(hub)
		if !deleted {
			t.Errorf("the hub was not deleted: %v", err)
		}
	})
}

// TestChurn creates and deletes nodes and relationships everywhere while others scan.
func TestChurn(t *testing.T) {
	w := newStress(t, 500)
	label, key := w.names.labels[0], w.names.keys[0]
	for seed := range uint64(3) {
		w.write(seed, func(tx *Tx, r *rand.Rand) error { return w.churn(tx, r) })
	}
	w.writers.Go(func() {
		d := IndexDef{Label: label, Key: key, HasKey: true}
		for range 20 {
			if _, err := w.s.CreateIndex(context.Background(), d); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Millisecond)
			if _, err := w.s.DropIndex(context.Background(), d); err != nil {
				t.Error(err)
			}
		}
	})
	w.read(func(tx *Tx) {
		labelled := map[graph.NodeID]bool{}
		for _, id := range collect(tx.ScanLabel(label)) {
			labelled[id] = true
			for _, seg := range tx.Adjacent(nil, id, graph.Out, nil) {
				for i, e := range seg.Edges {
					edge, ok := tx.EdgeByID(e)
					if !ok || edge.Dst != seg.Nodes[i] || !tx.NodeExists(edge.Dst) || tx.EdgeSource(edge) != id {
						t.Errorf("relationship %d of node %d: %v %v", e, id, edge, ok)
					}
				}
			}
		}
		if scan, ok := tx.ScanRange(label, key, Bound{}, Bound{}); ok {
			n := 0
			for _, id := range collect(scan) {
				if !labelled[id] {
					t.Errorf("node %d is in the index only", id)
				}
				n++
			}
			if n != len(labelled) {
				t.Errorf("%d in the index, %d with the label", n, len(labelled))
			}
		}
	})
	w.wait()
}

func (w *stress) churn(tx *Tx, r *rand.Rand) error {
	label, key := w.names.labels[0], w.names.keys[0]
	nodes := collect(tx.ScanLabel(label))
	for range 1 + r.IntN(4) {
		if len(nodes) < 10 || r.IntN(3) == 0 {
			id, err := tx.CreateNode([]graph.LabelID{label}, []Property{{Key: key, Value: value.Int(int64(r.IntN(50)))}})
			if err != nil {
				return err
			}
			nodes = append(nodes, id)
			continue
		}
		i := r.IntN(len(nodes))
		n := nodes[i]
		if r.IntN(3) > 0 {
			if _, err := tx.CreateEdge(n, nodes[r.IntN(len(nodes))], w.names.types[r.IntN(3)], nil); err != nil {
				return err
			}
			continue
		}
		if err := w.detachDelete(tx, n); err != nil {
			return err
		}
		nodes = append(nodes[:i], nodes[i+1:]...)
	}
	return nil
}

func (w *stress) detachDelete(tx *Tx, n graph.NodeID) error {
	for _, dir := range []graph.Direction{graph.Out, graph.In} {
		for _, seg := range tx.Adjacent(nil, n, dir, nil) {
			for _, id := range seg.Edges {
				e, _ := tx.EdgeByID(id)
				if _, err := tx.DeleteEdge(e); err != nil {
					return err
				}
			}
		}
	}
	_, err := tx.DeleteNode(n)
	return err
}
