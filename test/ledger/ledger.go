// Package ledger is a load on the server whose traces tell everything: from what is in
// the graph after a crash, it is known to which transaction each client had come, and
// whether any transaction is there by half.
//
// Each client makes its transactions 1, 2, 3, … one after the other. Transaction n sets
// the client's counter to n, makes pair n, a node Left, a node Right and a relationship
// between them, and deletes pair n minus the window. So a state of the graph is right for
// exactly one n of each client.
package ledger

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
)

// window is how many pairs of a client are there at a time.
const window = 24

// Ledger is what the clients know.
type Ledger struct {
	clients []*client
	seed    uint64
	total   int64 // acknowledged before the last Adopt
}

type client struct {
	id   int64
	seed uint64

	mu     sync.Mutex
	first  int64 // what it had come to at the last Adopt
	acked  int64
	issued int64
}

// Mark is how far each client had come.
type Mark []int64

// New returns a ledger of clients that have done nothing.
func New(clients int, seed uint64) *Ledger {
	l := &Ledger{seed: seed}
	for i := range clients {
		l.clients = append(l.clients, &client{id: int64(i), seed: seed})
	}
	return l
}

// Prepare makes the indexes and the counters, if they are not there.
func (l *Ledger) Prepare(ctx context.Context, d neo4j.DriverWithContext) error {
	for _, text := range []string{"CREATE INDEX ON :Left(n)", "CREATE INDEX ON :Ledger(client)"} {
		if _, err := harness.Query(ctx, d, text, nil); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	_, err := harness.Query(ctx, d, "UNWIND range(0, $last) AS c MERGE (l:Ledger {client: c}) ON CREATE SET l.n = 0",
		map[string]any{"last": len(l.clients) - 1})
	return err
}

// Run lets the clients work until ctx is done or the server fails them. It returns the
// error at which the first of them stopped, if it was not that of ctx.
func (l *Ledger) Run(ctx context.Context, d neo4j.DriverWithContext) error {
	var running sync.WaitGroup
	failures := make(chan error, len(l.clients))
	for _, c := range l.clients {
		running.Go(func() {
			if err := c.run(ctx, d); err != nil && ctx.Err() == nil {
				failures <- err
			}
		})
	}
	running.Wait()
	close(failures)
	return <-failures
}

// Acknowledged returns up to which transaction each client was told of success.
func (l *Ledger) Acknowledged() Mark {
	return l.mark(func(c *client) int64 { return c.acked })
}

// Issued returns up to which transaction each client has begun.
func (l *Ledger) Issued() Mark {
	return l.mark(func(c *client) int64 { return c.issued })
}

func (l *Ledger) mark(of func(*client) int64) Mark {
	m := make(Mark, len(l.clients))
	for i, c := range l.clients {
		c.mu.Lock()
		m[i] = of(c)
		c.mu.Unlock()
	}
	return m
}

// Total returns how many transactions were acknowledged in all.
func (l *Ledger) Total() int64 {
	sum := l.total
	for _, c := range l.clients {
		c.mu.Lock()
		sum += c.acked - c.first
		c.mu.Unlock()
	}
	return sum
}

// Adopt goes on from a state that a check has found.
func (l *Ledger) Adopt(found Mark) {
	l.total = l.Total()
	for i, c := range l.clients {
		c.mu.Lock()
		c.first, c.acked, c.issued = found[i], found[i], found[i]
		c.mu.Unlock()
	}
}

// texts are the three steps of a transaction.
const (
	count = "MATCH (c:Ledger {client: $c}) SET c.n = $n "
	add   = "CREATE (c)-[:HAS]->(:Left {client: $c, n: $n})-[:PAIR {n: $n}]->(:Right {client: $c, n: $n, text: $t})"
	prune = "MATCH (l:Left {client: $c, n: $old})-[:PAIR]->(r:Right) DETACH DELETE l, r"
)

// text is what transaction n of a client stores: mostly little, at times more than a page.
func (c *client) text(n int64) string {
	mixed := (uint64(n)*0x9e3779b97f4a7c15 + uint64(c.id)*0xbf58476d1ce4e5b9) ^ c.seed
	mixed ^= mixed >> 29
	length := 1 + int(mixed%8)
	if mixed>>8%32 == 0 {
		length = 600
	}
	return strings.Repeat(fmt.Sprintf("%016x ", mixed), length)
}

// run makes transactions until one fails; of that one nobody knows whether it is there.
func (c *client) run(ctx context.Context, d neo4j.DriverWithContext) error {
	session := d.NewSession(ctx, neo4j.SessionConfig{})
	defer func() { _ = session.Close(context.Background()) }()
	for ctx.Err() == nil {
		c.mu.Lock()
		c.issued = c.acked + 1
		n := c.issued
		c.mu.Unlock()
		params := map[string]any{"c": c.id, "n": n, "t": c.text(n), "old": n - window}
		var err error
		if n%3 == 0 {
			err = explicit(ctx, session, params)
		} else {
			err = implicit(ctx, session, params)
		}
		if err != nil {
			return err
		}
		c.mu.Lock()
		c.acked = n
		c.mu.Unlock()
	}
	return nil
}

func implicit(ctx context.Context, s neo4j.SessionWithContext, params map[string]any) error {
	optional := " WITH c OPTIONAL MATCH (l:Left {client: $c, n: $old})-[:PAIR]->(r:Right) DETACH DELETE l, r"
	r, err := s.Run(ctx, count+add+optional, params)
	if err != nil {
		return err
	}
	_, err = r.Consume(ctx)
	return err
}

func explicit(ctx context.Context, s neo4j.SessionWithContext, params map[string]any) error {
	tx, err := s.BeginTransaction(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Close(context.WithoutCancel(ctx)) }()
	for _, text := range []string{count, "MATCH (c:Ledger {client: $c}) " + add, prune} {
		if _, err := tx.Run(ctx, text, params); err != nil {
			return err
		}
	}
	return tx.Commit(ctx)
}
