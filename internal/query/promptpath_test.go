package query_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"memgraphd/internal/query"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/exec"
	"memgraphd/internal/storage/value"
)

// between is two look-ups, and what follows them.
func between(text string) string {
	return "MATCH (n:N {id: $from}), (m:N {id: $to}) " + text
}

// TestAnswerOfPaths is TestAnswer for shortest paths.
func TestAnswerOfPaths(t *testing.T) {
	t.Parallel()
	e := open(t, nil)
	s := e.NewSession(query.SessionOptions{ID: "a"})
	defer s.Close()
	must(t, s, "CREATE INDEX ON :N(id)", "UNWIND range(0, 99) AS i CREATE (:N {id: i, name: 'node ' + toString(i)})", "CREATE (:N {id: 7.0})",
		"MATCH (a:N), (b:N) WHERE b.id = a.id * 7 % 100 OR b.id = a.id * 3 % 100 + 1 CREATE (a)-[:T {w: a.id}]->(b)",
		"MATCH (a:N), (b:N) WHERE b.id = a.id * 11 % 100 CREATE (a)-[:U]->(b)", "CREATE (:N {id: 200})")
	some, none, same := params("from", 3, "to", 91), params("from", 3, "to", 200), params("from", 3, "to", 3)
	checkAnswers(t, s, []answering{
		{between("MATCH p = (n)-[*bfs..15]->(m) RETURN [n in nodes(p) | n.id] AS path"), some, true},
		{between("WITH n, m MATCH p = (n)-[*bfs..15]->(m) RETURN [n in nodes(p) | n.id] AS path"), some, true},
		{between("MATCH p = (n)-[*bfs..15]->(m) RETURN [n in nodes(p) | n.id] AS far"), none, true},
		{between("MATCH p = (n)-[*bfs..15]->(m) RETURN [n in nodes(p) | n.id] AS near"), same, true},
		{between("MATCH p = (n)-[*bfs..15]->(m) RETURN p"), params("from", 7, "to", 0), true}, // two nodes have the id
		{between("MATCH p = (n)-[*bfs..1]->(m) RETURN p, n, m.name, $from, 4"), some, true},
		{between("MATCH p = (m)<-[:T *bfs]-(n) RETURN nodes(p), relationships(p), length(p), size(nodes(p)), [x IN nodes(p) | x.name]"), some, true},
		{between("MATCH (n)-[r:T *bfs]-(m) RETURN r, size(r), [e IN r | e.w], size([e IN r | e.w]) AS s"), some, true},
		{between("MATCH (n)-[r:T|U *bfs]->(m) RETURN r"), some, true},
		{between("MATCH p = (n)-[*bfs 2..15]->(m) RETURN p"), some, true},
		{"MATCH p = shortestPath((n:N {id: $from})-[*..15]->(m:N {id: $to})) RETURN p, nodes(p), length(p)", some, true},
		{"MATCH p = shortestPath((n:N {id: $from})-[:T*]-(m:N {id: 91})) RETURN [x IN relationships(p) | x.w] AS w", some, true},
		{"MATCH p = ANY SHORTEST (n:N {id: $from})-[:T]->+(m:N {id: $to}) RETURN p", some, true},
		{"MATCH p = ANY SHORTEST (n:N {id: $from})-[:T]->*(m:N {id: $to}) RETURN [x IN nodes(p) | x.name] AS names, n.id", same, true},
		{between("MATCH p = (n)-[*bfs..15]->(m) RETURN p"), params("from", 3), false},
		{between("MATCH p = (n)-[*bfs..15 (e, n | n.id > 3)]->(m) RETURN p"), some, false},
		{between("MATCH p = (n)-[*bfs..15]->(m) RETURN [n in nodes(p) WHERE n.id > 3 | n.id] AS path"), some, false},
		{between("MATCH p = (n)-[*bfs..15]->(m) RETURN [n in nodes(p) | n.id + 1] AS path"), some, false},
		{between("MATCH p = (n)-[*bfs..15]->(m) RETURN [x in nodes(p) | n.id] AS path"), some, false},
		{between("MATCH p = (n)-[*bfs..15]->(m) RETURN p LIMIT 1"), some, false},
		{between("MATCH p = (n)-[*bfs..15]->(m) WHERE length(p) > 1 RETURN p"), some, false},
		{between("MATCH p = (n)-[*bfs..15]->(m) RETURN count(p)"), some, false},
		{between("MATCH p = (n)-[:Unknown *bfs..15]->(m) RETURN p"), some, false},
		{between("MATCH p = (n)-[*allshortest (r, n | 1)]->(m) RETURN p"), some, false},
		{between("MATCH p = ALL SHORTEST (n)-->+(m) RETURN p"), some, false},
		{between("MATCH p = (n)-[*bfs..15]->(m)-->() RETURN p"), some, false},
		{between("MATCH p = (n)-[*bfs..15]->(m), q = (m)-[*bfs..15]->(n) RETURN p, q"), some, false},
		{between("MATCH p = (n)-[*bfs..3]->(o) RETURN p"), some, false},
		{between("RETURN n, m"), some, false},
		{"MATCH (n:N {id: 3}) MATCH p = (n)-[*bfs..15]->(n) RETURN p", some, false},
		{"MATCH p = (n:N {id: 3})-[*bfs..15]->(m:N {name: 'node 91'}) RETURN p", some, false},
	})
}

