package storage

import (
	"time"

	"memgraphd/internal/storage/memory"
)

// Isolation says what a transaction sees of the commits of others.
type Isolation uint8

// The isolation levels.
const (
	// SnapshotIsolation reads as of the begin of the transaction.
	SnapshotIsolation Isolation = iota
	// ReadCommitted reads as of the begin of each statement.
	ReadCommitted
)

// Isolation returns the level of transactions that do not ask for another one.
func (s *Store) Isolation() Isolation { return s.options.Isolation }

// Options configure a Store.
type Options struct {
	Journal   Journal          // nil: memory only, commits are visible at once
	Budget    *memory.Budget   // nil: unlimited
	Now       func() time.Time // wall clock stamped on commits; nil: none
	Isolation Isolation        // default of transactions
	Columns   ColumnOptions
}

// TxOptions configure a transaction.
type TxOptions struct {
	ReadOnly  bool           // refuse writes
	Isolation *Isolation     // nil: the store's
	Budget    *memory.Budget // nil: the store's; else undo bytes count here too
}
