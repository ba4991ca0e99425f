package planner

import (
	"maps"
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
)

// slotSet is a set of columns.
type slotSet map[int]bool

func newSlotSet(slots ...int) slotSet {
	s := slotSet{}
	s.add(slots...)
	return s
}

func (s slotSet) add(slots ...int) {
	for _, x := range slots {
		if x != plan.NoSlot {
			s[x] = true
		}
	}
}

func (s slotSet) without(slots ...int) slotSet {
	out := maps.Clone(s)
	for _, x := range slots {
		delete(out, x)
	}
	return out
}

func (s slotSet) sorted() []int { return slices.Sorted(maps.Keys(s)) }

// exprSlots adds the columns that e reads.
func exprSlots(p *plan.Plan, e scoped, into slotSet) {
	plan.Walk(e.expr, func(x ast.Expr) bool {
		if slot, ok := e.scope.Slot(p.Info, x); ok {
			into.add(slot)
			return false
		}
		switch x := x.(type) {
		case *ast.Variable:
			if slot, ok := p.SymbolSlot(p.Info.Uses[x]); ok {
				into.add(slot)
			}
		case *ast.PatternPredicate, *ast.PatternComprehension, *ast.Subquery, *ast.ShortestPath:
			for _, s := range p.Info.Outer[x] {
				if slot, ok := p.SymbolSlot(s); ok {
					into.add(slot)
				}
			}
			return false
		}
		return true
	})
}

// live finds, from the root down, which columns each operator must carry: those that
// somebody above reads.
func live(p *plan.Plan, o plan.Op, need slotSet) {
	made, read := columns(o)
	for _, e := range expressions(o) {
		exprSlots(p, e, read)
	}
	below := need.without(made...)
	switch o := o.(type) {
	case *plan.Once:
		return
	case *plan.Argument:
		if o != p.Argument { // that one brings all that the expression reads
			// The parts of a UNION share theirs.
			below.add(o.Slots...)
			o.Slots = below.sorted()
		}
		o.Carry = o.Slots
		return
	case *plan.Apply:
		inner := newSlotSet(o.Argument.Row)
		for _, s := range o.Binds {
			if need[s] {
				inner.add(s)
			}
		}
		o.Binds = slices.DeleteFunc(o.Binds, func(s int) bool { return !need[s] })
		live(p, o.Inner, inner)
		o.Carry = need.without(o.Binds...).sorted()
		below = newSlotSet(o.Carry...)
		below.add(o.Argument.Slots...)
		live(p, o.Outer, below)
		return
	case *plan.Call:
		o.Binds = slices.DeleteFunc(o.Binds, func(s int) bool { return !need[s] })
		live(p, o.Inner, newSlotSet(o.Binds...))
		o.Carry = need.without(o.Binds...).sorted()
		below = newSlotSet(o.Carry...)
		below.add(o.Argument.Slots...)
		live(p, o.Input, below)
		return
	case *plan.CallBatches:
		o.Binds = slices.DeleteFunc(o.Binds, func(s int) bool { return !need[s] })
		live(p, o.Inner, newSlotSet(o.Binds...))
		o.Carry = below.without(o.Binds...).sorted()
		below = newSlotSet(o.Carry...)
		below.add(o.Argument.Slots...)
		live(p, o.Input, below)
		return
	case *plan.Union:
		for i, part := range o.Parts {
			live(p, part, newSlotSet(o.From[i]...))
		}
		return
	case *plan.HashJoin:
		o.RightSlots = liveJoin(p, o.Left, o.Right, need, o.RightSlots, joinReads(p, o))
		o.Carry = need.without(o.RightSlots...).sorted()
		return
	case *plan.Product:
		o.RightSlots = liveJoin(p, o.Left, o.Right, need, o.RightSlots, [2]slotSet{{}, {}})
		o.Carry = need.without(o.RightSlots...).sorted()
		return
	case *plan.Create:
		read = read.without(made...) // a property may be made of a node of the same pattern
	case *plan.Merge:
		live(p, o.Match, newSlotSet(o.Binds...))
		read.add(o.Argument.Slots...)
		read = read.without(o.Binds...)
	case *plan.VarExpand:
		read = read.without(o.Each)
		reads := slotSet{}
		for _, e := range o.Where {
			exprSlots(p, scoped{e, nil}, reads)
		}
		o.Reads = reads.without(o.Each).sorted()
	case *plan.ShortestPath, *plan.Repeat, *plan.PathSearch:
		read = livePath(p, o, need, read)
	case *plan.Foreach:
		live(p, o.Body, slotSet{})
		read.add(o.Argument.Slots...)
		read = read.without(o.Slot)
	}
	o.Head().Carry = below.sorted()
	carryAll(o, read, need)
	for s := range read {
		below[s] = true
	}
	live(p, o.Inputs()[0], below)
}

// carryAll adds what operators that keep rows need while they have them.
func carryAll(o plan.Op, read, need slotSet) {
	switch o := o.(type) {
	case *plan.Sort, *plan.Top, *plan.Delete:
		keep := maps.Clone(need)
		for s := range read {
			keep[s] = true
		}
		o.Head().Carry = keep.sorted()
	case *plan.Merge:
		keep := need.without(o.Binds...)
		for s := range read {
			keep[s] = true
		}
		o.Carry = keep.sorted()
	}
}

