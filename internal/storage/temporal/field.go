package temporal

import (
	"fmt"
	"strings"
)

// Field is one part of a date or a time of day.
type Field uint8

// The fields from which a date is put together, and then those of a time of day.
const (
	FieldYear Field = iota
	FieldWeekYear
	FieldQuarter
	FieldMonth
	FieldWeek
	FieldDayOfQuarter
	FieldDay
	FieldDayOfWeek
	FieldOrdinalDay
	FieldHour
	FieldMinute
	FieldSecond
	FieldMillisecond
	FieldMicrosecond
	FieldNanosecond
	fieldCount
)

// fieldNames are the names of the fields, in their order.
var fieldNames = [fieldCount]string{
	"year", "weekYear", "quarter", "month", "week", "dayOfQuarter", "day", "dayOfWeek", "ordinalDay",
	"hour", "minute", "second", "millisecond", "microsecond", "nanosecond",
}

// String returns the name of the field, as in Cypher.
func (f Field) String() string { return fieldNames[f] }

// IsDate reports whether f is a field of a date.
func (f Field) IsDate() bool { return f <= FieldOrdinalDay }

// FieldOf finds a field by its name, without regard to case.
func FieldOf(name string) (Field, bool) {
	switch {
	case strings.EqualFold(name, "weekDay"):
		return FieldDayOfWeek, true
	case strings.EqualFold(name, "quarterDay"):
		return FieldDayOfQuarter, true
	}
	for f, known := range fieldNames {
		if strings.EqualFold(name, known) {
			return Field(f), true
		}
	}
	return 0, false
}

// Fields are parts of a date and a time of day, of which each is given or not.
type Fields struct {
	given  uint32
	values [fieldCount]int64
}

// Set gives a field its value.
func (f *Fields) Set(field Field, v int64) {
	f.given |= 1 << field
	f.values[field] = v
}

// Has reports whether a field was given.
func (f *Fields) Has(field Field) bool { return f.given&(1<<field) != 0 }

// HasDate reports whether any field of a date was given.
func (f *Fields) HasDate() bool { return f.given&(1<<FieldHour-1) != 0 }

// HasTime reports whether any field of a time of day was given.
func (f *Fields) HasTime() bool { return f.given>>FieldHour != 0 }

// or returns the value of a field, or another where it was not given.
func (f *Fields) or(field Field, other int64) int64 {
	if f.Has(field) {
		return f.values[field]
	}
	return other
}

// MissingError says that a field was given without one that it needs.
type MissingError struct{ Field, Needed Field }

// Error names both fields.
func (e *MissingError) Error() string {
	if e.Field == e.Needed {
		return fmt.Sprintf("%s is missing", e.Needed)
	}
	return fmt.Sprintf("%s is given without %s", e.Field, e.Needed)
}

// ConflictError says that two fields cannot be given together.
type ConflictError struct{ A, B Field }

// Error names both fields.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s and %s cannot be given together", e.A, e.B)
}
