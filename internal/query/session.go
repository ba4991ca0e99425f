package query

import (
	"context"
	"errors"
	"sync"
	"time"

	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/exec"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// TxOptions are the settings of one transaction.
type TxOptions struct {
	Timeout   time.Duration // 0: the server's limit alone
	Metadata  value.Value   // a map or null, shown by SHOW TRANSACTIONS
	ReadOnly  bool
	Bookmarks []string // commits that must be visible before the transaction begins
	Database  string
}

// SessionOptions say whose session it is.
type SessionOptions struct {
	User    string // empty while nobody has to log in
	Address string // the client's network address, for lists and logs
	ID      string // for example "bolt-12"
	// Identity is who the client is, and what it may do; nil: nobody, who may do everything.
	Identity *auth.Identity
}

// Session is one client's conversation. Its methods may not run concurrently, except for
// Interrupt.
type Session struct {
	engine *Engine
	o      SessionOptions
	opened time.Time
	tally  *tallyStripe

	mu sync.Mutex // held by every method but Interrupt; tried by the idle sweep
	t  *transaction
	// used tells that the client has done something since the idle sweep last looked, and
	// idleSince is when that looked and found nothing new.
	used      bool
	idleSince time.Time
	// expired is what to tell the client whose idle transaction was ended meanwhile.
	expired *failure.Error
	closed  bool
	live    live

	own     *ownSettings  // of the session alone; nil: none
	trace   bool          // each step is logged
	program *exec.Program // of the statement that runs or ran last; nil: it has none

	spareTransaction *transaction // memory for the next one, nil for none
	spareResult      *Result      // memory for the next one, nil for none
	latest           *shortcut    // what is remembered of latestText; nil: nothing
	refused          refused      // what Answer could not commit, until Run is called
	latestText       string       // that Answer had last: mostly the very same string as the next one
}

// errTerminated is the cause of a context that Interrupt ended.
var errTerminated = errors.New("terminated by the client")

// NewSession opens a session.
func (e *Engine) NewSession(o SessionOptions) *Session {
	s := &Session{engine: e, o: o, opened: e.o.Now(), tally: e.tally.stripe()}
	e.sessions.add(s)
	return s
}

// user is the name of who is logged in; empty for nobody.
func (s *Session) user() string {
	if s.o.Identity != nil {
		return s.o.Identity.Name() // who makes the first user becomes it
	}
	return s.o.User
}

// Begin opens an explicit transaction.
func (s *Session) Begin(ctx context.Context, o TxOptions) error {
	s.enter()
	defer s.leave()
	if err := s.usable(); err != nil {
		return err
	}
	if s.t != nil && s.t.explicit {
		return failure.New(failure.ClientError, failure.Runtime, "TransactionOpen",
			"a transaction is open already").WithHint("commit it or roll it back before beginning another").
			WithCode("Neo.ClientError.Transaction.TransactionStartFailed")
	}
	s.endAutomatic()
	t, err := s.start(ctx, "", s.engine.o.Now(), o)
	if err != nil {
		return s.explain(err, "")
	}
	t.explicit = true
	if s.trace {
		s.traceBegin(&o)
	}
	return nil
}

// Run runs one statement: in the open transaction, where o is ignored, or in one of its own.
// params is a map, or null for none.
func (s *Session) Run(ctx context.Context, text string, params value.Value, o TxOptions) (*Result, error) {
	s.enter()
	defer s.leave()
	lost := s.refusal(text)
	if err := s.usable(); err != nil && lost == nil {
		return nil, err
	}
	s.endAutomatic()
	started := s.engine.o.Now()
	record := s.audited(text, params)
	s.program = nil
	if s.trace {
		s.traceRun(text, params)
	}
	r, err := (*Result)(nil), lost
	if lost == nil {
		r, err = s.run(ctx, text, params, started, o)
	} else {
		s.tally.outcome(false)
	}
	if err != nil {
		if s.t != nil {
			s.t.failed = true
			s.endAutomatic()
		}
		err = s.explain(err, text)
		s.tally.failedPrepares.Add(1)
		s.tally.failedWith(err)
		s.record(record, err)
		s.failed(text, params, started, err)
		return nil, err
	}
	r.audited, r.params = record, params
	return r, nil
}

// Commit ends the explicit transaction and returns its bookmark once it is durable.
func (s *Session) Commit(ctx context.Context) (bookmark string, err error) {
	s.enter()
	defer s.leave()
	if err = s.usable(); err != nil {
		return "", err
	}
	t := s.t
	if t == nil || !t.explicit {
		return "", noTransaction("COMMIT")
	}
	record := s.audited("COMMIT", value.Null)
	id, started := t.id, s.engine.o.Now()
	if bookmark, err = s.commitOpen(ctx); err != nil {
		err = s.explain(err, "")
		s.tally.failedWith(err)
	} else {
		s.took(Committing, s.engine.o.Since(started))
	}
	s.record(record, err)
	s.committed(id, bookmark, started, err)
	return bookmark, err
}

// commitOpen commits the explicit transaction and ends it, whatever comes of it. One that
// failed, ran out of time or was ended from outside is rolled back.
func (s *Session) commitOpen(ctx context.Context) (bookmark string, err error) {
	t := s.t
	defer s.end()
	if t.failed {
		return "", failure.New(failure.ClientError, failure.Runtime, "TransactionFailed",
			"the transaction failed earlier and was rolled back").WithHint("begin a new one").
			WithCode("Neo.ClientError.Transaction.TransactionMarkedAsFailed")
	}
	if err = t.life.Err(); err != nil {
		return "", err
	}
	if t.schema != nil {
		return s.commitSchema(ctx)
	}
	return t.commit(ctx)
}

// Rollback ends the open transaction, if there is one, and undoes it.
func (s *Session) Rollback() error {
	s.enter()
	defer s.leave()
	s.expired = nil
	if s.t != nil && s.t.explicit {
		s.record(s.audited("ROLLBACK", value.Null), nil)
		if s.trace {
			s.traceLine("rollback")
		}
	}
	s.end()
	return nil
}

// Reset closes every result, rolls back what is open and forgets an Interrupt.
func (s *Session) Reset() {
	s.enter()
	defer s.leave()
	s.expired, s.refused = nil, refused{}
	if s.trace {
		s.traceLine("reset")
	}
	s.end()
	s.forgive()
}

// Close ends the session; what is open is rolled back.
func (s *Session) Close() {
	s.enter()
	defer s.leave()
	if s.trace {
		s.traceLine("close")
	}
	s.end()
	s.closed = true
	s.stopLooking()
	s.spareTransaction, s.spareResult, s.latest = nil, nil, nil
	s.latestText = ""
	s.engine.sessions.remove(s)
}

// InTransaction reports whether an explicit transaction is open.
func (s *Session) InTransaction() bool {
	s.enter()
	defer s.leave()
	return s.t != nil && s.t.explicit
}

// enter takes the session's lock; leave gives it back. Meanwhile the session is busy and
// cannot be taken for idle.
func (s *Session) enter() { s.mu.Lock() }

func (s *Session) leave() {
	s.used = true
	s.mu.Unlock()
}

// usable reports why the session cannot run anything now.
func (s *Session) usable() error {
	if s.closed {
		return failure.New(failure.ClientError, failure.Runtime, "SessionClosed", "the session is closed")
	}
	if s.expired != nil {
		err := s.expired
		s.expired = nil
		return err
	}
	if s.interrupted() {
		return s.interruption()
	}
	return nil
}

// expire ends the session's transaction if the client has left it alone for limit. A session
// that is busy is not idle.
func (s *Session) expire(now time.Time, limit time.Duration) {
	if !s.mu.TryLock() {
		return
	}
	defer s.mu.Unlock()
	if s.used {
		s.used, s.idleSince = false, now
	}
	if s.t == nil || now.Sub(s.idleSince) < limit {
		return
	}
	s.end()
	s.expired = failure.New(failure.ClientError, failure.Runtime, "TransactionIdle",
		"the transaction was rolled back because nothing was asked of it for %s", limit).
		WithHint("raise --transaction-idle-timeout-sec or shorten the pauses").
		WithCode("Neo.ClientError.Transaction.TransactionTimedOut")
}

func noTransaction(verb string) *failure.Error {
	return failure.New(failure.ClientError, failure.Runtime, "NoTransaction",
		"%s without an open transaction", verb).WithHint("begin one first").
		WithCode("Neo.ClientError.Transaction.TransactionNotFound")
}
