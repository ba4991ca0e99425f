package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

func (c *compiler) shortestPath(o *plan.ShortestPath) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	tests, err := c.exprs(nil, o.Test.Conditions()...)
	if err != nil {
		return nil, err
	}
	var cycles *bestShape
	if o.Cycles != nil {
		if cycles, err = c.best(o.Cycles); err != nil {
			return nil, err
		}
	}
	slots := c.plan.Slots
	reversed := o.Hop
	reversed.Direction = reversed.Direction.Reversed()
	ahead, err := c.hop(&o.Hop)
	if err != nil {
		return nil, err
	}
	back, err := c.hop(&reversed)
	if err != nil {
		return nil, err
	}
	return func(i *instance) operator {
		b := &bfs{
			spec: o, hops: [2]hop{ahead, back},
			edges: newProbe(slots, tests, o.Test.Reads), ends: newProbe(slots, tests[len(o.Test.Edges):], o.Test.Reads),
		}
		var f finder = b
		if cycles != nil {
			f = &orCycle{bfs: b, best: cycles.instance(true)}
		}
		p := newPathfind(f, &o.Hop, &o.Found, in(i), newOutput(slots, o.Carry))
		p.into = o.Into
		return p
	}, nil
}

// orCycle finds the shortest paths between different nodes with one search and those from
// a node to itself, which may pass the node twice, with another.
type orCycle struct {
	bfs     *bfs
	best    *best
	in      *batch.Batch
	row     int
	from    graph.NodeID
	toAny   bool
	cycling bool // best is at work
}

func (o *orCycle) open(r *run) error {
	if err := o.bfs.open(r); err != nil {
		return err
	}
	return o.best.open(r)
}

func (o *orCycle) refresh(r *run) error {
	if err := o.bfs.refresh(r); err != nil {
		return err
	}
	return o.best.refresh(r)
}

func (o *orCycle) begin(r *run, in *batch.Batch, row int, from, to graph.NodeID) error {
	o.in, o.row, o.from, o.toAny = in, row, from, to == graph.NoNode
	o.cycling = from == to
	if o.cycling {
		return o.best.begin(r, in, row, from, to)
	}
	return o.bfs.begin(r, in, row, from, to)
}

func (o *orCycle) next(r *run) (bool, error) {
	if !o.cycling {
		ok, err := o.bfs.next(r)
		if ok || err != nil || !o.toAny {
			return ok, err
		}
		o.cycling = true
		if err := o.best.begin(r, o.in, o.row, o.from, o.from); err != nil {
			return false, err
		}
	}
	return o.best.next(r)
}

func (o *orCycle) end() graph.NodeID {
	if o.cycling {
		return o.best.end()
	}
	return o.bfs.end()
}

func (o *orCycle) trace(found *track) {
	if o.cycling {
		o.best.trace(found)
		return
	}
	o.bfs.trace(found)
}

func (o *orCycle) total() value.Value { return value.Null }

func (o *orCycle) close(r *run) {
	o.bfs.close(r)
	o.best.close(r)
}
