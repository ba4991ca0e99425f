package exec

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"memgraphd/internal/storage"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
)

// graphOf builds a graph of users, each with an id, an age and ten friends.
func graphOf(b *testing.B, users int) *database {
	b.Helper()
	d := newDatabase(b)
	d.must(b, "CREATE INDEX ON :User(id)")
	d.must(b, fmt.Sprintf("UNWIND range(0, %d) AS i CREATE (:User {id: i, age: i %% 90, name: 'user ' + toString(i)})", users-1))
	d.must(b, fmt.Sprintf(`MATCH (a:User) UNWIND range(1, 10) AS k
		MATCH (b:User {id: (a.id * 7919 + k * 104729) %% %d}) CREATE (a)-[:FRIEND]->(b)`, users))
	return d
}

// rowsOf runs a program and counts its rows.
func rowsOf(b *testing.B, p *Program, tx *storage.Tx, budget *memory.Budget, params value.Value) int {
	b.Helper()
	c := p.Start(b.Context(), Run{Tx: tx, Params: params, Budget: budget})
	n := 0
	for {
		out, err := c.Next()
		if err != nil {
			b.Fatal(err)
		}
		if out == nil {
			break
		}
		n += out.Rows()
	}
	c.Close()
	return n
}

// cpu is the processor time that the process has used, which other processes on the
// machine do not disturb.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkQueries measures programs that are prepared already, in one transaction.
func BenchmarkQueries(b *testing.B) {
	const users = 100_000
	d := graphOf(b, users)
	for _, q := range []struct {
		name, text string
		per        int // rows that are looked at
	}{
		{"return1", "RETURN 1", 1},
		{"pointread", "MATCH (n:User {id: $id}) RETURN n.name", 1},
		{"neighbours", "MATCH (n:User {id: $id})-[:FRIEND]->(m) RETURN m.id", 10},
		{"twohops", "MATCH (n:User {id: $id})-[:FRIEND]->()-[:FRIEND]->(m) RETURN count(DISTINCT m)", 100},
		{"filter", "MATCH (n:User) WHERE n.age >= 18 RETURN count(n.age)", users},
		{"groupby", "MATCH (n:User) WHERE n.age >= 18 RETURN n.age, count(*)", users},
		{"minmaxavg", "MATCH (n:User) RETURN min(n.age), max(n.age), avg(n.age)", users},
		{"expand", "MATCH (n:User)-[:FRIEND]->(m) WHERE m.age = 5 RETURN count(m.age)", 10 * users},
		{"paths", "MATCH (n:User)-[:FRIEND]->(m)-[:FRIEND]->(o) RETURN count(*)", 100 * users},
		{"top", "MATCH (n:User) RETURN n.id ORDER BY n.age DESC, n.id LIMIT 10", users},
	} {
		b.Run(q.name, func(b *testing.B) {
			_, p, err := d.prepare(q.text)
			if err != nil {
				b.Fatal(err)
			}
			tx := d.store.Begin(storage.TxOptions{ReadOnly: true})
			defer tx.Release()
			budget := memory.New("query", 0)
			params := make([]value.Value, 64)
			for i := range params {
				params[i] = value.Map([]value.Entry{{Key: "id", Value: value.Int(int64(i * 1009))}})
			}
			b.ReportAllocs()
			n := 0
			before := cpu()
			for b.Loop() {
				rowsOf(b, p, tx, budget, params[n&63])
				n++
			}
			b.ReportMetric(float64(cpu()-before)/float64(n)/float64(q.per), "cpu-ns/row")
		})
	}
}
