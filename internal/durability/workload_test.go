package durability_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/constraint"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
	"memgraphd/internal/storage/value/valuetest"
)

// errUncertain is matched by the error of a commit of which nobody knows whether it is in the log.
var errUncertain = wal.ErrPoisoned

const dataDir = "data"

var epoch = time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)

// options returns those of a small data directory: segments of a few records.
func options(fsys vfs.FS, s *storage.Store) durability.Options {
	return durability.Options{
		FS: fsys, Dir: dataDir, Store: s, WALEnabled: true, SegmentBytes: 2048, RetentionCount: 2,
		RecoveryOnStartup: true, Now: func() time.Time { return epoch },
	}
}

// storeBytesMax bounds a store as --memory-limit does: what a log says may not make it
// take all there is.
const storeBytesMax = 256 << 20

func newStore() *storage.Store { return newStoreAt(func() time.Time { return epoch }) }

// newStoreAt returns a store with a clock.
func newStoreAt(now func() time.Time) *storage.Store {
	return storage.New(storage.Options{
		Now: now, Budget: memory.New("test", storeBytesMax),
	})
}

// worker commits random transactions, one after the other.
type worker struct {
	s      *storage.Store
	r      *rand.Rand
	rec    *recorder
	labels []graph.LabelID
	ruled  graph.LabelID // the label with constraints
	types  []graph.TypeID
	keys   []graph.KeyID
}

func newWorker(s *storage.Store, rec *recorder, seed uint64) (*worker, error) {
	w := &worker{s: s, r: rand.New(rand.NewPCG(seed, 77)), rec: rec}
	var err error
	if w.ruled, err = s.InternLabel("Ruled"); err != nil {
		return nil, err
	}
	for i := range 3 {
		l, err1 := s.InternLabel(fmt.Sprintf("L%d", i))
		t, err2 := s.InternType(fmt.Sprintf("T%d", i))
		k, err3 := s.InternKey(fmt.Sprintf("k%d", i))
		if err := errors.Join(err1, err2, err3); err != nil {
			return nil, err
		}
		w.labels, w.types, w.keys = append(w.labels, l), append(w.types, t), append(w.keys, k)
	}
	return w, nil
}

func (w *worker) value() value.Value {
	switch w.r.IntN(7) {
	case 0:
		return value.Int(w.r.Int64())
	case 1:
		return value.Float(w.r.Float64())
	case 2:
		return value.Bool(true)
	case 3:
		return value.List([]value.Value{value.Int(1), value.String("two"), value.Null})
	case 4:
		return value.String(string(make([]byte, w.r.IntN(300))))
	case 5:
		samples := valuetest.Samples()
		return samples[w.r.IntN(len(samples))]
	}
	return value.String(fmt.Sprintf("text %d", w.r.IntN(1000)))
}

func (w *worker) props() []storage.Property {
	var out []storage.Property
	for _, k := range w.keys {
		if w.r.IntN(2) == 0 {
			out = append(out, storage.Property{Key: k, Value: w.value()})
		}
	}
	return out
}

// node returns some node that the transaction sees.
func (w *worker) node(tx *storage.Tx) (graph.NodeID, bool) {
	var ids [256]graph.NodeID
	n := tx.ScanNodes().Next(ids[:])
	if n == 0 {
		return 0, false
	}
	return ids[w.r.IntN(n)], true
}

func (w *worker) edge(tx *storage.Tx) (graph.Edge, bool) {
	var edges [256]graph.Edge
	n := tx.ScanEdges(nil).Next(edges[:])
	if n == 0 {
		return graph.Edge{}, false
	}
	return edges[w.r.IntN(n)], true
}

