package query

import (
	"hash/maphash"
	"sync/atomic"

	"memgraphd/internal/storage/value"
)

const (
	// shortcutSlots is how many texts are remembered at most.
	shortcutSlots = 1024
	// shortcutTextMax is the longest text that is remembered, in bytes.
	shortcutTextMax = 4 << 10
)

// shortcuts lead from the whole text of a statement to its plans, so that a text which comes
// again and again is not cut into words each time. A text that comes once leaves only its
// hash, so that texts with other literals each time cost next to nothing; it is remembered
// when it comes the second time. What is remembered is a hint: the entry decides whether a
// plan is good.
type shortcuts struct {
	seed  maphash.Seed
	seen  [shortcutSlots]atomic.Uint64
	slots [shortcutSlots]atomic.Pointer[shortcut]
}

// shortcut is a text and what Strip makes of it. It is immutable.
type shortcut struct {
	text     string
	literals []value.Value
	entry    *planEntry
}

func newShortcuts() *shortcuts { return &shortcuts{seed: maphash.MakeSeed()} }

// find returns a plan for text that is good under c, with the literals of text.
func (s *shortcuts) find(text string, c *conditions) (st statement, ok bool) {
	known := s.known(text)
	if known == nil {
		return st, false
	}
	p := known.entry.find(c)
	if p == nil {
		return st, false
	}
	return statement{prepared: p, literals: known.literals}, true
}

// known returns what is remembered of text, or nil.
func (s *shortcuts) known(text string) *shortcut {
	if len(text) > shortcutTextMax {
		return nil
	}
	known := s.slots[maphash.String(s.seed, text)%shortcutSlots].Load()
	if known == nil || known.text != text {
		return nil
	}
	return known
}

// note notes that text, with its literals taken out, leads to entry.
func (s *shortcuts) note(text string, literals []value.Value, entry *planEntry) {
	if len(text) > shortcutTextMax {
		return
	}
	hash := maphash.String(s.seed, text)
	if s.seen[hash%shortcutSlots].Swap(hash) == hash {
		s.slots[hash%shortcutSlots].Store(&shortcut{text: text, literals: literals, entry: entry})
	}
}
