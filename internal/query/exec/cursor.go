package exec

import (
	"context"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
)

// Start begins an execution; nothing is computed before the first Next. The transaction
// and what Run holds must stay usable until Close.
func (p *Program) Start(ctx context.Context, o Run) *Cursor {
	c := &Cursor{}
	p.StartIn(ctx, c, &o)
	return c
}

// StartIn is Start in the memory of a cursor that is new or closed.
func (p *Program) StartIn(ctx context.Context, c *Cursor, o *Run) {
	var i *instance
	if o.Profile {
		i = p.newInstance(p.root, newProfile())
	} else if kept, ok := p.idle.Get().(*instance); ok {
		i = kept
	} else {
		i = p.newInstance(p.root, nil)
		i.workers = p.o.Workers
	}
	i.take(ctx, o)
	*c = Cursor{i: i}
}

// Next returns the next rows, or nil after the last one. The columns are those of the
// result, in order; the batch is valid until the next call. Errors are *failure.Error.
func (c *Cursor) Next() (*batch.Batch, error) {
	if c.ended || c.i == nil {
		return nil, nil
	}
	r := &c.i.run
	b, err := c.next(r)
	if err != nil {
		c.ended = true
		return nil, r.fail(err)
	}
	if b == nil {
		c.ended = true
	} else if root, ok := c.i.root.(*produce); ok {
		c.ended = root.over()
	}
	return b, nil
}

// Ended tells that Next has nothing more, if that is known without asking it.
func (c *Cursor) Ended() bool { return c.ended }

func (c *Cursor) next(r *run) (*batch.Batch, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	if !c.opened {
		c.opened = true
		if err := c.i.root.open(r); err != nil {
			return nil, err
		}
	} else {
		r.ec.Recycle()
	}
	return c.i.root.next(r)
}

// Stats tells what has been changed so far.
func (c *Cursor) Stats() Stats {
	if c.i == nil {
		return c.stats
	}
	return c.i.stats
}

// Profile returns the plan with what was measured; nil unless Run asked for it.
func (c *Cursor) Profile() *plan.Tree {
	if c.i != nil && c.i.profile != nil {
		return c.i.profile.tree(c.i.program.plan)
	}
	return c.tree
}

// Close ends the execution. It may be called more than once.
func (c *Cursor) Close() {
	i := c.i
	if i == nil {
		return
	}
	c.stats, c.tree = i.stats, c.Profile()
	if c.opened {
		i.root.close(&i.run)
		for _, s := range i.subs {
			s.root.close(&i.run)
		}
	}
	if i.held != 0 {
		i.release(i.held)
	}
	i.drop()
	c.i = nil
	if i.profile == nil && (i.program.ran.Load() || i.program.ran.Swap(true)) {
		i.program.idle.Put(i)
	}
}
