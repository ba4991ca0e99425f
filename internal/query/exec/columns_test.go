package exec

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/column"
	"memgraphd/internal/storage/graph"
)

// columnQueries read properties of many nodes, some of them twice, so that columns are there.
var columnQueries = []string{
	"MATCH (n:P) RETURN n.small, count(*), min(n.id), max(n.wide), sum(n.id), avg(n.half), count(n.half)",
	"MATCH (n:P) WHERE n.small >= 18 RETURN n.small, count(*)",
	"MATCH (n:P) WHERE 18 > n.small RETURN count(*), sum(n.small), min(n.half), max(n.half)",
	"MATCH (n:P) WHERE n.small <> 3 AND n.half = 7 RETURN n.id",
	"MATCH (n:P) WHERE n.id >= 2000 AND n.id < 2010 RETURN n.id, n.text, n.mixed",
	"MATCH (n) WHERE n.id < 0 RETURN n.id",
	"MATCH (n) WHERE n.id > 99999999999 OR n.half IS NULL RETURN count(n), count(n.half)",
	"MATCH (n) WHERE n.late > 0 RETURN count(*), min(n.id), n.kind",
	"MATCH (n) WHERE n.none = 1 RETURN count(*)",
	"MATCH (n) WHERE n.none <> 1 RETURN count(*)",
	"MATCH (n) RETURN n.half, count(*)",
	"MATCH (n) RETURN n.text, count(*), count(DISTINCT n.small)",
	"MATCH (n) RETURN n.kind, max(n.real), min(n.real), sum(n.real), count(DISTINCT n.flag)",
	"MATCH (n) RETURN n.mixed, count(*)",
	"MATCH (n:P) RETURN n.flag AND n.small > 5 AS f, count(*)",
	"MATCH (n:P) WHERE n.wide > 4611686018427387904 RETURN count(*)",
	"MATCH (n:P) WHERE n.id = 5 OR n.wide = -3 RETURN n.id, n.small + n.half AS s",
	"MATCH (n:P) RETURN n.id, n.small ORDER BY n.small DESC, n.id LIMIT 5",
	"MATCH (n:P) RETURN n.text ORDER BY n.text, n.id SKIP 1500 LIMIT 3",
	"MATCH (n:P) WHERE n.real > 0.5 RETURN count(*), max(n.id)",
	"MATCH (n:P) WHERE n.text STARTS WITH 'text 1' RETURN count(*)",
	"MATCH (n:P)-->(m) WHERE m.small > 10 RETURN count(*), sum(m.id), count(m.half)",
	"MATCH (n:P)-->(m) RETURN m.kind, min(m.small), max(m.text)",
	"MATCH (n:P) OPTIONAL MATCH (n)-->(m:Q) RETURN count(m.id), max(m.small)",
}

// columnStatements change what the queries read.
var columnStatements = []string{
	"MATCH (n:P) WHERE n.id % 97 = 5 SET n.small = -1",
	"MATCH (n:P) WHERE n.id = 1500 SET n.small = 1.5",
	"MATCH (n:P) WHERE n.id IN [1, 2, 3000] DETACH DELETE n",
	"UNWIND range(1, 40) AS i CREATE (:P:Q {id: 5000 + i, small: i, half: i, kind: 'new'})",
	"MATCH (n:Q) WHERE n.id % 3 = 0 REMOVE n:P, n.kind",
	"MATCH (n) WHERE n.id < 1100 SET n.late = n.id - 5",
	"MATCH (n) WHERE n.small = 4 SET n.small = 'four' WITH n WHERE n.id > 2500 RETURN count(n.small), max(n.id)",
	"MATCH (n:P) WHERE n.small = 6 SET n.small = 60 WITH count(*) AS c MATCH (m:P) WHERE m.small = 60 RETURN c, count(*), count(m.small)",
	"MATCH (n:P) WHERE n.id = 2047 DETACH DELETE n WITH count(*) AS c MATCH (m) RETURN c, count(m), count(m.id)",
}

