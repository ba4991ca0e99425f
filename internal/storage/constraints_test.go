package storage

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/constraint"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

func uniqueOn(n testNames, keys ...int) ConstraintDef {
	d := ConstraintDef{Rule: constraint.Unique, Label: n.labels[0]}
	for _, k := range keys {
		d.Keys = append(d.Keys, n.keys[k])
	}
	return d
}

func existsOn(n testNames, key int) ConstraintDef {
	return ConstraintDef{Rule: constraint.Exists, Label: n.labels[0], Keys: []graph.KeyID{n.keys[key]}}
}

func typedOn(n testNames, key int, t constraint.Type) ConstraintDef {
	return ConstraintDef{Rule: constraint.Typed, Label: n.labels[0], Keys: []graph.KeyID{n.keys[key]}, Type: t}
}

func constrain(t tester, s *Store, d ConstraintDef) {
	t.Helper()
	if created, err := s.CreateConstraint(context.Background(), d); err != nil || !created {
		t.Fatalf("created %v: %v", created, err)
	}
}

// wantViolation fails unless err is a violation whose text holds every part.
func wantViolation(t tester, err error, parts ...string) {
	t.Helper()
	v, ok := errors.AsType[*constraint.ViolationError](err)
	if !ok || !errors.Is(err, constraint.ErrViolated) {
		t.Fatalf("no violation: %v", err)
	}
	for _, p := range parts {
		if !strings.Contains(v.Error(), p) {
			t.Errorf("%q does not tell %q", v, p)
		}
	}
}

// node1 creates a node with the first label and the properties kA, kB … as given; null is none.
func node1(t tester, n testNames, tx *Tx, values ...value.Value) graph.NodeID {
	t.Helper()
	var props []Property
	for i, v := range values {
		if !v.IsNull() {
			props = append(props, Property{Key: n.keys[i], Value: v})
		}
	}
	id, err := tx.CreateNode(n.labels[:1], props)
	must(t, err)
	return id
}

func commitError(tx *Tx) error {
	defer tx.Release()
	_, err := tx.Commit()
	return err
}

func TestConstraintsAtCommit(t *testing.T) {
	s := openStore(t, Options{Journal: &tape{}})
	n := internNames(t, s)
	one, two := value.Int(1), value.Int(2)
	constrain(t, s, uniqueOn(n, 0))
	constrain(t, s, existsOn(n, 0))
	constrain(t, s, typedOn(n, 1, constraint.String))
	if created, err := s.CreateConstraint(context.Background(), uniqueOn(n, 0)); created || err != nil {
		t.Error("a constraint was created twice", err)
	}
	if _, err := s.CreateConstraint(context.Background(), typedOn(n, 1, constraint.Integer)); !errors.Is(err, ErrConstraintType) {
		t.Error(err)
	}
	var a, b graph.NodeID
	write(t, s, func(tx *Tx) { a, b = node1(t, n, tx, one), node1(t, n, tx, two) })

	tx := s.Begin(TxOptions{}) // two values change places
	must(t, tx.SetNodeProperty(a, n.keys[0], two))
	must(t, tx.SetNodeProperty(b, n.keys[0], one))
	must(t, commitError(tx))

	tx = s.Begin(TxOptions{})
	node1(t, n, tx, value.Float(1))
	wantViolation(t, commitError(tx), ":A(kA)", "kA = 1.0", "node 1 has too")

	tx = s.Begin(TxOptions{}) // twice in one transaction
	node1(t, n, tx, value.Int(5))
	node1(t, n, tx, value.Int(5))
	wantViolation(t, commitError(tx), "kA = 5")

	tx = s.Begin(TxOptions{})
	node1(t, n, tx, value.Null)
	wantViolation(t, commitError(tx), ":A(kA)", "no property kA")

	tx = s.Begin(TxOptions{}) // deleted and created anew
	_, err := tx.DeleteNode(b)
	must(t, err)
	node1(t, n, tx, one)
	must(t, commitError(tx))

	tx = s.Begin(TxOptions{})
	_, err = tx.CreateNode(n.labels[:1], []Property{{Key: n.keys[1], Value: one}})
	wantViolation(t, err, ":A(kB)", "a new node has kB = 1", "INTEGER", "STRING")
	wantViolation(t, tx.SetNodeProperty(a, n.keys[1], one), "node 0 has kB = 1")
	other, err := tx.CreateNode(nil, []Property{{Key: n.keys[0], Value: value.Int(9)}, {Key: n.keys[1], Value: one}})
	must(t, err)
	_, err = tx.AddLabel(other, n.labels[0])
	wantViolation(t, err, ":A(kB)")
	must(t, tx.SetNodeProperty(other, n.keys[1], value.String("x")))
	_, err = tx.AddLabel(other, n.labels[0])
	must(t, err)
	must(t, commitError(tx))

	tx = s.Begin(TxOptions{})
	must(t, tx.SetNodeProperty(other, n.keys[0], value.Null))
	wantViolation(t, commitError(tx), "node 1 has no property kA")
	if dropped, err := s.DropConstraint(context.Background(), existsOn(n, 0)); !dropped || err != nil {
		t.Error(err)
	}
	if dropped, err := s.DropConstraint(context.Background(), typedOn(n, 1, constraint.Integer)); dropped || err != nil {
		t.Error("dropped by another type", err)
	}
	write(t, s, func(tx *Tx) { must(t, tx.SetNodeProperty(other, n.keys[0], value.Null)) })
	if got := s.Constraints(); len(got) != 2 || got[0].Target != ":A(kA)" || got[1].Target != ":A(kB)" {
		t.Errorf("%+v", got)
	}
}