// TestAnswerOfLongSearches holds that a search ends where it is not a matter of microseconds.
func TestAnswerOfLongSearches(t *testing.T) {
	t.Parallel()
	e := open(t, nil)
	s, w := e.NewSession(query.SessionOptions{ID: "reads"}), e.NewSession(query.SessionOptions{ID: "writes"})
	defer s.Close()
	defer w.Close()
	must(t, s, "CREATE INDEX ON :N(id)", fmt.Sprintf("UNWIND range(0, %d) AS i CREATE (:N {id: i})", exec.PromptPathMax+1),
		"MATCH (a:N), (b:N) WHERE b.id = a.id + 1 CREATE (a)-[:Next]->(b)",
		"CREATE (:N {id: 1000}), (:N {id: 1001}), (:N {id: 1002}), (:N {id: 2000}), (:N {id: 2001})",
		"MATCH (a:N {id: 1000}), (b:N {id: 1001}), (c:N {id: 1002}) UNWIND range(1, 2000) AS i CREATE (a)-[:Hub]->(:M)-[:Hub]->(b), (c)<-[:Hub]-(:M {x: i})<-[:Hub]-(b)",
		fmt.Sprintf("MATCH (a:N {id: 2000}), (b:N {id: 2001}) UNWIND range(1, %d) AS i CREATE (a)-[:Hub]->(:M), (:M)-[:Hub]->(b)", exec.PromptSearchMax+1))
	path := func(from, to int, want bool) answering {
		return answering{between(fmt.Sprintf("MATCH p = (n)-[*bfs]->(m) RETURN size(nodes(p)) AS from%dTo%d", from, to)), params("from", from, "to", to), want}
	}
	checkAnswers(t, s, []answering{
		path(0, exec.PromptPathMax, true),
		path(0, exec.PromptPathMax+1, false),
		path(exec.PromptPathMax, 0, true),
		path(1000, 1002, false), // 8,000 relationships
		path(2000, 2001, false),
		path(2001, 2000, true),
	})
	for _, x := range []answering{path(1000, 1001, true), path(1001, 1002, true)} {
		for range 3 {
			outcomeWith(t, s, x.text, x.params)
		}
		for { // once nobody may see what was before the relationships
			if got, ok := atOnce(t, s, x.text, x.params); ok {
				if got != "3" {
					t.Errorf("%s: %s", x.text, got)
				}
				break
			}
		}
	}
	if err := w.Begin(t.Context(), query.TxOptions{}); err != nil {
		t.Fatal(err)
	}
	must(t, w, "MATCH (b:N {id: 1001}) CREATE (:M)-[:Hub]->(b)")
	hub := path(1000, 1001, false)
	if got, ok := atOnce(t, s, hub.text, hub.params); ok {
		t.Errorf("%s, while it has to be asked of 2001 relationships whether they are there", got)
	}
	if err := w.Rollback(); err != nil {
		t.Fatal(err)
	}
}

