package query

import (
	"cmp"
	"maps"
	"slices"
	"sync"
)

// registry is a set that several sessions share.
type registry[T comparable] struct {
	mu    sync.Mutex
	items map[T]struct{}
}

func newRegistry[T comparable]() *registry[T] { return &registry[T]{items: make(map[T]struct{})} }

func (r *registry[T]) add(item T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.items[item] = struct{}{}
}

func (r *registry[T]) remove(item T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.items, item)
}

// all returns the items in no order.
func (r *registry[T]) all() []T {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Collect(maps.Keys(r.items))
}

// list returns the items in the order of key.
func list[T comparable, K cmp.Ordered](r *registry[T], key func(T) K) []T {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.SortedFunc(maps.Keys(r.items), func(a, b T) int { return cmp.Compare(key(a), key(b)) })
}

// size returns how many items there are.
func (r *registry[T]) size() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.items)
}
