package ast

import "strings"

// Type is the name of a type of values, or of several: a value has the type if it has any
// of Terms.
type Type struct {
	Place
	Terms []TypeTerm // at least one
}

// TypeTerm is one name in a Type.
type TypeTerm struct {
	Place
	Kind    TypeKind
	NotNull bool  // null is not among the values
	Elem    *Type // of TypeList and TypeAny; nil of TypeAny for any value
}

// TypeKind tells the names of types apart.
type TypeKind uint8

// The kinds of types, in the order of their names.
const (
	TypeAny TypeKind = iota
	TypeBoolean
	TypeDate
	TypeDuration
	TypeEnum
	TypeFloat
	TypeInteger
	TypeList
	TypeLocalDateTime
	TypeLocalTime
	TypeMap
	TypeNode
	TypeNothing
	TypeNull
	TypePath
	TypePoint
	TypePropertyValue
	TypeRelationship
	TypeString
	TypeZonedDateTime
	TypeZonedTime
)

// String returns the name of k.
func (k TypeKind) String() string {
	names := [...]string{
		"ANY", "BOOLEAN", "DATE", "DURATION", "ENUM", "FLOAT", "INTEGER", "LIST", "LOCAL DATETIME", "LOCAL TIME", "MAP",
		"NODE", "NOTHING", "NULL", "PATH", "POINT", "PROPERTY VALUE", "RELATIONSHIP", "STRING",
		"ZONED DATETIME", "ZONED TIME",
	}
	return names[k]
}

// String returns the name of t as it is written.
func (t *Type) String() string {
	var b strings.Builder
	for i, term := range t.Terms {
		if i > 0 {
			b.WriteString(" | ")
		}
		b.WriteString(term.Kind.String())
		if term.Elem != nil {
			b.WriteString("<" + term.Elem.String() + ">")
		}
		if term.NotNull {
			b.WriteString(" NOT NULL")
		}
	}
	return b.String()
}
