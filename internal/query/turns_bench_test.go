package query_test

import (
	"testing"

	"memgraphd/internal/query"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// BenchmarkTurns is what the engine does for short statements of 48 sessions that take turns, on 100,000 nodes in no
// order: what is not in the caches counts.
func BenchmarkTurns(b *testing.B) {
	e := open(b, nil)
	sessions := make([]*query.Session, 48)
	for i := range sessions {
		sessions[i] = e.NewSession(query.SessionOptions{})
		defer sessions[i].Close()
	}
	for _, text := range []string{"CREATE INDEX ON :N(id)", "UNWIND range(0, 99999) AS i CREATE (:N {id: i, age: i % 100})"} {
		if _, err := drain(b, sessions[0], text); err != nil {
			b.Fatal(err)
		}
	}
	sink := func(*batch.Batch, batch.Entities) error { return nil }
	params := make([]value.Value, 1<<16)
	for i := range params {
		params[i] = value.Map([]value.Entry{{Key: "id", Value: value.Int(int64(i) * 7919 % 100_000)}})
	}
	for name, text := range map[string]string{
		"constant": "RETURN 1", "property": "MATCH (n:N {id: $id}) RETURN n.age AS age", "node": "MATCH (n:N {id: $id}) RETURN n",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				r, err := sessions[i%len(sessions)].Run(b.Context(), text, params[i%len(params)], query.TxOptions{})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := r.Pull(b.Context(), -1, sink); err != nil {
					b.Fatal(err)
				}
				r.Release()
			}
		})
	}
}

// BenchmarkAnswers is BenchmarkTurns for what is answered at once: by all nodes, and by so few that they stay in
// the caches, so that the difference is the waiting for memory.
func BenchmarkAnswers(b *testing.B) {
	e := open(b, nil)
	s := e.NewSession(query.SessionOptions{})
	defer s.Close()
	for _, text := range []string{"CREATE INDEX ON :N(id)", "UNWIND range(0, 99999) AS i CREATE (:N {id: i, age: i % 100})"} {
		if _, err := drain(b, s, text); err != nil {
			b.Fatal(err)
		}
	}
	const text = "MATCH (n:N {id: $id}) RETURN n.age AS age"
	for range 3 { // until its text is remembered
		warm, err := s.Run(b.Context(), text, params("id", 1), query.TxOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := warm.Pull(b.Context(), -1, func(*batch.Batch, batch.Entities) error { return nil }); err != nil {
			b.Fatal(err)
		}
		warm.Release()
	}
	give := func(*batch.Reply) error { return nil }
	for name, nodes := range map[string]int64{"far": 100_000, "near": 50} {
		drawn := make([]value.Value, 1<<16)
		for i := range drawn {
			drawn[i] = value.Map([]value.Entry{{Key: "id", Value: value.Int(int64(i) * 7919 % nodes)}})
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, ok := s.Answer(text, drawn[i%len(drawn)], give, nil); !ok {
					b.Fatal("it was not answered at once")
				}
			}
		})
	}
}
