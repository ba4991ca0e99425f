package query_test

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"memgraphd/internal/query"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// endless is a statement that runs until it is ended.
const endless = "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN count(*)"

// answers runs a statement to its end, lets go of its result, and returns its only column.
func answers(tb testing.TB, s *query.Session, text string, params value.Value) (rows []string, err error) {
	tb.Helper()
	r, err := s.Run(tb.Context(), text, params, query.TxOptions{})
	if err != nil {
		return nil, err
	}
	defer r.Release()
	_, err = r.Pull(tb.Context(), -1, func(b *batch.Batch, e batch.Entities) error {
		for i := range b.Rows() {
			rows = append(rows, render(b.Columns[0].Value(b.Row(i)), e))
		}
		return nil
	})
	return rows, err
}

// TestLimitAfterALongerOne holds that a short time limit is kept although the timer of the
// session waits for a longer one, and that the longer one is kept afterwards.
func TestLimitAfterALongerOne(t *testing.T) {
	t.Parallel()
	e := open(t, func(o *query.Options) { o.QueryTimeout = func() time.Duration { return time.Hour } })
	s := e.NewSession(query.SessionOptions{ID: "a"})
	defer s.Close()
	for _, limit := range []time.Duration{0, 20 * time.Millisecond, 0, 150 * time.Millisecond, 40 * time.Millisecond} {
		if _, err := answers(t, s, "RETURN 1", value.Null); err != nil {
			t.Fatal(err)
		}
		if limit == 0 {
			continue
		}
		began := time.Now()
		r, err := s.Run(t.Context(), endless, value.Null, query.TxOptions{Timeout: limit})
		if err == nil {
			_, err = r.Pull(t.Context(), -1, func(*batch.Batch, batch.Entities) error { return nil })
			r.Release()
		}
		if f := failure.Of(err); f == nil || f.Detail != "TransactionTimedOut" {
			t.Errorf("limit %s: %v", limit, err)
		}
		if took := time.Since(began); took < limit {
			t.Errorf("a limit of %s ended a statement after %s", limit, took)
		}
	}
}

// TestReleasedResults holds that what a released result answered stays as it was, and that
// results whose memory is used again are those of their own statements.
func TestReleasedResults(t *testing.T) {
	t.Parallel()
	e := open(t, nil)
	s := e.NewSession(query.SessionOptions{ID: "a"})
	defer s.Close()
	if _, err := drain(t, s, "UNWIND range(0, 99) AS i CREATE (:N {id: i, text: 'text ' + toString(i)})"); err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		n := int64(i % 100)
		params := value.Map([]value.Entry{{Key: "id", Value: value.Int(n)}})
		got, err := answers(t, s, "MATCH (n:N {id: $id}) RETURN n.text", params)
		if want := fmt.Sprintf("[\"text %d\"]", n); err != nil || fmt.Sprint(got) != want {
			t.Fatalf("%v, %v, want %s", got, err, want)
		}
		if i%7 == 0 { // what fails leaves nothing behind
			if _, err := answers(t, s, "RETURN 1 / 0", value.Null); failure.Of(err) == nil {
				t.Fatalf("got %v", err)
			}
		}
		if i%11 == 0 {
			r, err := s.Run(t.Context(), "UNWIND range(1, 5000) AS i RETURN i", value.Null, query.TxOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if more, err := r.Pull(t.Context(), 3, func(*batch.Batch, batch.Entities) error { return nil }); err != nil || !more {
				t.Fatal(more, err)
			}
			r.Release() // too early, and so of no effect
			rows := 3
			if _, err := r.Pull(t.Context(), -1, func(b *batch.Batch, _ batch.Entities) error {
				rows += b.Rows()
				return nil
			}); err != nil || rows != 5000 {
				t.Fatal(rows, err)
			}
			r.Release()
		}
	}
}

