package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/column"
)

// groupCounter counts the rows of each group of one key, a property of a node, for a batch at a
// time: the values are counted where the column has them, and each value is looked up once.
// It only counts for groups that there are already, so that groups get their numbers in the
// order in which they first come.
type groupCounter struct {
	of     expr.NodeProperty
	counts column.Counts
	missed int // batches in a row that had values of no group yet
}

// missedMax is after how many such batches it is given up.
const missedMax = 8

// newGroupCounter returns the counter for an aggregate, nil where rows are not just counted.
func newGroupCounter(o *plan.Aggregate, keys []expr.Evaluator) *groupCounter {
	if len(keys) != 1 || o.Times != plan.NoSlot {
		return nil
	}
	for i := range o.Calls {
		if !o.Calls[i].Star {
			return nil
		}
	}
	of, ok := expr.AsNodeProperty(keys[0])
	if !ok {
		return nil
	}
	return &groupCounter{of: of}
}

// countGroups folds a batch, and reports whether it could.
func (o *aggregate) countGroups(r *run, in *batch.Batch) bool {
	c := o.counter
	if c == nil || c.missed > missedMax || o.groups.Len() == 0 || !r.countColumn(&c.counts, &in.Columns[c.of.Slot], in, c.of.Key(&r.ec)) {
		return false
	}
	for i := range c.counts.Width {
		if c.counts.Of(i) == 0 {
			continue
		}
		if _, ok := o.groups.Small(c.counts.Low + int64(i)); !ok {
			c.missed++
			return false
		}
	}
	c.missed = 0
	for i := range c.counts.Width {
		n := c.counts.Of(i)
		if n == 0 {
			continue
		}
		g, _ := o.groups.Small(c.counts.Low + int64(i))
		for call := range o.calls {
			o.calls[call].counts[g] += int64(n)
		}
	}
	return true
}
