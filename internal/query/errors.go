package query

import (
	"errors"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/function"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/memory"
)

// errShutdown is the cause of a context that the end of the server ended.
var errShutdown = errors.New("terminated by the shutdown of the server")

// readOnly refuses a statement that writes where the client said that it would only read.
func readOnly() *failure.Error {
	return failure.New(failure.ClientError, failure.Runtime, "ReadOnlyTransaction",
		"the statement writes, but its transaction was opened for reading only").
		WithHint("open the session or transaction for writing").
		WithCode("Neo.ClientError.Statement.AccessMode")
}

// fromStorage gives an error of the store its codes.
func fromStorage(err error) *failure.Error {
	var limit *memory.LimitError
	switch {
	case errors.As(err, &limit):
		return failure.Of(function.LimitReached(err))
	case errors.Is(err, storage.ErrConflict):
		return failure.New(failure.TransactionError, failure.Runtime, "WriteConflict",
			"another transaction changed the same node or relationship").
			WithHint("retry the transaction").WithCause(err)
	case errors.Is(err, storage.ErrReadOnly):
		return failure.New(failure.ClientError, failure.Runtime, "ReadOnlyTransaction",
			"the transaction was opened for reading only").WithHint("open it for writing").
			WithCode("Neo.ClientError.Statement.AccessMode").WithCause(err)
	case errors.Is(err, storage.ErrJournal):
		return failure.New(failure.DatabaseError, failure.Runtime, "CommitNotDurable",
			"the commit could not be made durable: %s", err).
			WithHint("see the server's log; nothing of it is visible").
			WithCode("Neo.TransientError.General.DatabaseUnavailable").WithCause(err)
	case errors.Is(err, errShutdown):
		return failure.New(failure.TransactionError, failure.Runtime, "Terminated", "the transaction was %s", err).
			WithCode("Neo.TransientError.General.DatabaseUnavailable").WithCause(err)
	case errors.Is(err, storage.ErrNameLimit), errors.Is(err, storage.ErrIDsExhausted):
		return failure.New(failure.ResourceError, failure.Runtime, "LimitExceeded", "%s", err).WithCause(err)
	}
	return failure.New(failure.DatabaseError, failure.Runtime, "InternalError", "%s", err).WithCause(err)
}
