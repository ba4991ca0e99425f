package planner

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
)

// scoped is an expression and the scope in which it is evaluated.
type scoped struct {
	expr  ast.Expr
	scope *plan.Scope
}

// each calls visit with o and every operator below it.
func each(o plan.Op, visit func(plan.Op)) {
	visit(o)
	for _, in := range o.Inputs() {
		each(in, visit)
	}
}

// expressions lists the expressions that an operator itself evaluates.
func expressions(o plan.Op) []scoped {
	var l exprList
	switch o := o.(type) {
	case *plan.IndexEqual:
		l.add(nil, o.Value)
	case *plan.IndexRange:
		l.add(nil, o.Low, o.High)
	case *plan.IndexPrefix:
		l.add(nil, o.Prefix)
	case *plan.UniqueEqual:
		l.add(nil, o.Values...)
	case *plan.NodeByID:
		l.add(nil, o.ID)
	case *plan.VarExpand:
		for _, p := range o.Props {
			l.add(nil, p.Value)
		}
		l.add(nil, o.Where...)
	case *plan.LabelsScan:
		l.add(nil, append(dynamicNames(o.Is), o.Value)...)
	case *plan.Filter:
		l.add(o.Scope, o.Predicates...)
	case *plan.Project:
		l.columns(o.Scope, o.Columns)
	case *plan.Aggregate:
		l.columns(o.Scope, o.Groups)
		for _, c := range o.Calls {
			if !c.Star {
				l.add(o.Scope, c.Call.Args...)
			}
		}
	case *plan.Top:
		l.add(nil, o.Skip, o.Limit)
	case *plan.Skip:
		l.add(nil, o.Count)
	case *plan.CallBatches:
		l.add(nil, o.Size, o.RetryFor)
	case *plan.Limit:
		l.add(nil, o.Count)
	case *plan.Unwind:
		l.add(o.Scope, o.List)
	case *plan.HashJoin:
		l.columns(o.Scope, o.LeftKeys)
		l.columns(o.Scope, o.RightKeys)
	default:
		l.paths(o)
	}
	return l
}

type exprList []scoped

func (l *exprList) add(scope *plan.Scope, list ...ast.Expr) {
	for _, e := range list {
		if e != nil {
			*l = append(*l, scoped{e, scope})
		}
	}
}

func (l *exprList) columns(scope *plan.Scope, list []plan.Column) {
	for _, c := range list {
		l.add(scope, c.Expr)
	}
}

// paths lists the expressions of the operators that look for paths.
func (l *exprList) paths(o plan.Op) {
	switch o := o.(type) {
	case *plan.ShortestPath:
		l.add(nil, o.Test.Conditions()...)
		if o.Cycles != nil {
			l.add(nil, searchConditions(o.Cycles)...)
		}
	case *plan.HopsLimit:
		l.add(nil, o.Hops)
	case *plan.WeightedPath:
		l.add(nil, o.Weight)
		l.add(nil, o.Test.Conditions()...)
	case *plan.PathSearch:
		l.add(nil, searchConditions(o)...)
		l.add(nil, o.Count)
	case *plan.Repeat:
		l.add(nil, legConditions(o.Legs)...)
	default:
		l.writes(o)
	}
}

// writes lists the expressions of the operators that write or read files.
func (l *exprList) writes(o plan.Op) {
	switch o := o.(type) {
	case *plan.Create:
		l.creation(&o.Creation)
	case *plan.Merge:
		l.creation(&o.Creation)
		l.assigns(o.OnCreate)
		l.assigns(o.OnMatch)
	case *plan.Set:
		l.assigns(o.Items)
	case *plan.Delete:
		l.add(nil, o.Exprs...)
	case *plan.Foreach:
		l.add(nil, o.List)
	case *plan.CallProcedure:
		l.add(o.Scope, o.Args...)
	case *plan.LoadCSV:
		l.add(nil, o.File, o.Delimiter, o.Quote, o.NullIf)
	}
}

func (l *exprList) creation(c *plan.Creation) {
	for _, n := range c.Nodes {
		l.add(nil, n.Props)
		l.add(nil, n.Names...)
	}
	for _, r := range c.Rels {
		l.add(nil, r.Props, r.Name)
	}
}

func (l *exprList) assigns(items []plan.Assign) {
	for _, a := range items {
		l.add(nil, a.Target, a.Value, a.Name)
		l.add(nil, a.Names...)
	}
}
