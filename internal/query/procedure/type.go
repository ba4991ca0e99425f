package procedure

import (
	"memgraphd/internal/query/sema"
	"memgraphd/internal/storage/value"
)

// Type is the type of an argument or a result. Null is of every type.
type Type uint8

// The types.
const (
	Any Type = iota
	Boolean
	Integer
	Float // takes integers too, which become floats
	Number
	String
	Bytes
	Map
	Node
	Relationship
	Path
	Date
	Time
	LocalTime
	DateTime
	LocalDateTime
	Duration
	Point
)

// listBit marks a list of the type in the other bits.
const listBit = 0x80

// ListOf returns the type of lists whose elements are of type t, which is no list.
func ListOf(t Type) Type { return t | listBit }

// String returns the type as signatures have it.
func (t Type) String() string {
	if t&listBit != 0 {
		return "LIST OF " + (t &^ listBit).String()
	}
	if t == Any {
		return "ANY"
	}
	if t == Number {
		return "NUMBER"
	}
	if kind, ok := t.kind(); ok {
		return kind.String()
	}
	return "unknown"
}

// kind returns the one kind of values that t stands for.
func (t Type) kind() (kind value.Kind, one bool) {
	switch t {
	case Any, Number:
		return value.KindNull, false
	case Boolean:
		return value.KindBool, true
	case Integer:
		return value.KindInt, true
	case Float:
		return value.KindFloat, true
	case String:
		return value.KindString, true
	case Bytes:
		return value.KindBytes, true
	case Map:
		return value.KindMap, true
	case Node:
		return value.KindNode, true
	case Relationship:
		return value.KindEdge, true
	case Path:
		return value.KindPath, true
	case Date:
		return value.KindDate, true
	case Time:
		return value.KindTime, true
	case LocalTime:
		return value.KindLocalTime, true
	case DateTime:
		return value.KindDateTime, true
	case LocalDateTime:
		return value.KindLocalDateTime, true
	case Duration:
		return value.KindDuration, true
	case Point:
		return value.KindPoint, true
	}
	return value.KindNull, false
}

// Convert returns v as a value of type t; ok is false where it is none.
func (t Type) Convert(v value.Value) (out value.Value, ok bool) {
	switch {
	case v.IsNull(), t == Any:
		return v, true
	case t == Number:
		return v, v.IsNumber()
	case t == Float && v.Kind() == value.KindInt:
		return value.Float(v.Number()), true
	case t&listBit != 0:
		return t.convertList(v)
	}
	kind, _ := t.kind()
	return v, v.Kind() == kind
}

func (t Type) convertList(v value.Value) (value.Value, bool) {
	if v.Kind() != value.KindList {
		return v, false
	}
	list := v.AsList()
	out := make([]value.Value, len(list))
	for i, x := range list {
		var ok bool
		if out[i], ok = (t &^ listBit).Convert(x); !ok {
			return v, false
		}
	}
	return value.List(out), true
}

// static is what package sema knows of values of type t: what an argument may be.
func (t Type) static() sema.Type {
	switch t {
	case Any:
		return sema.Any
	case Boolean:
		return sema.Boolean
	case Integer:
		return sema.Integer
	case Float, Number:
		return sema.Number
	case String:
		return sema.String
	case Bytes:
		return sema.Bytes
	case Map:
		return sema.Map
	case Node:
		return sema.Node
	case Relationship:
		return sema.Edge
	case Path:
		return sema.Path
	case Date:
		return sema.Date
	case Time:
		return sema.Time
	case LocalTime:
		return sema.LocalTime
	case DateTime:
		return sema.DateTime
	case LocalDateTime:
		return sema.LocalDateTime
	case Duration:
		return sema.Duration
	case Point:
		return sema.Point
	}
	return sema.List | sema.EdgeList
}

// result is what package sema knows of a result of type t.
func (t Type) result() sema.Type {
	switch {
	case t == Float:
		return sema.Float
	case t&listBit != 0:
		return sema.List
	}
	return t.static()
}
