package query_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"memgraphd/internal/query"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// retried runs text in batches while another session has changed the same node and ends its
// transaction by end after some time.
func retried(t *testing.T, e *query.Engine, text string, after time.Duration, end func(s *query.Session)) (rows int, took time.Duration, err error) {
	t.Helper()
	a, b := e.NewSession(query.SessionOptions{ID: "a"}), e.NewSession(query.SessionOptions{ID: "b"})
	defer a.Close()
	defer b.Close()
	if _, err = drain(t, a, "MATCH (n) DETACH DELETE n"); err != nil {
		t.Fatal(err)
	}
	if _, err = drain(t, a, "CREATE (:N {i: 0}), (:N {i: 1})"); err != nil {
		t.Fatal(err)
	}
	if err = b.Begin(t.Context(), query.TxOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err = drain(t, b, "MATCH (n:N {i: 0}) SET n.b = true"); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	go func() {
		time.Sleep(after)
		end(b)
	}()
	rows, err = drain(t, a, text)
	took = time.Since(begin)
	time.Sleep(after) // the other session is done
	return rows, took, err
}

const increments = "UNWIND [1, 0] AS i CALL (i) { MATCH (n:N {i: i}) SET n.a = coalesce(n.a, 0) + 1 RETURN n } IN TRANSACTIONS OF 1 ROW "

func rollback(s *query.Session) { _ = s.Rollback() }

// TestRetry tries batches again that another transaction stands in the way of.
func TestRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := open(t, nil)
		s := e.NewSession(query.SessionOptions{ID: "s"})
		defer s.Close()
		n, took, err := retried(t, e, increments+"ON ERROR RETRY RETURN i", 3*time.Second, rollback)
		if err != nil || n != 2 || took < 3*time.Second || took > 4*time.Second {
			t.Errorf("got %d rows after %s, %v", n, took, err)
		}
		if n, err = drain(t, s, "MATCH (n:N {a: 1}) RETURN n"); err != nil || n != 2 {
			t.Errorf("%d nodes were changed once, %v", n, err)
		}
		// The other transaction commits, and what it wrote is seen by the next attempt.
		commit := func(s *query.Session) { _, _ = s.Commit(t.Context()) }
		n, _, err = retried(t, e, increments+"ON ERROR RETRY FOR 10 SECONDS THEN BREAK REPORT STATUS AS s "+
			"WITH * WHERE s.committed AND (i = 1 OR n.b) RETURN i", time.Second, commit)
		if err != nil || n != 2 {
			t.Errorf("got %d rows, %v", n, err)
		}
		_, took, err = retried(t, e, increments+"ON ERROR RETRY RETURN i", time.Hour, rollback)
		if f := failure.Of(err); f == nil || f.Detail != "ConflictingTransactions" || took != 30*time.Second ||
			!strings.Contains(f.Message, "(batch 2, rows 2 to 2, was undone after 37 attempts; batches committed before it: 1)") {
			t.Errorf("after %s: %v", took, err)
		}
		n, took, err = retried(t, e, increments+"ON ERROR RETRY 0.5 SEC THEN CONTINUE REPORT STATUS AS s "+
			"WITH * WHERE NOT s.committed RETURN i", time.Hour, rollback)
		if err != nil || n != 1 || took != 500*time.Millisecond {
			t.Errorf("got %d rows after %s, %v", n, took, err)
		}
		_, took, err = retried(t, e, increments+"ON ERROR RETRY FOR 0 SECONDS RETURN i", time.Hour, rollback)
		if f := failure.Of(err); f == nil || took != 0 || strings.Contains(f.Message, "attempts") {
			t.Errorf("after %s: %v", took, err)
		}
	})
}

// TestRetryEnds ends a statement that waits by its time limit, and does not wait after errors
// that do not pass.
func TestRetryEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := open(t, func(o *query.Options) { o.QueryTimeout = func() time.Duration { return 5 * time.Second } })
		s := e.NewSession(query.SessionOptions{ID: "s"})
		defer s.Close()
		begin := time.Now()
		_, err := drain(t, s, "UNWIND [1, 0] AS i CALL (i) { CREATE (:M {x: 1 / i}) } IN TRANSACTIONS OF 1 ROW ON ERROR RETRY")
		if f := failure.Of(err); f == nil || f.Detail != "DivisionByZero" || time.Since(begin) != 0 {
			t.Errorf("got %v after %s", err, time.Since(begin))
		}
		for text, detail := range map[string]string{
			"'a'": "InvalidArgumentType", "-1.5": "InvalidArgumentValue", "1000001": "InvalidArgumentValue", "0.0 / 0.0": "InvalidArgumentValue",
		} {
			params := value.Map([]value.Entry{{Key: "n", Value: value.String("a")}})
			if text != "'a'" {
				params = value.Null
			} else {
				text = "$n"
			}
			_, err := s.Run(t.Context(), "CALL { CREATE (:M) } IN TRANSACTIONS ON ERROR RETRY FOR "+text+" SECONDS", params, query.TxOptions{})
			if f := failure.Of(err); f == nil || f.Detail != detail || !f.Placed {
				t.Errorf("%s: got %v", text, err)
			}
		}
	})
	synctest.Test(t, func(t *testing.T) {
		e := open(t, func(o *query.Options) { o.QueryTimeout = func() time.Duration { return 5 * time.Second } })
		_, took, err := retried(t, e, increments+"ON ERROR RETRY THEN CONTINUE RETURN i", 4900*time.Millisecond, func(*query.Session) {})
		if err == nil || took > 6*time.Second {
			t.Errorf("got %v after %s", err, took)
		}
	})
}
