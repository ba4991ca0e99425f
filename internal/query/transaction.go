package query

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/function"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
)

// transaction is a storage transaction with a client, a time limit and open results.
type transaction struct {
	s          *Session
	id         uint64
	tx         *storage.Tx
	former     []*storage.Tx  // what tx was before batches moved it on; values of them are in use
	budget     *memory.Budget // what its statements and its changes take together
	explicit   bool
	failed     bool     // a statement failed: only a rollback is left
	tallied    bool     // its end is in the tally, or is put there by who ends it
	life       lifetime // the context of what is done in it
	results    []*Result
	started    time.Time
	epoch      uint64 // of the catalogue before the view was opened
	metadata   value.Value
	readOnly   bool
	query      string // the statement that runs or ran last; guarded by s.live
	committing atomic.Bool
	schema     func(ctx context.Context) error // the change of the schema that it commits; nil for none

	// own is what tx and budget point at in the beginning, so that one piece of memory holds
	// all that a transaction needs which only reads.
	own struct {
		tx     storage.Tx
		budget memory.Budget
	}
}

// statusCommitting is what SHOW TRANSACTIONS tells of a transaction that is being committed.
const statusCommitting = "committing"

// timeoutError is the cause of a context whose time limit passed.
type timeoutError struct{ limit time.Duration }

func (e timeoutError) Error() string { return fmt.Sprintf("time limit of %s passed", e.limit) }

// bookmarkPrefix stands before the commit's number in a bookmark.
const bookmarkPrefix = "memgraphd:"

// start begins a storage transaction once its bookmarks are visible, for a statement, or for
// those that the client is going to send. Now is the time.
func (s *Session) start(ctx context.Context, statement string, now time.Time, o TxOptions) (*transaction, error) {
	if err := checkDatabase(o.Database); err != nil {
		return nil, err
	}
	if err := s.engine.shared(); err != nil {
		return nil, err
	}
	if len(o.Bookmarks) > 0 {
		if err := s.awaitBookmarks(ctx, o.Bookmarks, o.Timeout); err != nil {
			return nil, err
		}
		now = s.engine.o.Now()
	}
	t := s.blank()
	t.id, t.started, t.metadata, t.query = s.engine.nextTransaction.Add(1), now, o.Metadata, statement
	t.readOnly = o.ReadOnly || o.Database != databaseName && strings.EqualFold(o.Database, systemDatabase)
	t.life.begin(ctx)
	t.budget = &t.own.budget
	t.budget.Below(s.engine.o.Budget, function.QueryBudget, s.engine.queryMemoryLimit.Load())
	t.epoch = s.engine.o.Store.SchemaEpoch()
	t.tx = &t.own.tx
	s.engine.o.Store.BeginIn(t.tx, storage.TxOptions{ReadOnly: t.readOnly, Budget: t.budget})
	t.tx.SetGuard(s.guard()) // each statement asks anew
	s.attend(&t.life, t, now, s.engine.timeLimit(o.Timeout))
	s.t = t
	if err := s.engine.shared(); err != nil { // whoever wants to be alone may not have seen it
		s.end()
		return nil, err
	}
	return t, nil
}

// blank returns the memory of a transaction that is to begin.
func (s *Session) blank() *transaction {
	t := s.spareTransaction
	if t == nil {
		return &transaction{s: s}
	}
	s.spareTransaction = nil
	t.explicit, t.failed, t.tallied, t.schema = false, false, false, nil
	t.committing.Store(false)
	return t
}

// resultsKept is how many results of a transaction the next one has room for.
const resultsKept = 8

// spare keeps the memory of a transaction that has ended for the next one, if nothing else
// can point at it: nobody waited for its end, and nobody ended it.
func (s *Session) spare(t *transaction) {
	if !t.life.close() || t.tx != &t.own.tx || t.former != nil || !t.tx.Blank() || cap(t.results) > resultsKept {
		return
	}
	clear(t.results)
	t.results, t.metadata, t.query = t.results[:0], value.Null, ""
	s.spareTransaction = t
}

// timeLimit returns the smaller of the server's and the client's limit; 0 is none.
func (e *Engine) timeLimit(asked time.Duration) time.Duration {
	limit := e.o.QueryTimeout()
	if asked > 0 && (limit == 0 || asked < limit) {
		return asked
	}
	return limit
}

// end releases the transaction; what is not committed is rolled back.
func (s *Session) end() {
	t := s.t
	if t == nil {
		return
	}
	s.t = nil
	for _, r := range t.results {
		r.finish()
		if t.tallied { // what was committed had succeeded, though its client did not take all rows
			r.count()
		}
		r.t = nil // its memory may soon be that of another transaction
	}
	s.attendNothing()
	s.tally.ended(t)
	t.tx.Rollback()
	for _, tx := range t.former {
		tx.Release()
	}
	s.spare(t)
}

// endAutomatic ends the transaction of an earlier statement whose result is still open.
func (s *Session) endAutomatic() {
	if s.t != nil && !s.t.explicit {
		s.end()
	}
}

