package planner

import (
	"memgraphd/internal/query/ast"
)

// Constrained is a Catalog that also tells which properties no two nodes share.
type Constrained interface {
	// Unique are the properties of each constraint on several that makes nodes with a label
	// unique.
	Unique(label string) [][]string
}

// uniqueAccess lists the ways to find n by a unique constraint on several properties of
// label l, all of which are compared with something. One on a single property is an index
// with as many values as entries.
func (b *builder) uniqueAccess(g *pattern, n *node, l string) []access {
	constrained, ok := b.cat.(Constrained)
	if !ok {
		return nil
	}
	var paths []access
	for _, keys := range constrained.Unique(l) {
		a := access{kind: byUnique, label: l, keys: keys, rows: 1, needs: symbolSet{}}
		for _, key := range keys {
			b.uniqueKey(g, n, key, &a)
		}
		if len(a.values) == len(keys) {
			paths = append(paths, a)
		}
	}
	return paths
}

// uniqueKey adds to a what one property of n is compared with.
func (b *builder) uniqueKey(g *pattern, n *node, key string, a *access) {
	for _, p := range g.preds {
		c, ok := p.expr.(*ast.Comparison)
		if !ok || !p.needs[n.symbol] {
			continue
		}
		_, right, op, ok := sided(c, func(x ast.Expr) bool { name, is := b.property(x, n.symbol); return is && name == key })
		if !ok || op != "=" {
			continue
		}
		needs, ok := b.other(right, n.symbol)
		if !ok {
			continue
		}
		for s := range needs {
			a.needs[s] = true
		}
		a.values = append(a.values, right)
		a.covers = append(a.covers, p)
		return
	}
}
