package exec

import (
	"slices"
	"unsafe"

	"memgraphd/internal/storage/graph"
)

// distances are how far nodes in states of a machine are from one of its ends, found level
// by level and only as far as somebody asks: from the last state at one node against the
// direction of the machine, or from the first state with it. They say nothing of what a
// path may not use twice, so they are lower bounds for paths that must not.
type distances struct {
	m     *machine
	way   orientation
	ids   configMap
	list  []distant
	from  int   // of list: where the last level begins
	level int32 // the last level
	ended bool  // there is nothing further
	// paired tells that the other end is known. A first state that nothing leads to is left
	// out then: who begins there knows it.
	paired bool
	walk   walker
	fan    fan
	held   int64
}

// distant is a config and its level.
type distant struct {
	key   config
	level int32
}

// start begins anew at k.
func (d *distances) start(r *run, k config) error {
	d.ids.clear(len(d.list) + 1)
	d.list, d.from, d.level, d.ended = d.list[:0], 0, 0, false
	if err := d.add(r, k); err != nil {
		return err
	}
	return d.close(r)
}

// add puts a config into the level that is being made, unless it has one.
func (d *distances) add(r *run, k config) error {
	if d.ids.full() {
		if err := d.take(r, d.ids.bytesToGrow()); err != nil {
			return err
		}
		d.ids.grow()
	}
	if d.ids.add(k, len(d.list)) >= 0 {
		return nil
	}
	var err error
	d.list, err = appendTaken(d, r, d.list, distant{k, d.level})
	return err
}

// size is how much is in the last level.
func (d *distances) size() int { return len(d.list) - d.from }

func (d *distances) take(r *run, bytes int64) error {
	if err := r.reserve(bytes); err != nil {
		return err
	}
	d.held += bytes
	return nil
}

// taker accounts for the bytes of a search.
type taker interface {
	take(r *run, bytes int64) error
}

// grownTaken is list with room for n more elements, after their bytes have been reserved.
func grownTaken[T any](t taker, r *run, list []T, n int) ([]T, error) {
	if cap(list)-len(list) >= n {
		return list, nil
	}
	more := max(n, len(list), 64)
	var x T
	if err := t.take(r, int64(more)*int64(unsafe.Sizeof(x))); err != nil {
		return list, err
	}
	return slices.Grow(list, more), nil
}

// appendTaken is append that reserves what it allocates.
func appendTaken[T any](t taker, r *run, list []T, x T) ([]T, error) {
	list, err := grownTaken(t, r, list, 1)
	if err != nil {
		return list, err
	}
	return append(list, x), nil
}

// close adds to the last level what is reached without a relationship.
func (d *distances) close(r *run) error {
	for i := d.from; i < len(d.list); i++ {
		k := d.list[i].key
		state := &d.m.states[k.state()]
		if !d.way.back {
			if state.leave >= 0 {
				if err := d.cross(r, state, state.leave, k.node()); err != nil {
					return err
				}
			}
			continue
		}
		for _, from := range state.entered {
			if err := d.cross(r, &d.m.states[from], from, k.node()); err != nil {
				return err
			}
		}
	}
	d.ended = d.from == len(d.list)
	return nil
}

// cross adds the state to at node n if the state s can be left there.
func (d *distances) cross(r *run, s *machineState, to int32, n graph.NodeID) error {
	ok, err := d.m.leaves(r, s, n)
	if err != nil || !ok {
		return err
	}
	return d.add(r, newConfig(to, n))
}

// further finds the next level.
func (d *distances) further(r *run) error {
	from, to := d.from, len(d.list)
	d.from = to
	d.level++
	for i := from; i < to; i++ {
		k := d.list[i].key
		state := &d.m.states[k.state()]
		if !d.way.back {
			if state.leg >= 0 {
				if err := d.follow(r, state.leg, state.next, k.node()); err != nil {
					return err
				}
			}
			continue
		}
		for _, before := range state.in {
			if err := d.follow(r, d.m.states[before].leg, before, k.node()); err != nil {
				return err
			}
		}
	}
	return d.close(r)
}

// follow goes over the relationships of a leg from node n, to others in the state to.
func (d *distances) follow(r *run, leg, to int32, n graph.NodeID) error {
	g := &d.m.legs[leg]
	h := &g.ahead
	if d.way.back {
		h = &g.back
	}
	if d.paired && to == 0 && len(d.m.states[0].in) == 0 {
		return nil
	}
	d.walk.start(r, h, n)
	for {
		nodes, edges := d.walk.next(r, h, r.size)
		if nodes == nil {
			return nil
		}
		r.hits += int64(len(nodes))
		if err := r.step(); err != nil {
			return err
		}
		d.fan.reset()
		for i, other := range nodes {
			if d.walk.skips(h, other) {
				continue
			}
			d.fan.nodes, d.fan.edges = append(d.fan.nodes, other), append(d.fan.edges, d.walk.edge(edges[i], other))
		}
		if err := d.reach(r, g, to, n); err != nil {
			return err
		}
	}
}

// reach adds what in fan fulfils the conditions of a leg and is new.
func (d *distances) reach(r *run, g *machineLeg, to int32, n graph.NodeID) error {
	if g.where.active() || d.way.nodes.active() {
		kept := 0
		for i, other := range d.fan.nodes {
			if d.ids.find(newConfig(to, other)) < 0 {
				d.fan.nodes[kept], d.fan.edges[kept] = other, d.fan.edges[i]
				kept++
			}
		}
		d.fan.nodes, d.fan.edges = d.fan.nodes[:kept], d.fan.edges[:kept]
		if err := g.test(r, &d.fan, n, &d.way); err != nil {
			return err
		}
	}
	for _, other := range d.fan.nodes {
		if err := d.add(r, newConfig(to, other)); err != nil {
			return err
		}
	}
	return nil
}

// of returns a lower bound of how far k is, or -1 where there is no way.
func (d *distances) of(k config) int32 {
	switch i := d.ids.find(k); {
	case i >= 0:
		return d.list[i].level
	case d.ended:
		return -1
	}
	return d.level + 1
}

// release gives memory back.
func (d *distances) release(r *run) {
	r.release(d.held)
	d.held = 0
	if cap(d.list) > keptNodes {
		d.ids, d.list = configMap{}, nil
	}
}
