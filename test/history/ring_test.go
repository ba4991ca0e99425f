package history

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
	"memgraphd/test/table"
)

const ringNodes = 40

// TestRing has clients take nodes out of a ring and put them back elsewhere, in one
// transaction each, while others read: whoever looks, sees one ring of all nodes, over
// kills and restarts.
func TestRing(t *testing.T) {
	s := newSite(t)
	began := time.Now()
	s.run("CREATE INDEX ON :Ring(id)", nil)
	s.run("UNWIND range(0, $n - 1) AS i CREATE (:Ring {id: i})", map[string]any{"n": ringNodes})
	s.run("MATCH (a:Ring), (b:Ring) WHERE b.id = (a.id + 1) % $n CREATE (a)-[:NEXT]->(b)", map[string]any{"n": ringNodes})
	deadline := began.Add(table.Duration(t, "MEMGRAPHD_RING", 3*time.Second))
	var moved, reads, broken atomic.Int64
	s.clients(8, true, func(id int, r *rand.Rand) {
		for time.Now().Before(deadline) && broken.Load() == 0 {
			if id < 6 {
				if s.relink(r) == committed {
					moved.Add(1)
				}
				continue
			}
			if err, ok := s.readRing(); !ok {
				time.Sleep(2 * time.Millisecond) // the server is down
			} else if reads.Add(1); err != nil {
				broken.Add(1)
				t.Error(err)
			}
		}
	})
	if err, ok := s.readRing(); !ok || err != nil {
		broken.Add(1)
		t.Errorf("at the end: %v", err)
	}
	table.Add(t, table.Row{
		Test: "ring", What: fmt.Sprintf("ring re-linked, over %d kills", s.kills), States: reads.Load(), Acknowledged: moved.Load(),
		Undetected: broken.Load(), Seed: s.seed, Took: time.Since(began),
	})
	if moved.Load() == 0 || reads.Load() == 0 {
		t.Error("nobody moved a node, or nobody looked")
	}
}

// relink moves the node behind one node to behind another.
func (s *site) relink(r *rand.Rand) outcome {
	return s.transact(func(run func(string, map[string]any) ([]*neo4j.Record, error)) error {
		_, err := run("MATCH (a:Ring {id: $a})-[r1:NEXT]->(b)-[r2:NEXT]->(c), (x:Ring {id: $x})-[r3:NEXT]->(y) "+
			"WHERE x <> a AND x <> b DELETE r1, r2, r3 CREATE (a)-[:NEXT]->(c), (x)-[:NEXT]->(b), (b)-[:NEXT]->(y)",
			map[string]any{"a": r.IntN(ringNodes), "x": r.IntN(ringNodes)})
		return err
	})
}

// readRing follows the ring; ok is false where the server could not be asked.
func (s *site) readRing() (err error, ok bool) {
	rows, err := harness.Query(s.t.Context(), s.now(), "MATCH (a:Ring)-[:NEXT]->(b:Ring) RETURN a.id, b.id", nil)
	if err != nil {
		return err, false
	}
	next := map[int64]int64{}
	for _, row := range rows {
		a, _ := row.Values[0].(int64)
		b, _ := row.Values[1].(int64)
		if _, twice := next[a]; twice {
			return fmt.Errorf("node %d has two successors", a), true
		}
		next[a] = b
	}
	length, at := 0, int64(0)
	for length == 0 || at != 0 {
		to, there := next[at]
		if !there || length > ringNodes {
			return fmt.Errorf("the ring ends at node %d after %d steps: %v", at, length, next), true
		}
		at = to
		length++
	}
	if length != ringNodes || len(next) != ringNodes {
		return fmt.Errorf("the ring has %d nodes of %d: %v", length, len(next), next), true
	}
	return nil, true
}
