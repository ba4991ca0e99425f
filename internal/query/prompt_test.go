package query_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"memgraphd/internal/query"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// atOnce returns the rows of Answer as outcome does those of Run.
func atOnce(t *testing.T, s *query.Session, text string, params value.Value) (got string, ok bool) {
	t.Helper()
	var rows []string
	_, ok = s.Answer(text, params, func(r *batch.Reply) error {
		for i := range r.Rows.Len {
			cells := make([]string, len(r.Rows.Columns))
			for c := range r.Rows.Columns {
				cells[c] = render(r.Rows.Columns[c].Value(i), r.Entities)
			}
			rows = append(rows, strings.Join(cells, " | "))
		}
		return nil
	}, nil)
	slices.Sort(rows)
	return strings.Join(rows, "; "), ok
}

// params are a map of integers.
func params(pairs ...any) value.Value {
	entries := make([]value.Entry, 0, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		n, _ := pairs[i+1].(int)
		entries = append(entries, value.Entry{Key: fmt.Sprint(pairs[i]), Value: value.Int(int64(n))})
	}
	return value.Map(entries)
}

// TestAnswer holds which statements are answered at once, and that the answer is that of Run.
func TestAnswer(t *testing.T) {
	t.Parallel()
	e := open(t, nil)
	s := e.NewSession(query.SessionOptions{ID: "a"})
	defer s.Close()
	must(t, s, "CREATE INDEX ON :N(id)", "CREATE INDEX ON :N(x)",
		"UNWIND range(0, 99) AS i CREATE (:N {id: i, x: i % 3, y: i / 20, text: 'text ' + toString(i)})", "CREATE (:N:M {id: 7.0, x: 1.5})",
		"CREATE (:N {id: [1, 2]}), (:N {id: 'seven'}), (:N {id: 0/0.0})")
	checkAnswers(t, s, []answering{
		{"RETURN 1 AS n", value.Null, true},
		{"RETURN 1, 'a', null, true, $p", params("p", 3), true},
		{"RETURN $p", value.Null, false},
		{"RETURN 1 + 1", value.Null, false},
		{"RETURN 1 AS n LIMIT 1", value.Null, false},
		{"MATCH (n:N {id: $id}) RETURN n", params("id", 3), true},
		{"MATCH (n:N {id: $id}) RETURN n", params("id", 1000), true},
		{"MATCH (n:N {id: $id}) RETURN n", params("id", 7), true}, // two: 7 and 7.0
		{"MATCH (n:N {id: $id}) RETURN n", value.Null, false},
		{"MATCH (n:N) WHERE n.id = 5 RETURN n.text, n AS m, 3, $p, n.nothing, n.id AS id", params("p", 9), true},
		{"MATCH (n:N {id: 'seven'}) RETURN n.id", value.Null, true},
		{"MATCH (n:N {id: [1, 2]}) RETURN n.id", value.Null, false}, // a list is made by an expression
		{"MATCH (n:N {id: null}) RETURN n.id", value.Null, true},
		{"MATCH (n:N {x: 1}) RETURN n.id", value.Null, false}, // too many
		{"MATCH (n:N {x: 1.5}) RETURN n.id", value.Null, true},
		{"MATCH (n:N {y: 1}) RETURN n.id", value.Null, false}, // no index
		{"MATCH (n:N:M {id: 7}) RETURN n.id", value.Null, false},
		{"MATCH (n:N {id: 7}) RETURN n.id + 1", value.Null, false},
		{"MATCH (n:N {id: 7}) RETURN DISTINCT n.id", value.Null, false},
		{"MATCH (n:N {id: 7}) RETURN count(*)", value.Null, false},
		{"MATCH (n:N {id: 7}) SET n.x = n.x RETURN n.x", value.Null, false},
		{"MATCH (n:N) WHERE n.id IN [7, 8] RETURN n.x", value.Null, false},
		{"EXPLAIN RETURN 1 AS n", value.Null, false},
		{"PROFILE RETURN 1 AS n", value.Null, false},
		{"MATCH (n:Unknown {id: 7}) RETURN n", value.Null, false},
	})
}

