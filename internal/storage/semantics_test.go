package storage

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// two returns two nodes, a relationship between them, and their store.
func two(t *testing.T, o Options) (s *Store, names testNames, a, b graph.NodeID, e graph.Edge) {
	t.Helper()
	s = openStore(t, o)
	names = internNames(t, s)
	write(t, s, func(tx *Tx) {
		var err error
		a, err = tx.CreateNode(names.labels[:1], []Property{{Key: names.keys[0], Value: value.Int(1)}})
		must(t, err)
		b, err = tx.CreateNode(nil, nil)
		must(t, err)
		e, err = tx.CreateEdge(a, b, names.types[0], nil)
		must(t, err)
	})
	return s, names, a, b, e
}

// action is something that a transaction does to what two made.
type action func(tx *Tx, n testNames, a, b graph.NodeID, e graph.Edge) error

func setProperty(tx *Tx, n testNames, a, _ graph.NodeID, _ graph.Edge) error {
	return tx.SetNodeProperty(a, n.keys[0], value.Int(2))
}

func addLabel(tx *Tx, n testNames, a, _ graph.NodeID, _ graph.Edge) error {
	_, err := tx.AddLabel(a, n.labels[1])
	return err
}

func connect(tx *Tx, n testNames, a, b graph.NodeID, _ graph.Edge) error {
	_, err := tx.CreateEdge(a, b, n.types[1], nil)
	return err
}

func addLoop(tx *Tx, n testNames, _, b graph.NodeID, _ graph.Edge) error {
	_, err := tx.CreateEdge(b, b, n.types[1], nil)
	return err
}

func deleteEdge(tx *Tx, _ testNames, _, _ graph.NodeID, e graph.Edge) error {
	_, err := tx.DeleteEdge(e)
	return err
}

func setEdgeProperty(tx *Tx, n testNames, _, _ graph.NodeID, e graph.Edge) error {
	return tx.SetEdgeProperty(e, n.keys[0], value.Int(2))
}

func deleteNode(tx *Tx, n testNames, a, b graph.NodeID, e graph.Edge) error {
	if err := deleteEdge(tx, n, a, b, e); err != nil {
		return err
	}
	_, err := tx.DeleteNode(b)
	return err
}

// conflicts are pairs of actions, and the error of the second while the first is open or committed behind its back.
var conflicts = []struct {
	name          string
	first, second action
	want          error
}{
	{"property, property", setProperty, setProperty, ErrConflict},
	{"property, label", setProperty, addLabel, ErrConflict},
	{"property, relationship", setProperty, connect, nil},
	{"relationship, property", connect, setProperty, nil},
	{"relationship, relationship", connect, connect, nil},
	{"relationship, deletion", addLoop, deleteNode, ErrConflict},
	{"deletion, relationship", deleteNode, addLoop, ErrConflict},
	{"deletion, deletion", deleteNode, deleteNode, ErrConflict},
	{"cut, cut", deleteEdge, deleteEdge, ErrConflict},
	{"cut, relationship property", deleteEdge, setEdgeProperty, ErrConflict},
	{"relationship property, cut", setEdgeProperty, deleteEdge, ErrConflict},
	{"relationship property, relationship", setEdgeProperty, connect, nil},
	{"cut, relationship", deleteEdge, connect, nil},
}

// TestConflicts does one thing in one transaction, then another in a second one.
func TestConflicts(t *testing.T) {
	for _, c := range conflicts {
		for outcome, conflict := range map[string]bool{"open": true, "committed": true, "rolled back": false, "committed before": false} {
			t.Run(c.name+", "+outcome, func(t *testing.T) {
				err := actTwice(t, outcome, c.first, c.second)
				if conflict && c.want != nil {
					if !errors.Is(err, c.want) {
						t.Fatalf("got %v, want %v", err, c.want)
					}
					return
				}
				// The first transaction may have taken away or added what the second is about.
				if err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrConnected) {
					t.Fatal(err)
				}
			})
		}
	}
}

// actTwice has two transactions act, the second after an outcome of the first, and returns the error of the second.
func actTwice(t *testing.T, outcome string, first, second action) error {
	t.Helper()
	s, n, a, b, e := two(t, Options{})
	later := s.Begin(TxOptions{})
	defer func() { later.Release() }()
	earlier := s.Begin(TxOptions{})
	defer earlier.Release()
	must(t, first(earlier, n, a, b, e))
	switch outcome {
	case "committed", "committed before":
		_, err := earlier.Commit()
		must(t, err)
		if outcome == "committed before" {
			later.Release()
			later = s.Begin(TxOptions{})
		}
	case "rolled back":
		earlier.Rollback()
	}
	return second(later, n, a, b, e)
}

