package planner

import (
	"math"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/sema"
)

// accessKind is a way to find nodes without following a relationship.
type accessKind uint8

const (
	byAll accessKind = iota
	byLabel
	byEqual
	byIn
	byRange
	byPrefix
	byID
	byIDs
	byLabels
	byUnique
)

// access is one way to find the candidates of a node.
type access struct {
	kind     accessKind
	label    string
	is       ast.LabelExpr // byLabels
	key      string
	value    ast.Expr   // byEqual, byIn, byPrefix, byID, byIDs
	keys     []string   // byUnique
	values   []ast.Expr // byUnique, by key
	low      ast.Expr   // byRange
	high     ast.Expr
	lowIncl  bool
	highIncl bool
	needs    symbolSet    // symbols that must be known first
	covers   []*predicate // hold for every node found
	rows     float64      // nodes found
}

// accessPaths lists the ways to find n.
func (b *builder) accessPaths(g *pattern, n *node) []access {
	var paths []access
	if len(n.labels) == 0 {
		paths = append(paths, access{kind: byAll, rows: float64(b.cat.NodeCount())})
	}
	for _, l := range n.labels {
		paths = append(paths, access{kind: byLabel, label: l, rows: float64(b.cat.LabelCount(l))})
	}
	for _, p := range g.preds {
		if !p.needs[n.symbol] {
			continue
		}
		if a, ok := b.idAccess(n, p); ok {
			paths = append(paths, a)
		}
		if a, ok := b.labelsAccess(n, p); ok {
			paths = append(paths, a)
			paths = append(paths, b.labelsEqual(g, n, a)...)
		}
		for _, l := range n.labels {
			if a, ok := b.indexAccess(n, l, p); ok {
				paths = append(paths, a)
			}
		}
	}
	for _, l := range n.labels {
		paths = append(paths, b.uniqueAccess(g, n, l)...)
	}
	return b.joinRanges(paths)
}

// joinRanges makes one access of a lower and an upper bound on the same property.
func (b *builder) joinRanges(paths []access) []access {
	var ranges []int
	for i := range paths {
		if paths[i].kind == byRange {
			ranges = append(ranges, i)
		}
	}
	for _, i := range ranges {
		if b.interrupted() != nil {
			break
		}
		for _, j := range ranges {
			lo, hi := &paths[i], &paths[j]
			if lo.label != hi.label || lo.key != hi.key ||
				lo.low == nil || lo.high != nil || hi.high == nil || hi.low != nil {
				continue
			}
			both := *lo
			both.high, both.highIncl = hi.high, hi.highIncl
			both.covers = append(append([]*predicate{}, lo.covers...), hi.covers...)
			both.needs = symbolSet{}
			for _, from := range []symbolSet{lo.needs, hi.needs} {
				for s := range from {
					both.needs[s] = true
				}
			}
			both.rows /= 3
			return append(paths, both)
		}
	}
	return paths
}

// property takes n.key apart.
func (b *builder) property(e ast.Expr, s *sema.Symbol) (key string, ok bool) {
	p, ok := e.(*ast.Property)
	if !ok {
		return "", false
	}
	v, ok := p.X.(*ast.Variable)
	if !ok || b.info.Uses[v] != s {
		return "", false
	}
	return p.Key.Text, true
}

// other returns the symbols of e unless s is among them.
func (b *builder) other(e ast.Expr, s *sema.Symbol) (symbolSet, bool) {
	needs := symbolSet{}
	b.collectSymbols(e, needs)
	return needs, !needs[s]
}

// flipped gives the comparison with its operands swapped.
func flipped(op string) string {
	switch op {
	case "<":
		return ">"
	case "<=":
		return ">="
	case ">":
		return "<"
	case ">=":
		return "<="
	}
	return op
}

// sided turns a comparison such that its left side satisfies is.
func sided(c *ast.Comparison, is func(ast.Expr) bool) (left, right ast.Expr, op string, ok bool) {
	if len(c.Ops) != 1 {
		return nil, nil, "", false
	}
	switch {
	case is(c.Operands[0]):
		return c.Operands[0], c.Operands[1], c.Ops[0], true
	case is(c.Operands[1]):
		return c.Operands[1], c.Operands[0], flipped(c.Ops[0]), true
	}
	return nil, nil, "", false
}

