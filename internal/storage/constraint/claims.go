package constraint

import (
	"slices"
	"sync"

	"memgraphd/internal/storage/value"
)

// Claims is the values that commits in progress make their own. A commit claims every
// value that its nodes did not have before, then looks whether others have it, and keeps
// the claim until its outcome is out. So of two commits with one value the second sees
// what became of the first.
//
// A claim is a hash: commits whose values share one wait for each other without need.
// All claims of a commit are taken at once, in ascending order, so that no two wait for
// each other.
type Claims struct {
	shards [claimShards]claimShard
}

const claimShards = 64

type claimShard struct {
	mu      sync.Mutex
	changed sync.Cond
	held    map[uint64]struct{} // guarded by mu
}

// ClaimBytes is about what a claim takes.
const ClaimBytes = 32

// Init makes an empty table.
func (c *Claims) Init() {
	for i := range c.shards {
		s := &c.shards[i]
		s.changed.L = &s.mu
		s.held = map[uint64]struct{}{}
	}
}

// ClaimOf returns the claim on the values of a constraint, which has a number of its own.
func ClaimOf(constraint uint64, values []value.Value) uint64 {
	return value.Combine(constraint, hashOf(values))
}

func (c *Claims) shard(claim uint64) *claimShard { return &c.shards[claim%claimShards] }

// Take sorts claims, drops repetitions, and returns once it holds all of them.
func (c *Claims) Take(claims []uint64) []uint64 {
	slices.Sort(claims)
	claims = slices.Compact(claims)
	for _, claim := range claims {
		s := c.shard(claim)
		s.mu.Lock()
		for {
			if _, taken := s.held[claim]; !taken {
				break
			}
			s.changed.Wait()
		}
		s.held[claim] = struct{}{}
		s.mu.Unlock()
	}
	return claims
}

// Give gives up what Take returned.
func (c *Claims) Give(claims []uint64) {
	for _, claim := range claims {
		s := c.shard(claim)
		s.mu.Lock()
		delete(s.held, claim)
		s.changed.Broadcast()
		s.mu.Unlock()
	}
}

// Held returns the number of claims.
func (c *Claims) Held() int {
	n := 0
	for i := range c.shards {
		s := &c.shards[i]
		s.mu.Lock()
		n += len(s.held)
		s.mu.Unlock()
	}
	return n
}
