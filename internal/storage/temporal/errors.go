package temporal

import (
	"errors"
	"fmt"
	"strconv"
)

// errInstantRange is the failure of a computation that leaves the years that can be
// represented.
var errInstantRange = errors.New("the result lies outside the years " + strconv.Itoa(MinYear) + " to " + strconv.Itoa(MaxYear))

// errComponentRange is the failure of a component that does not fit into 64 bits.
var errComponentRange = errors.New("the length of the duration in this unit does not fit into 64 bits")

// RangeError says that a field has a value that it cannot have.
type RangeError struct {
	Field    string // as in Cypher: "month", "dayOfQuarter"
	Value    int64
	Min, Max int64
	In       string // of what the limits depend on: "2015-02"; else empty
}

// Error says which field has which value, and what it may have.
func (e *RangeError) Error() string {
	in := ""
	if e.In != "" {
		in = " in " + e.In
	}
	return fmt.Sprintf("%s must be between %d and %d%s, but is %d", e.Field, e.Min, e.Max, in, e.Value)
}

// ParseError says that a text is not what it should be.
type ParseError struct {
	Kind     string // "date", "duration"
	Text     string
	Position int    // in bytes from 0
	Reason   string // what was expected at the position, or what is wrong with the field there
}

// Error says what was read, where it went wrong and what was expected.
func (e *ParseError) Error() string {
	text := e.Text
	if len(text) > maxText {
		text = text[:maxText] + "…"
	}
	return fmt.Sprintf("cannot read %q as a %s: at character %d %s", text, e.Kind, e.Position+1, e.Reason)
}

func monthText(year, month int64) string {
	return string(appendTwo(append(appendYear(nil, year), '-'), int(month)))
}

func quarterText(year, quarter int64) string {
	return string(strconv.AppendInt(append(appendYear(nil, year), "-Q"...), quarter, 10))
}

func yearText(year int64) string { return string(appendYear(nil, year)) }