// TestAnswerOfRelationships is TestAnswer for the other ends of relationships.
func TestAnswerOfRelationships(t *testing.T) {
	t.Parallel()
	e := open(t, nil)
	s := e.NewSession(query.SessionOptions{ID: "a"})
	defer s.Close()
	must(t, s, "CREATE INDEX ON :N(id)",
		"UNWIND range(0, 99) AS i CREATE (:N {id: i, x: i % 3, text: 'text ' + toString(i)})", "CREATE (:N:M {id: 7.0, x: 1.5})",
		"MATCH (a:N), (b:N) WHERE a.id = 3 AND b.id >= 10 AND b.id < 14 CREATE (a)-[:T]->(b), (b)-[:U {w: 1}]->(a) SET b:P",
		"MATCH (a:N {id: 20}) UNWIND range(1, 501) AS i CREATE (a)-[:T]->(:M {i: i}), (a)<-[:U]-(:M {i: i})",
		"MATCH (a:N {id: 30}), (b:N {id: 31}) UNWIND range(1, 250) AS i CREATE (a)-[:T]->(b), (a)-[:U]->(a)")
	checkAnswers(t, s, []answering{
		{"MATCH (n:N {id: 3})-->(m) RETURN m.id", value.Null, true},
		{"MATCH (n:N {id: $id})-[:T]->(m:N:P) RETURN m, n.id, m.text, $id, 1, m.nothing", params("id", 3), true},
		{"MATCH (n:N {id: 3})<--(m) RETURN n", value.Null, true},
		{"MATCH (n:N {id: 3})<-[:T]-(m) RETURN n", value.Null, true}, // none
		{"MATCH (n:N {id: 7})-->(m) RETURN m.id", value.Null, true},  // two nodes, none
		{"MATCH (n:N {id: 1000})-->(m) RETURN m.id", value.Null, true},
		{"MATCH (n:N {id: 3})-->(m:M) RETURN m.id", value.Null, true},
		{"MATCH (n:N {id: 30})-[:T]->(m) RETURN m.id", value.Null, true},
		{"MATCH (n:N {id: 30})-[:U]->(m) RETURN m.id", value.Null, true},
		{"MATCH (n:N {id: 30})-->(m) RETURN m.id", value.Null, true},
		{"MATCH (n:N {id: 20})-->(m) RETURN m.i", value.Null, false}, // too many
		{"MATCH (n:N {id: 20})<--(m:P) RETURN m.i", value.Null, false},
		{"MATCH (n:N {id: 3})--(m) RETURN m.id", value.Null, false},
		{"MATCH (n:N {id: 3})-[:T|U]->(m) RETURN m.id", value.Null, false},
		{"MATCH (n:N {id: 3})-[:None]->(m) RETURN m.id", value.Null, false},
		{"MATCH (n:N {id: 3})-->(m:None) RETURN m.id", value.Null, false},
		{"MATCH (n:N {id: 3})<-[r]-(m) RETURN r.w", value.Null, false},
		{"MATCH (n:N {id: 3})<-[r]-(m) RETURN r", value.Null, false},
		{"MATCH (n:N {id: 3})-->(m) WHERE m.x = 1 RETURN m.id", value.Null, false},
		{"MATCH (n:N {id: 3})-->(m) RETURN m.id LIMIT 1", value.Null, false},
		{"MATCH (n:N {id: 3}) OPTIONAL MATCH (n)-->(m) RETURN m.id", value.Null, false},
		{"MATCH (n:N {id: 3})-->(m)-->(o) RETURN o.id", value.Null, false},
		{"MATCH (n:N {id: 3})-->(m) RETURN count(*)", value.Null, false},
	})
}

// answering is a statement, and whether it is answered at once.
type answering struct {
	text   string
	params value.Value
	want   bool
}

// checkAnswers holds that statements are answered at once only where they are said to be, as Run answers them.
func checkAnswers(t *testing.T, s *query.Session, list []answering) {
	t.Helper()
	for _, x := range list {
		if got, ok := atOnce(t, s, x.text, x.params); ok && !strings.HasPrefix(x.text, "MATCH (n:N {id: $id}) RETURN n") {
			t.Errorf("%s was answered, with %s, before it was known", x.text, got)
		}
		var want string
		for range 3 { // the second time its text is remembered
			want = outcomeWith(t, s, x.text, x.params)
		}
		if strings.HasPrefix(want, "error") && x.want {
			t.Errorf("%s: %s", x.text, want)
		}
		for range 2 {
			got, ok := atOnce(t, s, x.text, x.params)
			if ok != x.want || ok && got != want {
				t.Errorf("%s: %t, %s; want %t, %s", x.text, ok, got, x.want, want)
			}
		}
	}
}

