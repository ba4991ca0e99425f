package message

import (
	"strings"

	"memgraphd/internal/bolt/packstream"
)

// Codes of the failures that the protocol itself has. Drivers act on the second part:
// TransientError is tried again, ClientError is not.
const (
	CodeInvalid         = "Neo.ClientError.Request.Invalid"
	CodeType            = "Neo.ClientError.Statement.TypeError"
	CodeUnauthenticated = "Neo.ClientError.Security.Unauthenticated"
	CodeForbidden       = "Neo.ClientError.Security.Forbidden"
	CodeDatabase        = "Neo.ClientError.Database.DatabaseNotFound"
	CodeTerminated      = "Neo.ClientError.Transaction.Terminated"
	CodeTimedOut        = "Neo.ClientError.Transaction.TransactionTimedOut"
	CodeLimit           = "Neo.ClientError.General.ResourceLimitExceeded"
	CodeUnavailable     = "Neo.TransientError.General.DatabaseUnavailable"
	CodeMemory          = "Neo.ClientError.General.TransactionOutOfMemoryError"
	CodeUnknown         = "Neo.DatabaseError.General.UnknownError"
)

// Failure is the answer to a request that could not be carried out.
type Failure struct {
	Code    string
	Message string
}

// Append appends the message to dst.
func (f *Failure) Append(dst []byte) []byte {
	dst = packstream.AppendStructHeader(dst, 1, byte(KindFailure))
	dst = packstream.AppendMapHeader(dst, 2)
	dst = packstream.AppendString(packstream.AppendString(dst, "code"), f.Code)
	return packstream.AppendString(packstream.AppendString(dst, "message"), strings.ToValidUTF8(f.Message, "\uFFFD"))
}