// TestColumns compares what is read from columns with what is read from the nodes.
func TestColumns(t *testing.T) {
	const people = `UNWIND range(0, 3499) AS i CREATE (:P {id: i, small: i * 7 % 50, wide: i * 2635249153387078, text: 'text ' + toString(i % 300),
		kind: CASE i % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'bc' ELSE '' END, half: CASE WHEN i % 2 = 0 THEN i % 11 END, real: (i * 31 % 100) * 0.25,
		flag: i % 5 = 0, mixed: CASE WHEN i % 2 = 0 THEN i % 4 ELSE toString(i % 4) END})`
	var all []*database
	for _, o := range []storage.ColumnOptions{{Off: true}, {Eager: true, Least: 1}, {}} {
		s := storage.New(storage.Options{Columns: o})
		t.Cleanup(func() {
			if err := s.Check(); err != nil {
				t.Errorf("check of the store: %v", err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		d := &database{store: s, workers: NewWorkers(WorkerOptions{Count: 2, Morsel: 700})}
		d.must(t, people)
		d.must(t, "MATCH (n:P), (m:P) WHERE n.id < 60 AND m.id % 60 = n.id CREATE (n)-[:R]->(m)")
		d.must(t, "MATCH (n:P) WHERE n.id % 4 = 1 SET n:Q")
		all = append(all, d)
	}
	compareDatabases(t, all, columnQueries)
	for _, text := range columnStatements {
		compareDatabases(t, all, []string{text})
		compareDatabases(t, all, columnQueries)
		for _, d := range all {
			d.store.Collect()
		}
		compareDatabases(t, all, columnQueries)
	}
	for i, d := range all {
		if some := d.store.Memory().Columns > 0; some != (i > 0) {
			t.Errorf("database %d has columns: %t", i, some)
		}
	}
}

// compareDatabases runs queries in all databases, which have to agree.
func compareDatabases(t *testing.T, all []*database, queries []string) {
	t.Helper()
	for _, text := range queries {
		want, err := all[0].query(t.Context(), text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for i, d := range all[1:] {
			got, err := d.query(t.Context(), text)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if !reflect.DeepEqual(got.rows, want.rows) {
				t.Errorf("%s: with columns (%d) %.300v, without %.300v", text, i, got.rows, want.rows)
			}
		}
	}
}

func TestGroupOfRows(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		ids := make([]graph.NodeID, 1+r.IntN(40))
		group := uint32(r.IntN(4)) << r.IntN(20)
		for i := range ids {
			ids[i] = graph.NodeID(group<<column.GroupShift) + graph.NodeID(r.IntN(column.GroupNodes))
		}
		for range r.IntN(3) {
			ids[r.IntN(len(ids))] ^= 1 << r.IntN(32)
		}
		nodes := &batch.Vector{Kind: batch.Nodes, Nodes: ids}
		if r.IntN(2) == 0 {
			slices.Sort(ids)
			ids = slices.Compact(ids)
			nodes.Nodes, nodes.Ascending = ids, true
		}
		in := &batch.Batch{Len: len(ids)}
		if r.IntN(2) == 0 {
			for i := range ids {
				if r.IntN(3) > 0 {
					in.Sel = append(in.Sel, uint16(i))
				}
			}
		}
		for at := 0; at < in.Rows(); {
			got, to := groupOfRows(nodes, in, at)
			for i := at; i < to; i++ {
				if id := ids[in.Row(i)]; uint32(id>>column.GroupShift) != got {
					t.Fatalf("%v, %v: node %d is not of group %d", ids, in.Sel, id, got)
				}
			}
			if to < in.Rows() && uint32(ids[in.Row(to)]>>column.GroupShift) == got {
				t.Fatalf("%v, %v: group %d ends before row %d", ids, in.Sel, got, to)
			}
			at = to
		}
	}
}