// TestAnswerDeclines holds when a statement that could be answered at once is left to Run.
func TestAnswerDeclines(t *testing.T) {
	t.Parallel()
	var last query.Audited
	audited := 0
	e := open(t, func(o *query.Options) { o.Audit = func(a query.Audited) { last, audited = a, audited+1 } })
	s := e.NewSession(query.SessionOptions{ID: "a"})
	must(t, s, "CREATE INDEX ON :N(id)", "UNWIND range(0, 99) AS i CREATE (:N {id: i})")
	const text = "MATCH (n:N {id: 1}) RETURN n"
	must(t, s, text, text, text)
	answered := func(want bool, when string) {
		t.Helper()
		before, counted := audited, e.Tally()
		reads := -int(counted.Successful(query.Reading))
		if _, ok := atOnce(t, s, text, value.Null); ok != want {
			t.Errorf("%s: %t", when, ok)
		}
		counted = e.Tally()
		reads += int(counted.Successful(query.Reading))
		if more := audited - before; want && (more != 1 || last.Statement != text || last.Rows != 1) || !want && more != 0 || (reads == 1) != want {
			t.Errorf("%s: %d records, the last is %+v; %d reads", when, more, last, reads)
		}
	}
	answered(true, "at first")
	if err := s.Begin(t.Context(), query.TxOptions{}); err != nil {
		t.Fatal(err)
	}
	answered(false, "in a transaction")
	if err := s.Rollback(); err != nil {
		t.Fatal(err)
	}
	answered(true, "after the transaction")
	s.Interrupt()
	answered(false, "after an interrupt")
	s.Reset()
	answered(true, "after the reset")
	if _, ok := s.Answer(text, value.Null, func(*batch.Reply) error { return errors.New("no room") }, nil); ok {
		t.Error("answered to one who does not take it")
	}
	answered(true, "after it was not taken")
	must(t, s, "DROP INDEX ON :N(id)")
	answered(false, "without the index")
	must(t, s, "CREATE INDEX ON :N(id)", text, text, text)
	answered(true, "with another index")
	s.Close()
	answered(false, "after the end")
}