// indexAccess tells whether an index on a property of label l answers p.
func (b *builder) indexAccess(n *node, l string, p *predicate) (access, bool) {
	a := access{label: l, covers: []*predicate{p}}
	var operand ast.Expr
	switch e := p.expr.(type) {
	case *ast.Comparison:
		left, right, op, ok := sided(e, func(x ast.Expr) bool { _, is := b.property(x, n.symbol); return is })
		if !ok {
			return a, false
		}
		a.key, _ = b.property(left, n.symbol)
		operand = right
		if !a.compare(op, right) {
			return a, false
		}
	case *ast.Binary:
		key, ok := b.property(e.X, n.symbol)
		if !ok {
			return a, false
		}
		a.key, a.value, operand = key, e.Y, e.Y
		switch e.Op {
		case "IN":
			a.kind = byIn
		case "STARTS WITH":
			a.kind = byPrefix
		default:
			return a, false
		}
	default:
		return a, false
	}
	entries, distinct, ok := b.cat.Index(l, a.key)
	if !ok {
		return a, false
	}
	if a.needs, ok = b.other(operand, n.symbol); !ok {
		return a, false
	}
	a.estimate(float64(entries), float64(distinct))
	return a, true
}

// compare makes a the access for key op right.
func (a *access) compare(op string, right ast.Expr) bool {
	switch op {
	case "=":
		a.kind, a.value = byEqual, right
	case "<", "<=":
		a.kind, a.high, a.highIncl = byRange, right, op == "<="
	case ">", ">=":
		a.kind, a.low, a.lowIncl = byRange, right, op == ">="
	default:
		return false
	}
	return true
}

// estimate sets how many nodes a finds in an index.
func (a *access) estimate(entries, distinct float64) {
	each := entries / max(1, distinct)
	switch a.kind {
	case byEqual:
		a.rows = each
	case byIn:
		a.rows = min(entries, each*listLength(a.value))
	case byRange:
		a.rows = entries * 0.3
	case byPrefix:
		a.rows = entries * 0.05
	case byAll, byLabel, byID, byIDs, byLabels, byUnique:
	}
	a.rows = max(a.rows, math.SmallestNonzeroFloat32)
}

// idAccess tells whether p compares id(n) with something.
func (b *builder) idAccess(n *node, p *predicate) (access, bool) {
	a := access{kind: byID, covers: []*predicate{p}, rows: 1}
	isID := func(x ast.Expr) bool {
		c, ok := x.(*ast.Call)
		if !ok || !isNamed(c.Name, "id") || len(c.Args) != 1 {
			return false
		}
		v, ok := c.Args[0].(*ast.Variable)
		return ok && b.info.Uses[v] == n.symbol
	}
	switch e := p.expr.(type) {
	case *ast.Comparison:
		_, right, op, ok := sided(e, isID)
		if !ok || op != "=" {
			return a, false
		}
		a.value = right
	case *ast.Binary:
		if e.Op != "IN" || !isID(e.X) {
			return a, false
		}
		a.kind, a.value, a.rows = byIDs, e.Y, listLength(e.Y)
	default:
		return a, false
	}
	var ok bool
	a.needs, ok = b.other(a.value, n.symbol)
	return a, ok
}

func isNamed(name, want string) bool { return strings.EqualFold(name, want) }

// scan makes the operator of an access.
func (b *builder) scan(in plan.Op, n *node, a *access) plan.Op {
	h := plan.Header{Rows: in.Head().Rows * a.rows}
	slot := b.slot(n.symbol)
	switch a.kind {
	case byAll:
	case byLabel:
		return &plan.LabelScan{Header: h, Input: in, Slot: slot, Label: a.label}
	case byEqual, byIn:
		return &plan.IndexEqual{Header: h, Input: in, Slot: slot, Label: a.label, Key: a.key, Value: a.value, In: a.kind == byIn}
	case byRange:
		return &plan.IndexRange{
			Header: h, Input: in, Slot: slot, Label: a.label, Key: a.key,
			Low: a.low, High: a.high, LowInclusive: a.lowIncl, HighInclus: a.highIncl,
		}
	case byPrefix:
		return &plan.IndexPrefix{Header: h, Input: in, Slot: slot, Label: a.label, Key: a.key, Prefix: a.value}
	case byUnique:
		return &plan.UniqueEqual{Header: h, Input: in, Slot: slot, Label: a.label, Keys: a.keys, Values: a.values}
	case byID, byIDs:
		return &plan.NodeByID{Header: h, Input: in, Slot: slot, ID: a.value, In: a.kind == byIDs}
	case byLabels:
		return &plan.LabelsScan{Header: h, Input: in, Slot: slot, Is: a.is, Key: a.key, Value: a.value}
	}
	return &plan.AllNodes{Header: h, Input: in, Slot: slot}
}
