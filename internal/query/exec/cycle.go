package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

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

func (o *orCycle) next(r *run, found *track) (bool, error) {
	if !o.cycling {
		ok, err := o.bfs.next(r, found)
		if ok || err != nil || !o.toAny {
			return ok, err
		}
		o.cycling = true
		if err := o.best.begin(r, o.in, o.row, o.from, o.from); err != nil {
			return false, err
		}
	}
	return o.best.next(r, found)
}

func (o *orCycle) total() value.Value { return value.Null }

func (o *orCycle) close(r *run) {
	o.bfs.close(r)
	o.best.close(r)
}
