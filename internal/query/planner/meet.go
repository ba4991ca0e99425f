package planner

import (
	"slices"

	"memgraphd/internal/query/plan"
)

// meetRule makes one operator of an expansion and the search for a relationship between the
// node that it finds and another one: the rows between the two, of which most are dropped
// again where a pattern closes a circle, are not made.
func (b *builder) meetRule(root plan.Op) plan.Op {
	if b.limited {
		return root // which relationships are followed shows
	}
	if m := meeting(root); m != nil {
		root = m
	}
	for _, in := range places(root) {
		*in = b.meetRule(*in)
	}
	return root
}

// places returns where the inputs of o stand, of those operators that may have an
// ExpandInto below them.
func places(o plan.Op) []*plan.Op {
	if in := passing(o); in != nil {
		if a, ok := o.(*plan.Apply); ok {
			return []*plan.Op{in, &a.Inner}
		}
		return []*plan.Op{in}
	}
	switch o := o.(type) {
	case *plan.ExpandMeet:
		return []*plan.Op{&o.Input}
	case *plan.ExpandReach:
		return []*plan.Op{&o.Input}
	case *plan.ExpandCount:
		return []*plan.Op{&o.Input}
	case *plan.Aggregate:
		return []*plan.Op{&o.Input}
	case *plan.Distinct:
		return []*plan.Op{&o.Input}
	case *plan.Sort:
		return []*plan.Op{&o.Input}
	case *plan.Top:
		return []*plan.Op{&o.Input}
	case *plan.Skip:
		return []*plan.Op{&o.Input}
	case *plan.Limit:
		return []*plan.Op{&o.Input}
	case *plan.Eager:
		return []*plan.Op{&o.Input}
	case *plan.Produce:
		return []*plan.Op{&o.Input}
	case *plan.Path:
		return []*plan.Op{&o.Input}
	case *plan.HashJoin:
		return []*plan.Op{&o.Left, &o.Right}
	case *plan.Product:
		return []*plan.Op{&o.Left, &o.Right}
	}
	return nil
}

// meeting returns the operator for o and its input together, or nil.
func meeting(o plan.Op) plan.Op {
	into, ok := o.(*plan.ExpandInto)
	if !ok {
		return nil
	}
	e, ok := into.Input.(*plan.Expand)
	if !ok || e.Optional || e.To == plan.NoSlot || into.From == into.To {
		return nil
	}
	closing := into.Hop
	switch e.To {
	case into.To:
	case into.From:
		closing.From, closing.To, closing.Direction = into.To, into.From, into.Direction.Reversed()
	default:
		return nil
	}
	m := &plan.ExpandMeet{Header: plan.Header{Rows: into.Rows}, Hop: e.Hop, Input: e.Input, Close: closing}
	if at := slices.Index(closing.Distinct, e.Rel); at >= 0 && e.Rel != plan.NoSlot {
		m.Differ = true
		m.Close.Distinct = slices.Delete(slices.Clone(closing.Distinct), at, at+1)
	}
	return m
}
