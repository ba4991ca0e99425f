package query

import (
	"context"
	"errors"
	"time"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// Recoverer carries out RECOVER SNAPSHOT.
type Recoverer interface {
	// Recover proves a snapshot beside the database and puts it in the database's place. It
	// calls alone once everything is ready: alone returns when no transaction is open, and
	// lets none begin until again is called. It fails with a *RecoverError. told is called when
	// the client has its answer, for then its connection may be closed.
	Recover(ctx context.Context, r RecoverRequest, alone func(ctx context.Context) (again func(), err error)) (told func(), err error)
}

// RecoverRequest says which snapshot is wanted.
type RecoverRequest struct {
	Source string
	Config map[string]string
	Force  bool // also where the database holds something
}

// RecoverError says why a snapshot was not recovered: nothing has changed. Without Err the statement
// asks for what is not to be had, and need not be tried again.
type RecoverError struct {
	Reason string
	Hint   string
	Err    error
}

// Error returns the reason and the cause.
func (e *RecoverError) Error() string {
	if e.Err == nil {
		return e.Reason
	}
	return e.Reason + " " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *RecoverError) Unwrap() error { return e.Err }

// errNotAlone reports transactions that did not end in time.
var errNotAlone = errors.New("other transactions are open")

// recoverSnapshot carries out RECOVER SNAPSHOT.
func (s *Session) recoverSnapshot(ctx context.Context, r *Result, st *ast.RecoverSnapshot, params value.Value) error {
	if err := s.outsideTransaction("Recovering from snapshot", st); err != nil {
		return err
	}
	if s.engine.o.Recoverer == nil {
		return failure.New(failure.ClientError, failure.Runtime, "NoDataDirectory", "this engine keeps its data in memory only").At(st.At)
	}
	request := RecoverRequest{Force: st.Force}
	var err error
	if request.Source, err = constantText(st.Source, params, wanted{"the snapshot", "a path, or a file:, http:, https: or s3: URL"}); err != nil {
		return err
	}
	if st.Config != nil {
		request.Config = make(map[string]string, len(st.Config.Keys))
		for i, key := range st.Config.Keys {
			if request.Config[key.Text], err = constantText(st.Config.Values[i], params, wanted{key.Text, "give it in quotes"}); err != nil {
				return err
			}
		}
	}
	told, err := s.engine.o.Recoverer.Recover(ctx, request, s.engine.becomeAlone)
	if err != nil {
		return recoverFailure(err).At(st.At)
	}
	r.answer(table{})
	r.onEnd = func(*Summary) { told() }
	return nil
}

// recoverFailure names why a snapshot was not recovered.
func recoverFailure(err error) *failure.Error {
	const code = "Neo.TransientError.General.DatabaseUnavailable"
	hint := "nothing has changed; mend the cause and try again"
	if errors.Is(err, errNotAlone) {
		return failure.New(failure.TransactionError, failure.Runtime, "NotAlone",
			"no snapshot was recovered: %v, and did not end within --storage-access-timeout-sec", errNotAlone).
			WithHint("nothing has changed; see SHOW TRANSACTIONS, and end them or wait").WithCode(code).WithCause(err)
	}
	e, refused := errors.AsType[*RecoverError](err)
	if refused && e.Hint != "" {
		hint = e.Hint
	}
	if refused && e.Err == nil { // the statement is wrong, and stays so
		return failure.New(failure.ClientError, failure.Runtime, "SnapshotNotRecovered", "%s", err).WithHint("%s", hint).
			WithCode("Neo.ClientError.Statement.ArgumentError").WithCause(err)
	}
	return failure.New(failure.TransactionError, failure.Runtime, "SnapshotNotRecovered", "%s", err).WithHint("%s", hint).WithCode(code).WithCause(err)
}

// shared refuses what begins while a statement has the database for itself.
func (e *Engine) shared() error {
	if !e.alone.Load() {
		return nil
	}
	return failure.New(failure.TransactionError, failure.Runtime, "DatabaseReplaced", "the database is being replaced").
		WithHint("connect again in a moment").WithCode("Neo.TransientError.General.DatabaseUnavailable")
}

// administering runs an administration statement. One that may change the database without a
// transaction, such as CREATE INDEX, is counted meanwhile: whoever wants to be alone waits for
// it. What is ended by that wish, or is it, is not counted.
func (e *Engine) administering(st ast.Statement, run func() error) error {
	switch st := st.(type) {
	case *ast.RecoverSnapshot, *ast.TransactionControl, *ast.TerminateTransactions:
		return run()
	case *ast.Admin:
		if st.Verb == ast.CreateSnapshot {
			return run()
		}
	default:
	}
	e.admins.Add(1)
	defer e.admins.Add(-1)
	if err := e.shared(); err != nil { // whoever wants to be alone may not have seen it
		return err
	}
	return run()
}

// aloneTick is the time between two looks whether others are still there.
const aloneTick = 5 * time.Millisecond

// becomeAlone waits until no transaction is open and no statement changes the catalogue, and
// lets none begin until again is called.
func (e *Engine) becomeAlone(ctx context.Context) (again func(), err error) {
	if !e.alone.CompareAndSwap(false, true) {
		return nil, errNotAlone
	}
	again = func() { e.alone.Store(false) }
	ctx, cancel := context.WithTimeoutCause(ctx, max(e.o.AccessTimeout(), aloneTick), errNotAlone)
	defer cancel()
	tick := time.NewTicker(aloneTick)
	defer tick.Stop()
	for {
		if e.admins.Load() == 0 && len(e.open()) == 0 && !e.answering() {
			return again, nil
		}
		select {
		case <-ctx.Done():
			again()
			return nil, context.Cause(ctx)
		case <-tick.C:
		}
	}
}
