package ast

import (
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/value"
)

// Expr is an expression. The set of its types is closed.
type Expr interface {
	Span() token.Span
	expr()
}

// Place is the position that every node embeds.
type Place struct{ At token.Span }

// Span returns where the node stands in the text.
func (p Place) Span() token.Span { return p.At }

// Name is an identifier as written, without its backticks.
type Name struct {
	Place
	Text string
}

// Expression nodes, in the order in which every switch lists them.
type (
	// Literal is a constant. Auto is its ordinal among the literals that the plan cache
	// strips from the text, counted from 1, or 0 when the value is part of the plan.
	Literal struct {
		Place
		Value value.Value
		Auto  int
	}
	// Param is $name.
	Param struct {
		Place
		Name string
	}
	// Variable is the use or the definition of a variable.
	Variable struct {
		Place
		Name string
	}
	// Property is x.key.
	Property struct {
		Place
		X   Expr
		Key Name
	}
	// Subscript is x[index].
	Subscript struct {
		Place
		X, Index Expr
	}
	// Slice is x[from..to]; a missing bound is nil.
	Slice struct {
		Place
		X, From, To Expr
	}
	// HasLabels is x:A:B, true where x has all of Labels (or the type, on a relationship)
	// and Is holds, which is nil for nothing more.
	HasLabels struct {
		Place
		X      Expr
		Labels []Name
		Is     LabelExpr
	}
	// List is [a, b].
	List struct {
		Place
		Items []Expr
	}
	// Map is {key: value}.
	Map struct {
		Place
		Keys   []Name
		Values []Expr
	}
	// EnumValue is Enum::Value.
	EnumValue struct {
		Place
		Enum, Value Name
	}
	// Unary is an operator before one operand: "NOT", "-", "+".
	Unary struct {
		Place
		Op string
		X  Expr
	}
	// Binary is an operator between two operands: "+", "-", "*", "/", "%", "^", "AND",
	// "||", "OR", "XOR", "IN", "STARTS WITH", "ENDS WITH", "CONTAINS", "=~".
	Binary struct {
		Place
		Op   string
		X, Y Expr
	}
	// Comparison is a chain a < b <= c: len(Ops) == len(Operands)-1. Ops are "=", "<>",
	// "<", "<=", ">", ">=".
	Comparison struct {
		Place
		Operands []Expr
		Ops      []string
	}
	// IsNull is x IS NULL, or x IS NOT NULL where Not is set.
	IsNull struct {
		Place
		X   Expr
		Not bool
	}
	// IsTyped is x IS :: type, or x IS NOT :: type where Not is set.
	IsTyped struct {
		Place
		X    Expr
		Type *Type
		Not  bool
	}
	// IsNormalized is x IS [NOT] form NORMALIZED; Form is NFC, NFD, NFKC or NFKD.
	IsNormalized struct {
		Place
		X    Expr
		Form string
		Not  bool
	}
	// Case is CASE [subject] WHEN … THEN … [ELSE …] END. An element of When is a *CaseWhen
	// where it is more than one value or condition; that stands in the simple form only.
	Case struct {
		Place
		Subject Expr // nil in the searched form
		When    []Expr
		Then    []Expr
		Else    Expr // nil when absent
	}
	// CaseWhen is what stands between WHEN and THEN of a simple CASE where it is not a
	// single value: values that the subject may be equal to, and conditions in which a
	// *CaseSubject stands for the subject.
	CaseWhen struct {
		Place
		Items []Expr
	}
	// CaseSubject stands for the subject of the CASE around it, in a condition of WHEN.
	CaseSubject struct{ Place }
	// Call is a function or aggregate call. Star is count(*). Name is as written, with
	// its dots; functions are looked up without regard to case.
	Call struct {
		Place
		Name     string
		Distinct bool
		Star     bool
		Args     []Expr
	}
	// ListComprehension is [x IN list WHERE cond | result]; Where and Result may be nil.
	ListComprehension struct {
		Place
		Var           *Variable
		List          Expr
		Where, Result Expr
	}
	// PatternComprehension is [p = (a)-->(b) WHERE cond | result].
	PatternComprehension struct {
		Place
		Part   *PatternPart
		Where  Expr
		Result Expr
	}
	// Quantifier is all/any/none/single(x IN list WHERE cond); Kind is in lower case.
	Quantifier struct {
		Place
		Kind  string
		Var   *Variable
		List  Expr
		Where Expr
	}
	// Reduce is reduce(acc = init, x IN list | result).
	Reduce struct {
		Place
		Acc    *Variable
		Init   Expr
		Var    *Variable
		List   Expr
		Result Expr
	}
	// MapProjection is x {.key, .*, key: value, variable}.
	MapProjection struct {
		Place
		X     *Variable
		Items []MapProjectionItem
	}
	// PatternPredicate is a pattern used as a condition: (a)-->(b).
	PatternPredicate struct {
		Place
		Part *PatternPart
	}
	// Subquery is EXISTS, COUNT or COLLECT with { pattern [WHERE cond] } or { full query }:
	// one of Pattern and Query is set.
	Subquery struct {
		Place
		Kind    SubqueryKind
		Pattern *Pattern
		Where   Expr
		Query   *Query
	}
)

// SubqueryKind says what is asked of the rows of a Subquery.
type SubqueryKind uint8

// The kinds of subqueries in expressions.
const (
	Exists  SubqueryKind = iota // whether there is one
	Count                       // how many there are
	Collect                     // the list of their only column
)

// String returns the word that begins a subquery of kind k.
func (k SubqueryKind) String() string {
	switch k {
	case Exists:
		return "EXISTS"
	case Count:
		return "COUNT"
	case Collect:
		return "COLLECT"
	}
	return "subquery"
}

// MapProjectionItem is one element of a map projection: All for ".*"; otherwise Key, with
// Value nil for ".key" and set for "key: value" and for a bare variable.
type MapProjectionItem struct {
	All   bool
	Key   Name
	Value Expr
}

func (*Literal) expr()              {}
func (*Param) expr()                {}
func (*Variable) expr()             {}
func (*Property) expr()             {}
func (*Subscript) expr()            {}
func (*Slice) expr()                {}
func (*HasLabels) expr()            {}
func (*List) expr()                 {}
func (*Map) expr()                  {}
func (*Unary) expr()                {}
func (*Binary) expr()               {}
func (*Comparison) expr()           {}
func (*IsNull) expr()               {}
func (*IsTyped) expr()              {}
func (*EnumValue) expr()            {}
func (*IsNormalized) expr()         {}
func (*Case) expr()                 {}
func (*CaseWhen) expr()             {}
func (*CaseSubject) expr()          {}
func (*Call) expr()                 {}
func (*ListComprehension) expr()    {}
func (*PatternComprehension) expr() {}
func (*Quantifier) expr()           {}
func (*Reduce) expr()               {}
func (*MapProjection) expr()        {}
func (*PatternPredicate) expr()     {}
func (*Subquery) expr()             {}
