package mvcc

import (
	"sync"
	"sync/atomic"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/memory"
)

// Slot numbers the outcome of a transaction; 0 means none.
type Slot uint32

// Outcome is the word of a slot.
type Outcome uint64

// The outcomes other than a commit timestamp.
const (
	Running    Outcome = 1 << 63
	Committing Outcome = 1<<63 | 1<<62
	Aborted    Outcome = 1<<63 | 1<<61
)

// Committed reports whether o is a commit timestamp.
func (o Outcome) Committed() bool { return o < Running }

// View is what a transaction may see: commits up to ReadTS, and its own changes.
type View struct {
	ReadTS uint64
	Self   Slot
}

// Slots is the table of outcomes.
type Slots struct {
	words arena.Table[atomic.Uint64]
	mu    sync.Mutex
	free  []Slot
	next  Slot
}

// Init makes an empty table.
func (s *Slots) Init(budget *memory.Budget) {
	s.words.Init(10, budget)
	s.next = 1
}

// Take returns a slot for a running transaction.
func (s *Slots) Take() Slot {
	s.mu.Lock()
	defer s.mu.Unlock()
	var slot Slot
	if last := len(s.free) - 1; last >= 0 {
		slot = s.free[last]
		s.free = s.free[:last]
	} else {
		slot = s.next
		s.next++
		s.words.Grow(uint64(slot)+1, nil)
	}
	s.Set(slot, Running)
	return slot
}

// Give returns a slot that no undo record names any more.
func (s *Slots) Give(slot Slot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, slot)
}

// InUse returns the number of slots taken.
func (s *Slots) InUse() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int(s.next) - 1 - len(s.free)
}

// Set changes the outcome of a slot.
func (s *Slots) Set(slot Slot, o Outcome) { s.words.At(uint32(slot)).Store(uint64(o)) }

// Get returns the outcome of a slot.
func (s *Slots) Get(slot Slot) Outcome { return Outcome(s.words.At(uint32(slot)).Load()) }

// Sees reports whether the changes of slot are in the view v.
func (s *Slots) Sees(v View, slot Slot) bool {
	return slot == v.Self || uint64(s.Get(slot)) <= v.ReadTS
}
