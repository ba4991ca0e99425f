package exec

import (
	"sync/atomic"
	"time"

	"memgraphd/internal/storage/column"
	"memgraphd/internal/storage/graph"
)

// Workers bounds how many processors the statements of an engine use beside the one that
// each of them runs on. It may be used by any number of programs at once.
type Workers struct {
	extra  int
	free   atomic.Int64
	after  time.Duration
	morsel graph.NodeID
}

// WorkerOptions configure Workers.
type WorkerOptions struct {
	// Count is how many processors one statement may use, its own included.
	Count int
	// After is how long a statement runs alone; the time is read from Run.Now.
	After time.Duration
	// Morsel is the number of node ids that are worked on at a time; 0 lets it follow from
	// the number of nodes.
	Morsel int
}

// A morsel has morselMin to morselMax ids, a morselParts-th of the graph between these: long
// enough that handing it out costs nothing beside the work, short enough that the last one
// does not keep the others waiting long.
const (
	morselMin   = 256
	morselMax   = 16 << 10
	morselParts = 128
)

// NewWorkers returns the workers of an engine; nil, which is allowed everywhere, where
// Count leaves none.
func NewWorkers(o WorkerOptions) *Workers {
	if o.Count <= 1 {
		return nil
	}
	w := &Workers{extra: o.Count - 1, after: o.After, morsel: graph.NodeID(o.Morsel)}
	w.free.Store(int64(w.extra))
	return w
}

// size returns the length of a morsel where ids end at limit.
func (w *Workers) size(limit graph.NodeID) graph.NodeID {
	if w.morsel > 0 {
		return w.morsel
	}
	size := min(max(limit/morselParts, morselMin), morselMax)
	if size > column.GroupNodes/2 { // whole groups are read by columns
		size = (size + column.GroupNodes - 1) &^ (column.GroupNodes - 1)
	}
	return size
}

// Parts that are shared take about partTime each, so that handing them out and merging them
// costs little beside the work, unless that left fewer than partsLeast of them for each worker.
const (
	partTime   = 100 * time.Microsecond
	partsLeast = 4
)

// share returns how many ids a part shall have where a statement has gone through done ids alone
// for some time and rest are left; 0 where it goes on alone, because it has not run for long
// enough or will be at the end before others are awake. size is the least.
func (w *Workers) share(done, rest, size graph.NodeID, took time.Duration) graph.NodeID {
	if took < w.after || done == 0 {
		return 0
	}
	each := max(float64(took)/float64(done), 1e-3)
	if each*float64(rest) < float64(w.after)/2 {
		return 0
	}
	if w.morsel > 0 {
		return size
	}
	part := min(float64(partTime)/each, float64(rest)/float64(partsLeast*(w.extra+1)))
	return (graph.NodeID(max(part, float64(size))) + column.GroupNodes - 1) &^ (column.GroupNodes - 1)
}

// take claims up to n workers that nobody uses.
func (w *Workers) take(n int) int {
	for {
		free := w.free.Load()
		got := min(int64(n), free)
		if got <= 0 {
			return 0
		}
		if w.free.CompareAndSwap(free, free-got) {
			return int(got)
		}
	}
}

// give returns n workers.
func (w *Workers) give(n int) { w.free.Add(int64(n)) }