// joinReads returns what the keys of a join read on each side.
func joinReads(p *plan.Plan, o *plan.HashJoin) [2]slotSet {
	reads := [2]slotSet{{}, {}}
	for i := range o.LeftKeys {
		exprSlots(p, scoped{o.LeftKeys[i].Expr, o.Scope}, reads[0])
		exprSlots(p, scoped{o.RightKeys[i].Expr, o.Scope}, reads[1])
	}
	return reads
}

// liveJoin goes down both sides of a join and returns the columns of the right side that
// are needed above.
func liveJoin(p *plan.Plan, left, right plan.Op, need slotSet, rightSlots []int, reads [2]slotSet) []int {
	var kept []int
	for _, s := range rightSlots {
		if need[s] {
			kept = append(kept, s)
		}
	}
	onLeft := need.without(rightSlots...)
	for s := range reads[0] {
		onLeft[s] = true
	}
	onRight := newSlotSet(kept...)
	for s := range reads[1] {
		onRight[s] = true
	}
	live(p, right, onRight)
	live(p, left, onLeft)
	return kept
}

// columns returns the columns that o makes, and those that it reads other than in
// expressions.
func columns(o plan.Op) (made []int, read slotSet) {
	read = slotSet{}
	switch o := o.(type) {
	case *plan.Argument:
		made = []int{o.Row}
	case *plan.AllNodes:
		made = []int{o.Slot}
	case *plan.LabelScan:
		made = []int{o.Slot}
	case *plan.LabelsScan:
		made = []int{o.Slot}
	case *plan.IndexEqual:
		made = []int{o.Slot}
	case *plan.IndexRange:
		made = []int{o.Slot}
	case *plan.IndexPrefix:
		made = []int{o.Slot}
	case *plan.NodeByID:
		made = []int{o.Slot}
	case *plan.Project:
		for _, c := range o.Columns {
			made = append(made, c.Slot)
		}
	case *plan.Aggregate:
		for _, c := range o.Groups {
			made = append(made, c.Slot)
		}
		for _, c := range o.Calls {
			made = append(made, c.Slot)
		}
		read.add(o.Times)
	case *plan.Distinct:
		read.add(o.Slots...)
	case *plan.Sort:
		readKeys(o.Keys, read)
	case *plan.Top:
		readKeys(o.Keys, read)
	case *plan.Unwind:
		made = []int{o.Slot}
	case *plan.CallBatches:
		made = []int{o.Status}
	case *plan.Produce:
		read.add(o.Slots...)
	case *plan.LoadCSV:
		made = []int{o.Slot}
	case *plan.CallProcedure:
		made = o.Slots
	case *plan.Unequal:
		for _, pair := range o.Pairs {
			read.add(pair[0], pair[1])
		}
	case *plan.Create:
		made = created(&o.Creation, read)
	case *plan.Merge:
		created(&o.Creation, read)
		made = o.Binds
	default:
		return hopColumns(o, read)
	}
	return made, read
}

func readKeys(list []plan.SortKey, read slotSet) {
	for _, k := range list {
		read.add(k.Slot)
	}
}

// created returns the columns of what is created; the ends that exist already are read.
func created(c *plan.Creation, read slotSet) []int {
	var made []int
	for _, n := range c.Nodes {
		made = append(made, n.Slot)
	}
	for _, r := range c.Rels {
		made = append(made, r.Slot)
		read.add(r.From, r.To)
	}
	for _, s := range made {
		delete(read, s)
	}
	return made
}

// hopColumns is columns for the operators that follow relationships.
func hopColumns(o plan.Op, read slotSet) ([]int, slotSet) {
	var made []int
	switch o := o.(type) {
	case *plan.Expand:
		made = []int{o.To, o.Rel}
		read.add(o.From)
		read.add(o.Distinct...)
	case *plan.ExpandInto:
		made = []int{o.Rel}
		read.add(o.From, o.To)
		read.add(o.Distinct...)
	case *plan.ExpandCount:
		made = []int{o.Times}
		read.add(o.From, o.Before)
		read.add(o.Distinct...)
	case *plan.ExpandExists:
		read.add(o.From, o.To)
		read.add(o.Distinct...)
	case *plan.VarExpand:
		made = []int{o.Rel}
		read.add(o.From)
		read.add(o.Distinct...)
		if o.Into {
			read.add(o.To)
		} else {
			made = append(made, o.To)
		}
	case *plan.ShortestPath:
		return searchColumns(&o.Hop, &o.Found, o.Into, read)
	case *plan.Repeat:
		return searchColumns(&o.Hop, &o.Found, o.Into, read)
	case *plan.PathSearch:
		return searchColumns(&o.Hop, &o.Found, o.Into, read)
	case *plan.FollowBound:
		read.add(o.Rel)
		read.add(o.Distinct...)
		for _, end := range []struct {
			slot  int
			known bool
		}{{o.From, o.FromKnown}, {o.To, o.ToKnown}} {
			if end.known {
				read.add(end.slot)
			} else {
				made = append(made, end.slot)
			}
		}
	case *plan.Path:
		made = []int{o.Slot}
		read.add(o.Nodes...)
		read.add(o.Rels...)
	}
	return made, read
}
