package setting

import (
	"errors"
	"fmt"
)

// errNewer reports an entry with a version that is not known here.
var errNewer = errors.New("a newer version wrote it")

// UnknownError reports a name that no setting has.
type UnknownError struct {
	Name    string
	Nearest string // what may have been meant, or empty
}

// Error names the setting.
func (e *UnknownError) Error() string {
	return fmt.Sprintf("Unknown setting name '%s'", e.Name)
}

// Hint says what to do.
func (e *UnknownError) Hint() string {
	if e.Nearest != "" {
		return "did you mean '" + e.Nearest + "'?"
	}
	return "SHOW DATABASE SETTINGS lists them"
}

// InvalidError reports a text that is no value of a setting.
type InvalidError struct {
	Name string
	Err  error
}

// Error names the setting and what would be right.
func (e *InvalidError) Error() string {
	return fmt.Sprintf("'%s' is not changed: %v", e.Name, e.Err)
}

// Unwrap returns what is wrong.
func (e *InvalidError) Unwrap() error { return e.Err }

// OverruledError reports a remembered value that is not in force because a flag was given.
type OverruledError struct{ Name, Given string }

// Error names the flag.
func (e *OverruledError) Error() string { return e.Given + " wins over it" }
