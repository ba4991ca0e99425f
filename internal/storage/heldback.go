package storage

import (
	"memgraphd/internal/storage/arena"
)

// keep counts a property blob that stays in memory until e is collected.
func (e *ending) keep(s *Store, blob arena.Ref) {
	if blob != 0 {
		e.held += int64(arena.RoundUp(s.blobSize(blob)))
	}
}

// HeldBack returns how many transactions that have ended are not collected yet, and about
// how many bytes of old versions they keep in memory. A view that stays open for long is
// what holds them back.
func (s *Store) HeldBack() (transactions, bytes int64) {
	return s.collector.left.Load(), s.collector.held.Load()
}

// Hold measures what one view holds back.
type Hold struct {
	tx   *Tx
	from int64 // collector.ever when the measurement began
}

// MeasureHold returns what measures how much the view of tx holds back from now on.
func (tx *Tx) MeasureHold() *Hold { return &Hold{tx, tx.store.collector.ever.Load()} }

// Bytes returns about how many bytes of old versions go when the view ends, and 0 where an
// older view would hold them back anyway. The view must be open.
func (h *Hold) Bytes() int64 {
	s := h.tx.store
	if s.views.Oldest() < h.tx.opened.Stamp() {
		return 0
	}
	// Nothing that ended after the view was opened can have been collected.
	return s.collector.ever.Load() - h.from
}