// commit makes the transaction durable and visible; the view stays readable until end.
func (t *transaction) commit(context.Context) (bookmark string, err error) {
	t.committing.Store(true)
	index, err := t.tx.Commit()
	if err != nil {
		return "", err
	}
	t.tallied = true
	t.s.tally.committed.Add(1)
	return bookmarkOf(index), nil
}

// awaitBookmarks waits until the commits that the client has seen are visible here. A
// commit that this server has not begun is one of another server, or of this one before it
// went back: it would be waited for in vain.
func (s *Session) awaitBookmarks(ctx context.Context, bookmarks []string, limit time.Duration) error {
	if len(bookmarks) == 0 {
		return nil
	}
	var last uint64
	for _, b := range bookmarks {
		n, err := strconv.ParseUint(strings.TrimPrefix(b, bookmarkPrefix), 10, 64)
		if err != nil || !strings.HasPrefix(b, bookmarkPrefix) {
			return failure.New(failure.ClientError, failure.Runtime, "InvalidBookmark",
				"bookmark %q is not one of this server's", b).
				WithHint("begin the session without bookmarks of another server").
				WithCode("Neo.ClientError.Transaction.InvalidBookmark")
		}
		last = max(last, n)
	}
	if uint64(s.engine.o.Store.LastCommitted()) >= last {
		return nil
	}
	if begun := s.engine.o.Store.LastBegun(); uint64(begun) < last {
		return failure.New(failure.ClientError, failure.Runtime, "InvalidBookmark",
			"the bookmark \"%s%d\" names a commit that this server does not have: its newest is %d", bookmarkPrefix, last, begun).
			WithHint("it comes from another server, or from before this one was restored to an earlier moment; " +
				"begin the session without bookmarks").
			WithCode("Neo.ClientError.Transaction.InvalidBookmark")
	}
	ctx, stop := s.interruptible(ctx, limit)
	defer stop()
	wait, cancel := context.WithTimeout(ctx, bookmarkWaitMax)
	defer cancel()
	if err := s.engine.o.Store.WaitVisible(wait, change.Index(last)); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return failure.New(failure.TransactionError, failure.Runtime, "BookmarkTimeout",
			"commit %d of the bookmark is not visible here after %s", last, bookmarkWaitMax).
			WithHint("retry").
			WithCode("Neo.TransientError.Transaction.BookmarkTimeout")
	}
	return nil
}

// bookmarkWaitMax bounds the wait for a bookmark.
const bookmarkWaitMax = 10 * time.Second

// systemDatabase is where clients of Neo4j send what is about the server. It is the one
// database, for reading.
const systemDatabase = "system"

// checkDatabase refuses other names than those under which clients may ask for the one database.
func checkDatabase(name string) error {
	if name == databaseName {
		return nil
	}
	switch strings.ToLower(name) {
	case "", databaseName, "neo4j", systemDatabase:
		return nil
	}
	return failure.New(failure.ClientError, failure.Runtime, "DatabaseNotFound",
		"there is no database %q", name).WithHint("leave the database out, or name %q", databaseName).
		WithCode("Neo.ClientError.Database.DatabaseNotFound")
}

// databaseName is the name of the one database.
const databaseName = "memgraph"

// explain turns any error of a statement into a *failure.Error with its place.
func (s *Session) explain(err error, text string) error {
	if s.t != nil {
		if cause := s.t.life.Err(); cause != nil && isCancellation(err) {
			err = cause
		}
	}
	var limit timeoutError
	switch {
	case errors.Is(err, errTerminated):
		return s.interruption()
	case errors.Is(err, errTerminatedByUser):
		return terminated(errTerminatedByUser)
	case errors.As(err, &limit):
		return failure.New(failure.ResourceError, failure.Runtime, "TransactionTimedOut",
			"the time limit of %s passed", limit.limit).
			WithHint("make the query smaller, or raise --query-execution-timeout-sec, the setting query.timeout or the transaction's timeout").
			WithCode("Neo.ClientError.Transaction.TransactionTimedOut")
	case failure.Of(err) != nil:
		f := *failure.Of(err)
		return f.Locate(text)
	}
	return fromStorage(err)
}

// interruption is what is told to whom Interrupt has ended something.
func (s *Session) interruption() *failure.Error {
	if s.engine.stopping.Load() {
		return fromStorage(errShutdown)
	}
	return terminated(errTerminated)
}

func isCancellation(err error) bool {
	f := failure.Of(err)
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		f != nil && f.Detail == "Terminated"
}

// errTerminatedByUser is the cause of a context that TERMINATE TRANSACTIONS ended.
var errTerminatedByUser = errors.New("terminated by another session")

func terminated(cause error) *failure.Error {
	return failure.New(failure.TransactionError, failure.Runtime, "Terminated",
		"the transaction was %s", cause).WithCode("Neo.TransientError.Transaction.Terminated").WithCause(cause)
}
