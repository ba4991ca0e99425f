package history

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/table"
)

const appendKeys = 12

// appenders is one list-append history in the making.
type appenders struct {
	s     place
	first int // keys of this history: first to first + appendKeys - 1
	next  atomic.Int64
	began time.Time

	mu   sync.Mutex
	txns []txn
}

// TestAppend records MEMGRAPHD_HISTORIES (2) histories of 10 clients with MEMGRAPHD_TXNS
// (60) transactions each, every second one with kills of the server, and looks for cycles.
func TestAppend(t *testing.T) {
	s := newSite(t)
	s.run("CREATE INDEX ON :List(key)", nil)
	row := table.Row{Test: "R11", What: "list-append histories, with kills in half", Seed: s.seed}
	began := time.Now()
	skews := 0
	for i := range table.Count(t, "MEMGRAPHD_HISTORIES", 2) {
		h := &appenders{s: s, first: i * appendKeys, began: time.Now()}
		h.run(10, table.Count(t, "MEMGRAPHD_TXNS", 60), i%2 == 1)
		skews += h.judge(t, &row, fmt.Sprintf("history %d of MEMGRAPHD_SEED=%d", i, s.seed))
	}
	if s.kills == 0 {
		t.Error("the server was never killed")
	}
	row.Took = time.Since(began)
	table.Add(t, row)
	t.Logf("%d kills; write skew, which snapshot isolation allows, in %d places", s.kills, skews)
}

// place is where histories happen: the built server, or a database in this process.
type place interface {
	run(text string, params map[string]any) []*neo4j.Record
	transact(fn func(run func(text string, params map[string]any) ([]*neo4j.Record, error)) error) outcome
	clients(n int, kills bool, client func(id int, r *rand.Rand))
}

// judge adds a history to the row, and returns in how many places it has write skew, which
// snapshot isolation allows; any other anomaly fails the test.
func (h *appenders) judge(t *testing.T, row *table.Row, which string) (skews int) {
	t.Helper()
	c := anomalies(h.txns)
	row.States++
	for _, x := range h.txns {
		if x.outcome == committed {
			row.Acknowledged++
		}
	}
	row.Lost += int64(c.counts["lost"])
	for kind, n := range c.counts {
		if kind != "G2" && kind != "lost" {
			row.Undetected += int64(n)
		}
	}
	if len(c.found) > 0 {
		t.Fatalf("%s: %v\n%q", which, c.counts, c.found)
	}
	return c.counts["G2"]
}

// run makes the history and reads all lists at its end.
func (h *appenders) run(clients, count int, kills bool) {
	keys := map[string]any{"first": h.first, "last": h.first + appendKeys - 1}
	h.s.run("UNWIND range($first, $last) AS k CREATE (:List {key: k, values: []})", keys)
	h.s.clients(clients, kills, func(_ int, r *rand.Rand) {
		for made := 0; made < count; {
			if h.transaction(r) != aborted {
				made++
			}
		}
	})
	final := txn{begin: time.Since(h.began)}
	for _, row := range h.s.run("MATCH (l:List) WHERE l.key >= $first AND l.key <= $last RETURN l.key, l.values", keys) {
		key, _ := row.Values[0].(int64)
		final.actions = append(final.actions, action{key: int(key), read: values(row.Values[1])})
	}
	final.end = time.Since(h.began)
	h.txns = append(h.txns, final)
	h.s.run("MATCH (l:List) WHERE l.key >= $first AND l.key <= $last DELETE l", keys)
}

func values(v any) []int64 {
	list, _ := v.([]any)
	out := make([]int64, len(list))
	for i, one := range list {
		out[i], _ = one.(int64)
	}
	return out
}

// transaction makes one transaction of one to four actions; its keys are drawn so that
// some are wanted by all.
func (h *appenders) transaction(r *rand.Rand) outcome {
	x := txn{begin: time.Since(h.began)}
	x.outcome = h.s.transact(func(run func(string, map[string]any) ([]*neo4j.Record, error)) error {
		for range 1 + r.IntN(4) {
			key := h.first + min(r.IntN(appendKeys), r.IntN(appendKeys))
			a := action{key: key}
			text := "MATCH (l:List {key: $k}) RETURN l.values"
			params := map[string]any{"k": key}
			if r.IntN(2) == 0 {
				a.append = h.next.Add(1)
				text = "MATCH (l:List {key: $k}) SET l.values = l.values + [$v] RETURN 1"
				params["v"] = a.append
			}
			x.actions = append(x.actions, a) // even if it fails: it may not be seen
			rows, err := run(text, params)
			if err != nil {
				if a.append == 0 {
					x.actions = x.actions[:len(x.actions)-1]
				}
				return err
			}
			if len(rows) != 1 {
				return fmt.Errorf("key %d: %d rows", key, len(rows))
			}
			if a.append == 0 {
				x.actions[len(x.actions)-1].read = values(rows[0].Values[0])
			}
		}
		return nil
	})
	x.end = time.Since(h.began)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.txns = append(h.txns, x)
	return x.outcome
}
