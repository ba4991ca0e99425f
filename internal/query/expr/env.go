package expr

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// Env tells Compile where things are.
type Env struct {
	// Info binds the variables of the expression.
	Info *sema.Info
	// Slot finds the column that already holds the value of e: a computed aggregate, a
	// grouping expression, a lifted subquery. Nil: there is none.
	Slot func(e ast.Expr) (slot int, ok bool)
	// SymbolSlot finds the column of a variable. Nil: no variable has one.
	SymbolSlot func(s *sema.Symbol) (slot int, ok bool)
	// Names knows the numbers of names. Nil, or a name that it does not know: the name
	// is looked up at run time.
	Names Names
	// Subqueries makes the plan of a PatternPredicate, PatternComprehension or Exists
	// that has no slot. Nil: such expressions are refused.
	Subqueries func(e ast.Expr) (Subplan, error)
}

// Names finds the numbers of property keys, labels and relationship types.
type Names interface {
	LookupKey(name string) (graph.KeyID, bool)
	LookupLabel(name string) (graph.LabelID, bool)
	LookupType(name string) (graph.TypeID, bool)
}

// Evaluator computes an expression. It is immutable and may be used by several executions
// at once, each with a Context of its own.
type Evaluator interface {
	// Eval fills out with the value of the expression at every row of in that counts.
	// out must not be a column of in; its other rows have no meaning afterwards.
	Eval(c *Context, in *batch.Batch, out *batch.Vector) error
}

// Subplan runs the plan of a subquery for one outer row.
type Subplan interface {
	// Run gives each row of the subquery to yield until that returns false. outer reads
	// the variables of the outer row. The row of a PatternComprehension is its result;
	// that of the others does not matter. yield does not keep row.
	Run(c *Context, outer func(*sema.Symbol) value.Value, yield func(row []value.Value) (more bool, err error)) error
}