// TestAnswerOfPathsHidden holds that who may not see everything is told of paths by Run.
func TestAnswerOfPathsHidden(t *testing.T) {
	t.Parallel()
	var users *auth.Store
	e := open(t, withUsers(t, &users))
	root := e.NewSession(query.SessionOptions{ID: "root", Identity: users.Nobody()})
	defer root.Close()
	must(t, root, "CREATE USER root", "CREATE USER ann", "GRANT MATCH TO ann", "GRANT READ ON NODES CONTAINING LABELS * TO ann",
		"GRANT READ ON EDGES CONTAINING TYPES * TO ann", "DENY READ ON NODES CONTAINING LABELS :Secret TO ann", "CREATE INDEX ON :N(id)",
		"CREATE (a:N {id: 1})-[:T]->(:N:Secret {id: 3})-[:T]->(b:N {id: 2}), (a)-[:T]->(:N {id: 4})-[:T]->(:N {id: 5})-[:T]->(b)")
	i, err := users.Authenticate(t.Context(), "ann", "", "127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	ann := e.NewSession(query.SessionOptions{ID: "ann", Identity: i})
	defer ann.Close()
	const text = "MATCH p = (n:N {id: 1})-[*bfs]->(m:N {id: 2}) RETURN [x IN nodes(p) | x.id] AS ids"
	for range 3 {
		if got := outcome(t, ann, text); got != "[1, 4, 5, 2]" {
			t.Fatalf("ann sees %s", got)
		}
	}
	if got, ok := atOnce(t, ann, text, value.Null); ok {
		t.Errorf("ann is told at once of %s", got)
	}
	must(t, root, text, text, text)
	if got, ok := atOnce(t, root, text, value.Null); !ok || got != "[1, 3, 2]" {
		t.Errorf("root is told of %s, %t", got, ok)
	}
}

// TestAnswerFindsWhatIsCommitted compares Answer with Run for paths while another session changes the graph.
func TestAnswerFindsWhatIsCommitted(t *testing.T) {
	t.Parallel()
	e := open(t, nil)
	s, w := e.NewSession(query.SessionOptions{ID: "reads"}), e.NewSession(query.SessionOptions{ID: "writes"})
	defer s.Close()
	defer w.Close()
	must(t, s, "CREATE INDEX ON :N(id)", "UNWIND range(0, 60) AS i CREATE (:N {id: i % 58, v: i})", "CREATE (:M {v: 99})-[:A]->()-[:B]->()",
		"MATCH (a:N), (b:N) WHERE (a.v * 5 + b.v * 3) % 41 = 0 CREATE (a)-[:A {w: b.v}]->(b)")
	draw := rand.New(rand.NewPCG(5, 6))
	texts := []string{
		between("MATCH p = (n)-[*bfs..15]->(m) RETURN [n in nodes(p) | n.v] AS path"), between("MATCH p = (m)<-[*bfs..3]-(n) RETURN p"),
		between("MATCH p = (n)-[r:A *bfs]-(m) RETURN [e IN r | e.w], n, m.v"), between("MATCH (n)-[r:A|B *bfs 2..]->(m) RETURN r"),
		"MATCH p = shortestPath((n:N {id: $from})-[*..15]-(m:N {id: $to})) RETURN nodes(p), relationships(p), length(p)",
		"MATCH p = ANY SHORTEST (m:N {id: $to})<-[:B|A]-*(n:N {id: $from}) RETURN p",
	}
	const pair = "MATCH (a:N {id: %d}), (b:N {id: %d}) WITH a, b LIMIT 1 "
	writes := []string{
		pair + "CREATE (a)-[:A]->(b)", pair + "CREATE (a)-[:B]->(b)", pair + "CREATE (b)-[:B {w: 1}]->(a), (a)-[:B]->(a)", pair + "CREATE (a)-[:A]->(:N {id: 3})-[:A]->(b)",
		pair + "SET b.v = 5", pair + "MATCH (a)-[r]->(b) DELETE r", pair + "MATCH (a)-[r:A]->() WITH r LIMIT 2 DELETE r", pair + "DETACH DELETE a CREATE (:N {id: 3, v: 7})",
	}
	inTx, handled, rows := false, 0, 0
	for i := range 4000 {
		switch {
		case draw.IntN(4) == 0:
			must(t, w, fmt.Sprintf(writes[draw.IntN(len(writes))], draw.IntN(58), draw.IntN(58)))
		case draw.IntN(4) == 0 && !inTx:
			inTx = w.Begin(t.Context(), query.TxOptions{}) == nil
		case draw.IntN(2) == 0 && inTx:
			inTx = false
			if draw.IntN(2) == 0 {
				_ = w.Rollback()
			} else if _, err := w.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		text, p := texts[draw.IntN(len(texts))], params("from", draw.IntN(59), "to", draw.IntN(59))
		want := outcomeWith(t, s, text, p)
		got, ok := atOnce(t, s, text, p)
		if ok && got != want {
			t.Fatalf("step %d, %s: %s, want %s", i, text, got, want)
		}
		if ok {
			handled++
			rows += strings.Count(got, "[")
		}
	}
	if handled < 2000 || rows < 1000 {
		t.Errorf("only %d were answered at once, with %d rows", handled, rows)
	}
}
