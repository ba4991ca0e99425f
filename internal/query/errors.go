package query

import (
	"errors"

	"memgraphd/internal/query/exec"
	"memgraphd/internal/query/failure"
)

// errShutdown is what interruptions are told as while the server stops.
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
	if errors.Is(err, errShutdown) {
		return failure.New(failure.TransactionError, failure.Runtime, "Terminated", "the transaction was %s", err).
			WithCode("Neo.TransientError.General.DatabaseUnavailable").WithCause(err)
	}
	return exec.Failure(err)
}
