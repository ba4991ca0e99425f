package constraint

import (
	"strings"

	"memgraphd/internal/storage/value"
)

// Type is what a data type constraint demands of a value.
type Type uint8

// The types. Their numbers are those of the catalogue.
const (
	Boolean Type = iota + 1
	String
	Integer
	Float
	List
	Map
	Date
	LocalTime
	LocalDateTime
	ZonedTime
	ZonedDateTime
	Duration
	Enum
	Point
	typesEnd
)

// String returns the name of the type in statements.
func (t Type) String() string {
	switch t {
	case Boolean:
		return "BOOLEAN"
	case String:
		return "STRING"
	case Integer:
		return "INTEGER"
	case Float:
		return "FLOAT"
	case List:
		return "LIST"
	case Map:
		return "MAP"
	case Date:
		return "DATE"
	case LocalTime:
		return "LOCALTIME"
	case LocalDateTime:
		return "LOCALDATETIME"
	case ZonedTime:
		return "ZONEDTIME"
	case ZonedDateTime:
		return "ZONEDDATETIME"
	case Duration:
		return "DURATION"
	case Enum:
		return "ENUM"
	case Point:
		return "POINT"
	case typesEnd:
	}
	return "unknown"
}

// TypeNames lists the types that a constraint may demand, as statements name them.
func TypeNames() []string {
	var names []string
	for t := range typesEnd - 1 {
		names = append(names, (t + 1).String())
	}
	return names
}

// ParseType returns the type that a statement names, in any case; ok is false where there
// is none.
func ParseType(name string) (t Type, ok bool) {
	for t := range typesEnd {
		if t > 0 && strings.EqualFold(t.String(), name) {
			return t, true
		}
	}
	return 0, false
}

// Holds reports whether v is of the type. Null is of every type.
func (t Type) Holds(v value.Value) bool {
	switch v.Kind() {
	case value.KindNull:
		return true
	case value.KindBool:
		return t == Boolean
	case value.KindInt:
		return t == Integer
	case value.KindFloat:
		return t == Float
	case value.KindString:
		return t == String
	case value.KindList:
		return t == List
	case value.KindMap:
		return t == Map
	case value.KindDate:
		return t == Date
	case value.KindTime:
		return t == ZonedTime
	case value.KindLocalTime:
		return t == LocalTime
	case value.KindDateTime:
		return t == ZonedDateTime
	case value.KindLocalDateTime:
		return t == LocalDateTime
	case value.KindDuration:
		return t == Duration
	case value.KindPoint:
		return t == Point
	case value.KindEnum:
		return t == Enum
	case value.KindBytes, value.KindNode, value.KindEdge, value.KindPath, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return false
}
