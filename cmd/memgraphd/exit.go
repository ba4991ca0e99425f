package main

// The exit codes; docs/configure.md explains them.
const (
	exitOK        = 0
	exitFailure   = 1
	exitUsage     = 2
	exitDirectory = 12
	exitLogFile   = 13
	exitConfig    = 78
	exitForced    = 130
)

// exitError is an error with an exit code.
type exitError struct {
	code   int
	err    error
	silent bool // the user knows already
}

func (e *exitError) Error() string { return e.err.Error() }

func (e *exitError) Unwrap() error { return e.err }

// exit gives err a code; nil stays nil.
func exit(code int, err error) error {
	if err == nil {
		return nil
	}
	return &exitError{code: code, err: err}
}
