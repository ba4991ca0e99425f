package exec

import (
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
)

// linkNeed is a relationship that a node of a scan must have, or nothing comes of its rows.
type linkNeed struct {
	types     []string // any of them; none means all
	direction graph.Direction
}

// noteLinks finds out what o, which follows relationships, asks of the nodes of a scan below it:
// rows of nodes without such relationships are dropped by o at the latest. Nothing that may fail or
// that counts what is followed comes in between, so that they can be left out of the scan.
func (c *compiler) noteLinks(o plan.Op) {
	if c.plan.Writes || c.plan.HopsLimited {
		return
	}
	switch o := o.(type) {
	case *plan.Expand:
		if !o.Optional {
			c.noteHop(o.Input, &o.Hop, 1)
		}
	case *plan.ExpandCount:
		if !o.Optional {
			c.noteHop(o.Input, &o.Hop, 1)
		}
		if o.Pair != nil {
			c.noteHop(o.Input, &o.Pair.Hop, 1)
		}
	case *plan.ExpandMeet:
		c.noteHop(o.Input, &o.Hop, 1)
		c.noteHop(o.Input, &o.Close, 1)
	case *plan.ExpandInto:
		c.noteHop(o.Input, &o.Hop, 1)
	case *plan.ExpandExists:
		if !o.Negated {
			c.noteHop(o.Input, &o.Hop, 1)
		}
	case *plan.VarExpand:
		c.noteHop(o.Input, &o.Hop, o.Min)
	}
}

// noteHop notes for the scan that finds the node that h begins at that it needs a relationship, if
// at least one has to be followed.
func (c *compiler) noteHop(below plan.Op, h *plan.Hop, least int) {
	scan := scanBelow(below, h.From)
	if scan == nil || least < 1 {
		return
	}
	need := linkNeed{types: h.Types, direction: h.Direction}
	if h.Is != nil {
		need.types = nil
	}
	if c.links == nil {
		c.links = map[plan.Op][]linkNeed{}
	}
	c.links[scan] = append(c.links[scan], need)
}

// scanBelow returns the scan that fills slot, below operators that only follow relationships; nil
// if there is none.
func scanBelow(o plan.Op, slot int) plan.Op {
	for {
		switch x := o.(type) {
		case *plan.Expand, *plan.ExpandCount, *plan.ExpandMeet, *plan.ExpandInto, *plan.ExpandExists:
		case *plan.AllNodes:
			if x.Slot == slot {
				return x
			}
		case *plan.LabelScan:
			if x.Slot == slot {
				return x
			}
		default:
			return nil
		}
		o = o.Inputs()[0]
	}
}

// linkFilter leaves out nodes of a scan that have none of the relationships that are needed. Where
// nearly all nodes have them, only some of the nodes are looked at.
type linkFilter struct {
	needs []linkNeed
	test  storage.LinkTest
	known bool // all names exist, so that test is the same from now on
	rest  int  // nodes that pass without a look
}

// linkRest is how many nodes pass without a look after a run of nodes that were nearly all kept.
const linkRest = 16384

// begin readies f for a scan.
func (f *linkFilter) begin(r *run) {
	if f.known || len(f.needs) == 0 {
		return
	}
	f.test.Reset()
	f.known = true
	for _, need := range f.needs {
		var types []graph.TypeID
		unknown := false
		for _, name := range need.types {
			id, ok := r.store.LookupType(name)
			if !ok {
				unknown = true
			}
			types = append(types, id)
		}
		if unknown { // the operator that follows the relationships knows better
			f.known = false
			continue
		}
		f.test.Ask(types, need.direction)
	}
}

// next is Next of a scan without what f leaves out.
func (f *linkFilter) next(r *run, scan *storage.NodeScan, dst []graph.NodeID) (int, error) {
	for {
		n := scan.Next(dst)
		if n == 0 || len(f.needs) == 0 {
			return n, nil
		}
		if f.rest > 0 {
			f.rest -= n
			return n, nil
		}
		kept := r.tx.Linked(dst[:n], &f.test)
		r.hits += int64(n - kept)
		if kept > n-n/8 {
			f.rest = linkRest
		}
		if kept > 0 {
			return kept, nil
		}
		if err := r.stepBy(n); err != nil {
			return 0, err
		}
	}
}
