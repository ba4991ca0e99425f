package expr

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/storage/graph"
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
	// Subqueries makes the plan of a PatternPredicate, PatternComprehension or Subquery
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

// Subplan is the plan of a subquery.
type Subplan interface {
	// Run fills out with the value of the subquery for every row of in that counts: whether
	// it has a row, how many it has, or what stands in their only column. outer are the columns
	// of in that hold the variables of sema.Info.Outer, in that order; NoSlot stands for null.
	Run(c *Context, in *batch.Batch, outer []int, out *batch.Vector) error
}

// NoSlot is the column of a variable that has none.
const NoSlot = -1
