package exec

import (
	"slices"
	"time"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
)

// profile is what is measured about the operators of one execution.
type profile struct{ stats map[plan.Op]*measure }

func newProfile() *profile { return &profile{stats: map[plan.Op]*measure{}} }

// measure is what one operator and those below it did.
type measure struct {
	rows int64
	hits int64
	time time.Duration
}

// measured is an operator that is measured.
type measured struct {
	operator
	m *measure
}

// measured makes an operator that is measured.
func (i *instance) measured(o plan.Op, of factory) operator {
	m := i.profile.stats[o]
	if m == nil {
		m = &measure{}
		i.profile.stats[o] = m
	}
	return &measured{operator: of(i), m: m}
}

func (o *measured) next(r *run) (*batch.Batch, error) {
	hits := r.hits
	var begin time.Time
	if r.clock != nil {
		begin = r.clock()
	}
	b, err := o.operator.next(r)
	if r.clock != nil {
		o.m.time += r.clock().Sub(begin)
	}
	o.m.hits += r.hits - hits
	if b != nil {
		o.m.rows += int64(b.Rows())
	}
	return b, err
}

// tree describes p with what was measured: hits and time of each operator alone.
func (f *profile) tree(p *plan.Plan) *plan.Tree {
	return plan.Describe(p, func(o plan.Op, t *plan.Tree) {
		m := f.stats[o]
		if m == nil {
			return
		}
		t.Measured = true
		t.Rows, t.Hits, t.Time = m.rows, m.hits, m.time
		below := o.Inputs()
		for _, s := range o.Head().Subplans {
			below = append(slices.Clip(below), s.Root)
		}
		for _, in := range below {
			if below := f.stats[in]; below != nil {
				t.Hits -= below.hits
				t.Time -= below.time
			}
		}
	})
}
