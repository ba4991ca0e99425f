package exec

import (
	"slices"
	"unsafe"

	"memgraphd/internal/storage/graph"
)

// distances are how far nodes in states of a machine are from the last state at one node,
// the anchor, found level by level against the direction of the machine and only as far as
// somebody asks. They say nothing of what a path may not use twice, so they are lower
// bounds for paths that must not.
type distances struct {
	m     *machine
	way   orientation
	ids   configMap
	list  []distant
	from  int   // of list: where the last level begins
	level int32 // the last level
	ended bool  // there is nothing further
	walk  walker
	fan   fan
	held  int64
}

// distant is a config and its level.
type distant struct {
	key   config
	level int32
}

// start begins anew from anchor.
func (d *distances) start(r *run, anchor graph.NodeID) error {
	d.ids.clear(len(d.list) + 1)
	d.list, d.from, d.level, d.ended = d.list[:0], 0, 0, false
	if err := d.add(r, newConfig(d.m.last, anchor)); err != nil {
		return err
	}
	return d.close(r)
}

// add puts a config into the level that is being made, unless it has one.
func (d *distances) add(r *run, k config) error {
	if d.ids.find(k) >= 0 {
		return nil
	}
	if d.ids.full() {
		if err := d.take(r, d.ids.bytesToGrow()); err != nil {
			return err
		}
		d.ids.grow()
	}
	d.ids.put(k, len(d.list))
	var err error
	d.list, err = appendTaken(d, r, d.list, distant{k, d.level})
	return err
}

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

// appendTaken is append that reserves what it allocates.
func appendTaken[T any](t taker, r *run, list []T, x T) ([]T, error) {
	if len(list) == cap(list) {
		more := max(64, len(list))
		if err := t.take(r, int64(more)*int64(unsafe.Sizeof(x))); err != nil {
			return list, err
		}
		list = slices.Grow(list, more)
	}
	return append(list, x), nil
}

// close adds to the last level what is reached without a relationship.
func (d *distances) close(r *run) error {
	for i := d.from; i < len(d.list); i++ {
		k := d.list[i].key
		for _, from := range d.m.states[k.state()].entered {
			ok, err := d.m.leaves(r, &d.m.states[from], k.node())
			if err != nil {
				return err
			}
			if ok {
				if err := d.add(r, newConfig(from, k.node())); err != nil {
					return err
				}
			}
		}
	}
	d.ended = d.from == len(d.list)
	return nil
}

// further finds the next level.
func (d *distances) further(r *run) error {
	from, to := d.from, len(d.list)
	d.from = to
	d.level++
	for i := from; i < to; i++ {
		k := d.list[i].key
		for _, before := range d.m.states[k.state()].in {
			if err := d.follow(r, before, k.node()); err != nil {
				return err
			}
		}
	}
	return d.close(r)
}

// follow goes back over the relationships that lead from the state before to node n.
func (d *distances) follow(r *run, before int32, n graph.NodeID) error {
	g := &d.m.legs[d.m.states[before].leg]
	d.walk.start(r, &g.back, n)
	for {
		nodes, edges := d.walk.next(r, &g.back, r.size)
		if nodes == nil {
			return nil
		}
		r.hits += int64(len(nodes))
		if err := r.step(); err != nil {
			return err
		}
		d.fan.reset()
		for i, other := range nodes {
			if !d.walk.skips(&g.back, other) && d.ids.find(newConfig(before, other)) < 0 {
				d.fan.nodes, d.fan.edges = append(d.fan.nodes, other), append(d.fan.edges, d.walk.edge(edges[i], other))
			}
		}
		if err := g.test(r, &d.fan, n, &d.way); err != nil {
			return err
		}
		for _, other := range d.fan.nodes {
			if err := d.add(r, newConfig(before, other)); err != nil {
				return err
			}
		}
	}
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
	if len(d.list) > keptNodes {
		d.ids, d.list = configMap{}, nil
	}
}
