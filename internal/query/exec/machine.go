package exec

import (
	"slices"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
)

// machine is the pattern of a path as a finite automaton that reads relationships. A path
// from a node in the first state to a node in the last one fits the pattern, but for
// conditions that read more than one relationship.
//
// The rounds of a segment are counted by states, as far as they have to be: up to the
// greatest number of rounds, or up to the least where there is no greatest. Example:
// (a)((b)-->(c)-->(d)){1,}(e) has the states 0 and 1 before and inside of the first round,
// 2 and 3 before and inside of any further one, and 4 at the end; 2 is also where the
// segment may be left for 4.
type machine struct {
	states []machineState
	legs   []machineLeg
	checks []machineCheck
	last   int32
}

// machineState is a state: what can be followed from it, and what leads to it.
type machineState struct {
	leg   int32 // of machine.legs; -1 for none
	next  int32 // the state after leg
	leave int32 // the state that comes next without a relationship; -1 for none
	check int32 // of machine.checks: what the node has to fulfil then
	in    []int32
	// entered are the states that lead here without a relationship.
	entered []int32
}

// machineLeg is a relationship that is followed, in both directions.
type machineLeg struct {
	spec    *plan.Leg
	segment int // in the order of the search
	ahead   hop
	back    hop
	where   probe
}

// machineCheck are the conditions of the node between two segments.
type machineCheck struct {
	node  int
	where probe
}

// statesMax bounds a machine.
const statesMax = 10_000

// machineShape is a machine without what belongs to one execution.
type machineShape struct {
	machine
	slots int
}

// machine compiles the segments of a path.
func (c *compiler) machine(segments []*plan.Segment) (*machineShape, error) {
	m := &machineShape{slots: c.plan.Slots}
	for i, s := range segments {
		if err := c.segment(m, i, s); err != nil {
			return nil, err
		}
		if len(m.states) > statesMax {
			return nil, failure.Syntax("PatternTooLarge", "the quantifiers of the pattern ask for more than %d different numbers of rounds", statesMax).
				WithHint("use a smaller bound, or none")
		}
	}
	m.last = int32(len(m.states))
	m.states = append(m.states, machineState{leg: -1, next: -1, leave: -1, check: -1})
	for i := range m.states {
		s := &m.states[i]
		if s.leg >= 0 {
			m.states[s.next].in = append(m.states[s.next].in, int32(i))
		}
		if s.leave >= 0 {
			m.states[s.leave].entered = append(m.states[s.leave].entered, int32(i))
		}
	}
	return m, nil
}

// segment adds the states of a segment; those after it begin where they end.
func (c *compiler) segment(m *machineShape, number int, s *plan.Segment) error {
	first := len(m.legs)
	for _, l := range s.Legs {
		g, err := c.machineLeg(l, number)
		if err != nil {
			return err
		}
		m.legs = append(m.legs, g)
	}
	check := int32(-1)
	if len(s.Check) > 0 {
		tests, err := c.exprs(nil, s.Check...)
		if err != nil {
			return err
		}
		check = int32(len(m.checks))
		m.checks = append(m.checks, machineCheck{node: s.Node, where: probe{tests: tests, reads: s.CheckReads}})
	}
	hops, base := len(s.Legs), len(m.states)
	counts := s.Min // rounds that have states of their own
	if s.Max >= 0 {
		counts = s.Max - 1
	}
	if counts > statesMax {
		counts = statesMax
	}
	end := base + (counts+1)*hops // the state after the segment, or after its last round
	for count := range counts + 1 {
		for hop := range hops {
			at := machineState{leg: int32(first + hop), next: int32(base + count*hops + hop + 1), leave: -1, check: -1}
			if hop == 0 && count >= s.Min {
				at.leave, at.check = int32(end), check
			}
			m.states = append(m.states, at)
		}
	}
	if s.Max < 0 {
		m.states[len(m.states)-1].next = int32(base + counts*hops)
		return nil
	}
	// The state after the greatest number of rounds: nothing but leaving, and not even that
	// where more rounds are asked for than there may be.
	leave := int32(end + 1)
	if s.Min > s.Max {
		leave = -1
	}
	m.states = append(m.states, machineState{leg: -1, next: -1, leave: leave, check: check})
	for i := base; i < end; i++ {
		if m.states[i].leave >= 0 {
			m.states[i].leave = int32(end + 1)
		}
	}
	return nil
}

