package query_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"memgraphd/internal/query"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/value"
)

// doubtfulLog is a log that a test decides about.
type doubtfulLog struct {
	wait    func() error // the outcome of a commit; nil: it is good
	commits atomic.Int64 // that were taken
}

func (l *doubtfulLog) Prepare(*change.Commit) (storage.Ticket, error) { return l, nil }

func (l *doubtfulLog) Enqueue(change.Index, int64) error {
	l.commits.Add(1)
	return nil
}

func (l *doubtfulLog) Wait() error {
	if l.wait == nil {
		return nil
	}
	return l.wait()
}

// answerWrite has a statement that writes answered at once, and returns its summary.
func answerWrite(t *testing.T, s *query.Session, text string, params value.Value) (got string, ok bool) {
	t.Helper()
	waited := 0
	_, ok = s.Answer(text, params, func(r *batch.Reply) error {
		if waited != 1 || r.Rows.Len != 0 || !strings.HasPrefix(r.Bookmark, "memgraphd:") {
			t.Errorf("%s: waited %d times, %d rows, bookmark %q", text, waited, r.Rows.Len, r.Bookmark)
		}
		got = fmt.Sprint(r.Type, r.Columns, r.Counters, r.Cost)
		return nil
	}, func() { waited++ })
	return got, ok
}

// runWrite runs a statement, and returns its summary.
func runWrite(t *testing.T, s *query.Session, text string, params value.Value) string {
	t.Helper()
	r, err := s.Run(t.Context(), text, params, query.TxOptions{})
	if err != nil {
		return "error " + failure.Of(err).Detail
	}
	if _, err = r.Discard(t.Context(), -1); err != nil {
		t.Fatal(err)
	}
	sum := r.Summary()
	return fmt.Sprint(sum.Type, r.Columns(), sum.Counters, sum.CostEstimate)
}

// TestAnswerWrites holds which statements that write are answered at once, and that they do what they
// do when they are run: the same statements are given to two databases.
func TestAnswerWrites(t *testing.T) {
	t.Parallel()
	var sessions [2]*query.Session
	var logs [2]doubtfulLog
	for i := range sessions {
		e := open(t, func(o *query.Options) { o.Store.SetJournal(&logs[i]) })
		sessions[i] = e.NewSession(query.SessionOptions{ID: "a"})
		defer sessions[i].Close()
		must(t, sessions[i], "CREATE INDEX ON :N(id)", "CREATE CONSTRAINT ON (u:U) ASSERT u.id IS UNIQUE", "CREATE CONSTRAINT ON (m:M) ASSERT EXISTS (m.x)",
			"UNWIND range(0, 99) AS i CREATE (:N {id: i % 95, x: i})")
	}
	short, run := sessions[0], sessions[1]
	long := value.Map([]value.Entry{{Key: "p", Value: value.String(strings.Repeat("x", 5000))}})
	whole := value.Map([]value.Entry{{Key: "p", Value: value.Map([]value.Entry{{Key: "a", Value: value.Int(1)}, {Key: "b", Value: value.String("b")}})}})
	for _, x := range []struct {
		text   string
		params value.Value
		want   bool
	}{
		{"CREATE (:A {n: $p})", params("p", 1), true},
		{"CREATE (:A {n: $p})", params("q", 1), false}, // the parameter is missing
		{"CREATE (:A {n: $p})", long, false},
		{"CREATE (:A $p)", whole, true},
		{"CREATE (:A)", value.Null, true},
		{"CREATE (:A {n: null, m: 'text', k: 2.5})-[:R {n: 1}]->(:B), (c:C)", value.Null, true},
		{"CREATE (:A {n: 1 + 1})", value.Null, false},
		{"CREATE (a:A) RETURN a", value.Null, false},
		{"CREATE (:A) CREATE (:B)", value.Null, true},
		{"CREATE (:U {id: $p})", params("p", 1), true},
		{"CREATE (:M {y: 1})", value.Null, false}, // against a constraint
		{"UNWIND [1, 2] AS i CREATE (:A)", value.Null, false},
		{"MATCH (n:N {id: $p}) SET n.x = $q, n:L", params("p", 7, "q", 8), true},
		{"MATCH (n:N {id: $p}) SET n.x = $q, n:L", params("p", 2, "q", 8), true}, // two of them
		{"MATCH (n:N {id: $p}) SET n.x = $q, n:L", params("p", 700, "q", 8), true},
		{"MATCH (n:N {id: 7}) SET n.x = n.x + 1", value.Null, false},
		{"MATCH (n:N {id: 7}) SET n += {a: 1}", value.Null, false},
		{"MATCH (n:N {id: 7}) REMOVE n.x, n:L", value.Null, true},
		{"MATCH (n:N {x: 7}) SET n.x = 1", value.Null, false}, // no index
		{"MATCH (n:N {id: 7}) DETACH DELETE n", value.Null, false},
		{"MATCH (n:N {id: $p}) CREATE (n)-[:TO {a: $q}]->(:L)", params("p", 3, "q", 1), true},
		{"MATCH (a:N {id: $p}), (b:N {id: $q}) CREATE (a)-[:KNOWS]->(b)", params("p", 3, "q", 1), true},
		{"MATCH (a:N {id: $p}), (b:N {id: $q}) CREATE (a)-[:KNOWS]->(b)", params("p", 3, "q", 1000), true},
		{"MERGE (n:N {id: 1000})", value.Null, false},
		{"MATCH (n:N {id: 1}) FOREACH (i IN [1] | SET n.x = i)", value.Null, false},
	} {
		for round := range 6 {
			want := runWrite(t, run, x.text, x.params)
			if round < 4 { // then its plan has stayed the same, and its text is remembered
				if got := runWrite(t, short, x.text, x.params); got != want {
					t.Errorf("%s: %s and %s", x.text, got, want)
				}
				continue
			}
			got, ok := answerWrite(t, short, x.text, x.params)
			if ok != (x.want && !strings.HasPrefix(want, "error")) || ok && got != want {
				t.Errorf("%s: %t, %s; want %t, %s", x.text, ok, got, x.want, want)
			}
			if !ok { // as the caller does
				if got = runWrite(t, short, x.text, x.params); got != want {
					t.Errorf("%s: %s after it was declined; want %s", x.text, got, want)
				}
			}
		}
		if got, want := outcome(t, short, "DUMP DATABASE"), outcome(t, run, "DUMP DATABASE"); got != want {
			t.Fatalf("%s:\n%s\nwant\n%s", x.text, got, want)
		}
		if got, want := logs[0].commits.Load(), logs[1].commits.Load(); got != want {
			t.Fatalf("%s: %d commits, want %d", x.text, got, want)
		}
	}
	if _, ok := short.Answer("CREATE (:A)", value.Null, func(*batch.Reply) error { return nil }, nil); ok {
		t.Error("a statement that writes was answered in a transaction that reads")
	}
}