func TestConstraintOnSeveralProperties(t *testing.T) {
	s := openStore(t, Options{Journal: &tape{}})
	n := internNames(t, s)
	constrain(t, s, uniqueOn(n, 1, 0))
	if created, err := s.CreateConstraint(context.Background(), uniqueOn(n, 0, 1)); created || err != nil {
		t.Error("the order of the properties counts", err)
	}
	list := value.List([]value.Value{value.Int(1), value.String("x")})
	write(t, s, func(tx *Tx) {
		node1(t, n, tx, value.Int(1), value.Int(2))
		node1(t, n, tx, value.Int(2), value.Int(1))
		node1(t, n, tx, value.Int(1))
		node1(t, n, tx, value.Int(1))
		node1(t, n, tx, list, list)
	})
	tx := s.Begin(TxOptions{})
	node1(t, n, tx, list, list)
	wantViolation(t, commitError(tx), ":A(kA, kB)", `kA = [1, "x"], kB = [1, "x"]`)
	if _, err := s.CreateConstraint(context.Background(), uniqueOn(n, 0, 0)); !errors.Is(err, constraint.ErrDefinition) {
		t.Error(err)
	}
	if _, err := s.CreateConstraint(context.Background(), uniqueOn(n)); !errors.Is(err, constraint.ErrDefinition) {
		t.Error(err)
	}
}

