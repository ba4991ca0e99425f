package history

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
	"memgraphd/test/table"
)

const (
	accounts = 10
	balance  = 100
)

var errPoor = errors.New("not enough money")

// TestBank has clients move money between accounts, reading first and writing then: the
// sum is the same for every reader, and no account goes below zero.
func TestBank(t *testing.T) {
	s := newSite(t)
	began := time.Now()
	s.run("CREATE INDEX ON :Account(id)", nil)
	s.run("UNWIND range(0, $n - 1) AS i CREATE (:Account {id: i, balance: $b})", map[string]any{"n": accounts, "b": balance})
	deadline := began.Add(table.Duration(t, "MEMGRAPHD_BANK", 3*time.Second))
	var moved, reads, wrong atomic.Int64
	look := func() {
		rows, err := harness.Query(t.Context(), s.now(), "MATCH (a:Account) RETURN sum(a.balance), min(a.balance), count(a)", nil)
		if err != nil {
			time.Sleep(2 * time.Millisecond) // the server is down
			return
		}
		reads.Add(1)
		sum, least, count := rows[0].Values[0], rows[0].Values[1], rows[0].Values[2]
		if low, _ := least.(int64); sum != int64(accounts*balance) || count != int64(accounts) || low < 0 {
			wrong.Add(1)
			t.Errorf("sum %v, least %v, of %v accounts", sum, least, count)
		}
	}
	s.clients(8, true, func(id int, r *rand.Rand) {
		for time.Now().Before(deadline) && wrong.Load() == 0 {
			if id >= 6 {
				look()
			} else if s.transfer(r) == committed {
				moved.Add(1)
			}
		}
	})
	look()
	table.Add(t, table.Row{
		Test: "R11", What: fmt.Sprintf("bank, over %d kills", s.kills), States: reads.Load(), Acknowledged: moved.Load(),
		Undetected: wrong.Load(), Seed: s.seed, Took: time.Since(began),
	})
	if moved.Load() == 0 || reads.Load() == 0 {
		t.Error("nobody moved money, or nobody looked")
	}
}

// transfer reads two accounts and writes both.
func (s *site) transfer(r *rand.Rand) outcome {
	from, to, amount := r.IntN(accounts), r.IntN(accounts), int64(1+r.IntN(30))
	if from == to {
		return aborted
	}
	return s.transact(func(run func(string, map[string]any) ([]*neo4j.Record, error)) error {
		var had [2]int64
		for i, id := range []int{from, to} {
			rows, err := run("MATCH (a:Account {id: $id}) RETURN a.balance", map[string]any{"id": id})
			if err != nil {
				return err
			}
			had[i], _ = rows[0].Values[0].(int64)
		}
		if had[0] < amount {
			return errPoor
		}
		for i, id := range []int{from, to} {
			now := had[i] + amount*int64(2*i-1)
			if _, err := run("MATCH (a:Account {id: $id}) SET a.balance = $b", map[string]any{"id": id, "b": now}); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestWriteSkew holds what docs/durability.md says of isolation: two transactions that
// read both of two nodes and write one each may both commit. Nothing else may happen: of
// two that write the same node, one fails.
func TestWriteSkew(t *testing.T) {
	s := newSite(t)
	s.run("CREATE (:Doctor {id: 0, duty: 1}), (:Doctor {id: 1, duty: 1})", nil)
	tries := table.Count(t, "MEMGRAPHD_SKEWS", 30)
	skews, same := 0, 0
	for i := range tries {
		s.run("MATCH (d:Doctor) SET d.duty = 1", nil)
		apart := i%2 == 0
		var both sync.WaitGroup
		var left atomic.Int64
		ready := make(chan struct{}, 2)
		meet := make(chan struct{})
		for id := range 2 {
			if !apart {
				id = 0
			}
			both.Go(func() {
				o := s.transact(func(run func(string, map[string]any) ([]*neo4j.Record, error)) error {
					_, err := run("MATCH (d:Doctor) RETURN sum(d.duty)", nil)
					ready <- struct{}{}
					<-meet
					if err == nil {
						_, err = run("MATCH (d:Doctor {id: $id}) SET d.duty = d.duty - 1", map[string]any{"id": id})
					}
					return err
				})
				if o == committed {
					left.Add(1)
				}
			})
		}
		<-ready
		<-ready
		close(meet)
		both.Wait()
		switch n := left.Load(); {
		case apart && n == 2:
			skews++
		case !apart && n == 2:
			t.Fatal("two transactions wrote the same node, and both committed: a lost update")
		case !apart && n == 1:
			same++
		}
	}
	t.Logf("of %d pairs that wrote different nodes, both committed in %d (write skew); of %d that wrote the same one, one committed in %d",
		(tries+1)/2, skews, tries/2, same)
}
