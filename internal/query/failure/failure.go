// Package failure is how a statement fails: one error type that knows its openCypher
// type, phase and detail, the Neo4j code that drivers act on, the GQL status, the place
// in the text and what to do about it.
//
// The message begins with the detail, which is the error's stable name in the
// documentation: "UndefinedVariable: variable `x` is not defined (line 1, column 8
// (offset: 7))". Errors are made with New or one of the helpers, given a place with At,
// and completed with the statement's text by Locate before they leave the engine.
package failure

import (
	"errors"
	"fmt"
	"strings"

	"memgraphd/internal/query/token"
)

// Type is the openCypher class of an error, in the words of the TCK.
type Type string

// The types.
const (
	SyntaxError                  Type = "SyntaxError"
	SemanticError                Type = "SemanticError"
	ParameterMissing             Type = "ParameterMissing"
	ConstraintVerificationFailed Type = "ConstraintVerificationFailed"
	ConstraintValidationFailed   Type = "ConstraintValidationFailed"
	EntityNotFound               Type = "EntityNotFound"
	TypeError                    Type = "TypeError"
	ArgumentError                Type = "ArgumentError"
	ArithmeticError              Type = "ArithmeticError"
	ProcedureError               Type = "ProcedureError"
	TransactionError             Type = "TransactionError"
	ResourceError                Type = "ResourceError"
	ClientError                  Type = "ClientError"
	DatabaseError                Type = "DatabaseError"
)

// Phase says when an error was found.
type Phase string

// The phases.
const (
	CompileTime Phase = "compile time"
	Runtime     Phase = "runtime"
)

// Error is one failure of a statement.
type Error struct {
	Type     Type
	Phase    Phase
	Detail   string // stable name, for example "UndefinedVariable"
	Code     string // Neo4j status code
	GQL      string // GQLSTATUS, five characters
	Message  string // one sentence without the detail: what was wrong
	Hint     string // what to do, may be empty
	Span     token.Span
	Placed   bool            // Span is set
	Position *token.Position // set by Locate
	Excerpt  string          // the line of the text at Position, set by Locate
	Cause    error
}

// New returns an error whose code follows from its type, and its GQL status from its detail.
func New(t Type, p Phase, detail, format string, args ...any) *Error {
	code, _ := codes(t)
	return &Error{Type: t, Phase: p, Detail: detail, Code: code, GQL: status(t, detail), Message: fmt.Sprintf(format, args...)}
}

// Syntax returns a SyntaxError found before anything ran.
func Syntax(detail, format string, args ...any) *Error {
	return New(SyntaxError, CompileTime, detail, format, args...)
}

// RuntimeType returns a TypeError found while running.
func RuntimeType(detail, format string, args ...any) *Error {
	return New(TypeError, Runtime, detail, format, args...)
}

// Argument returns an ArgumentError found while running.
func Argument(detail, format string, args ...any) *Error {
	return New(ArgumentError, Runtime, detail, format, args...)
}

// codes maps a type to the Neo4j status code and the GQL status.
func codes(t Type) (code, gql string) {
	switch t {
	case SyntaxError:
		return "Neo.ClientError.Statement.SyntaxError", "42001"
	case SemanticError:
		return "Neo.ClientError.Statement.SemanticError", "42000"
	case ParameterMissing:
		return "Neo.ClientError.Statement.ParameterMissing", "42N51"
	case ConstraintVerificationFailed, ConstraintValidationFailed:
		return "Neo.ClientError.Schema.ConstraintValidationFailed", "22N80"
	case EntityNotFound:
		return "Neo.ClientError.Statement.EntityNotFound", "22N05"
	case TypeError:
		return "Neo.ClientError.Statement.TypeError", "22N01"
	case ArgumentError:
		return "Neo.ClientError.Statement.ArgumentError", "22N03"
	case ArithmeticError:
		return "Neo.ClientError.Statement.ArithmeticError", "22003"
	case ProcedureError:
		return "Neo.ClientError.Procedure.ProcedureNotFound", "42N08"
	case TransactionError:
		return "Neo.TransientError.Transaction.Outdated", "25N11"
	case ResourceError:
		return "Neo.ClientError.General.ResourceLimitExceeded", "50N07"
	case ClientError:
		return "Neo.ClientError.Statement.ExecutionFailed", "50N07"
	case DatabaseError:
	}
	return "Neo.DatabaseError.General.UnknownError", "50N00"
}

// At places e at span and returns it; an earlier place stays.
func (e *Error) At(span token.Span) *Error {
	if !e.Placed {
		e.Span, e.Placed = span, true
	}
	return e
}

// WithHint sets what to do and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// WithCode replaces the Neo4j status code and returns e.
func (e *Error) WithCode(code string) *Error {
	e.Code = code
	return e
}

// WithCause records what lay beneath and returns e.
func (e *Error) WithCause(err error) *Error {
	e.Cause = err
	return e
}

// Locate turns the span of e into line, column and excerpt of text, and returns e.
func (e *Error) Locate(text string) *Error {
	if !e.Placed || e.Position != nil {
		return e
	}
	p := token.Locate(text, e.Span.Start)
	e.Position = &p
	start := strings.LastIndexByte(text[:p.Offset], '\n') + 1
	line, _, _ := strings.Cut(text[start:], "\n")
	e.Excerpt = line
	return e
}

// Error returns detail, message, position and hint.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Detail)
	b.WriteString(": ")
	b.WriteString(e.Message)
	if e.Position != nil {
		fmt.Fprintf(&b, " (%s)", e.Position)
	}
	if e.Hint != "" {
		b.WriteString("; ")
		b.WriteString(e.Hint)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Of returns the *Error in err's chain, or nil.
func Of(err error) *Error {
	e, _ := errors.AsType[*Error](err)
	return e
}
