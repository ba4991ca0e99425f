package plan

import "memgraphd/internal/query/ast"

// Walk calls visit with e and every expression below it; visit returns false to leave
// out what is below.
func Walk(e ast.Expr, visit func(ast.Expr) bool) {
	if e == nil || !visit(e) {
		return
	}
	ast.Children(e, func(child ast.Expr) { Walk(child, visit) })
}
