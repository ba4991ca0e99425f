package exec

import (
	"math/rand/v2"
	"testing"

	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
)

// randomGraph makes nodes :User with an id, an index on it, and relationships :FRIEND with
// a weight between random nodes.
func randomGraph(b *testing.B, nodes, edges int) *database {
	b.Helper()
	d := newDatabase(b)
	d.must(b, "CREATE INDEX ON :User(id)")
	d.params = value.Map([]value.Entry{{Key: "last", Value: value.Int(int64(nodes - 1))}})
	d.must(b, "UNWIND range(0, $last) AS i CREATE (:User {id: i})")
	random := rand.New(rand.NewPCG(7, 11))
	tx := d.store.Begin(storage.TxOptions{})
	typ, err := d.store.InternType("FRIEND")
	if err != nil {
		b.Fatal(err)
	}
	weight, err := d.store.InternKey("w")
	if err != nil {
		b.Fatal(err)
	}
	for range edges {
		from, to := graph.NodeID(random.IntN(nodes)), graph.NodeID(random.IntN(nodes))
		w := []storage.Property{{Key: weight, Value: value.Int(int64(1 + random.IntN(9)))}}
		if _, err := tx.CreateEdge(from, to, typ, w); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	tx.Release()
	return d
}

// pathQueries are queries for paths between two users, $a and $b.
var pathQueries = []struct{ name, text string }{
	{"pointread", "MATCH (a:User {id: $a}) RETURN a.id"},
	{"twopoints", "MATCH (a:User {id: $a}), (b:User {id: $b}) RETURN a.id, b.id"},
	{"shortestPath", "MATCH (a:User {id: $a}), (b:User {id: $b}), p = shortestPath((a)-[:FRIEND*]->(b)) RETURN length(p)"},
	{"shortestPathUndirected", "MATCH (a:User {id: $a}), (b:User {id: $b}), p = shortestPath((a)-[:FRIEND*]-(b)) RETURN length(p)"},
	{"allShortestPaths", "MATCH (a:User {id: $a}), (b:User {id: $b}), p = allShortestPaths((a)-[:FRIEND*]->(b)) RETURN count(p)"},
	{"filtered", "MATCH (a:User {id: $a}), (b:User {id: $b}), p = shortestPath((a)-[:FRIEND*]->(b)) WHERE all(r IN relationships(p) WHERE r.w < 8) RETURN length(p)"},
	{"expression", "MATCH (a:User {id: $a}), (b:User {id: $b}) RETURN length(shortestPath((a)-[:FRIEND*]->(b)))"},
	{"anyShortest", "MATCH p = ANY SHORTEST (a:User {id: $a})-[:FRIEND]->+(b:User {id: $b}) RETURN length(p)"},
	{"shortest3", "MATCH p = SHORTEST 3 (a:User {id: $a})-[:FRIEND]->+(b:User {id: $b}) RETURN count(p)"},
	{"bfs", "MATCH (a:User {id: $a})-[r:FRIEND *BFS ..3 (r, n | r.w > 2)]->(b:User {id: $b}) RETURN size(r)"},
	{"wshortest", "MATCH (a:User {id: $a})-[:FRIEND *WSHORTEST (r, n | r.w) total]->(b:User {id: $b}) RETURN total"},
	{"kshortest", "MATCH (a:User {id: $a}), (b:User {id: $b}) MATCH p = (a)-[:FRIEND *KSHORTEST | 5]->(b) RETURN count(p)"},
	{"repeat", "MATCH (a:User {id: $a})((x)-[r:FRIEND]->(y) WHERE x.id < y.id){1,2}(b) RETURN count(*)"},
}

// BenchmarkShortestPath measures programs that are prepared already, on a graph that fits
// into the caches and on one that does not.
func BenchmarkShortestPath(b *testing.B) {
	for _, size := range []struct {
		name         string
		nodes, edges int
	}{{"small", 1000, 5000}, {"large", 100_000, 1_770_000}} {
		b.Run(size.name, func(b *testing.B) {
			d := randomGraph(b, size.nodes, size.edges)
			for _, q := range pathQueries {
				b.Run(q.name, func(b *testing.B) { benchmarkPath(b, d, q.text, size.nodes) })
			}
			b.Run("all", func(b *testing.B) {
				benchmarkPath(b, d, "MATCH (a:User {id: $a}), p = shortestPath((a)-[:FRIEND*]->(b)) RETURN count(*)", size.nodes)
			})
		})
	}
}

func benchmarkPath(b *testing.B, d *database, text string, nodes int) {
	b.Helper()
	_, p, err := d.prepare(text)
	if err != nil {
		b.Fatal(err)
	}
	tx := d.store.Begin(storage.TxOptions{ReadOnly: true})
	defer tx.Release()
	budget := memory.New("query", 0)
	random := rand.New(rand.NewPCG(3, 5))
	params := make([]value.Value, 256)
	for i := range params {
		params[i] = value.Map([]value.Entry{
			{Key: "a", Value: value.Int(int64(random.IntN(nodes)))}, {Key: "b", Value: value.Int(int64(random.IntN(nodes)))},
		})
	}
	b.ReportAllocs()
	n := 0
	before := cpu()
	for b.Loop() {
		rowsOf(b, p, tx, budget, params[n&255])
		n++
	}
	b.ReportMetric(float64(cpu()-before)/float64(n), "cpu-ns/op")
}
