package expr

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// columns is a Graph that can read a property of many nodes at once.
type columns interface {
	// NodeColumn makes out one property of the column nodes in the rows of in that count, or
	// reports that it cannot.
	NodeColumn(out, nodes *batch.Vector, in *batch.Batch, key graph.KeyID) bool
	// FilterColumn appends to sel the rows of in that count and whose node has an
	// integer of a span for a property, or reports that it cannot.
	FilterColumn(sel []uint16, nodes *batch.Vector, in *batch.Batch, test IntTest) ([]uint16, bool)
}

// IntTest is what a comparison of a property with an integer lets pass: the integers from Low
// to Low + Width, or all others.
type IntTest struct {
	Key   graph.KeyID
	Low   int64
	Width uint64
	Out   bool // the others
}

// IntComparison is a comparison of a property of the nodes in a column with one value.
type IntComparison struct {
	slot int
	key  *key
	with single
	op   relation
}

// NodeProperty is a property of the nodes in a column.
type NodeProperty struct {
	Slot int
	key  *key
}

// AsNodeProperty returns e as such a property, if it is one.
func AsNodeProperty(e Evaluator) (p NodeProperty, ok bool) {
	x, isProperty := e.(*property)
	if !isProperty {
		return p, false
	}
	of, isColumn := x.x.(*column)
	if !isColumn {
		return p, false
	}
	return NodeProperty{Slot: of.slot, key: &x.key}, true
}

// Key returns the number of the property's key.
func (p *NodeProperty) Key(c *Context) graph.KeyID { return c.keyID(p.key) }

// AsIntComparison returns e as such a comparison, if it is one.
func AsIntComparison(e Evaluator) (c IntComparison, ok bool) {
	x, is := e.(*comparison)
	if !is {
		return c, false
	}
	if c, ok = x.propertyWith(x.x, x.y); ok {
		return c, true
	}
	c, ok = x.propertyWith(x.y, x.x)
	c.op = c.op.mirrored()
	return c, ok
}

func (e *comparison) propertyWith(x, y Evaluator) (c IntComparison, ok bool) {
	p, isProperty := x.(*property)
	with, isSingle := y.(single)
	if !isProperty || !isSingle {
		return c, false
	}
	of, isColumn := p.x.(*column)
	if !isColumn {
		return c, false
	}
	return IntComparison{slot: of.slot, key: &p.key, with: with, op: e.op}, true
}

// Slot returns the column of the nodes.
func (x *IntComparison) Slot() int { return x.slot }

// Test returns what x lets pass; ok is false where the value is no integer.
func (x *IntComparison) Test(c *Context) (t IntTest, ok bool) {
	with, err := x.with.single(c)
	if err != nil || with.Kind() != value.KindInt {
		return IntTest{}, false
	}
	s := spanOfInts(x.op, with.AsInt())
	return IntTest{Key: c.keyID(x.key), Low: s.low, Width: s.width, Out: s.out}, true
}

// filterNodes is filter where the graph can do it.
func (e *comparison) filterNodes(c *Context, in *batch.Batch, sel []uint16) ([]uint16, bool) {
	g, ok := c.Graph.(columns)
	if !ok {
		return sel, false
	}
	x, ok := AsIntComparison(e)
	if !ok || in.Columns[x.slot].Kind != batch.Nodes {
		return sel, false
	}
	test, ok := x.Test(c)
	if !ok {
		return sel, false
	}
	return g.FilterColumn(sel, &in.Columns[x.slot], in, test)
}
