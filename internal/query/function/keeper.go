package function

import (
	"slices"

	"memgraphd/internal/storage/memory"
)

// keepStep is the least number of bytes that a keeper reserves at once.
const keepStep = 64 << 10

// keeper accounts for the memory of states, in steps.
type keeper struct {
	budget         *memory.Budget
	used, reserved int64
}

// take accounts for n more bytes.
func (k *keeper) take(n int64) error {
	k.used += n
	if k.used <= k.reserved || k.budget == nil {
		return nil
	}
	step := max(k.used-k.reserved, keepStep)
	if err := k.budget.Reserve(step); err != nil {
		k.used -= n
		return LimitReached(err)
	}
	k.reserved += step
	return nil
}

func (k *keeper) release() {
	k.budget.Release(k.reserved)
	k.used, k.reserved = 0, 0
}

// extend returns s with at least n elements, the new ones zero.
func extend[T any](s []T, n int) []T {
	if n <= len(s) {
		return s
	}
	return slices.Grow(s, n-len(s))[:n]
}

// target is the group that group g of a merged aggregator goes to.
func target(to []uint32, g int) int {
	if to == nil {
		return g
	}
	return int(to[g])
}

// targets returns how many groups a merge needs.
func targets(to []uint32, groups int) int {
	if to == nil {
		return groups
	}
	n := 0
	for _, g := range to {
		n = max(n, int(g)+1)
	}
	return n
}
