package sema

import (
	"slices"

	"memgraphd/internal/query/ast"
)

// namedByVariable gives a column that is a map projection, and has no name of its own, that of
// the variable: RETURN n {.a} has the column n, as in Neo4j, whose clients look for it. Where
// that would give two columns the same name, they keep their texts. columns are those of c, the
// ones of "*" first.
func namedByVariable(c *ast.Projection, columns []string) []string {
	if !slices.ContainsFunc(c.Items, isBareProjection) {
		return columns
	}
	named := slices.Clone(columns)
	first := len(columns) - len(c.Items)
	for i, item := range c.Items {
		if m, ok := item.Expr.(*ast.MapProjection); ok && isBareProjection(item) {
			named[first+i] = m.X.Name
		}
	}
	sorted := slices.Sorted(slices.Values(named))
	if len(slices.Compact(sorted)) < len(named) {
		return columns
	}
	return named
}

// isBareProjection reports whether an item is a map projection without AS.
func isBareProjection(item *ast.ProjectionItem) bool {
	_, ok := item.Expr.(*ast.MapProjection)
	return ok && item.Alias == nil
}
