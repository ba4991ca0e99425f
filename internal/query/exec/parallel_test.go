package exec

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/storage"
	"memgraphd/internal/storage/column"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
)

// aggregates are queries that workers may share, and some that they may not.
var aggregates = []string{
	"MATCH (n) RETURN count(*)",
	"MATCH (n:User) RETURN count(n.age), sum(n.age), avg(n.age), min(n.name), max(n.age)",
	"MATCH (n:User) WHERE n.age > 20 RETURN n.age AS age, count(*), collect(n.id)[..5]",
	"MATCH (n:User)-[:FRIEND]->(m) RETURN n.age, count(DISTINCT m), collect(DISTINCT m.age)[..3]",
	"MATCH (n:User)-[:FRIEND]->(m)-[:FRIEND]->(o) WHERE o.age <> 7 RETURN count(*)",
	"MATCH (n:User) UNWIND [1, 2] AS x RETURN x, stDev(n.age) > 1, percentileDisc(n.age, 0.5)",
	"MATCH (n:User) WHERE EXISTS { (n)-[:FRIEND]->({age: 3}) } RETURN n.age % 10, count(*)",
	"MATCH (n:User) RETURN n.age AS age, count(*) AS c ORDER BY age DESC LIMIT 3",
	"MATCH (n:User) WITH n.age AS age, count(*) AS c MATCH (m:User {id: age}) RETURN sum(m.id * c)",
	"MATCH (n:Nobody) RETURN count(*), sum(n.x)",
	"MATCH (n:User) RETURN n.age % 7 AS g, sum(duration({months: n.id, days: -n.age, seconds: n.id, milliseconds: -n.age})), avg(duration({days: n.age}))",
	"MATCH (n:User) RETURN min(date('2000-01-01') + duration({days: n.age})), max(time('12:00Z') + duration({minutes: n.id}))",
	"MATCH (n:Nobody) RETURN n.x, count(*)",
	"MATCH p = (n:User)-[:FRIEND]->()-[:FRIEND]->(m) RETURN derive(p, {virtualEdgeType: 'FAR', relationshipProperties: {from: n.id}})",
	"MATCH p = (n:User)-[:FRIEND]->(m) WITH n.age % 7 AS age, derive(p, {virtualEdgeType: 'OF' + m.age % 3}) AS g " +
		"RETURN age, [r IN g.edges | [startNode(r).id, type(r), endNode(r).id]], g.nodes",
	"MATCH (n:User) UNWIND COLLECT { MATCH p = (n)-[:FRIEND]->() WITH derive(p, {virtualEdgeType: 'X'}) AS g UNWIND g.edges AS r RETURN r } AS r " +
		"RETURN count(r), count(DISTINCT id(r))",
}

// TestWorkersAgree compares what several workers answer with what one does, row for row.
func TestWorkersAgree(t *testing.T) {
	d := newDatabase(t)
	d.must(t, "CREATE INDEX ON :User(id)")
	d.must(t, "UNWIND range(0, 999) AS i CREATE (:User {id: i, age: i % 90, name: 'user ' + toString(i)})")
	d.must(t, "MATCH (a:User) UNWIND range(1, 3) AS k MATCH (b:User {id: (a.id * 7919 + k * 104729) % 1000}) CREATE (a)-[:FRIEND]->(b)")
	for _, text := range aggregates {
		alone := d.must(t, text)
		for _, o := range []WorkerOptions{
			{Count: 2, Morsel: 1},
			{Count: 4, Morsel: 7},
			{Count: 4, Morsel: 100},
			{Count: 3, Morsel: 999},
			{Count: 4},
			{Count: 4, Morsel: 50, After: time.Hour},
		} {
			d.workers = NewWorkers(o)
			for range 3 {
				if got := d.must(t, text); !reflect.DeepEqual(got.rows, alone.rows) {
					t.Errorf("%s\nwith %+v: %v\nalone: %v", text, o, got.rows, alone.rows)
				}
			}
			if free := d.workers.free.Load(); free != int64(o.Count-1) {
				t.Errorf("%d workers are free, not %d", free, o.Count-1)
			}
		}
		d.workers = nil
	}
}

