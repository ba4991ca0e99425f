package planner

import "memgraphd/internal/query/plan"

// countRule turns expansions whose ends nobody looks at, below an aggregate that only
// counts rows, into multiplications: the rows are not made, it is only noted how often
// each row counts.
func countRule(p *plan.Plan, o plan.Op) plan.Op {
	if p.HopsLimited {
		return o // what is multiplied is not followed
	}
	each(o, func(o plan.Op) {
		a, ok := o.(*plan.Aggregate)
		if !ok {
			return
		}
		for _, c := range a.Calls {
			if !c.Star {
				return
			}
		}
		need := slotSet{}
		for _, e := range expressions(a) {
			exprSlots(p, e, need)
		}
		c := &counting{p: p, times: plan.NoSlot, last: nil}
		a.Input = c.rewrite(a.Input, need)
		a.Times = c.times
	})
	return o
}

// counting walks down from an aggregate.
type counting struct {
	p     *plan.Plan
	times int               // slot of the multiplication nearest to the aggregate
	last  *plan.ExpandCount // the lowest one so far
}

// rewrite returns o with expansions replaced where need, the columns read above, allows it.
func (c *counting) rewrite(o plan.Op, need slotSet) plan.Op {
	if e, ok := o.(*plan.Expand); ok && !need[e.To] && !need[e.Rel] {
		n := &plan.ExpandCount{
			Header: plan.Header{Rows: e.Input.Head().Rows}, Hop: e.Hop,
			Times: c.p.Slots, Before: plan.NoSlot, Optional: e.Optional,
		}
		c.p.Slots++
		c.p.SlotNames = append(c.p.SlotNames, "")
		n.To, n.Rel = plan.NoSlot, plan.NoSlot
		if c.last == nil {
			c.times = n.Times
		} else {
			c.last.Before = n.Times
		}
		c.last = n
		need.add(e.From)
		need.add(e.Distinct...)
		n.Input = c.rewrite(e.Input, need)
		return n
	}
	in := passing(o)
	if in == nil {
		return o
	}
	_, read := columns(o)
	for _, e := range expressions(o) {
		exprSlots(c.p, e, read)
	}
	for s := range read {
		need[s] = true
	}
	if a, ok := o.(*plan.Apply); ok {
		c.argument(a, need)
	}
	*in = c.rewrite(*in, need)
	return o
}

// argument adds what the inner plan of an Apply may read: every column that it mentions.
func (c *counting) argument(a *plan.Apply, need slotSet) {
	each(a.Inner, func(o plan.Op) {
		_, read := columns(o)
		for _, e := range expressions(o) {
			exprSlots(c.p, e, read)
		}
		for s := range read {
			need[s] = true
		}
	})
}

// passing returns the place of o's input if a row of the input may count several times
// without changing what o does.
func passing(o plan.Op) *plan.Op {
	switch o := o.(type) {
	case *plan.Filter:
		return &o.Input
	case *plan.Project:
		return &o.Input
	case *plan.Expand:
		return &o.Input
	case *plan.ExpandInto:
		return &o.Input
	case *plan.ExpandExists:
		return &o.Input
	case *plan.VarExpand:
		return &o.Input
	case *plan.ShortestPath:
		return &o.Input
	case *plan.Repeat:
		return &o.Input
	case *plan.PathSearch:
		return &o.Input
	case *plan.WeightedPath:
		return &o.Input
	case *plan.PathRule:
		return &o.Input
	case *plan.FollowBound:
		return &o.Input
	case *plan.Unequal:
		return &o.Input
	case *plan.Unwind:
		return &o.Input
	case *plan.AllNodes:
		return &o.Input
	case *plan.LabelScan:
		return &o.Input
	case *plan.LabelsScan:
		return &o.Input
	case *plan.IndexEqual:
		return &o.Input
	case *plan.Apply:
		return &o.Outer
	}
	return nil
}
