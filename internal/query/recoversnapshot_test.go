package query_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"memgraphd/internal/query"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/value"
)

// slowLog is a log whose commits are durable when the test says so.
type slowLog struct {
	entered chan struct{} // a commit waits
	release chan struct{} // closed: none waits any more
}

// Prepare takes every commit.
func (l *slowLog) Prepare(*change.Commit) (storage.Ticket, error) { return slowTicket{l}, nil }

type slowTicket struct{ l *slowLog }

// Enqueue does nothing.
func (slowTicket) Enqueue(change.Index, int64) error { return nil }

// Wait waits for the test.
func (t slowTicket) Wait() error {
	select {
	case t.l.entered <- struct{}{}:
	default:
	}
	<-t.l.release
	return nil
}

// waiter is a Recoverer that tells when it is alone.
type waiter struct{ alone chan struct{} }

// Recover becomes alone and changes nothing.
func (w *waiter) Recover(ctx context.Context, _ query.RecoverRequest, alone func(context.Context) (func(), error)) (func(), error) {
	again, err := alone(ctx)
	if err != nil {
		return nil, err
	}
	close(w.alone)
	again()
	return func() {}, nil
}

// TestReplacementAwaitsTheCatalogue: a statement that changes the catalogue has no transaction,
// and the database is not replaced while it runs.
func TestReplacementAwaitsTheCatalogue(t *testing.T) {
	for _, statement := range []string{"CREATE INDEX ON :A(n)", "CREATE CONSTRAINT ON (a:A) ASSERT a.n IS UNIQUE", "CREATE ENUM E VALUES {a}"} {
		synctest.Test(t, func(t *testing.T) {
			log := &slowLog{entered: make(chan struct{}, 1), release: make(chan struct{})}
			w := &waiter{alone: make(chan struct{})}
			e := open(t, func(o *query.Options) {
				o.Store.SetJournal(log)
				o.Recoverer, o.AccessTimeout = w, func() time.Duration { return time.Minute }
			})
			run := func(text string) <-chan error {
				done := make(chan error, 1)
				go func() {
					s := e.NewSession(query.SessionOptions{})
					defer s.Close()
					r, err := s.Run(context.Background(), text, value.Null, query.TxOptions{})
					if err == nil {
						r.Close()
					}
					done <- err
				}()
				return done
			}
			changed := run(statement)
			<-log.entered
			recovered := run("RECOVER SNAPSHOT 'x' FORCE")
			select {
			case <-w.alone:
				t.Errorf("%s was not awaited", statement)
			case <-time.After(10 * time.Second): // when all others wait
			}
			close(log.release)
			if err := <-changed; err != nil {
				t.Errorf("%s: %v", statement, err)
			}
			if err := <-recovered; err != nil {
				t.Errorf("RECOVER SNAPSHOT: %v", err)
			}
		})
	}
}
