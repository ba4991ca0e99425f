package exec

import (
	"context"
	"errors"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/function"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/constraint"
)

// fail makes any error an error of the statement.
func (r *run) fail(err error) error {
	if err == nil {
		return nil
	}
	if failure.Of(err) != nil {
		return err
	}
	return Failure(err)
}

// failAt is fail with the place of what failed.
func (r *run) failAt(err error, at ast.Place) error {
	if f := failure.Of(r.fail(err)); f != nil {
		return f.At(at.At)
	}
	return err
}

// Failure makes an error of storage, of a budget or of a context an error of a statement.
// What is one already stays as it is.
func Failure(err error) *failure.Error {
	if f := failure.Of(function.LimitReached(err)); f != nil {
		return f
	}
	var f *failure.Error
	violation, _ := errors.AsType[*constraint.ViolationError](err)
	denied, _ := errors.AsType[*storage.DeniedError](err)
	switch {
	case errors.Is(err, storage.ErrConflict):
		f = failure.New(failure.TransactionError, failure.Runtime, "ConflictingTransactions",
			"another transaction changed the same data first").WithHint("run the transaction again")
	case violation != nil:
		f = violated(violation)
	case errors.Is(err, storage.ErrConnected):
		f = connected()
	case errors.Is(err, storage.ErrNotFound):
		f = failure.New(failure.EntityNotFound, failure.Runtime, "DeletedEntityAccess",
			"the node or relationship does not exist any more")
	case errors.Is(err, storage.ErrNotStorable):
		f = failure.RuntimeType("InvalidPropertyType", "a node, a relationship or a path cannot be stored as a property")
	case errors.Is(err, storage.ErrNameLimit):
		f = failure.New(failure.ResourceError, failure.Runtime, "TooManyNames", "no further label, type or property name fits")
	case errors.Is(err, storage.ErrIDsExhausted):
		f = failure.New(failure.ResourceError, failure.Runtime, "TooManyEntities", "no further node or relationship fits")
	case denied != nil:
		f = failure.New(failure.ClientError, failure.Runtime, "Forbidden", "%s", denied).
			WithHint("ask who has the privilege AUTH to GRANT it ON NODES CONTAINING LABELS or ON EDGES OF TYPE").
			WithCode(auth.CodeForbidden)
	case errors.Is(err, storage.ErrReadOnly):
		f = failure.New(failure.ClientError, failure.Runtime, "ReadOnlyTransaction", "the transaction cannot write").
			WithHint("open the session or transaction for writing").
			WithCode("Neo.ClientError.Statement.AccessMode")
	case errors.Is(err, storage.ErrJournal):
		f = notLogged(err)
	case errors.Is(err, context.DeadlineExceeded):
		f = failure.New(failure.TransactionError, failure.Runtime, "TransactionTimedOut", "the time limit of the transaction was reached").
			WithCode("Neo.ClientError.Transaction.TransactionTimedOut")
	case errors.Is(err, context.Canceled):
		f = failure.New(failure.TransactionError, failure.Runtime, "Terminated", "the transaction was ended from outside").
			WithCode("Neo.TransientError.Transaction.Terminated")
	default:
		f = failure.New(failure.DatabaseError, failure.Runtime, internalError, "%v", err)
	}
	return f.WithCause(err)
}

// internalError is the detail of an error that nobody foresaw.
const internalError = "InternalError"

// notLogged says why a commit failed, and whether trying again can help.
func notLogged(err error) *failure.Error {
	why := err.Error()
	for _, known := range []error{storage.ErrJournal, storage.ErrJournalStopped, storage.ErrJournalFull} {
		why = strings.TrimPrefix(why, known.Error()+": ")
	}
	switch {
	case errors.Is(err, storage.ErrJournalStopped):
		return failure.New(failure.DatabaseError, failure.Runtime, "LogStopped", "the server takes no commits any more: %s", why).
			WithHint("restart it when its disk is well: it then verifies the log, and shows whether a commit that failed " +
				"at the moment of the failure is in it; until then everything can be read").
			WithCode("Neo.DatabaseError.Transaction.TransactionLogError")
	case errors.Is(err, storage.ErrJournalFull):
		return failure.New(failure.TransactionError, failure.Runtime, "DiskFull", "nothing was committed: %s", why).
			WithHint("give the disk of the data directory more room and run the transaction again; reads go on meanwhile").
			WithCode("Neo.TransientError.General.DatabaseUnavailable")
	}
	return failure.New(failure.DatabaseError, failure.Runtime, "CommitNotDurable", "nothing was committed: %s", why).
		WithHint("run the transaction again; see the server's log for the cause").
		WithCode("Neo.TransientError.General.DatabaseUnavailable")
}

// connected says that a node cannot be deleted.
func connected() *failure.Error {
	return failure.New(failure.ConstraintVerificationFailed, failure.Runtime, "DeleteConnectedNode",
		"a node that still has relationships cannot be deleted").
		WithHint("delete its relationships first, or use DETACH DELETE")
}

// violated says that a change breaks a constraint.
func violated(v *constraint.ViolationError) *failure.Error {
	detail, hint := "", ""
	switch v.Rule {
	case constraint.Exists:
		detail, hint = "ExistenceConstraintViolated", "give the node the property in the same transaction"
	case constraint.Unique:
		detail, hint = "UniqueConstraintViolated", "MERGE on the properties of the constraint finds the node that there is"
	case constraint.Typed:
		detail, hint = "TypeConstraintViolated", "convert the value, for example with toInteger() or toString()"
	}
	return failure.New(failure.ConstraintValidationFailed, failure.Runtime, detail, "%s", v).WithHint("%s", hint)
}

// interrupted tells why ctx is done.
func interrupted(ctx context.Context) error { return Failure(context.Cause(ctx)) }

// deletedAccess says that something deleted was read.
func deletedAccess(what string) *failure.Error {
	return failure.New(failure.EntityNotFound, failure.Runtime, "DeletedEntityAccess",
		"the %s was deleted by this statement", what)
}