func (c *compiler) machineLeg(l *plan.Leg, segment int) (machineLeg, error) {
	g := machineLeg{spec: l, segment: segment}
	back := l.Hop
	back.Direction = back.Direction.Reversed()
	var err error
	if g.ahead, err = c.hop(&l.Hop); err != nil {
		return g, err
	}
	if g.back, err = c.hop(&back); err != nil {
		return g, err
	}
	tests, err := c.exprs(nil, l.Where...)
	g.where = probe{tests: tests, reads: l.Reads}
	return g, err
}

// instance makes a machine for one execution.
func (m *machineShape) instance() *machine {
	out := &machine{states: m.states, legs: slices.Clone(m.legs), checks: slices.Clone(m.checks), last: m.last}
	for i := range out.legs {
		w := &out.legs[i].where
		*w = newProbe(m.slots, w.tests, w.reads)
	}
	for i := range out.checks {
		w := &out.checks[i].where
		*w = newProbe(m.slots, w.tests, w.reads)
	}
	return out
}

func (m *machine) open(r *run) error {
	for i := range m.legs {
		if err := m.legs[i].ahead.resolve(r); err != nil {
			return err
		}
		if err := m.legs[i].back.resolve(r); err != nil {
			return err
		}
	}
	return nil
}

// refresh reports whether there are names that were not there before.
func (m *machine) refresh(r *run) (bool, error) {
	news := false
	for i := range m.legs {
		for _, h := range []*hop{&m.legs[i].ahead, &m.legs[i].back} {
			changed, err := h.refresh(r)
			if err != nil {
				return false, err
			}
			news = news || changed
		}
	}
	return news, nil
}

// reads tells whether any condition depends on the row outside.
func (m *machine) reads() bool {
	return slices.ContainsFunc(m.legs, func(l machineLeg) bool { return len(l.where.reads) > 0 }) ||
		slices.ContainsFunc(m.checks, func(c machineCheck) bool { return len(c.where.reads) > 0 })
}

// leaves tells whether node n fulfils what is asked where state s is left without a
// relationship.
func (m *machine) leaves(r *run, s *machineState, n graph.NodeID) (bool, error) {
	if s.check < 0 {
		return true, nil
	}
	c := &m.checks[s.check]
	c.where.node(c.node, 1, n)
	pass, err := c.where.pass(r, 1)
	return len(pass) == 1, err
}

// fan is a run of relationships of one node that are looked at together.
type fan struct {
	nodes []graph.NodeID
	edges []graph.Edge
}

func (f *fan) reset() { f.nodes, f.edges = f.nodes[:0], f.edges[:0] }

// keep leaves those at places rows.
func (f *fan) keep(rows []uint16) {
	for i, row := range rows {
		f.nodes[i], f.edges[i] = f.nodes[row], f.edges[row]
	}
	f.nodes, f.edges = f.nodes[:len(rows)], f.edges[:len(rows)]
}

// test leaves in f what fulfils the conditions of a leg, and of each node. The search goes
// from node n to those in f; ahead tells that it goes in the order of the legs.
func (g *machineLeg) test(r *run, f *fan, n graph.NodeID, w *orientation) error {
	if g.where.active() && len(f.nodes) > 0 {
		here, there := g.spec.Before, g.spec.After
		if w.back {
			here, there = there, here
		}
		g.where.node(here, len(f.nodes), n)
		copy(g.where.nodes(there, len(f.nodes)), f.nodes)
		copy(g.where.edges(g.spec.Edge, len(f.nodes)), f.edges)
		pass, err := g.where.pass(r, len(f.nodes))
		if err != nil {
			return err
		}
		f.keep(pass)
	}
	if w.nodes.active() && len(f.nodes) > 0 {
		copy(w.nodes.nodes(w.node, len(f.nodes)), f.nodes)
		pass, err := w.nodes.pass(r, len(f.nodes))
		if err != nil {
			return err
		}
		f.keep(pass)
	}
	return nil
}

// orientation says which way a search goes, and what each node has to fulfil.
type orientation struct {
	back  bool
	nodes *probe
	node  int // slot
}
