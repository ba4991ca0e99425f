package storage

import (
	"errors"
	"math/rand/v2"
	"testing"

	"memgraphd/internal/storage/column"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
)

// columnStep is what the numbers of columnStore lie apart, so that they need 8 bytes each.
const columnStep = 1 << 40

// columnStore returns a store of n nodes that have label 0 and property 0, a number.
func columnStore(t *testing.T, o Options, n int) (*Store, testNames) {
	t.Helper()
	s := openStore(t, o)
	names := internNames(t, s)
	write(t, s, func(tx *Tx) {
		for i := range n {
			_, err := tx.CreateNode(names.labels[:1], []Property{{Key: names.keys[0], Value: value.Int(int64(i) * columnStep)}})
			must(t, err)
		}
	})
	s.Collect()
	return s, names
}

// columnOf returns the column of property 0 of a group, in a view of its own.
func columnOf(t *testing.T, s *Store, names testNames, group uint32, rows int) *column.Chunk {
	t.Helper()
	tx := s.Begin(TxOptions{ReadOnly: true})
	defer tx.Release()
	columns, ok := tx.NodeColumns(names.keys[0])
	if !ok {
		t.Fatal("there can be no columns")
	}
	return columns.Group(group, rows)
}

func TestColumnsAreMadeForTheSecondToAsk(t *testing.T) {
	s, names := columnStore(t, Options{}, 3*column.GroupNodes)
	if columnOf(t, s, names, 1, column.GroupNodes) != nil {
		t.Error("the first to ask made a column")
	}
	made := columnOf(t, s, names, 1, column.GroupNodes)
	if made == nil || made.Kind() != column.Ints {
		t.Fatal("the second to ask got no column")
	}
	if columnOf(t, s, names, 1, 1) != made {
		t.Error("the column is not kept")
	}
	if s.Memory().Columns < made.Bytes() {
		t.Errorf("%d bytes of columns", s.Memory().Columns)
	}
	if columnOf(t, s, names, 9, column.GroupNodes) != nil {
		t.Error("a group without nodes has a column")
	}
	for i := range 12 {
		if got := columnOf(t, s, names, 2, 100); (got != nil) != (i == 11) {
			t.Errorf("100 rows, %d times before: %t", i, got != nil)
		}
	}
}

func TestColumnsFollowChanges(t *testing.T) {
	s, names := columnStore(t, Options{Columns: ColumnOptions{Eager: true}}, 2*column.GroupNodes)
	const node = graph.NodeID(column.GroupNodes + 5)
	before := s.Begin(TxOptions{ReadOnly: true})
	old, _ := before.NodeColumns(names.keys[0])
	if old.Group(1, column.GroupNodes) == nil {
		t.Fatal("no column of what does not change")
	}
	writer := s.Begin(TxOptions{})
	must(t, writer.SetNodeProperty(node, names.keys[0], value.Int(-1)))
	own, _ := writer.NodeColumns(names.keys[0])
	if own.Group(1, column.GroupNodes) != nil || old.Group(1, column.GroupNodes) != nil {
		t.Error("a column of a group that is being changed")
	}
	if own.Group(0, column.GroupNodes) == nil {
		t.Error("no column of another group")
	}
	_, err := writer.Commit()
	must(t, err)
	writer.Release()
	if columnOf(t, s, names, 1, column.GroupNodes) != nil {
		t.Error("a column of a group that a view has in another version")
	}
	before.Release()
	s.Collect()
	if c := columnOf(t, s, names, 1, column.GroupNodes); c == nil || c.Value(5).AsInt() != -1 {
		t.Error("the column is not that of the change")
	}
}

func TestColumnsOfDeletedAndNewNodes(t *testing.T) {
	s, names := columnStore(t, Options{Columns: ColumnOptions{Eager: true}}, column.GroupNodes-1)
	columnOf(t, s, names, 0, column.GroupNodes)
	write(t, s, func(tx *Tx) {
		_, err := tx.DeleteNode(3)
		must(t, err)
		_, err = tx.CreateNode(names.labels[1:2], nil)
		must(t, err)
	})
	tx := s.Begin(TxOptions{ReadOnly: true})
	ids := make([]graph.NodeID, 2*column.GroupNodes)
	if n := tx.ScanLabel(names.labels[0]).Next(ids); n != column.GroupNodes-2 {
		t.Errorf("%d nodes, want %d", n, column.GroupNodes-2)
	}
	if n := tx.ScanNodes().Next(ids); n != column.GroupNodes-1 {
		t.Errorf("%d nodes, want %d", n, column.GroupNodes-1)
	}
	tx.Release()
	s.Collect()
	c := columnOf(t, s, names, 0, column.GroupNodes)
	if c == nil || !c.Value(3).IsNull() || !c.Value(column.GroupNodes-1).IsNull() || c.Value(4).AsInt() != 4*columnStep {
		t.Error("the column is not that of the nodes")
	}
}

