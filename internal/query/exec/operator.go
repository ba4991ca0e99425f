package exec

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/plan"
)

// operator is a running operator. An instance has its own operators, which are used again
// from execution to execution.
type operator interface {
	// open begins, or begins again; it must not pull rows.
	open(r *run) error
	// next returns the next rows, at least one, or nil at the end. After the end or an
	// error it is not called again before open.
	next(r *run) (*batch.Batch, error)
	// close gives memory back; it may be called at any time, and more than once.
	close(r *run)
}

// factory makes an operator and those below it for an instance.
type factory func(i *instance) operator

// compiler makes factories of plan operators. Expressions are compiled once; what the
// operators of an instance need for themselves is made by the factories.
type compiler struct {
	program *Program
	plan    *plan.Plan
	zones   map[plan.Op][]expr.IntComparison // of scans
	links   map[plan.Op][]linkNeed           // likewise
}

// op compiles one operator.
func (c *compiler) op(o plan.Op) (factory, error) {
	made, err := c.reading(o)
	if err != nil {
		return nil, err
	}
	return func(i *instance) operator {
		if i.profile == nil {
			return made(i)
		}
		return i.measured(o, made)
	}, nil
}

// reading compiles the operators that find rows.
func (c *compiler) reading(o plan.Op) (factory, error) {
	switch o := o.(type) {
	case *plan.Once:
		return c.once(o)
	case *plan.Argument:
		return c.argument(o)
	case *plan.AllNodes:
		return c.allNodes(o)
	case *plan.LabelScan:
		return c.labelScan(o)
	case *plan.LabelsScan:
		return c.labelsScan(o)
	case *plan.IndexEqual:
		return c.indexEqual(o)
	case *plan.IndexRange:
		return c.indexRange(o)
	case *plan.IndexPrefix:
		return c.indexPrefix(o)
	case *plan.UniqueEqual:
		return c.uniqueEqual(o)
	case *plan.NodeByID:
		return c.nodeByID(o)
	case *plan.ShortestPath:
		return c.shortestPath(o)
	case *plan.Repeat:
		return c.repeat(o)
	case *plan.PathSearch:
		return c.pathSearch(o)
	case *plan.WeightedPath:
		return c.weightedPath(o)
	case *plan.PathRule:
		return c.pathRule(o)
	case *plan.HopsLimit:
		return c.hopsLimit(o)
	case *plan.FollowBound:
		return c.followBound(o)
	case *plan.Path:
		return c.path(o)
	case *plan.Unequal:
		return c.unequal(o)
	}
	return c.expanding(o)
}

// expanding compiles the operators that follow relationships as a pattern has them.
func (c *compiler) expanding(o plan.Op) (factory, error) {
	c.noteLinks(o)
	switch o := o.(type) {
	case *plan.Expand:
		return c.expand(o)
	case *plan.ExpandInto:
		return c.expandInto(o)
	case *plan.ExpandMeet:
		return c.expandMeet(o)
	case *plan.ExpandReach:
		return c.expandReach(o)
	case *plan.ExpandCount:
		return c.expandCount(o)
	case *plan.ExpandExists:
		return c.expandExists(o)
	case *plan.VarExpand:
		return c.varExpand(o)
	}
	return c.shaping(o)
}

// shaping compiles the operators that turn rows into other rows.
func (c *compiler) shaping(o plan.Op) (factory, error) {
	switch o := o.(type) {
	case *plan.Filter:
		return c.filter(o)
	case *plan.Project:
		return c.project(o)
	case *plan.Aggregate:
		return c.aggregate(o)
	case *plan.Distinct:
		return c.distinct(o)
	case *plan.Sort:
		return c.sort(o)
	case *plan.Top:
		return c.top(o)
	case *plan.Skip:
		return c.skip(o)
	case *plan.Limit:
		return c.limit(o)
	case *plan.Unwind:
		return c.unwind(o)
	case *plan.Eager:
		return c.eager(o)
	case *plan.Produce:
		return c.produce(o)
	case *plan.Empty:
		return c.empty(o)
	case *plan.Apply:
		return c.apply(o)
	case *plan.HashJoin:
		return c.hashJoin(o)
	case *plan.Product:
		return c.product(o)
	case *plan.Union:
		return c.union(o)
	}
	return c.writing(o)
}

// writing compiles the operators that change the graph or read files.
func (c *compiler) writing(o plan.Op) (factory, error) {
	switch o := o.(type) {
	case *plan.Create:
		return c.create(o)
	case *plan.Merge:
		return c.merge(o)
	case *plan.Set:
		return c.set(o)
	case *plan.Delete:
		return c.delete(o)
	case *plan.Foreach:
		return c.foreach(o)
	case *plan.Call:
		return c.call(o)
	case *plan.CallBatches:
		return c.callBatches(o)
	case *plan.LoadCSV:
		return c.loadCSV(o)
	case *plan.CallProcedure:
		return c.callProcedure(o)
	}
	panic("exec: an operator is not known")
}

// ops compiles several operators.
func (c *compiler) ops(list ...plan.Op) ([]factory, error) {
	out := make([]factory, len(list))
	for i, o := range list {
		var err error
		if out[i], err = c.op(o); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// env tells where the columns of the plan are.
func (c *compiler) env(scope *plan.Scope) *expr.Env {
	e := &expr.Env{Info: c.plan.Info, SymbolSlot: c.plan.SymbolSlot, Subqueries: c.subquery}
	if !scope.Empty() {
		e.Slot = func(x ast.Expr) (int, bool) { return scope.Slot(c.plan.Info, x) }
	}
	if c.program.o.Store != nil {
		e.Names = c.program.o.Store
	}
	return e
}

// expr compiles an expression; nil stays nil.
func (c *compiler) expr(scope *plan.Scope, e ast.Expr) (expr.Evaluator, error) {
	if e == nil {
		return nil, nil
	}
	return expr.Compile(e, c.env(scope))
}

// exprs compiles several expressions.
func (c *compiler) exprs(scope *plan.Scope, list ...ast.Expr) ([]expr.Evaluator, error) {
	out := make([]expr.Evaluator, len(list))
	for i, e := range list {
		var err error
		if out[i], err = c.expr(scope, e); err != nil {
			return nil, err
		}
	}
	return out, nil
}