// TestWorkersFail looks at errors and memory in workers.
func TestWorkersFail(t *testing.T) {
	d := newDatabase(t)
	d.must(t, "UNWIND range(0, 9999) AS i CREATE (:User {id: i})")
	d.workers = NewWorkers(WorkerOptions{Count: 4, Morsel: 100})
	for range 20 {
		_, err := d.query(t.Context(), "MATCH (n:User) RETURN count(1 / (n.id - 7777))")
		if err == nil || !strings.Contains(err.Error(), "by zero") {
			t.Fatal(err)
		}
	}
	d.budget = memory.New("query", 200_000)
	if _, err := d.query(t.Context(), "MATCH (n:User) RETURN n.id AS id, collect(n)"); err == nil || !strings.Contains(err.Error(), "MemoryLimitExceeded") {
		t.Error(err)
	}
	d.budget = nil
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(5*time.Millisecond, func() { cancel(errors.New("enough")) })
	if _, err := d.query(ctx, "MATCH (n:User), (m:User) WHERE n.id < m.id RETURN count(*)"); err == nil {
		t.Error("it should have been interrupted")
	}
}

// BenchmarkWorkers compares one processor with two.
func BenchmarkWorkers(b *testing.B) {
	const users = 100_000
	d := graphOf(b, users)
	for _, text := range []string{
		"MATCH (n:User) WHERE n.age >= 18 RETURN n.age, count(*)",
		"MATCH (n:User)-[:FRIEND]->(m) WHERE m.age = 5 RETURN count(m.age)",
		"MATCH (n:User)-[:FRIEND]->(m)-[:FRIEND]->(o) RETURN count(o.age)",
	} {
		for _, count := range []int{1, 2} {
			b.Run(fmt.Sprintf("%d/%s", count, text), func(b *testing.B) {
				d.workers = NewWorkers(WorkerOptions{Count: count})
				_, p, err := d.prepare(text)
				if err != nil {
					b.Fatal(err)
				}
				tx := d.store.Begin(storage.TxOptions{ReadOnly: true})
				defer tx.Release()
				for b.Loop() {
					rowsOf(b, p, tx, nil, value.Null)
				}
			})
		}
	}
}

// TestShare looks at when a statement that has run alone for a while asks for help, and in what
// parts it hands out what is left.
func TestShare(t *testing.T) {
	const rows = 1_000_000
	w := NewWorkers(WorkerOptions{Count: 2, After: time.Millisecond})
	for _, c := range []struct {
		name         string
		done         graph.NodeID
		took         time.Duration
		least, great graph.NodeID
	}{
		{"not long enough", 100_000, 999 * time.Microsecond, 0, 0},
		{"at the end before others are awake", 700_000, time.Millisecond, 0, 0},
		{"quick rows, many in a part", 200_000, time.Millisecond, 20_000, 21_000},
		{"slow rows, few in a part", 1024, 10 * time.Millisecond, 1024, 1024},
		{"a part for each worker at least", 400_000, time.Second, 1024, 1024},
		{"very quick rows, some parts for each worker", 600_000, 1100 * time.Microsecond, 49_000, 51_000},
		{"nothing done, which tells nothing", 0, time.Second, 0, 0},
	} {
		got := w.share(c.done, rows-c.done, 1024, c.took)
		if got < c.least || got > c.great || got%column.GroupNodes != 0 {
			t.Errorf("%s: parts of %d ids, want %d to %d in whole groups", c.name, got, c.least, c.great)
		}
	}
	w = NewWorkers(WorkerOptions{Count: 2, After: time.Millisecond, Morsel: 100})
	if got := w.share(1000, rows, 100, time.Second); got != 100 {
		t.Errorf("parts of %d ids where 100 were asked for", got)
	}
}
