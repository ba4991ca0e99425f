package exec

import (
	"testing"
)

// BenchmarkSubqueries answers for 20,000 nodes, each with ten relationships to others.
func BenchmarkSubqueries(b *testing.B) {
	d := newDatabase(b)
	d.must(b, "UNWIND range(0, 19999) AS i CREATE (:P {i: i})")
	d.must(b, "CREATE INDEX ON :P(i)")
	d.must(b, "MATCH (p:P) UNWIND range(1, 10) AS k MATCH (q:P {i: (p.i * 7 + k * 131) % 20000}) CREATE (p)-[:K]->(q)")
	for _, c := range []struct{ name, text string }{
		{"match", "MATCH (p:P)-[:K]->() RETURN count(*)"},
		{"count", "MATCH (p:P) RETURN sum(COUNT { (p)-[:K]->() })"},
		{"count where", "MATCH (p:P) RETURN sum(COUNT { (p)-[:K]->(q) WHERE q.i > 10000 })"},
		{"exists", "MATCH (p:P) RETURN sum(CASE WHEN EXISTS { (p)-[:K]->(q) WHERE q.i > 19000 } THEN 1 END)"},
		{"exists in where", "MATCH (p:P) WHERE EXISTS { MATCH (p)-[:K]->(q) MATCH (q)-[:K]->(r) WHERE r.i > 19900 } RETURN count(*)"},
		{"collect", "MATCH (p:P) RETURN sum(size(COLLECT { MATCH (p)-[:K]->(q) RETURN q.i }))"},
		{"comprehension", "MATCH (p:P) RETURN sum(size([(p)-[:K]->(q) | q.i]))"},
		{"collect ordered", "MATCH (p:P) RETURN sum(size(COLLECT { MATCH (p)-[:K]->(q) RETURN q.i ORDER BY q.i LIMIT 3 }))"},
		{"call inline", "MATCH (p:P) CALL (p) { MATCH (p)-[:K]->(q) RETURN q } RETURN sum(q.i)"},
		{"call count", "MATCH (p:P) CALL (p) { MATCH (p)-[:K]->(q) RETURN count(q) AS c } RETURN sum(c)"},
		{"call top", "MATCH (p:P) CALL (p) { MATCH (p)-[:K]->(q) RETURN q ORDER BY q.i DESC LIMIT 1 } RETURN sum(q.i)"},
		{"call once", "MATCH (p:P) CALL { MATCH (q:P) RETURN max(q.i) AS m } RETURN sum(p.i - m)"},
		{"call set", "MATCH (p:P) CALL (p) { SET p.j = p.i }"},
		{"set", "MATCH (p:P) SET p.j = p.i"},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				d.must(b, c.text)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/20000, "ns/row")
		})
	}
}
