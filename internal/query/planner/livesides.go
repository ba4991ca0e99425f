package planner

import (
	"slices"

	"memgraphd/internal/query/plan"
)

// liveSides is live for the operators that have rows of more than one input, or of a plan
// that runs for their rows; it reports whether o is one of them.
func liveSides(p *plan.Plan, o plan.Op, need slotSet) bool {
	switch o := o.(type) {
	case *plan.Apply:
		o.Binds = neededOf(o.Binds, need)
		inner := newSlotSet(o.Binds...)
		inner.add(o.Argument.Row)
		live(p, o.Inner, inner)
		o.Carry = need.without(o.Binds...).sorted()
		liveOuter(p, o.Outer, o.Carry, o.Argument)
	case *plan.Call:
		o.Binds = neededOf(o.Binds, need)
		live(p, o.Inner, newSlotSet(o.Binds...))
		o.Carry = need.without(o.Binds...).sorted()
		liveOuter(p, o.Input, o.Carry, o.Argument)
	case *plan.CallBatches:
		o.Binds = neededOf(o.Binds, need)
		live(p, o.Inner, newSlotSet(o.Binds...))
		o.Carry = need.without(o.Binds...).without(o.Status).sorted()
		liveOuter(p, o.Input, o.Carry, o.Argument)
	case *plan.Union:
		for i, part := range o.Parts {
			live(p, part, newSlotSet(o.From[i]...))
		}
	case *plan.HashJoin:
		o.RightSlots = liveJoin(p, o.Left, o.Right, need, o.RightSlots, joinReads(p, o))
		o.Carry = need.without(o.RightSlots...).sorted()
	case *plan.Product:
		o.RightSlots = liveJoin(p, o.Left, o.Right, need, o.RightSlots, [2]slotSet{{}, {}})
		o.Carry = need.without(o.RightSlots...).sorted()
	default:
		return false
	}
	return true
}

// neededOf returns those of slots that are needed.
func neededOf(slots []int, need slotSet) []int {
	return slices.DeleteFunc(slots, func(s int) bool { return !need[s] })
}

// liveOuter goes down to the rows for which a plan runs.
func liveOuter(p *plan.Plan, o plan.Op, carry []int, arg *plan.Argument) {
	need := newSlotSet(carry...)
	need.add(arg.Slots...)
	live(p, o, need)
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