// TestResultLeftOpen holds that a result which the next statement has ended is of no effect on
// that statement, which runs in the memory of its transaction.
func TestResultLeftOpen(t *testing.T) {
	t.Parallel()
	e := open(t, nil)
	s := e.NewSession(query.SessionOptions{ID: "a"})
	defer s.Close()
	for range 5 {
		former, err := s.Run(t.Context(), "UNWIND range(1, 5000) AS i RETURN i", value.Null, query.TxOptions{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Run(t.Context(), "UNWIND range(1, 3000) AS i RETURN i", value.Null, query.TxOptions{})
		if err != nil {
			t.Fatal(err)
		}
		former.Close()
		former.Release()
		rows := 0
		for more := true; more; {
			more, err = r.Pull(t.Context(), 1000, func(b *batch.Batch, _ batch.Entities) error {
				rows += b.Rows()
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		r.Release()
		if rows != 3000 {
			t.Errorf("%d rows", rows)
		}
	}
}

// TestSameTextAgain holds that a text which was remembered runs by a plan that fits: to the
// schema, to the kinds of the parameters and to what its literals are.
func TestSameTextAgain(t *testing.T) {
	t.Parallel()
	e := open(t, nil)
	s := e.NewSession(query.SessionOptions{ID: "a"})
	defer s.Close()
	if _, err := drain(t, s, "UNWIND range(0, 9) AS i CREATE (:N {id: i}), (:N {id: toString(i)})"); err != nil {
		t.Fatal(err)
	}
	schema := []string{"", "CREATE INDEX ON :N(id)", "DROP INDEX ON :N(id)", "CREATE (:Other {name: 1})"}
	for round := range 3 * len(schema) {
		if change := schema[round%len(schema)]; change != "" {
			if _, err := drain(t, s, change); err != nil {
				t.Fatal(err)
			}
		}
		for range 3 {
			for i := range 4 {
				for text, want := range map[string]string{
					fmt.Sprintf("MATCH (n:N {id: %d}) RETURN n.id", i):   fmt.Sprintf("[%d]", i),
					fmt.Sprintf("MATCH (n:N {id: '%d'}) RETURN n.id", i): fmt.Sprintf("[%q]", strconv.Itoa(i)),
				} {
					if got, err := answers(t, s, text, value.Null); err != nil || fmt.Sprint(got) != want {
						t.Fatalf("%s: %v, %v, want %s", text, got, err, want)
					}
				}
				for v, want := range map[value.Value]string{
					value.Int(int64(i)): fmt.Sprintf("[%d]", i), value.Null: "[]",
				} {
					params := value.Map([]value.Entry{{Key: "id", Value: v}})
					if got, err := answers(t, s, "MATCH (n:N {id: $id}) RETURN n.id", params); err != nil || fmt.Sprint(got) != want {
						t.Fatalf("%v: %v, %v, want %s", v, got, err, want)
					}
				}
			}
		}
	}
}

// TestWatchedMeanwhile lists and ends the transactions of a session that runs one short
// statement after the other: what is ended says so, and nothing else fails.
func TestWatchedMeanwhile(t *testing.T) {
	t.Parallel()
	e := open(t, nil)
	var ended, done atomic.Int64
	var stop atomic.Bool
	var wg sync.WaitGroup
	for i := range 2 {
		s := e.NewSession(query.SessionOptions{ID: "worker" + strconv.Itoa(i)})
		wg.Go(func() {
			defer s.Close()
			for !stop.Load() {
				got, err := answers(t, s, "UNWIND range(1, 20) AS i RETURN count(i)", value.Null)
				switch f := failure.Of(err); {
				case err == nil && fmt.Sprint(got) == "[20]":
					done.Add(1)
				case f != nil && f.Detail == "Terminated":
					ended.Add(1)
				default:
					t.Errorf("%v, %v", got, err)
					return
				}
			}
		})
	}
	watcher := e.NewSession(query.SessionOptions{ID: "watcher"})
	defer watcher.Close()
	deadline := time.Now().Add(5 * time.Second)
	for i := 0; time.Now().Before(deadline) && (i < 300 || ended.Load() == 0 || done.Load() < 100); i++ {
		text := "SHOW TRANSACTIONS"
		if i%3 == 0 {
			text = "TERMINATE TRANSACTIONS '*'"
		}
		if _, err := drain(t, watcher, text); err != nil {
			t.Error(err)
			break
		}
	}
	stop.Store(true)
	wg.Wait()
	if n := e.Stats().Transactions; n != 0 || done.Load() == 0 {
		t.Errorf("%d transactions are open; %d statements ended well, %d were ended", n, done.Load(), ended.Load())
	}
}
