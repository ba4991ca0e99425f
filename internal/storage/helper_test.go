package storage

import (
	"slices"
	"sync"
	"testing"

	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// tester is what *testing.T, *testing.B and *rapid.T share.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// openStore returns a store that is checked and closed when the test ends.
func openStore(tb testing.TB, o Options) *Store {
	tb.Helper()
	s := New(o)
	tb.Cleanup(func() { closeStore(tb, s) })
	return s
}

func closeStore(t tester, s *Store) {
	t.Helper()
	if err := s.Check(); err != nil {
		t.Errorf("%v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// names of the tests.
type testNames struct {
	labels []graph.LabelID
	types  []graph.TypeID
	keys   []graph.KeyID
}

func internNames(t tester, s *Store) testNames {
	t.Helper()
	var n testNames
	for _, name := range []string{"A", "B", "C"} {
		l, err := s.InternLabel(name)
		must(t, err)
		n.labels = append(n.labels, l)
		r, err := s.InternType("T" + name)
		must(t, err)
		n.types = append(n.types, r)
		k, err := s.InternKey("k" + name)
		must(t, err)
		n.keys = append(n.keys, k)
	}
	return n
}

func must(t tester, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// write runs fn in a transaction and commits it.
func write(t tester, s *Store, fn func(tx *Tx)) {
	t.Helper()
	tx := s.Begin(TxOptions{})
	defer tx.Release()
	fn(tx)
	_, err := tx.Commit()
	must(t, err)
}

// tape is a Journal that keeps the commits and lets a test decide the outcome.
type tape struct {
	mu      sync.Mutex
	commits []change.Commit
	prepare error
	enqueue error
	wait    func(index change.Index) error
}

type tapeTicket struct {
	tape   *tape
	commit change.Commit
}

func (j *tape) Prepare(c *change.Commit) (Ticket, error) {
	if j.prepare != nil {
		return nil, j.prepare
	}
	copied := *c
	copied.Ops = slices.Clone(c.Ops)
	for i := range copied.Ops {
		copied.Ops[i].Value = deepCopy(copied.Ops[i].Value)
	}
	copied.Entries = slices.Clone(c.Entries)
	return &tapeTicket{j, copied}, nil
}

func (k *tapeTicket) Enqueue(index change.Index, wall int64) error {
	k.tape.mu.Lock()
	defer k.tape.mu.Unlock()
	if k.tape.enqueue != nil {
		return k.tape.enqueue
	}
	k.commit.Index, k.commit.Wall = index, wall
	return nil
}

func (k *tapeTicket) Wait() error {
	if wait := k.tape.wait; wait != nil {
		if err := wait(k.commit.Index); err != nil {
			return err
		}
	}
	k.tape.mu.Lock()
	defer k.tape.mu.Unlock()
	k.tape.commits = append(k.tape.commits, k.commit)
	return nil
}

// deepCopy returns v in memory of its own.
func deepCopy(v value.Value) value.Value {
	switch v.Kind() {
	case value.KindString:
		return value.String(string([]byte(v.AsString())))
	case value.KindBytes:
		return value.Bytes(slices.Clone(v.AsBytes()))
	case value.KindList:
		list := slices.Clone(v.AsList())
		for i := range list {
			list[i] = deepCopy(list[i])
		}
		return value.List(list)
	case value.KindNull, value.KindBool, value.KindInt, value.KindFloat, value.KindMap, value.KindNode, value.KindEdge, value.KindPath,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return v
}
