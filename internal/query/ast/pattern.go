package ast

import "memgraphd/internal/storage/graph"

// Pattern is a comma-separated list of parts.
type Pattern struct {
	Place
	Parts []*PatternPart
}

// PatternPart is [p =] [selector] (a)-[r]->(b)…: len(Nodes) == len(Rels)+1.
type PatternPart struct {
	Place
	Var    *Variable // the path's name, nil when absent
	Select *Selector // which of the matches count, nil for all of them
	Nodes  []*NodePattern
	Rels   []*RelPattern
	// Where is the condition of a pattern that stands in brackets of its own, nil when
	// absent. It is asked before the selector counts.
	Where Expr
	// Repeatable tells that one relationship may stand for several of the whole pattern:
	// REPEATABLE ELEMENTS.
	Repeatable bool
}

// NodePattern is (x:A:B {props} WHERE cond).
type NodePattern struct {
	Place
	Var    *Variable // nil when anonymous
	Labels []Name    // all must be there
	Is     LabelExpr // what must hold beside Labels; nil when nothing
	Props  Expr      // *Map or *Param; nil when absent
	Where  Expr      // nil when absent
}

// RelPattern is -[r:T|U*min..max {props} WHERE cond]->.
type RelPattern struct {
	Place
	Var       *Variable // nil when anonymous
	Types     []Name    // any of them; none means all
	Is        LabelExpr // instead of Types, what is more than any of some names; nil when absent
	Direction graph.Direction
	Length    *Length // nil for exactly one relationship
	Props     Expr    // *Map or *Param; nil when absent
	Where     Expr    // holds for each relationship, which Var stands for inside; nil when absent
	// Repeat is a pattern that is repeated, ((a)-[r]->(b) WHERE cond){1,3}, in the place of
	// a relationship: of the fields above only Length is set then.
	Repeat *Repeat
	// Search is how paths of variable length are looked for where not as trails; nil
	// otherwise.
	Search *Search
}

// Length is the range of a variable-length relationship; Max is -1 where there is none.
type Length struct {
	Place
	Min, Max int
}
