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
	if liveSides(p, o, need) {
		return
	}
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
	case *plan.ShortestPath, *plan.Repeat, *plan.PathSearch, *plan.WeightedPath:
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

// columns returns the columns that o makes, and those that it reads other than in
// expressions.
func columns(o plan.Op) (made []int, read slotSet) {
	read = slotSet{}
	if slot, ok := scanned(o); ok {
		return []int{slot}, read
	}
	switch o := o.(type) {
	case *plan.Argument:
		made = []int{o.Row}
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

// scanned returns the column of the nodes that a scan finds.
func scanned(o plan.Op) (slot int, ok bool) {
	switch o := o.(type) {
	case *plan.AllNodes:
		return o.Slot, true
	case *plan.LabelScan:
		return o.Slot, true
	case *plan.LabelsScan:
		return o.Slot, true
	case *plan.IndexEqual:
		return o.Slot, true
	case *plan.IndexRange:
		return o.Slot, true
	case *plan.IndexPrefix:
		return o.Slot, true
	case *plan.UniqueEqual:
		return o.Slot, true
	case *plan.NodeByID:
		return o.Slot, true
	}
	return plan.NoSlot, false
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

// shortColumns is columns for the operators that do not make every row of a pattern.
func shortColumns(o plan.Op, read slotSet) ([]int, slotSet) {
	var made []int
	switch o := o.(type) {
	case *plan.ExpandMeet:
		made = []int{o.To, o.Rel, o.Close.Rel}
		read.add(o.From, o.Close.From)
		read.add(o.Distinct...)
		read.add(o.Close.Distinct...)
	case *plan.ExpandReach:
		made = []int{o.To}
		read.add(o.From)
	case *plan.ExpandCount:
		made = []int{o.Times}
		read.add(o.Before)
		read.add(o.Reads()...)
		if o.Pair != nil {
			read.add(o.Pair.Reads()...)
		}
	}
	return made, read
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
	case *plan.PathRule:
		read.add(o.Slot)
	case *plan.WeightedPath:
		made, read = searchColumns(&o.Hop, &o.Found, o.Into, read)
		made = append(made, o.Total)
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
	default:
		return shortColumns(o, read)
	}
	return made, read
}
