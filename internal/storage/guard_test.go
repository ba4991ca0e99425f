package storage_test

import (
	"errors"
	"sync"
	"testing"

	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// onlyEven allows everything with labels, types and keys of even numbers.
type onlyEven struct{}

func (onlyEven) NodeAccess(labels []graph.LabelID) storage.Access {
	for _, l := range labels {
		if l%2 != 0 {
			return 0
		}
	}
	return storage.AccessAll &^ (storage.AccessReadKeys | storage.AccessWriteKeys | storage.AccessCreateKeys)
}

func (onlyEven) EdgeAccess(t graph.TypeID) storage.Access {
	return onlyEven{}.NodeAccess([]graph.LabelID{graph.LabelID(t)})
}

func (onlyEven) NodeKeyAccess(_ []graph.LabelID, k graph.KeyID) storage.Access {
	if k%2 != 0 {
		return 0
	}
	return storage.AccessAll
}

func (onlyEven) EdgeKeyAccess(_ graph.TypeID, k graph.KeyID) storage.Access {
	return onlyEven{}.NodeKeyAccess(nil, k)
}

// TestGuard looks at a graph on every way that a transaction has, under a guard.
func TestGuard(t *testing.T) {
	s := storage.New(storage.Options{})
	defer func() {
		if err := errors.Join(s.Check(), s.Close()); err != nil {
			t.Error(err)
		}
	}()
	for _, name := range []string{"E", "O"} {
		for _, intern := range []func(string) error{
			func(n string) error { _, err := s.InternLabel(n); return err },
			func(n string) error { _, err := s.InternType(n); return err },
			func(n string) error { _, err := s.InternKey(n); return err },
		} {
			if err := intern(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	props := []storage.Property{{Key: 0, Value: value.Int(1)}, {Key: 1, Value: value.Int(2)}}
	w := s.Begin(storage.TxOptions{})
	node := func(labels ...graph.LabelID) graph.NodeID {
		id, err := w.CreateNode(labels, props)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	even, odd, both, other := node(0), node(1), node(0, 1), node()
	edge := func(a, b graph.NodeID, typ graph.TypeID) graph.Edge {
		e, err := w.CreateEdge(a, b, typ, props)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	shown := edge(even, other, 0)
	hiddenType, hiddenEnd := edge(even, other, 1), edge(even, odd, 0)
	edge(both, even, 0)
	if _, err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	w.Release()

	guard := storage.NewGuard(s, onlyEven{})
	var readers sync.WaitGroup
	for range 4 { // which fill what the guard remembers at the same time
		readers.Go(func() {
			tx := s.Begin(storage.TxOptions{ReadOnly: true})
			defer tx.Release()
			tx.SetGuard(guard)
			checkGuarded(t, tx, even, other, []graph.NodeID{odd, both}, shown, []graph.Edge{hiddenType, hiddenEnd})
		})
	}
	readers.Wait()
	checkGuardedWrites(t, s, guard, even, shown)
}

func checkGuarded(t *testing.T, tx *storage.Tx, even, other graph.NodeID, hidden []graph.NodeID, shown graph.Edge, gone []graph.Edge) {
	t.Helper()
	ids := make([]graph.NodeID, 10)
	if n := tx.ScanNodes().Next(ids); n != 2 || ids[0] != even || ids[1] != other {
		t.Errorf("a scan gives %v", ids[:n])
	}
	if n := tx.ScanLabel(0).Next(ids); n != 1 || ids[0] != even {
		t.Errorf("a scan of a label gives %v", ids[:n])
	}
	for _, id := range hidden {
		if tx.NodeExists(id) || len(tx.AppendLabels(nil, id)) > 0 || !tx.NodeProperty(id, 0).IsNull() ||
			len(tx.AppendNodeProperties(nil, id)) > 0 || len(tx.Adjacent(nil, id, graph.Out, nil)) > 0 || tx.Degree(id, graph.Both, nil) > 0 {
			t.Errorf("node %d can be seen", id)
		}
	}
	if got := tx.AppendNodeProperties(nil, even); len(got) != 1 || got[0].Key != 0 {
		t.Errorf("the properties are %v", got)
	}
	column := make([]value.Value, 2)
	tx.NodePropertyColumn(column, []graph.NodeID{even, hidden[0]}, 1)
	if !column[0].IsNull() || !column[1].IsNull() {
		t.Errorf("a hidden property is %v", column)
	}
	edges := make([]graph.Edge, 10)
	if n := tx.ScanEdges(nil).Next(edges); n != 1 || edges[0] != shown {
		t.Errorf("a scan gives the relationships %v", edges[:n])
	}
	for _, e := range gone {
		if _, ok := tx.EdgeByID(e.ID); ok || tx.EdgeExists(e) || !tx.EdgeProperty(e, 0).IsNull() || len(tx.AppendEdgeProperties(nil, e)) > 0 {
			t.Errorf("relationship %d can be seen", e.ID)
		}
	}
	if got := tx.AppendEdgeProperties(nil, shown); len(got) != 1 || got[0].Key != 0 || !tx.EdgeProperty(shown, 1).IsNull() {
		t.Errorf("the properties of the relationship are %v", got)
	}
	for _, dir := range []graph.Direction{graph.Out, graph.Both} {
		if n := tx.Degree(even, dir, nil); n != 1 {
			t.Errorf("the degree is %d", n)
		}
	}
	if n := tx.Degree(even, graph.In, nil); n != 0 {
		t.Errorf("%d relationships come in", n)
	}
}

func checkGuardedWrites(t *testing.T, s *storage.Store, guard *storage.Guard, even graph.NodeID, shown graph.Edge) {
	t.Helper()
	tx := s.Begin(storage.TxOptions{})
	defer tx.Release()
	tx.SetGuard(guard)
	second := func(_ any, err error) error { return err }
	for what, err := range map[string]error{
		"a node with a hidden label":     second(tx.CreateNode([]graph.LabelID{0, 1}, nil)),
		"a node with a hidden property":  second(tx.CreateNode(nil, []storage.Property{{Key: 1, Value: value.Int(1)}})),
		"a hidden type":                  second(tx.CreateEdge(even, even, 1, nil)),
		"a hidden property of an edge":   second(tx.CreateEdge(even, even, 0, []storage.Property{{Key: 1, Value: value.Int(1)}})),
		"a hidden label":                 second(tx.AddLabel(even, 1)),
		"a hidden property":              tx.SetNodeProperty(even, 1, value.Null),
		"a hidden property of a given":   tx.SetEdgeProperty(shown, 1, value.Null),
		"a node with hidden connections": func() error { _, _ = tx.DeleteEdge(shown); _, err := tx.DeleteNode(even); return err }(),
	} {
		if _, ok := errors.AsType[*storage.DeniedError](err); !ok {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := tx.CreateNode([]graph.LabelID{0}, []storage.Property{{Key: 0, Value: value.Int(1)}}); err != nil {
		t.Errorf("what is allowed: %v", err)
	}
}
