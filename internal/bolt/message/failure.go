package message

import (
	"strings"

	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/bolt/wire"
	"memgraphd/internal/query/failure"
)

// Codes of the failures that the protocol itself has. Drivers act on the second part:
// TransientError is tried again, ClientError is not.
const (
	CodeInvalid      = "Neo.ClientError.Request.Invalid"
	CodeType         = "Neo.ClientError.Statement.TypeError"
	CodeUnauthorized = "Neo.ClientError.Security.Unauthorized"
	// CodeAuthorizationExpired has drivers log in again and try once more.
	CodeAuthorizationExpired = "Neo.ClientError.Security.AuthorizationExpired"
	CodeForbidden            = "Neo.ClientError.Security.Forbidden"
	CodeDatabase             = "Neo.ClientError.Database.DatabaseNotFound"
	CodeTerminated           = "Neo.ClientError.Transaction.Terminated"
	CodeTimedOut             = "Neo.ClientError.Transaction.TransactionTimedOut"
	CodeLimit                = "Neo.ClientError.General.ResourceLimitExceeded"
	CodeUnavailable          = "Neo.TransientError.General.DatabaseUnavailable"
	CodeMemory               = "Neo.ClientError.General.TransactionOutOfMemoryError"
	CodeUnknown              = "Neo.DatabaseError.General.UnknownError"
)

// Failure is the answer to a request that could not be carried out.
type Failure struct {
	Code     string
	Message  string
	Status   string    // GQLSTATUS; empty for the one that follows from Code
	Position *Position // in the text of the statement, or nil
	Cause    *Failure  // what lay beneath, if that has a status of its own; without a Code
}

// causesMax bounds how many causes are told.
const causesMax = 8

// Append appends the message to dst in the form of v.
func (f *Failure) Append(dst []byte, v wire.Version) []byte {
	dst = packstream.AppendStructHeader(dst, 1, byte(KindFailure))
	if v.AtLeast(wire.V57) {
		return f.append(dst, f.Code, causesMax)
	}
	dst = packstream.AppendMapHeader(dst, 2)
	dst = packstream.AppendString(packstream.AppendString(dst, "code"), f.Code)
	return packstream.AppendString(packstream.AppendString(dst, "message"), valid(f.Message))
}

// append appends the map of 5.7 and at most causes of what lay beneath. A cause is
// classified by the code of the failure, and has none itself.
func (f *Failure) append(dst []byte, code string, causes int) []byte {
	entries := 4
	if f.Code != "" {
		entries++
	}
	cause := f.Cause != nil && causes > 0
	if cause {
		entries++
	}
	status := f.status()
	dst = packstream.AppendMapHeader(dst, entries)
	if f.Code != "" {
		dst = packstream.AppendString(packstream.AppendString(dst, "neo4j_code"), f.Code)
	}
	message := valid(f.Message)
	dst = packstream.AppendString(packstream.AppendString(dst, "message"), message)
	dst = packstream.AppendString(packstream.AppendString(dst, "gql_status"), status)
	dst = packstream.AppendString(packstream.AppendString(dst, "description"), failure.Condition(status)+". "+message)
	dst = packstream.AppendString(dst, "diagnostic_record")
	dst = diagnostics{classification: classification(code), position: f.Position}.append(dst)
	if cause {
		dst = f.Cause.append(packstream.AppendString(dst, "cause"), code, causes-1)
	}
	return dst
}

// valid returns s as the text that PackStream asks for.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// status returns the GQLSTATUS.
func (f *Failure) status() string {
	if f.Status != "" {
		return f.Status
	}
	switch f.Code {
	case CodeInvalid:
		return "08N06"
	case CodeType:
		return "22N01"
	case CodeUnauthorized, CodeForbidden:
		return "42NFF"
	case CodeDatabase:
		return "42N00"
	case CodeTerminated:
		return "25N16"
	case CodeTimedOut:
		return "25N14"
	case CodeLimit, CodeMemory:
		return "50N07"
	case CodeUnavailable:
		return "08N09"
	}
	return "50N00"
}

// classification returns who is at fault, from the second part of a code.
func classification(code string) string {
	switch {
	case strings.HasPrefix(code, "Neo.ClientError."):
		return "CLIENT_ERROR"
	case strings.HasPrefix(code, "Neo.TransientError."):
		return "TRANSIENT_ERROR"
	}
	return "DATABASE_ERROR"
}