func TestColumnsAreDroppedForOthers(t *testing.T) {
	const limit = 2 << 20
	budget := memory.New("server", 0)
	s, names := columnStore(t, Options{Budget: budget, Columns: ColumnOptions{Eager: true}}, 100*column.GroupNodes)
	for group := range uint32(20) {
		columnOf(t, s, names, group, column.GroupNodes)
	}
	held := s.Memory().Columns
	if held < 20*column.GroupNodes {
		t.Fatalf("%d bytes of columns", held)
	}
	budget.SetLimit(budget.Used() + limit)
	var refused *memory.LimitError
	if err := budget.Reserve(limit + 1000); err != nil {
		t.Errorf("columns are not dropped: %v", err)
	}
	if now := s.Memory().Columns; now >= held {
		t.Errorf("%d bytes of columns, %d before", now, held)
	}
	if err := budget.Reserve(limit); !errors.As(err, &refused) {
		t.Errorf("more than there is: %v", err)
	}
	if s.Memory().Columns != 0 {
		t.Errorf("%d bytes of columns beside a refusal", s.Memory().Columns)
	}
	budget.Release(limit + 1000)
	limited := budget.Used() + 1<<20
	budget.SetLimit(limited)
	for range 3 {
		for group := range uint32(100) {
			if c := columnOf(t, s, names, group, column.GroupNodes); c != nil && c.Value(7).AsInt() != int64(group*column.GroupNodes+7)*columnStep {
				t.Errorf("group %d is wrong", group)
			}
		}
	}
	if now := s.Memory().Columns; now == 0 || now > limited/columnShare {
		t.Errorf("%d bytes of columns, %d are allowed", now, limited/columnShare)
	}
	budget.SetLimit(0)
}

// TestColumnsBesideWriters moves amounts between nodes; every view has the same sum, read by columns
// where there are some.
func TestColumnsBesideWriters(t *testing.T) {
	const nodes = 3 * column.GroupNodes
	s, names := columnStore(t, Options{Columns: ColumnOptions{Eager: true}}, nodes)
	w := &stress{t: t, s: s, names: names, rounds: 300}
	key := names.keys[0]
	for seed := range uint64(2) {
		w.write(seed, func(tx *Tx, r *rand.Rand) error {
			from, to, n := graph.NodeID(r.IntN(nodes)), graph.NodeID(r.IntN(nodes)), int64(r.IntN(1000))
			if from == to {
				return nil
			}
			a, b := tx.NodeProperty(from, key).AsInt(), tx.NodeProperty(to, key).AsInt()
			if err := tx.SetNodeProperty(from, key, value.Int(a-n)); err != nil {
				return err
			}
			return tx.SetNodeProperty(to, key, value.Int(b+n))
		})
	}
	hits := 0
	w.read(func(tx *Tx) {
		columns, _ := tx.NodeColumns(key)
		ids := make([]graph.NodeID, column.GroupNodes)
		values := make([]value.Value, column.GroupNodes)
		sum, count := int64(0), 0
		scan := tx.ScanLabel(names.labels[0])
		for n := scan.Next(ids); n > 0; n = scan.Next(ids) {
			count += n
			if chunk := columns.Group(uint32(ids[0])>>column.GroupShift, n); chunk != nil {
				hits++
				for _, id := range ids[:n] {
					sum += chunk.Value(uint32(id) % column.GroupNodes).AsInt()
				}
				continue
			}
			tx.NodePropertyColumn(values[:n], ids[:n], key)
			for _, v := range values[:n] {
				sum += v.AsInt()
			}
		}
		if want := int64(nodes) * (nodes - 1) / 2 * columnStep; sum != want || count != nodes {
			t.Errorf("%d nodes have %d, want %d", count, sum, want)
		}
	})
	w.wait()
	t.Logf("%d columns read, %d conflicts", hits, w.retries.Load())
}