// TestAnswerNotCommitted holds that a statement whose commit fails says so once and is not tried again, and
// that others see it while it waits.
func TestAnswerNotCommitted(t *testing.T) {
	t.Parallel()
	broken := errors.New("no room")
	var log doubtfulLog
	e := open(t, func(o *query.Options) { o.Store.SetJournal(&log) })
	s, other := e.NewSession(query.SessionOptions{ID: "a"}), e.NewSession(query.SessionOptions{ID: "b"})
	defer s.Close()
	defer other.Close()
	const text = "CREATE (:A {n: 1})"
	must(t, s, text, text, text, text)
	before := log.commits.Load()
	log.wait = func() error {
		if seen := outcome(t, other, "SHOW TRANSACTIONS YIELD query, status WHERE status = 'committing' RETURN query"); seen != "['"+text+"']" && seen != `["`+text+`"]` {
			t.Errorf("others see %s", seen)
		}
		return broken
	}
	if got, ok := answerWrite(t, s, text, value.Null); ok || got != "" {
		t.Fatalf("a commit that failed was answered with %q", got)
	}
	if seen := outcome(t, other, "SHOW TRANSACTIONS YIELD query, status WHERE status = 'committing' RETURN query"); seen != "" {
		t.Errorf("others see %s after the end", seen)
	}
	log.wait = nil
	if _, ok := answerWrite(t, s, text, value.Null); ok {
		t.Error("the next statement came before the failure was told")
	}
	if _, err := s.Run(t.Context(), text, value.Null, query.TxOptions{}); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("told %v", err)
	}
	if got := log.commits.Load() - before; got != 1 {
		t.Errorf("%d commits, want the one that failed", got)
	}
	if _, ok := answerWrite(t, s, text, value.Null); !ok {
		t.Error("not answered after the failure was told")
	}
	if got := outcome(t, s, "MATCH (a:A) RETURN count(*)"); got != "5" {
		t.Errorf("%s nodes, want 5", got)
	}
	log.wait = func() error { return broken }
	if _, ok := answerWrite(t, s, text, value.Null); ok {
		t.Fatal("a commit that failed was answered with success")
	}
	log.wait = nil
	s.Reset()
	must(t, s, text)
	if got := e.Tally(); got.RolledBack != 1 || got.Successful(query.Writing) != 6 {
		t.Errorf("%d rolled back, %d have written", got.RolledBack, got.Successful(query.Writing))
	}
}