// TestConstraintOverData creates constraints over data that break them.
func TestConstraintOverData(t *testing.T) {
	s := openStore(t, Options{Journal: &tape{}})
	n := internNames(t, s)
	var second graph.NodeID
	write(t, s, func(tx *Tx) {
		node1(t, n, tx, value.Int(7))
		second = node1(t, n, tx, value.Int(7), value.Int(1))
	})
	ctx := context.Background()
	_, err := s.CreateConstraint(ctx, uniqueOn(n, 0))
	wantViolation(t, err, ":A(kA)", "kA = 7", "node 1", "node 0")
	_, err = s.CreateConstraint(ctx, existsOn(n, 1))
	wantViolation(t, err, "node 0 has no property kB")
	_, err = s.CreateConstraint(ctx, typedOn(n, 1, constraint.String))
	wantViolation(t, err, "node 1 has kB = 1")
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err = s.CreateConstraint(cancelled, uniqueOn(n, 1)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if len(s.Constraints()) != 0 || len(s.registry.Load().list) != 0 {
		t.Error("something is left")
	}
	write(t, s, func(tx *Tx) { must(t, tx.SetNodeProperty(second, n.keys[0], value.Int(8))) })
	constrain(t, s, uniqueOn(n, 0))
}

// TestUniqueAtTheLog lets commits meet at values of others that wait for the log.
func TestUniqueAtTheLog(t *testing.T) {
	release := map[change.Index]chan error{2: make(chan error), 3: make(chan error), 4: make(chan error)}
	journal := &tape{wait: func(i change.Index) error {
		if c := release[i]; c != nil {
			return <-c
		}
		return nil
	}}
	s := openStore(t, Options{Journal: journal})
	n := internNames(t, s)
	constrain(t, s, uniqueOn(n, 0))
	start := func() <-chan error {
		tx := s.Begin(TxOptions{})
		node1(t, n, tx, value.Int(1))
		done := make(chan error, 1)
		go func() { done <- commitError(tx) }()
		return done
	}
	first := start()
	for s.claims.Held() == 0 {
		time.Sleep(time.Millisecond)
	}
	second := start()
	select {
	case err := <-second:
		t.Fatalf("the second did not wait: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	failed := errors.New("the disk is full")
	release[2] <- failed
	if err := <-first; !errors.Is(err, failed) {
		t.Fatal(err)
	}
	release[2] <- nil // the number of the commit that failed is used again
	must(t, <-second)
	wantViolation(t, <-start(), "kA = 1")

	// What gives a value up and waits for the log decides over who wants it.
	tx := s.Begin(TxOptions{})
	for id := range s.NodeSlots() {
		if tx.NodeExists(id) {
			must(t, tx.SetNodeProperty(id, n.keys[0], value.Int(2)))
		}
	}
	third := start()
	wantViolation(t, <-third, "kA = 1") // nobody knows yet whether it is given up
	done := make(chan error, 1)
	go func() { done <- commitError(tx) }()
	for s.claims.Held() == 0 {
		time.Sleep(time.Millisecond)
	}
	third = start()
	time.Sleep(5 * time.Millisecond)
	release[3] <- nil
	must(t, <-done)
	release[4] <- nil
	must(t, <-third)
}

func TestMergedIsToBeRunAgain(t *testing.T) {
	s := openStore(t, Options{})
	n := internNames(t, s)
	constrain(t, s, uniqueOn(n, 0))
	merge := func() *Tx {
		tx := s.Begin(TxOptions{})
		tx.NoteMerged(node1(t, n, tx, value.Int(1)))
		return tx
	}
	a, b := merge(), merge()
	must(t, commitError(a))
	if err := commitError(b); !errors.Is(err, ErrConflict) || errors.Is(err, constraint.ErrViolated) {
		t.Error(err)
	}
	wantViolation(t, commitError(merge()), "kA = 1")
}

// TestConstraintsAgain replays and loads constraints, and refuses data that break them.
func TestConstraintsAgain(t *testing.T) {
	journal := &tape{}
	s := openStore(t, Options{Journal: journal})
	n := internNames(t, s)
	constrain(t, s, uniqueOn(n, 0))
	constrain(t, s, existsOn(n, 0))
	constrain(t, s, typedOn(n, 1, constraint.Date))
	constrain(t, s, uniqueOn(n, 1))
	write(t, s, func(tx *Tx) { node1(t, n, tx, value.Int(1)) })
	_, _, err := s.DeleteEntry(context.Background(), constraint.EntryKind, "unique :A(kB)")
	must(t, err)
	again := openStore(t, Options{})
	internNames(t, again)
	for i := range journal.commits {
		must(t, again.Apply(&journal.commits[i]))
	}
	if got, want := len(again.Constraints()), 3; got != want || len(s.Constraints()) != want {
		t.Fatalf("%d constraints", got)
	}
	tx := again.Begin(TxOptions{})
	node1(t, n, tx, value.Int(1))
	wantViolation(t, commitError(tx), "kA = 1")
	double := change.Commit{Index: again.LastCommitted() + 1, Ops: []change.Op{
		{Kind: change.CreateNode, Node: 5},
		{Kind: change.AddLabel, Node: 5, Ref: uint32(n.labels[0])},
		{Kind: change.SetNodeProp, Node: 5, Ref: uint32(n.keys[0]), Value: value.Int(1)},
	}}
	fresh := New(Options{})
	internNames(t, fresh)
	for i := range journal.commits {
		must(t, fresh.Apply(&journal.commits[i]))
	}
	wantViolation(t, fresh.Apply(&double), "kA = 1", "node 5")
	if err := fresh.Check(); !errors.Is(err, constraint.ErrViolated) {
		t.Errorf("the check does not see it: %v", err)
	}
	must(t, fresh.Close())

	for _, bad := range []bool{false, true} {
		loaded := New(Options{})
		internNames(t, loaded)
		l := loaded.NewLoader()
		must(t, l.Node(0, 0, n.labels[:1], []Property{{Key: n.keys[0], Value: value.Int(1)}}))
		if bad {
			must(t, l.Node(1, 0, n.labels[:1], []Property{{Key: n.keys[0], Value: value.Int(1)}}))
		}
		for _, e := range s.Entries(constraint.EntryKind) {
			must(t, l.Entry(e))
		}
		if err := l.Finish(9, 0, 0); bad {
			wantViolation(t, err, "unique", "kA = 1")
			must(t, loaded.Close())
		} else {
			must(t, err)
			closeStore(t, loaded)
		}
	}
}

// TestUniqueStress lets transactions fight for few values while the constraint comes and
// goes; whenever it is in force, no view may hold a value twice.
func TestUniqueStress(t *testing.T) {
	for _, keys := range [][]int{{0}, {0, 1}} {
		s := openStore(t, Options{Journal: &tape{}})
		n := internNames(t, s)
		d := uniqueOn(n, keys...)
		constrain(t, s, d)
		var writers sync.WaitGroup
		for seed := range uint64(4) {
			writers.Go(func() { fight(t, s, n, seed) })
		}
		for r := rand.New(rand.NewPCG(9, 9)); ; {
			_, err := s.DropConstraint(context.Background(), d)
			must(t, err)
			time.Sleep(time.Duration(r.IntN(300)) * time.Microsecond)
			if !recreate(t, s, d) {
				break
			}
			inForce(t, s, n)
			if r.IntN(40) == 0 {
				break
			}
		}
		writers.Wait()
	}
}

// recreate creates the constraint, after it deleted what is in the way.
func recreate(t *testing.T, s *Store, d ConstraintDef) bool {
	t.Helper()
	for range 1000 {
		_, err := s.CreateConstraint(context.Background(), d)
		if err == nil {
			return true
		}
		v, ok := errors.AsType[*constraint.ViolationError](err)
		if !ok {
			t.Error(err)
			return false
		}
		tx := s.Begin(TxOptions{})
		if _, err = tx.DeleteNode(v.Node); err == nil || errors.Is(err, ErrConflict) {
			err = commitError(tx)
		}
		tx.Release()
		if err != nil && !errors.Is(err, ErrConflict) && !errors.Is(err, ErrReadOnly) {
			t.Error(err)
			return false
		}
	}
	t.Error("the constraint was never created")
	return false
}

// fight creates, changes and deletes nodes with few values.
func fight(t *testing.T, s *Store, n testNames, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 3))
	passed, broken, conflicts := 0, 0, 0
	for range 400 {
		tx := s.Begin(TxOptions{})
		err := func() error {
			for range 1 + r.IntN(3) {
				nodes := collect(tx.ScanLabel(n.labels[0]))
				if len(nodes) < 12 || r.IntN(3) == 0 {
					node1(t, n, tx, value.Int(int64(r.IntN(16))), value.Int(0))
					continue
				}
				id := nodes[r.IntN(len(nodes))]
				if r.IntN(2) == 0 {
					if _, err := tx.DeleteNode(id); err != nil {
						return err
					}
				} else if err := tx.SetNodeProperty(id, n.keys[0], value.Int(int64(r.IntN(16)))); err != nil {
					return err
				}
			}
			if r.IntN(8) == 0 {
				return ErrConflict // changed its mind
			}
			return nil
		}()
		if err == nil {
			err = commitError(tx)
		}
		tx.Release()
		switch {
		case err == nil:
			passed++
		case errors.Is(err, ErrConflict), errors.Is(err, ErrNotFound):
			conflicts++
		case errors.Is(err, constraint.ErrViolated):
			broken++
		default:
			t.Error(err)
		}
	}
	t.Logf("%d passed, %d broke the constraint, %d conflicts", passed, broken, conflicts)
}

// inForce looks into some views while the constraint is in force.
func inForce(t *testing.T, s *Store, n testNames) {
	t.Helper()
	for range 10 {
		tx := s.Begin(TxOptions{ReadOnly: true})
		seen := map[int64]graph.NodeID{}
		for _, id := range collect(tx.ScanLabel(n.labels[0])) {
			v := tx.NodeProperty(id, n.keys[0])
			if other, twice := seen[v.AsInt()]; twice {
				t.Errorf("nodes %d and %d both have %d at commit %d", other, id, v.AsInt(), tx.ReadIndex())
			}
			seen[v.AsInt()] = id
		}
		tx.Release()
	}
}