// TestAnswerReadsWhatIsCommitted compares Answer with Run while other sessions change the graph.
func TestAnswerReadsWhatIsCommitted(t *testing.T) {
	t.Parallel()
	e := open(t, nil)
	s, w := e.NewSession(query.SessionOptions{ID: "reads"}), e.NewSession(query.SessionOptions{ID: "writes"})
	defer s.Close()
	defer w.Close()
	must(t, s, "CREATE INDEX ON :N(id)", "UNWIND range(0, 9) AS i CREATE (:N {id: i % 7, v: i})")
	draw := rand.New(rand.NewPCG(1, 2))
	texts := []string{"MATCH (n:N {id: $id}) RETURN n", "MATCH (n:N {id: $id}) RETURN n.v, n.id, $id"}
	writes := []string{
		"CREATE (:N {id: %d, v: %d})", "MATCH (n:N {id: %d}) SET n.v = %d", "MATCH (n:N {id: %d}) WITH n LIMIT 1 SET n.id = %d",
		"MATCH (n:N {id: %d}) WITH n LIMIT 1 SET n.w = 'w' REMOVE n:N // %d", "MATCH (n:N {id: %d}) WITH n LIMIT 1 DETACH DELETE n // %d",
	}
	inTx, handled := false, 0
	for i := range 1500 {
		switch {
		case draw.IntN(3) == 0:
			must(t, w, fmt.Sprintf(writes[draw.IntN(len(writes))], draw.IntN(7), draw.IntN(7)))
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
		text, p := texts[draw.IntN(len(texts))], params("id", draw.IntN(8))
		want := outcomeWith(t, s, text, p)
		got, ok := atOnce(t, s, text, p)
		if ok && got != want {
			t.Fatalf("step %d, %s: %s, want %s", i, text, got, want)
		}
		if ok {
			handled++
		}
	}
	if handled < 500 {
		t.Errorf("only %d were answered at once", handled)
	}
}

// TestAnswerFollowsWhatIsCommitted compares Answer with Run for relationships while another session changes the graph.
func TestAnswerFollowsWhatIsCommitted(t *testing.T) {
	t.Parallel()
	e := open(t, nil)
	s, w := e.NewSession(query.SessionOptions{ID: "reads"}), e.NewSession(query.SessionOptions{ID: "writes"})
	defer s.Close()
	defer w.Close()
	must(t, s, "CREATE INDEX ON :N(id)", "UNWIND range(0, 11) AS i CREATE (:N {id: i % 9, v: i})", "CREATE (:M {v: 99})-[:A]->()-[:B]->()",
		"MATCH (a:N), (b:N) WHERE (a.v * 5 + b.v * 3) % 4 = 0 CREATE (a)-[:A]->(b)")
	draw := rand.New(rand.NewPCG(3, 4))
	texts := []string{
		"MATCH (n:N {id: $id})-->(m) RETURN m", "MATCH (n:N {id: $id})-[:A]->(m:N) RETURN m.v, n.v, n", "MATCH (n:N {id: $id})<-[:B]-(m) RETURN m.id, $id",
		"MATCH (n:N {id: $id})<--(m:N:M) RETURN m.v", "MATCH (m)<--(n:N {id: $id}) RETURN n.id, m.w",
	}
	const pair = "MATCH (a:N {id: %d}), (b:N {id: %d}) WITH a, b LIMIT 1 "
	writes := []string{
		pair + "CREATE (a)-[:A]->(b)", pair + "CREATE (a)-[:B]->(b)", pair + "CREATE (b)-[:B {x: 1}]->(a), (a)-[:B]->(a)", pair + "SET a.w = 1, b:M",
		pair + "REMOVE a:M SET b.v = 5", pair + "MATCH (a)-[r]->(b) DELETE r", pair + "MATCH (a)-[r:A]->() WITH r LIMIT 2 DELETE r",
		pair + "DETACH DELETE a CREATE (:N {id: 3, v: 7})", "CREATE (:N {id: %d, v: %d})",
	}
	inTx, handled, rows := false, 0, 0
	for i := range 2500 {
		switch {
		case draw.IntN(4) == 0:
			must(t, w, fmt.Sprintf(writes[draw.IntN(len(writes))], draw.IntN(9), draw.IntN(9)))
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
		text, p := texts[draw.IntN(len(texts))], params("id", draw.IntN(10))
		want := outcomeWith(t, s, text, p)
		got, ok := atOnce(t, s, text, p)
		if ok && got != want {
			t.Fatalf("step %d, %s: %s, want %s", i, text, got, want)
		}
		if ok {
			handled++
			rows += strings.Count(got, ";")
		}
	}
	if handled < 500 || rows < 500 {
		t.Errorf("only %d were answered at once, with %d rows", handled, rows)
	}
}

// TestAnswerOfHidden holds that who may not see everything is told of relationships by Run.
func TestAnswerOfHidden(t *testing.T) {
	t.Parallel()
	var users *auth.Store
	e := open(t, withUsers(t, &users))
	root := e.NewSession(query.SessionOptions{ID: "root", Identity: users.Nobody()})
	defer root.Close()
	must(t, root, "CREATE USER root", "CREATE USER ann", "GRANT MATCH TO ann", "GRANT READ ON NODES CONTAINING LABELS * TO ann",
		"GRANT READ ON EDGES CONTAINING TYPES * TO ann", "DENY READ ON NODES CONTAINING LABELS :Secret TO ann", "CREATE INDEX ON :N(id)",
		"CREATE (a:N {id: 1})-[:T]->(:N {id: 2}), (a)-[:T]->(:N:Secret {id: 3})")
	i, err := users.Authenticate(t.Context(), "ann", "", "127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	ann := e.NewSession(query.SessionOptions{ID: "ann", Identity: i})
	defer ann.Close()
	const text = "MATCH (n:N {id: 1})-->(m) RETURN m.id"
	for range 3 {
		if got := outcome(t, ann, text); got != "2" {
			t.Fatalf("ann sees %s", got)
		}
	}
	if got, ok := atOnce(t, ann, text, value.Null); ok {
		t.Errorf("ann is told at once of %s", got)
	}
	must(t, root, text, text, text)
	if got, ok := atOnce(t, root, text, value.Null); !ok || got != "2; 3" {
		t.Errorf("root is told of %s, %t", got, ok)
	}
}

// TestAnswerFollowsOneMoment holds that relationships are those of one moment: each commit moves one.
func TestAnswerFollowsOneMoment(t *testing.T) {
	t.Parallel()
	e := open(t, nil)
	setup := e.NewSession(query.SessionOptions{ID: "setup"})
	defer setup.Close()
	const text = "MATCH (n:N {id: 1})-->(m:N) RETURN m.id"
	must(t, setup, "CREATE INDEX ON :N(id)", "UNWIND range(0, 99) AS i CREATE (:N {id: i})",
		"MATCH (a:N {id: 1}), (b:N {id: 2}), (c:N {id: 3}) CREATE (a)-[:T]->(b), (a)-[:T]->(c)", text, text, text)
	var all sync.WaitGroup
	var written atomic.Bool
	all.Go(func() {
		s := e.NewSession(query.SessionOptions{ID: "writes"})
		defer s.Close()
		defer written.Store(true)
		for i := range 1000 {
			rows, err := drain(t, s, fmt.Sprintf("MATCH (n:N {id: 1})-[r]->(m) WITH n, r LIMIT 1 MATCH (o:N {id: %d}) DELETE r CREATE (n)-[:T]->(o) RETURN 1", 4+i%90))
			if err != nil || rows != 1 {
				t.Errorf("moved %d, %v", rows, err)
				return
			}
		}
	})
	for range 3 {
		all.Go(func() {
			s := e.NewSession(query.SessionOptions{ID: "reads"})
			defer s.Close()
			for !written.Load() {
				if got, ok := atOnce(t, s, text, value.Null); ok && len(strings.Split(got, "; ")) != 2 {
					t.Errorf("%s", got)
					return
				}
			}
		})
	}
	all.Wait()
	for { // once nobody may see what was before, it is answered at once again
		got, ok := atOnce(t, setup, text, value.Null)
		if want := outcomeWith(t, setup, text, value.Null); ok {
			if got != want {
				t.Errorf("%s, want %s", got, want)
			}
			return
		}
	}
}

// TestAnswerBesideWriters holds that an answer is of one moment: what is written together is read together.
func TestAnswerBesideWriters(t *testing.T) {
	t.Parallel()
	e := open(t, nil)
	setup := e.NewSession(query.SessionOptions{ID: "setup"})
	defer setup.Close()
	const text = "MATCH (n:N {id: 1}) RETURN n.a, n.b, n.c"
	must(t, setup, "CREATE INDEX ON :N(id)", "UNWIND range(0, 99) AS i CREATE (:N {id: i, a: 0, b: 0, c: '0'})", text, text, text)
	var writers, readers sync.WaitGroup
	stop := make(chan struct{})
	writers.Go(func() {
		s := e.NewSession(query.SessionOptions{ID: "writes"})
		defer s.Close()
		for i := 1; ; i++ {
			select {
			case <-stop:
				return
			default:
				_, _ = drain(t, s, fmt.Sprintf("MATCH (n:N {id: 1}) SET n.a = %d, n.b = %d, n.c = '%d'", i, i, i))
			}
		}
	})
	for range 3 {
		readers.Go(func() {
			s := e.NewSession(query.SessionOptions{ID: "reads"})
			defer s.Close()
			for range 2000 {
				got, ok := atOnce(t, s, text, value.Null)
				cells := strings.Split(got, " | ")
				if !ok || len(cells) != 3 || cells[0] != cells[1] || `"`+cells[0]+`"` != cells[2] {
					t.Errorf("%t, %s", ok, got)
					return
				}
			}
		})
	}
	readers.Wait()
	close(stop)
	writers.Wait()
}

// TestReplacementAwaitsAnswers: the database is not replaced in the middle of an answer, and
// nothing is answered while it is.
func TestReplacementAwaitsAnswers(t *testing.T) {
	t.Parallel()
	w := &waiter{alone: make(chan struct{})}
	e := open(t, func(o *query.Options) { o.Recoverer, o.AccessTimeout = w, func() time.Duration { return time.Minute } })
	s, other := e.NewSession(query.SessionOptions{ID: "a"}), e.NewSession(query.SessionOptions{ID: "b"})
	defer s.Close()
	defer other.Close()
	const text = "RETURN 1 AS n"
	must(t, s, text, text, text)
	recovered := make(chan error, 1)
	_, ok := s.Answer(text, value.Null, func(*batch.Reply) error {
		go func() {
			x := e.NewSession(query.SessionOptions{ID: "c"})
			defer x.Close()
			_, err := x.Run(context.Background(), "RECOVER SNAPSHOT 'x' FORCE", value.Null, query.TxOptions{})
			recovered <- err
		}()
		for { // until the other statement wants to be alone
			if _, ok := atOnce(t, other, text, value.Null); !ok {
				break
			}
		}
		select {
		case <-w.alone:
			t.Error("an answer was not awaited")
		case <-time.After(20 * time.Millisecond):
		}
		return nil
	}, nil)
	if !ok {
		t.Error("not answered")
	}
	<-w.alone
	if err := <-recovered; err != nil {
		t.Error(err)
	}
}
