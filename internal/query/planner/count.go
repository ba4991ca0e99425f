package planner

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/sema"
)

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
		a.Input, a.Times = multiplied(p, a.Input, need)
	})
	return o
}

// multiplied returns o, of whose rows only the columns need matter, with expansions replaced
// by multiplications, and the slot of how often a row counts, or plan.NoSlot for once.
func multiplied(p *plan.Plan, o plan.Op, need slotSet) (plan.Op, int) {
	c := &counting{p: p, free: map[int][]*plan.ExpandCount{}, hung: map[*plan.ExpandCount]bool{}}
	o = c.rewrite(o, need)
	times, last := plan.NoSlot, (*plan.ExpandCount)(nil)
	for at := o; at != nil; {
		if n, ok := at.(*plan.ExpandCount); ok {
			n.Times = p.Slots
			p.Slots++
			p.SlotNames = append(p.SlotNames, "")
			if last == nil {
				times = n.Times
			} else {
				last.Before = n.Times
			}
			last = n
			at = n.Input
			continue
		}
		in := passing(at)
		if in == nil {
			break
		}
		at = *in
	}
	return o, times
}

// counting walks down from where rows are counted.
type counting struct {
	p *plan.Plan
	// free are the multiplications so far that depend on one node only, by its slot. They
	// can be done where an expansion finds that node, and hang below it then.
	free map[int][]*plan.ExpandCount
	hung map[*plan.ExpandCount]bool
}

// rewrite returns o with expansions replaced where need, the columns read above, allows it.
func (c *counting) rewrite(o plan.Op, need slotSet) plan.Op {
	if n := c.multiplication(o, need); n != nil {
		n.Input = c.rewrite(n.Input, need)
		if c.hung[n] {
			return n.Input
		}
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

// multiplication returns what stands for an expansion, and for conditions on its other end
// above it, if nobody else looks at that end.
func (c *counting) multiplication(o plan.Op, need slotSet) *plan.ExpandCount {
	e := expansion(o)
	if e == nil || e.Optional && o != plan.Op(e) {
		return nil
	}
	made, ok := c.countedOf(o, e, need)
	if !ok {
		return nil
	}
	n := &plan.ExpandCount{
		Header: plan.Header{Rows: e.Input.Head().Rows}, Input: e.Input, Counted: made,
		Times: plan.NoSlot, Before: plan.NoSlot,
	}
	c.pair(n, need)
	c.hang(&n.Counted, e.To)
	if n.Pair == nil && len(n.Distinct) == 0 && len(n.Unequal) == 0 && len(n.Asks) == 0 {
		c.free[n.From] = append(c.free[n.From], n)
		return n
	}
	need.add(n.Reads()...)
	if n.Pair != nil {
		need.add(n.Pair.Reads()...)
	}
	return n
}

// countedOf returns what counts the relationships that e and the conditions on its other end
// from o on ask for, if nobody looks at what e finds.
func (c *counting) countedOf(o plan.Op, e *plan.Expand, need slotSet) (n plan.Counted, ok bool) {
	if need[e.To] || need[e.Rel] {
		return n, false
	}
	n.Hop, n.Optional = e.Hop, e.Optional
	for at := o; at != plan.Op(e); at = at.Inputs()[0] {
		if !c.condition(&n, at) {
			return n, false
		}
	}
	return n, true
}

// hang puts what is counted at a node below n, which finds that node.
func (c *counting) hang(n *plan.Counted, to int) {
	for _, below := range c.free[to] {
		n.Below = append(n.Below, &below.Branch)
		c.hung[below] = true
	}
	delete(c.free, to)
	n.To, n.Rel = plan.NoSlot, plan.NoSlot
}

// pair counts the expansion below n together with n, if only n looks at what that finds: n
// differs from it, or leads to another node.
func (c *counting) pair(n *plan.ExpandCount, need slotSet) {
	e := expansion(n.Input)
	if e == nil || e.Optional || n.Optional || n.From == e.To || e.To == plan.NoSlot {
		return
	}
	rest := n.Counted
	rest.Unequal = slices.DeleteFunc(slices.Clone(n.Unequal), func(s int) bool { return s == e.To })
	rest.Distinct = slices.DeleteFunc(slices.Clone(n.Distinct), func(s int) bool { return s == e.Rel })
	p := &plan.Pair{Apart: len(rest.Unequal) < len(n.Unequal), Differ: len(rest.Distinct) < len(n.Distinct)}
	if !p.Apart && !p.Differ || slices.Contains(rest.Reads(), e.To) {
		return
	}
	below, ok := c.countedOf(n.Input, e, need)
	if !ok {
		return
	}
	p.Counted = below
	c.hang(&p.Counted, e.To)
	n.Counted, n.Pair, n.Input = rest, p, e.Input
	n.Rows = e.Input.Head().Rows
}

// expansion returns the expansion that o is, or that conditions from o on follow.
func expansion(o plan.Op) *plan.Expand {
	for {
		switch at := o.(type) {
		case *plan.Expand:
			return at
		case *plan.Filter:
			o = at.Input
		case *plan.ExpandExists:
			o = at.Input
		default:
			return nil
		}
	}
}

// condition adds what o asks of the other end of n; false where it asks for something else.
func (c *counting) condition(n *plan.Counted, o plan.Op) bool {
	switch o := o.(type) {
	case *plan.Filter:
		for _, e := range o.Predicates {
			x, y, ok := differ(c.p, e)
			switch {
			case ok && x == n.To && y != n.To:
				n.Unequal = append(n.Unequal, y)
			case ok && y == n.To && x != n.To:
				n.Unequal = append(n.Unequal, x)
			default:
				return false
			}
		}
		return true
	case *plan.ExpandExists:
		if o.To == plan.NoSlot || o.From == o.To || len(o.Distinct) > 0 || o.From != n.To && o.To != n.To {
			return false
		}
		a := plan.Ask{Hop: o.Hop, Negated: o.Negated}
		if o.To == n.To {
			a.To, a.Direction = o.From, o.Direction.Reversed()
		}
		a.From = plan.NoSlot
		n.Asks = append(n.Asks, a)
		return true
	}
	return false
}

// differ returns the columns of the two nodes that e asks to be different, if that is what
// it does.
func differ(p *plan.Plan, e ast.Expr) (x, y int, ok bool) {
	c, ok := e.(*ast.Comparison)
	if !ok || len(c.Ops) != 1 || c.Ops[0] != "<>" {
		return 0, 0, false
	}
	var slots [2]int
	for i, operand := range c.Operands {
		v, ok := operand.(*ast.Variable)
		if !ok || p.Info.Uses[v] == nil || p.Info.Uses[v].Type != sema.Node {
			return 0, 0, false
		}
		if slots[i], ok = p.SymbolSlot(p.Info.Uses[v]); !ok {
			return 0, 0, false
		}
	}
	return slots[0], slots[1], true
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
