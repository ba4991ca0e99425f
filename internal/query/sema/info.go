// Package sema binds names and finds types before anything runs. It leaves the tree
// alone and returns facts beside it.
package sema

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/value"
)

// Type is what is known of a variable or an expression before it runs. It is a set:
// a variable may hold any of the types whose bits are set, and null besides.
type Type uint32

// The static types.
const (
	Boolean Type = 1 << iota
	Integer
	Float
	String
	Bytes
	List
	Map
	Node
	Edge
	Path
	EdgeList // the list that a variable-length relationship binds
	Date
	Time // with an offset
	LocalTime
	DateTime // with a zone
	LocalDateTime
	Duration
	Point

	Number   = Integer | Float
	Instant  = Date | Time | LocalTime | DateTime | LocalDateTime
	Temporal = Instant | Duration
	Any      = Boolean | Number | String | Bytes | List | Map | Node | Edge | Path | EdgeList | Temporal | Point
)

// Symbol is one variable: two variables of the same name in different scopes are two
// symbols. Anonymous pattern elements have a symbol each, with an empty name.
type Symbol struct {
	ID   int // place in Info.Symbols
	Name string
	Type Type
}

// Projection is what sema found about a WITH or a RETURN.
type Projection struct {
	// Items are the output columns in order; "*" is expanded into the variables in scope,
	// sorted by name, before the written items.
	Items []Item
	// Aggregates are the aggregate calls in Items and in ORDER BY, each of which is
	// computed per group; empty where nothing is aggregated.
	Aggregates []*ast.Call
	// Grouping are the expressions whose values make the groups: items without an
	// aggregate inside.
	Grouping []ast.Expr
}

// Item is one output column of a projection.
type Item struct {
	Name       string
	Expr       ast.Expr // for "*": an *ast.Variable made by sema, bound in Info.Uses
	Symbol     *Symbol  // the variable that it defines
	Aggregates bool     // an aggregate call is inside
}

// Subquery is what sema found about a CALL { … }.
type Subquery struct {
	Parts []SubqueryPart // by part of its query
	// Uses are the variables of the query around it that it reads.
	Uses []*Symbol
	// Outputs are the variables that it defines in the query around it, by column.
	Outputs []*Symbol
	Unit    bool    // it returns nothing
	Writes  bool    // it updates the graph
	Status  *Symbol // of REPORT STATUS; nil without
}

// SubqueryPart is one part of the query of a CALL { … }.
type SubqueryPart struct {
	Clauses []ast.Clause // without the WITH that imports
	Columns []*Symbol    // the variables that it returns
}

// Info is what Analyze found about a query.
type Info struct {
	Symbols []*Symbol
	// Uses binds each variable occurrence, definitions included.
	Uses map[*ast.Variable]*Symbol
	// Nodes, Rels and Paths bind every pattern element, anonymous ones included.
	Nodes map[*ast.NodePattern]*Symbol
	Rels  map[*ast.RelPattern]*Symbol
	Paths map[*ast.PatternPart]*Symbol // parts whose path is named, or needed
	// Hops binds, for a variable-length relationship, the variable that stands for each of
	// its relationships in a condition that all of them must fulfil. It is there where the
	// relationship has WHERE or dynamic types, or was bound before.
	Hops map[*ast.RelPattern]*Symbol
	// Bound holds the pattern elements whose variable was bound before their clause or
	// earlier in the same pattern (so that they are matched, not created or expanded to).
	Bound map[any]bool
	// Groups has the variables of each quantified path pattern, in the order of the text.
	Groups map[*ast.Repeat][]Group
	// Projections has the facts of each WITH and RETURN.
	Projections map[*ast.Projection]*Projection
	// Outer lists, for each subquery-like expression (PatternPredicate,
	// PatternComprehension, Exists, ShortestPath), the symbols of the enclosing scope that it uses.
	Outer map[ast.Expr][]*Symbol
	// Subqueries has the facts of each CALL { … }.
	Subqueries map[*ast.CallSubquery]*Subquery
	// Alike leads from expressions of ORDER BY and WHERE to the items, or the aggregates in
	// them, that are written alike and that they therefore stand for.
	Alike map[ast.Expr]ast.Expr
	// Types has the static type of each expression that was typed.
	Types map[ast.Expr]Type
	// Calls has the facts of each call of a procedure.
	Calls map[*ast.CallProcedure]*Call
	// Enums has the value of each Enum::Value.
	Enums map[*ast.EnumValue]value.Value
	// Columns are the result's column names; nil for a query without RETURN.
	Columns []string
	// Params are the names of the parameters used, sorted.
	Params []string
	// ParamPlaces says where each of Params stands first.
	ParamPlaces map[string]token.Span
	// Implicit tells whether parameters are the arguments of a call without brackets, which
	// even EXPLAIN needs: a call that lacks some is no statement.
	Implicit bool
	// Volatile tells whether a function is called whose results differ from call to call.
	Volatile bool
	// Batches tells whether CALL { … } IN TRANSACTIONS is used.
	Batches bool
	// Writes tells whether any clause updates the graph; Reads whether any reads it.
	Writes, Reads bool
}
