package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
)

// union gives the rows of its parts, one part after the other.
type union struct {
	spec  *plan.Union
	parts []operator
	out   output
	at    int
}

func (c *compiler) union(o *plan.Union) (factory, error) {
	parts, err := c.ops(o.Parts...)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		u := &union{spec: o, out: newOutput(slots, nil)}
		for _, p := range parts {
			u.parts = append(u.parts, p(i))
		}
		return u
	}, nil
}

func (o *union) open(r *run) error {
	o.at = 0
	return o.parts[0].open(r)
}

func (o *union) next(r *run) (*batch.Batch, error) {
	for o.at < len(o.parts) {
		in, err := o.parts[o.at].next(r)
		if err != nil {
			return nil, err
		}
		if in != nil {
			b := &o.out.batch
			b.Len, b.Sel = in.Len, in.Sel
			for i, s := range o.spec.To {
				b.Columns[s] = in.Columns[o.spec.From[o.at][i]]
			}
			return b, nil
		}
		if o.at++; o.at < len(o.parts) {
			if err := o.parts[o.at].open(r); err != nil {
				return nil, err
			}
		}
	}
	return nil, nil
}

func (o *union) close(r *run) {
	for _, p := range o.parts {
		p.close(r)
	}
}
