// Package exit has the codes that memgraphd ends with, and the error that carries one. docs/configure.md explains the
// codes to users; the commands of internal/command have further ones.
package exit

// The exit codes.
const (
	OK        = 0
	Failure   = 1
	Usage     = 2
	Directory = 12
	LogFile   = 13
	Config    = 78
	Forced    = 130
)

// Error is an error with an exit code.
type Error struct {
	Code   int
	Err    error
	Silent bool // the user knows already
}

// Error says why.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// With gives err a code; nil stays nil.
func With(code int, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Code: code, Err: err}
}