func TestWriteErrors(t *testing.T) {
	s, n, a, b, e := two(t, Options{})
	tx := s.Begin(TxOptions{})
	defer tx.Release()
	want := func(err, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
	_, err := tx.DeleteNode(a)
	want(err, ErrConnected)
	_, err = tx.CreateEdge(a, 99, n.types[0], nil)
	want(err, ErrNotFound)
	want(tx.SetNodeProperty(99, n.keys[0], value.Int(1)), ErrNotFound)
	want(tx.SetNodeProperty(a, n.keys[0], value.List([]value.Value{value.Node(b)})), ErrNotStorable)
	_, err = tx.CreateNode(nil, []Property{{Key: n.keys[0], Value: value.Edge(e)}})
	want(err, ErrNotStorable)
	read := s.Begin(TxOptions{ReadOnly: true})
	defer read.Release()
	want(read.SetNodeProperty(a, n.keys[0], value.Int(1)), ErrReadOnly)
	deleted, err := tx.DeleteEdge(e)
	if !deleted || err != nil || tx.EdgeSource(e) != a || tx.EdgeExists(e) {
		t.Error("deletion")
	}
	want(tx.SetEdgeProperty(e, n.keys[0], value.Int(1)), ErrNotFound)
	if deleted, err = tx.DeleteEdge(e); deleted || err != nil {
		t.Error("second deletion")
	}
}

func TestReadCommitted(t *testing.T) {
	s, n, a, _, _ := two(t, Options{})
	level := ReadCommitted
	tx, fixed := s.Begin(TxOptions{Isolation: &level}), s.Begin(TxOptions{})
	defer tx.Release()
	defer fixed.Release()
	write(t, s, func(tx *Tx) { must(t, tx.SetNodeProperty(a, n.keys[0], value.Int(5))) })
	if tx.NodeProperty(a, n.keys[0]).AsInt() != 1 {
		t.Error("the view moved within a statement")
	}
	tx.NewStatement()
	fixed.NewStatement()
	if tx.NodeProperty(a, n.keys[0]).AsInt() != 5 || fixed.NodeProperty(a, n.keys[0]).AsInt() != 1 {
		t.Error("the views did not follow their levels")
	}
	must(t, tx.SetNodeProperty(a, n.keys[0], value.Int(6)))
	if err := fixed.SetNodeProperty(a, n.keys[0], value.Int(7)); !errors.Is(err, ErrConflict) {
		t.Error(err)
	}
}

func TestReadAfterCommit(t *testing.T) {
	s, n, a, b, e := two(t, Options{})
	tx := s.Begin(TxOptions{})
	defer tx.Release()
	must(t, tx.SetNodeProperty(a, n.keys[0], value.String("mine")))
	_, err := tx.DeleteEdge(e)
	must(t, err)
	_, err = tx.DeleteNode(b)
	must(t, err)
	_, err = tx.Commit()
	must(t, err)
	write(t, s, func(other *Tx) { must(t, other.SetNodeProperty(a, n.keys[0], value.String("other"))) })
	if tx.NodeProperty(a, n.keys[0]).AsString() != "mine" || tx.NodeExists(b) || tx.EdgeSource(e) != a || tx.EdgeType(e) != n.types[0] {
		t.Error("the view changed after the commit")
	}
	if err := tx.SetNodeProperty(a, n.keys[0], value.Null); !errors.Is(err, ErrReadOnly) {
		t.Error(err)
	}
}

func TestGenerations(t *testing.T) {
	journal := &tape{}
	s, n, _, b, e := two(t, Options{Journal: journal})
	write(t, s, func(tx *Tx) {
		_, err := tx.DeleteEdge(e)
		must(t, err)
		_, err = tx.DeleteNode(b)
		must(t, err)
	})
	if node, edge := s.MaxGenerations(); node != 1 || edge != 1 {
		t.Fatalf("generations %d and %d", node, edge)
	}
	write(t, s, func(tx *Tx) {
		id, err := tx.CreateNode(nil, nil)
		must(t, err)
		again, err := tx.CreateEdge(id, id, n.types[0], nil)
		must(t, err)
		if id != b || tx.NodeGeneration(id) != 1 || again.ID != e.ID || tx.EdgeGeneration(again.ID) != 1 {
			t.Errorf("node %d generation %d, relationship %d generation %d", id, tx.NodeGeneration(id), again.ID, tx.EdgeGeneration(again.ID))
		}
		_, err = tx.DeleteEdge(again)
		must(t, err)
		_, err = tx.DeleteNode(id)
		must(t, err)
	})

	// A second store that takes over knows only the maximum.
	to := openStore(t, Options{})
	names := internNames(t, to)
	l := to.NewLoader()
	must(t, l.Node(0, 0, names.labels[:1], []Property{{Key: names.keys[0], Value: value.Int(1)}}))
	node, edge := s.MaxGenerations()
	must(t, l.Finish(s.LastCommitted(), node, edge))
	write(t, to, func(tx *Tx) {
		id, err := tx.CreateNode(nil, nil)
		must(t, err)
		if id != 1 || tx.NodeGeneration(id) != 2 {
			t.Errorf("node %d has generation %d", id, tx.NodeGeneration(id))
		}
	})
	if to.LastCommitted() != s.LastCommitted()+1 {
		t.Errorf("commit %d", to.LastCommitted())
	}
	replayed := openStore(t, Options{})
	internNames(t, replayed)
	for i := range journal.commits {
		must(t, replayed.Apply(&journal.commits[i]))
	}
	if n2, e2 := replayed.MaxGenerations(); n2 != node || e2 != edge {
		t.Errorf("replayed generations %d and %d, want %d and %d", n2, e2, node, edge)
	}
}

func TestMemoryLimit(t *testing.T) {
	budget := memory.New("server", 6<<20)
	s := openStore(t, Options{Budget: budget})
	n := internNames(t, s)
	_, err := s.CreateIndex(context.Background(), IndexDef{Label: n.labels[0], Key: n.keys[0], HasKey: true})
	must(t, err)
	text := string(make([]byte, 2000))
	var limit *memory.LimitError
	tx := s.Begin(TxOptions{})
	made := 0
	for err == nil {
		var id graph.NodeID
		if id, err = tx.CreateNode(n.labels[:1], []Property{{Key: n.keys[0], Value: value.String(text)}}); err == nil {
			_, err = tx.CreateEdge(0, id, n.types[0], nil)
			made++
		}
	}
	if !errors.As(err, &limit) || made < 100 {
		t.Fatalf("%v after %d nodes", err, made)
	}
	if used := budget.Used(); used > 7<<20 {
		t.Errorf("%d bytes used", used)
	}
	tx.Rollback()
	s.Collect()
	if s.NodeCount() != 0 || s.blobs.Used() != 0 || s.adjacency.Arena.Used() != 0 {
		t.Error("something is left of the transaction")
	}
	if used := budget.Used(); used > 3<<20 {
		t.Errorf("%d bytes used after the rollback", used)
	}
	write(t, s, func(tx *Tx) {
		_, err := tx.CreateNode(n.labels[:1], nil)
		must(t, err)
	})
}

func TestCollectionReturnsMemory(t *testing.T) {
	s := openStore(t, Options{})
	n := internNames(t, s)
	fill := func() {
		write(t, s, func(tx *Tx) {
			hub, err := tx.CreateNode(nil, nil)
			must(t, err)
			for i := range 20_000 {
				id, err := tx.CreateNode(n.labels[:1], []Property{{Key: n.keys[0], Value: value.Int(int64(i))}})
				must(t, err)
				_, err = tx.CreateEdge(hub, id, n.types[0], []Property{{Key: n.keys[0], Value: value.String("some text here")}})
				must(t, err)
			}
		})
	}
	empty := func() {
		write(t, s, func(tx *Tx) {
			scan := tx.ScanEdges(nil)
			edges := make([]graph.Edge, 1000)
			for k := scan.Next(edges); k > 0; k = scan.Next(edges) {
				for _, e := range edges[:k] {
					_, err := tx.DeleteEdge(e)
					must(t, err)
				}
			}
			for _, id := range collect(tx.ScanNodes()) {
				deleted, err := tx.DeleteNode(id)
				if !deleted {
					t.Fatal(err)
				}
			}
		})
		s.Collect()
		s.DropColumns() // whether there are any depends on when the collector passed by
	}
	fill()
	empty()
	if s.NodeCount() != 0 || s.EdgeCount() != 0 || s.adjacency.Arena.Used() != 0 || s.blobs.Used() != 0 || s.undo.Used() != 0 {
		t.Fatalf("left: %+v", s.Memory())
	}
	first := s.Memory()
	for range 5 {
		fill()
		empty()
	}
	last := s.Memory()
	if grown := last.Edges - first.Edges; grown > 0 && grown <= arena.HeadroomBytes {
		last.Edges = first.Edges // columns that stay may keep one page more, by when the collector passed by
	}
	if last != first {
		t.Errorf("memory grew from %+v to %+v", first, last)
	}
}

// TestOldViewKeepsItsVersion holds a view while everything changes many times.
func TestOldViewKeepsItsVersion(t *testing.T) {
	s, n, a, b, e := two(t, Options{})
	old := s.Begin(TxOptions{})
	for i := range 100 {
		write(t, s, func(tx *Tx) {
			must(t, tx.SetNodeProperty(a, n.keys[0], value.Int(int64(i+10))))
			must(t, tx.SetEdgeProperty(e, n.keys[0], value.Int(int64(i))))
			_, err := tx.CreateEdge(a, b, n.types[i%3], nil)
			must(t, err)
		})
	}
	if s.slots.InUse() < 100 {
		t.Errorf("%d transactions kept", s.slots.InUse())
	}
	if old.NodeProperty(a, n.keys[0]).AsInt() != 1 || !old.EdgeProperty(e, n.keys[0]).IsNull() || old.Degree(a, graph.Out, nil) != 1 {
		t.Error("the old view changed")
	}
	old.Release()
	s.Collect()
	if s.slots.InUse() != 0 || s.undo.Used() != 0 {
		t.Errorf("%d transactions and %d bytes left", s.slots.InUse(), s.undo.Used())
	}
}

func TestJournalFailures(t *testing.T) {
	broken := errors.New("disk on fire")
	journal := &tape{}
	s, n, a, _, _ := two(t, Options{Journal: journal})
	attempt := func() error {
		tx := s.Begin(TxOptions{})
		defer tx.Release()
		must(t, tx.SetNodeProperty(a, n.keys[0], value.Int(9)))
		_, err := tx.Commit()
		return err
	}
	check := func(err error) {
		t.Helper()
		if !errors.Is(err, ErrJournal) || !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		tx := s.Begin(TxOptions{})
		defer tx.Release()
		if tx.NodeProperty(a, n.keys[0]).AsInt() != 1 || s.LastCommitted() != 1 {
			t.Error("a failed commit is visible")
		}
	}
	journal.prepare = broken
	check(attempt())
	journal.prepare, journal.enqueue = nil, broken
	check(attempt())
	journal.enqueue = nil
	journal.wait = func(change.Index) error { return broken }
	check(attempt())
	journal.wait = nil
	must(t, attempt())
	if s.LastCommitted() != 2 || journal.commits[1].Index != 2 {
		t.Errorf("commit %d", s.LastCommitted())
	}
}

// TestWaitingForTheLog holds a commit in the log: it is invisible, a writer that meets it
// waits for its outcome, and later commits are not visible before it.
func TestWaitingForTheLog(t *testing.T) {
	journal := &tape{}
	s, n, a, b, _ := two(t, Options{Journal: journal})
	release := map[change.Index]chan error{2: make(chan error), 3: make(chan error)}
	reached := make(chan change.Index, 4)
	journal.wait = func(index change.Index) error {
		if c := release[index]; c != nil {
			reached <- index
			return <-c
		}
		return nil
	}
	commit := func(id graph.NodeID) chan error {
		done := make(chan error, 1)
		tx := s.Begin(TxOptions{})
		must(t, tx.SetNodeProperty(id, n.keys[0], value.Int(50)))
		go func() {
			_, err := tx.Commit()
			tx.Release()
			done <- err
		}()
		<-reached
		return done
	}
	first := commit(a)
	second := commit(b)
	release[3] <- nil
	tx := s.Begin(TxOptions{})
	if tx.ReadIndex() != 1 || !tx.NodeProperty(b, n.keys[0]).IsNull() {
		t.Error("a commit is visible before the one ahead of it")
	}
	conflicting := make(chan error, 1)
	go func() { conflicting <- tx.SetNodeProperty(a, n.keys[0], value.Int(51)) }()
	visible := make(chan error, 1)
	go func() { visible <- s.WaitVisible(context.Background(), 3) }()
	select {
	case err := <-conflicting:
		t.Errorf("the writer did not wait: %v", err)
	case err := <-visible:
		t.Errorf("commit 3 is visible too early: %v", err)
	case err := <-second:
		t.Errorf("commit 3 returned too early: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	release[2] <- nil
	must(t, <-first)
	must(t, <-second)
	must(t, <-visible)
	if err := <-conflicting; !errors.Is(err, ErrConflict) {
		t.Error(err)
	}
	tx.Release()
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if err := s.WaitVisible(ctx, 99); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestCatalogue(t *testing.T) {
	journal := &tape{}
	s := openStore(t, Options{Journal: journal})
	n := internNames(t, s)
	ctx := context.Background()
	epoch := s.SchemaEpoch()
	_, err := s.PutEntry(ctx, change.Entry{Kind: "user", Name: "bob", Data: []byte("x")})
	must(t, err)
	if _, err = s.PutEntry(ctx, change.Entry{Kind: "user", Name: "ann"}); err != nil || s.SchemaEpoch() == epoch {
		t.Error(err)
	}
	created, err := s.CreateIndex(ctx, IndexDef{Label: n.labels[0]})
	if !created || err != nil {
		t.Error(err)
	}
	if created, err = s.CreateIndex(ctx, IndexDef{Label: n.labels[0], Key: n.keys[1], HasKey: true}); !created || err != nil {
		t.Error(err)
	}
	if created, err = s.CreateIndex(ctx, IndexDef{Label: n.labels[0], Key: n.keys[1], HasKey: true}); created || err != nil {
		t.Error("an index was created twice")
	}
	if _, deleted, err := s.DeleteEntry(ctx, "user", "bob"); !deleted || err != nil {
		t.Error(err)
	}
	if _, deleted, err := s.DeleteEntry(ctx, "user", "bob"); deleted || err != nil {
		t.Error(err)
	}
	if dropped, err := s.DropIndex(ctx, IndexDef{Label: n.labels[0]}); !dropped || err != nil {
		t.Error(err)
	}
	same := func(s *Store) {
		t.Helper()
		if users := s.Entries("user"); len(users) != 1 || users[0].Name != "ann" {
			t.Errorf("users %v", users)
		}
		if x := s.Indexes(); len(x) != 1 || !x[0].Ready || x[0].Key != n.keys[1] || s.Entries("index")[0].Name != ":A(kB)" {
			t.Errorf("indexes %v", x)
		}
	}
	same(s)
	to := openStore(t, Options{})
	internNames(t, to)
	for i := range journal.commits {
		must(t, to.Apply(&journal.commits[i]))
	}
	same(to)
	loaded := openStore(t, Options{})
	internNames(t, loaded)
	l := loaded.NewLoader()
	for _, kind := range []string{"user", "index"} {
		for _, e := range s.Entries(kind) {
			must(t, l.Entry(e))
		}
	}
	must(t, l.Finish(9, 0, 0))
	same(loaded)
}

// TestApplyRefusesNonsense gives commits that no log of a store holds.
func TestApplyRefusesNonsense(t *testing.T) {
	for name, op := range map[string]change.Op{
		"no kind":             {},
		"node exists":         {Kind: change.CreateNode, Node: 0},
		"no such node":        {Kind: change.SetNodeProp, Node: 7, Ref: 0, Value: value.Int(1)},
		"no such key":         {Kind: change.SetNodeProp, Node: 0, Ref: 77, Value: value.Int(1)},
		"no such label":       {Kind: change.AddLabel, Node: 0, Ref: 77},
		"not storable":        {Kind: change.SetNodeProp, Node: 0, Value: value.Node(1)},
		"connected":           {Kind: change.DeleteNode, Node: 0},
		"no such end":         {Kind: change.CreateEdge, Node: 0, Edge: graph.Edge{ID: 5, Dst: 9}},
		"no such type":        {Kind: change.CreateEdge, Node: 0, Edge: graph.Edge{ID: 5, Dst: 0}, Ref: 1 << 20},
		"slot in use":         {Kind: change.CreateEdge, Node: 0, Edge: graph.Edge{ID: 0, Dst: 0}},
		"type of the chunk":   {Kind: change.CreateEdge, Node: 0, Edge: graph.Edge{ID: 1, Dst: 0}, Ref: 1},
		"no relationship":     {Kind: change.DeleteEdge, Edge: graph.Edge{ID: 60}},
		"relationship beyond": {Kind: change.SetEdgeProp, Edge: graph.Edge{ID: 1 << 30}, Value: value.Int(1)},
		"no such entry":       {Kind: change.PutEntry, Ref: 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := New(Options{})
			defer func() { must(t, s.Close()) }()
			internNames(t, s)
			must(t, s.Apply(&change.Commit{Index: 1, Ops: []change.Op{
				{Kind: change.CreateNode, Node: 0}, {Kind: change.CreateEdge, Node: 0, Edge: graph.Edge{ID: 0, Dst: 0}},
			}}))
			if err := s.Apply(&change.Commit{Index: 2, Ops: []change.Op{op}}); err == nil {
				t.Error("it was applied")
			}
			if err := s.Apply(&change.Commit{Index: 9}); err == nil {
				t.Error("a gap was applied")
			}
		})
	}
}
