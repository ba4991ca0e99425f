package ledger

import (
	"context"
	"fmt"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
)

// Result is what a state of the graph shows.
type Result struct {
	Found    Mark     // to which transaction each client has come
	Lost     int64    // transactions below the lower mark that are not there
	Problems []string // what can be in no state: phantoms, halves, changed values
}

const problemsMax = 10

func (r *Result) problem(format string, args ...any) {
	if len(r.Problems) < problemsMax {
		r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
	}
}

// Check reads the whole graph and compares: each client has come to low at least and to
// high at most, and the graph is the one of these transactions.
func (l *Ledger) Check(ctx context.Context, d neo4j.DriverWithContext, low, high Mark) (*Result, error) {
	r := &Result{Found: make(Mark, len(l.clients))}
	rows, err := harness.Query(ctx, d, "MATCH (c:Ledger) RETURN c.client, c.n", nil)
	if err != nil {
		return nil, err
	}
	if len(rows) != len(l.clients) {
		r.problem("%d counters, want %d", len(rows), len(l.clients))
	}
	for _, row := range rows {
		var id, n int64
		if !scan(row, &id, &n) || id < 0 || id >= int64(len(l.clients)) {
			r.problem("counter %v", row.Values)
			continue
		}
		r.Found[id] = n
	}
	pairs := int64(0)
	for i, n := range r.Found {
		pairs += min(n, window)
		if n < low[i] {
			r.Lost += low[i] - n
		}
		if n > high[i] {
			r.problem("client %d: transaction %d is there, and only %d were made", i, n, high[i])
		}
	}
	if err := l.checkPairs(ctx, d, r, pairs); err != nil {
		return nil, err
	}
	return r, nil
}

// checkPairs compares the pairs with the counters.
func (l *Ledger) checkPairs(ctx context.Context, d neo4j.DriverWithContext, r *Result, pairs int64) error {
	rows, err := harness.Query(ctx, d, "MATCH (c:Ledger)-[:HAS]->(l:Left)-[p:PAIR]->(r:Right) "+
		"RETURN c.client, l.client, l.n, p.n, r.client, r.n, r.text", nil)
	if err != nil {
		return err
	}
	seen := make(map[[2]int64]bool, len(rows))
	for _, row := range rows {
		var of, left, leftN, pairN, right, rightN int64
		text, _ := row.Values[6].(string)
		ok := scan(row, &of, &left, &leftN, &pairN, &right, &rightN) && of >= 0 && of < int64(len(l.clients))
		key := [2]int64{of, leftN}
		switch {
		case !ok, left != of, right != of, pairN != leftN, rightN != leftN, seen[key]:
			r.problem("pair %.80v", row.Values)
		case leftN > r.Found[of], leftN <= r.Found[of]-window:
			r.problem("client %d has come to %d, and pair %d is there", of, r.Found[of], leftN)
		case text != l.clients[of].text(leftN):
			r.problem("client %d: the text of pair %d is another", of, leftN)
		}
		seen[key] = true
	}
	for _, one := range []struct {
		text string
		want int64
	}{
		{"MATCH (n) RETURN count(n)", int64(len(l.clients)) + 2*pairs},
		{"MATCH ()-[p]->() RETURN count(p)", 2 * pairs},
		{"MATCH (l:Left) WHERE l.n > 0 RETURN count(l)", pairs}, // by the index
	} {
		got, err := harness.Int(ctx, d, one.text)
		if err != nil {
			return err
		}
		if got != one.want {
			r.problem("%s: %d, want %d", one.text, got, one.want)
		}
	}
	if int64(len(seen)) != pairs {
		r.problem("%d pairs, want %d", len(seen), pairs)
	}
	return nil
}

// scan fills integers from the first values of a row.
func scan(row *neo4j.Record, into ...*int64) bool {
	for i, p := range into {
		n, ok := row.Values[i].(int64)
		if !ok {
			return false
		}
		*p = n
	}
	return true
}
