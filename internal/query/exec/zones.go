package exec

import (
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
)

// zones are the comparisons of a filter right above a scan. Groups of nodes of which none
// can pass one of them are not scanned.
type zones struct {
	tests []expr.IntComparison
	skips []storage.Zone
}

// noteZones finds the comparisons of o that its scan can make use of. Only those that come
// before all others count: what the others would do with a row, fail perhaps, they do not do
// with one that was refused before.
func (c *compiler) noteZones(o *plan.Filter, tests []expr.Evaluator) {
	var slot int
	switch x := o.Input.(type) {
	case *plan.AllNodes:
		slot = x.Slot
	case *plan.LabelScan:
		slot = x.Slot
	default:
		return
	}
	var found []expr.IntComparison
	for _, test := range tests {
		x, ok := expr.AsIntComparison(test)
		if !ok || x.Slot() != slot {
			break
		}
		found = append(found, x)
	}
	if len(found) == 0 {
		return
	}
	if c.zones == nil {
		c.zones = map[plan.Op][]expr.IntComparison{}
	}
	c.zones[o.Input] = found
}

// in returns what a scan in the view of r can skip.
func (z *zones) in(r *run) []storage.Zone {
	z.skips = z.skips[:0]
	if r.deleted {
		return nil
	}
	for i := range z.tests {
		test, ok := z.tests[i].Test(&r.ec)
		if !ok {
			break
		}
		if columns, ok := r.tx.NodeColumns(test.Key); ok {
			z.skips = append(z.skips, storage.Zone{Columns: columns, Span: spanOf(test)})
		}
	}
	return z.skips
}
