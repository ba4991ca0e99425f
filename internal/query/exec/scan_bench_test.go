package exec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
)

// people fills a database with users that have seven properties.
func people(b *testing.B, n int) *database {
	b.Helper()
	d := newDatabase(b)
	bulk, err := d.store.NewBulk(1)
	if err != nil {
		b.Fatal(err)
	}
	label, err := d.store.InternLabel("User")
	if err != nil {
		b.Fatal(err)
	}
	var keys []graph.KeyID
	for _, name := range []string{"id", "age", "gender", "city", "score", "active", "name"} {
		k, internErr := d.store.InternKey(name)
		if internErr != nil {
			b.Fatal(internErr)
		}
		keys = append(keys, k)
	}
	if err = bulk.GrowNodes(graph.NodeID(n - 1)); err != nil {
		b.Fatal(err)
	}
	lane := bulk.Lanes()[0]
	labels, err := lane.Labels([]graph.LabelID{label})
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		age := int64(min(math.Exp(3.2+0.35*r.NormFloat64()), 100))
		values := []value.Value{
			value.Int(int64(i)), value.Int(age), value.String([]string{"man", "woman"}[r.IntN(2)]),
			value.String(fmt.Sprint("city ", r.IntN(150))), value.Float(r.Float64()), value.Bool(r.IntN(3) > 0), value.String(fmt.Sprint("user ", i)),
		}
		props := make([]storage.Property, len(keys))
		for k, key := range keys {
			props[k] = storage.Property{Key: key, Value: values[k]}
		}
		if err := lane.Node(graph.NodeID(i), 0, labels, props); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := bulk.Plan(); err != nil {
		b.Fatal(err)
	}
	if err := bulk.Finish(1, 1, 1); err != nil {
		b.Fatal(err)
	}
	return d
}

// BenchmarkScans measures aggregates over all nodes, by the row.
func BenchmarkScans(b *testing.B) {
	for _, n := range []int{100_000, 1_632_803} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			d := people(b, n)
			for _, q := range []struct{ name, text string }{
				{"group", "MATCH (n:User) RETURN n.age, count(*)"},
				{"groupfilter", "MATCH (n:User) WHERE n.age >= 18 RETURN n.age, count(*)"},
				{"countdistinct", "MATCH (n:User) RETURN count(DISTINCT n.age)"},
				{"minmaxavg", "MATCH (n) RETURN min(n.age), max(n.age), avg(n.age)"},
				{"count", "MATCH (n) RETURN count(n), count(n.age)"},
				{"rare", "MATCH (n:User) WHERE n.id >= 1000 AND n.id < 1100 RETURN count(*)"},
				{"sum", "MATCH (n:User) RETURN sum(n.score)"},
				{"groupsum", "MATCH (n:User) RETURN n.age, sum(n.score), max(n.id)"},
				{"text", "MATCH (n:User) RETURN n.gender, count(*)"},
				{"texts", "MATCH (n:User) RETURN n.city, avg(n.age)"},
				{"top", "MATCH (n:User) RETURN n.id ORDER BY n.age DESC, n.id LIMIT 10"},
			} {
				b.Run(q.name, func(b *testing.B) { benchmarkScan(b, d, q.text, n) })
			}
		})
	}
}

func benchmarkScan(b *testing.B, d *database, text string, rows int) {
	b.Helper()
	_, p, err := d.prepare(text)
	if err != nil {
		b.Fatal(err)
	}
	tx := d.store.Begin(storage.TxOptions{ReadOnly: true})
	defer tx.Release()
	budget := memory.New("query", 0)
	for range 3 {
		rowsOf(b, p, tx, budget, value.Null)
	}
	n := 0
	before := cpu()
	for b.Loop() {
		rowsOf(b, p, tx, budget, value.Null)
		n++
	}
	b.ReportMetric(float64(cpu()-before)/float64(n)/float64(rows), "cpu-ns/row")
}
