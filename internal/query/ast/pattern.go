package ast

import "memgraphd/internal/storage/graph"

// Pattern is a comma-separated list of parts.
type Pattern struct {
	Place
	Parts []*PatternPart
}

// PatternPart is [p =] (a)-[r]->(b)…: len(Nodes) == len(Rels)+1.
type PatternPart struct {
	Place
	Var   *Variable // the path's name, nil when absent
	Nodes []*NodePattern
	Rels  []*RelPattern
}

// NodePattern is (x:A:B {props}).
type NodePattern struct {
	Place
	Var    *Variable // nil when anonymous
	Labels []Name    // all must be there
	Props  Expr      // *Map or *Param; nil when absent
}

// RelPattern is -[r:T|U*min..max {props}]->.
type RelPattern struct {
	Place
	Var       *Variable // nil when anonymous
	Types     []Name    // any of them; none means all
	Direction graph.Direction
	Length    *Length // nil for exactly one relationship
	Props     Expr    // *Map or *Param; nil when absent
}

// Length is the range of a variable-length relationship; Max is -1 where there is none.
type Length struct {
	Place
	Min, Max int
}
