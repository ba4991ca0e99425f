// Package memory accounts for bytes before they are allocated.
//
// Budgets form a tree: what a child reserves counts in every budget above it, and a
// reservation is refused as soon as one of them would pass its limit. The root is the
// server (--memory-limit); below it stand the graph and each running query.
package memory

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// Budget counts reserved bytes against a limit. Its methods may be called concurrently.
type Budget struct {
	name   string
	parent *Budget
	limit  atomic.Int64
	used   atomic.Int64
	peak   atomic.Int64

	mu      sync.Mutex
	reliefs []*Relief // guarded by mu; of a root only
}

// Relief is a way to give memory back that can be done without.
type Relief struct {
	root *Budget
	free func(n int64) int64
}

// LimitError reports a reservation that was refused.
type LimitError struct {
	Budget string // whose limit it was
	Limit  int64  // bytes
	Used   int64  // bytes reserved before
	Asked  int64  // bytes asked for
}

// Error names the budget, its limit and what was asked.
func (e *LimitError) Error() string {
	return fmt.Sprintf("%s memory limit of %d bytes reached: %d in use, %d more asked for",
		e.Budget, e.Limit, e.Used, e.Asked)
}

// New returns a root budget. A limit of 0 means none.
func New(name string, limit int64) *Budget {
	b := &Budget{name: name}
	b.limit.Store(limit)
	return b
}

// Child returns a budget below b with a limit of its own; 0 means only those above.
func (b *Budget) Child(name string, limit int64) *Budget {
	c := New(name, limit)
	c.parent = b
	return c
}

// Below makes b, which nobody uses, a child of parent, as Child makes a new one.
func (b *Budget) Below(parent *Budget, name string, limit int64) {
	b.name, b.parent = name, parent
	b.limit.Store(limit)
	b.used.Store(0)
	b.peak.Store(0)
}

// SetLimit changes the limit in bytes; what is already reserved stays.
func (b *Budget) SetLimit(limit int64) { b.limit.Store(limit) }

// Limit returns the limit in bytes, 0 for none.
func (b *Budget) Limit() int64 { return b.limit.Load() }

// Used returns the bytes reserved now.
func (b *Budget) Used() int64 { return b.used.Load() }

// Peak returns the largest number of bytes that were reserved at once.
func (b *Budget) Peak() int64 { return b.peak.Load() }

// OnShortage adds what is called where the root of b would refuse n bytes: it releases memory
// that can be done without, n bytes if it can, and returns how many. It may be called
// concurrently. b may be nil.
func (b *Budget) OnShortage(free func(n int64) int64) *Relief {
	if b == nil {
		return nil
	}
	r := &Relief{root: b.Root(), free: free}
	r.root.mu.Lock()
	defer r.root.mu.Unlock()
	r.root.reliefs = append(r.root.reliefs, r)
	return r
}

// End takes r away from its budget. r may be nil.
func (r *Relief) End() {
	if r == nil {
		return
	}
	r.root.mu.Lock()
	defer r.root.mu.Unlock()
	r.root.reliefs = slices.DeleteFunc(slices.Clone(r.root.reliefs), func(x *Relief) bool { return x == r })
}

// relieve asks for n bytes back and returns how many there were.
func (b *Budget) relieve(n int64) int64 {
	b.mu.Lock()
	reliefs := b.reliefs // which is replaced, not changed
	b.mu.Unlock()
	freed := int64(0)
	for _, r := range reliefs {
		if freed < n {
			freed += r.free(n - freed)
		}
	}
	return freed
}

// Reserve takes n bytes in b and every budget above it, or none and a *LimitError.
func (b *Budget) Reserve(n int64) error {
	err, by := b.reserve(n)
	if err == nil {
		return nil
	}
	if by.relieve(n) > 0 {
		if err, _ = b.reserve(n); err == nil {
			return nil
		}
	}
	return err
}

// reserve is Reserve without asking for what can be done without; by refused.
func (b *Budget) reserve(n int64) (err *LimitError, by *Budget) {
	for at := b; at != nil; at = at.parent {
		used := at.used.Add(n)
		if limit := at.limit.Load(); n > 0 && limit > 0 && used > limit {
			at.used.Add(-n)
			for undo := b; undo != at; undo = undo.parent {
				undo.used.Add(-n)
			}
			return &LimitError{Budget: at.name, Limit: limit, Used: used - n, Asked: n}, at
		}
		at.raisePeak(used)
	}
	return nil, nil
}

// Force takes n bytes without asking a limit, for memory that exists already.
func (b *Budget) Force(n int64) {
	for at := b; at != nil; at = at.parent {
		at.raisePeak(at.used.Add(n))
	}
}

// Release gives n bytes back.
func (b *Budget) Release(n int64) {
	for at := b; at != nil; at = at.parent {
		at.used.Add(-n)
	}
}

func (b *Budget) raisePeak(used int64) {
	for {
		peak := b.peak.Load()
		if used <= peak || b.peak.CompareAndSwap(peak, used) {
			return
		}
	}
}

// Root returns the budget at the top of b's tree.
func (b *Budget) Root() *Budget {
	for b.parent != nil {
		b = b.parent
	}
	return b
}
