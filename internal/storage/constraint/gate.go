package constraint

import (
	"context"
	"sync"
	"sync/atomic"
)

// Gate tells when every commit that entered before some moment has left. A commit enters
// before it loads the constraints and leaves when its outcome is out; whoever makes a
// constraint known and then calls Wait knows afterwards that every commit still going on
// has seen it.
type Gate struct {
	now    atomic.Pointer[Passage]
	former []*Passage // that were not seen empty; belongs to the caller of Wait
}

// Passage is the commits that entered between two calls of Wait.
type Passage struct {
	inside atomic.Int64
	closed atomic.Bool
	once   sync.Once
	empty  chan struct{}
}

func newPassage() *Passage { return &Passage{empty: make(chan struct{})} }

// Init opens the gate.
func (g *Gate) Init() { g.now.Store(newPassage()) }

// Enter begins a commit, which ends with Leave.
func (g *Gate) Enter() *Passage {
	for {
		p := g.now.Load()
		p.inside.Add(1)
		if g.now.Load() == p {
			return p
		}
		p.Leave()
	}
}

// Leave ends a commit.
func (p *Passage) Leave() {
	if p.inside.Add(-1) == 0 && p.closed.Load() {
		p.once.Do(func() { close(p.empty) })
	}
}

// Wait returns once all that entered before it have left. One caller at a time.
func (g *Gate) Wait(ctx context.Context) error {
	last := g.now.Swap(newPassage())
	last.closed.Store(true)
	if last.inside.Load() == 0 {
		last.once.Do(func() { close(last.empty) })
	}
	g.former = append(g.former, last)
	for len(g.former) > 0 {
		select {
		case <-g.former[0].empty:
			g.former = g.former[1:]
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