// step makes one random change.
func (w *worker) step(tx *storage.Tx) error {
	var err error
	node, some := w.node(tx)
	edge, related := w.edge(tx)
	switch n := w.r.IntN(13); {
	case n == 12:
		err = w.ruledNode(tx)
	case !some || n < 3:
		_, err = tx.CreateNode(w.labels[:w.r.IntN(3)], w.props())
	case n < 6:
		other, _ := w.node(tx)
		_, err = tx.CreateEdge(node, other, w.types[w.r.IntN(3)], w.props())
	case n == 6:
		_, err = tx.AddLabel(node, w.labels[w.r.IntN(3)])
	case n == 7:
		_, err = tx.RemoveLabel(node, w.labels[w.r.IntN(3)])
	case n == 8:
		v := w.value()
		if w.r.IntN(3) == 0 {
			v = value.Null
		}
		err = tx.SetNodeProperty(node, w.keys[w.r.IntN(3)], v)
	case n == 9 && related:
		err = tx.SetEdgeProperty(edge, w.keys[w.r.IntN(3)], w.value())
	case n == 10 && related:
		_, err = tx.DeleteEdge(edge)
	case n == 11:
		if _, err = tx.DeleteNode(node); errors.Is(err, storage.ErrConnected) {
			err = nil
		}
	}
	return err
}

// commit runs one random transaction; ok is false where it met a conflict or a failed
// disk.
func (w *worker) commit() (index change.Index, ok bool, err error) {
	if w.r.IntN(15) == 0 {
		return w.catalogue()
	}
	tx := w.s.Begin(storage.TxOptions{})
	defer tx.Rollback()
	for range 1 + w.r.IntN(5) {
		if err = w.step(tx); err != nil {
			return 0, false, w.expected(err)
		}
	}
	if w.r.IntN(10) == 0 {
		return 0, false, nil
	}
	index, err = tx.Commit()
	if err != nil {
		return 0, false, w.expected(err)
	}
	w.rec.acknowledge(index)
	return index, true, nil
}

// constraints are those that come and go, on the nodes that ruledNode creates: they can
// often be created, and then stop some commits.
func (w *worker) constraints() []storage.ConstraintDef {
	unique, exists, typed := constraint.Unique, constraint.Exists, constraint.Typed
	return []storage.ConstraintDef{
		{Rule: unique, Label: w.ruled, Keys: w.keys[:1]},
		{Rule: unique, Label: w.ruled, Keys: w.keys[:2]},
		{Rule: exists, Label: w.ruled, Keys: w.keys[:1]},
		{Rule: typed, Label: w.ruled, Keys: w.keys[1:2], Type: constraint.Integer},
	}
}

// ruledNode creates a node that breaks a constraint now and then.
func (w *worker) ruledNode(tx *storage.Tx) error {
	props := []storage.Property{{Key: w.keys[1], Value: value.Int(w.r.Int64N(3))}}
	if w.r.IntN(20) > 0 {
		props = append(props, storage.Property{Key: w.keys[0], Value: value.Int(w.r.Int64N(2000))})
	}
	_, err := tx.CreateNode([]graph.LabelID{w.ruled}, props)
	return err
}

// schema creates a constraint, or drops it where it exists.
func (w *worker) schema() (index change.Index, ok bool, err error) {
	list := w.constraints()
	d := list[w.r.IntN(len(list))]
	changed, err := w.s.CreateConstraint(noContext, d)
	if err == nil && !changed {
		changed, err = w.s.DropConstraint(noContext, d)
	}
	if err != nil || !changed {
		return 0, false, w.expected(err)
	}
	index = w.s.LastCommitted()
	w.rec.acknowledge(index)
	return index, true, nil
}

func (w *worker) catalogue() (index change.Index, ok bool, err error) {
	if w.r.IntN(2) == 0 {
		return w.schema()
	}
	e := change.Entry{Kind: "user", Name: strconv.Itoa(w.r.IntN(3)), Data: []byte(strconv.Itoa(w.r.IntN(100)))}
	if w.r.IntN(3) == 0 {
		index, _, err = w.s.DeleteEntry(noContext, e.Kind, e.Name)
	} else {
		index, err = w.s.PutEntry(noContext, e)
	}
	if err != nil {
		return 0, false, w.expected(err)
	}
	w.rec.acknowledge(index)
	return index, true, nil
}

// expected returns nil for errors that a random history brings with it.
func (w *worker) expected(err error) error {
	for _, brought := range []error{storage.ErrConflict, storage.ErrNotFound, storage.ErrJournal, constraint.ErrViolated} {
		if errors.Is(err, brought) {
			return nil
		}
	}
	return err
}
