package planner

import (
	"slices"

	"memgraphd/internal/query/plan"
)

// reachRule makes a chain of expansions find each of its last nodes once, where rows that
// are alike count once anyhow and nobody looks at what is between the ends.
func (b *builder) reachRule(root plan.Op) plan.Op {
	if b.limited || b.info.Volatile {
		return root // the relationships or the rows that are looked at show
	}
	each(root, func(o plan.Op) {
		switch o := o.(type) {
		case *plan.Distinct:
			o.Input = reach(b.p, o.Input, newSlotSet(o.Slots...))
		case *plan.Aggregate:
			if !onceAnyhow(o) {
				return
			}
			need := slotSet{}
			for _, e := range expressions(o) {
				exprSlots(b.p, e, need)
			}
			o.Input = reach(b.p, o.Input, need)
		}
	})
	return root
}

// onceAnyhow tells whether rows that are alike in what o reads change nothing but once.
func onceAnyhow(o *plan.Aggregate) bool {
	for _, c := range o.Calls {
		if c.Star || !c.Call.Distinct && !isNamed(c.Call.Name, "min") && !isNamed(c.Call.Name, "max") {
			return false
		}
	}
	return o.Times == plan.NoSlot
}

// reach returns o, of whose rows only the columns need matter and those once, with chains
// of expansions replaced.
func reach(p *plan.Plan, o plan.Op, need slotSet) plan.Op {
	if r := chain(o, need); r != nil {
		need.add(r.From)
		r.Input = reach(p, r.Input, need)
		return r
	}
	in := passing(o)
	if in == nil {
		return o
	}
	_, read := columns(o)
	for _, e := range expressions(o) {
		exprSlots(p, e, read)
	}
	for s := range read {
		need[s] = true
	}
	if a, ok := o.(*plan.Apply); ok {
		c := &counting{p: p}
		c.argument(a, need)
	}
	*in = reach(p, *in, need)
	return o
}

// legsMax bounds the relationships of a trail whose ends are found without it.
const legsMax = 16

// chain returns the operator for the longest chain of expansions that ends with o, or nil.
func chain(o plan.Op, need slotSet) *plan.ExpandReach {
	if v, ok := o.(*plan.VarExpand); ok {
		return repeated(v, need)
	}
	var list []*plan.Expand // the last one first
	for at := o; len(list) < legsMax; {
		e, ok := at.(*plan.Expand)
		if !ok || e.Optional || need[e.Rel] {
			break
		}
		if len(list) > 0 && (need[e.To] || list[len(list)-1].From != e.To) {
			break
		}
		list = append(list, e)
		at = e.Input
	}
	slices.Reverse(list)
	for len(list) > 1 && !trail(list) {
		list = list[1:]
	}
	if len(list) < 2 {
		return nil
	}
	last := list[len(list)-1]
	r := &plan.ExpandReach{
		Header: plan.Header{Rows: last.Rows}, Input: list[0].Input,
		From: list[0].From, To: last.To, First: len(list),
	}
	for _, e := range list {
		r.Legs = append(r.Legs, bare(e.Hop))
	}
	return r
}

// trail tells whether the relationships of list must differ from each other, as far as they
// could be the same, and from no others.
func trail(list []*plan.Expand) bool {
	var rels []int
	for i, e := range list {
		for j, before := range list[:i] {
			same := len(e.Types) == 0 || len(before.Types) == 0 ||
				slices.ContainsFunc(e.Types, func(t string) bool { return slices.Contains(before.Types, t) })
			if same != slices.Contains(e.Distinct, rels[j]) {
				return false
			}
		}
		for _, s := range e.Distinct {
			if !slices.Contains(rels, s) {
				return false
			}
		}
		rels = append(rels, e.Rel)
	}
	return true
}

// repeated is chain for a relationship of variable length.
func repeated(v *plan.VarExpand, need slotSet) *plan.ExpandReach {
	if v.Into || need[v.Rel] || len(v.Distinct) > 0 || len(v.Props) > 0 || len(v.Where) > 0 ||
		v.Max < 2 || v.Max > legsMax || v.Min > v.Max {
		return nil
	}
	r := &plan.ExpandReach{
		Header: plan.Header{Rows: v.Rows}, Input: v.Input,
		From: v.From, To: v.To, First: v.Min, ToLabels: v.ToLabels,
	}
	leg := bare(v.Hop)
	leg.ToLabels = nil
	for range v.Max {
		r.Legs = append(r.Legs, leg)
	}
	return r
}

// bare is h without slots.
func bare(h plan.Hop) plan.Hop {
	h.From, h.To, h.Rel, h.Distinct = plan.NoSlot, plan.NoSlot, plan.NoSlot, nil
	return h
}
