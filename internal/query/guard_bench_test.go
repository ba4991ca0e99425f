package query_test

import (
	"fmt"
	"testing"

	"memgraphd/internal/query"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// BenchmarkGuard reads the same with and without rules for labels and for properties.
func BenchmarkGuard(b *testing.B) {
	var users *auth.Store
	e := open(b, withUsers(b, &users))
	root := e.NewSession(query.SessionOptions{ID: "root", Identity: users.Nobody()})
	defer root.Close()
	for _, text := range []string{
		"CREATE INDEX ON :N(id)",
		"UNWIND range(0, 49999) AS i CREATE (:N:A {id: i, age: i % 100, ssn: i})-[:T]->(:M {id: i})",
		"CREATE (:Hidden)", "CREATE USER root", "CREATE USER labels", "CREATE USER keys", "GRANT MATCH TO labels", "GRANT MATCH TO keys",
		"GRANT READ ON NODES CONTAINING LABELS * TO labels", "DENY READ ON NODES CONTAINING LABELS :Hidden TO labels",
		"GRANT READ ON EDGES OF TYPE * TO labels", "GRANT READ ON NODES CONTAINING LABELS * TO keys",
		"GRANT READ ON EDGES OF TYPE * TO keys", "DENY READ {ssn} ON NODES CONTAINING LABELS :N TO keys",
	} {
		if _, err := drain(b, root, text); err != nil {
			b.Fatal(err)
		}
	}
	params := value.Map([]value.Entry{{Key: "id", Value: value.Int(4711)}})
	for _, q := range []struct{ name, text string }{
		{"point", "MATCH (n:N {id: $id}) RETURN n.age"},
		{"scan", "MATCH (n:N) WHERE n.age = 7 RETURN count(n)"},
		{"properties", "MATCH (n:N) RETURN sum(n.age + n.id)"},
		{"expand", "MATCH (:N)-[:T]->(m) RETURN sum(m.id)"},
		{"count", "MATCH (n:N) RETURN count(n)"},
	} {
		for _, who := range []string{"root", "labels", "keys"} {
			b.Run(fmt.Sprintf("%s/%s", q.name, who), func(b *testing.B) {
				i, err := users.Authenticate(b.Context(), who, "", "127.0.0.1:1")
				if err != nil {
					b.Fatal(err)
				}
				s := e.NewSession(query.SessionOptions{ID: who, Identity: i})
				defer s.Close()
				for b.Loop() {
					r, err := s.Run(b.Context(), q.text, params, query.TxOptions{})
					if err == nil {
						_, err = r.Pull(b.Context(), -1, func(*batch.Batch, batch.Entities) error { return nil })
					}
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
