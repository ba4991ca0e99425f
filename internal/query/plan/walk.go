package plan

import "memgraphd/internal/query/ast"

// Children calls visit with each expression directly below e. Patterns inside e are not
// entered, their properties are.
func Children(e ast.Expr, visit func(ast.Expr)) {
	all := func(list ...ast.Expr) {
		for _, x := range list {
			if x != nil {
				visit(x)
			}
		}
	}
	switch e := e.(type) {
	case *ast.Literal, *ast.Param, *ast.Variable:
	case *ast.Property:
		all(e.X)
	case *ast.Subscript:
		all(e.X, e.Index)
	case *ast.Slice:
		all(e.X, e.From, e.To)
	case *ast.HasLabels:
		all(e.X)
	case *ast.List:
		all(e.Items...)
	case *ast.Map:
		all(e.Values...)
	case *ast.Unary:
		all(e.X)
	case *ast.Binary:
		all(e.X, e.Y)
	case *ast.Comparison:
		all(e.Operands...)
	case *ast.IsNull:
		all(e.X)
	case *ast.Case:
		all(e.Subject)
		all(e.When...)
		all(e.Then...)
		all(e.Else)
	case *ast.Call:
		all(e.Args...)
	default:
		scoped(e, all)
	}
}

// scoped is Children for the expressions that bring variables of their own.
func scoped(e ast.Expr, all func(...ast.Expr)) {
	switch e := e.(type) {
	case *ast.ListComprehension:
		all(e.List, e.Where, e.Result)
	case *ast.PatternComprehension:
		partProps(e.Part, all)
		all(e.Where, e.Result)
	case *ast.Quantifier:
		all(e.List, e.Where)
	case *ast.Reduce:
		all(e.Init, e.List, e.Result)
	case *ast.MapProjection:
		all(e.X)
		for _, item := range e.Items {
			all(item.Value)
		}
	case *ast.PatternPredicate:
		partProps(e.Part, all)
	case *ast.Exists:
		if e.Pattern != nil {
			for _, part := range e.Pattern.Parts {
				partProps(part, all)
			}
		}
		all(e.Where)
	}
}

func partProps(part *ast.PatternPart, all func(...ast.Expr)) {
	for _, n := range part.Nodes {
		all(n.Props)
	}
	for _, r := range part.Rels {
		all(r.Props)
	}
}

// Walk calls visit with e and every expression below it; visit returns false to leave
// out what is below.
func Walk(e ast.Expr, visit func(ast.Expr) bool) {
	if e == nil || !visit(e) {
		return
	}
	Children(e, func(child ast.Expr) { Walk(child, visit) })
}
