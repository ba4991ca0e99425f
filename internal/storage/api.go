package storage

import (
	"errors"
	"time"

	"memgraphd/internal/storage/adjacency"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/property"
)

// Errors that a caller may branch on.
var (
	// ErrConflict reports a write to a thing that another transaction changed first. It is transient: run the transaction again.
	ErrConflict = errors.New("conflicting transactions: another transaction changed the same data first")
	// ErrConnected reports the deletion of a node that still has relationships.
	ErrConnected = errors.New("the node still has relationships")
	// ErrNotFound reports a node or relationship that does not exist in the view of the transaction.
	ErrNotFound = errors.New("no such node or relationship")
	// ErrNotStorable reports a property value that holds a node, a relationship or a path.
	ErrNotStorable = errors.New("the value cannot be stored as a property")
	// ErrNameLimit reports that no further label, type or key name fits.
	ErrNameLimit = errors.New("too many distinct names")
	// ErrReadOnly reports a write in a transaction that was begun read only, or has ended.
	ErrReadOnly = errors.New("the transaction cannot write")
	// ErrIDsExhausted reports that every node or relationship slot is in use.
	ErrIDsExhausted = errors.New("no free node or relationship ids")
	// ErrJournal reports that the log refused a commit; the transaction was rolled back.
	ErrJournal = errors.New("the transaction could not be logged")
	// ErrJournalFull is matched beside ErrJournal where there is no room for the log: the transaction is not in it,
	// and can be tried again.
	ErrJournalFull = errors.New("there is no room for the log")
	// ErrJournalStopped is matched beside ErrJournal where the log takes nothing more until a restart.
	ErrJournalStopped = errors.New("the log has stopped")
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

// Options configure a Store.
type Options struct {
	Journal   Journal          // nil: memory only, commits are visible at once
	Budget    *memory.Budget   // nil: unlimited
	Now       func() time.Time // wall clock stamped on commits; nil: none
	Isolation Isolation        // default of transactions
	Columns   ColumnOptions
}

// Journal is what the store needs from a log.
type Journal interface {
	// Prepare encodes c, everything but Index and Wall, which are set at Enqueue. It is called concurrently.
	Prepare(c *change.Commit) (Ticket, error)
}

// Announcer is a Journal that tells the outcome of many commits at once.
type Announcer interface {
	Journal
	// Announce makes the journal call settled for every commit, each time for those that come next in the order of
	// their indexes, before Wait of any of them returns: those up to good may be acknowledged, and those after it up
	// to last have failed. It is called once, before the first commit.
	Announce(settled func(good, last change.Index))
}

// Ticket is one prepared commit.
type Ticket interface {
	// Enqueue puts the record into the log as commit index. It is called in index order and never waits for I/O.
	// An error means that the record is not in the log: the commit fails and index is used again.
	Enqueue(index change.Index, wall int64) error
	// Wait blocks until the commit may be acknowledged, or failed. It is called once, and last.
	Wait() error
}

// TxOptions configure a transaction.
type TxOptions struct {
	ReadOnly  bool           // refuse writes
	Isolation *Isolation     // nil: the store's
	Budget    *memory.Budget // nil: the store's; else undo bytes count here too
}

// Property is one key and value of a node or relationship.
type Property = property.Property

// Segment is a run of relationships of one type: Nodes[i] is the other end of Edges[i].
type Segment = adjacency.Segment

// IndexDef names an index: a label, or a label and a property key.
type IndexDef struct {
	Label  graph.LabelID
	Key    graph.KeyID
	HasKey bool
}

// IndexInfo describes an index.
type IndexInfo struct {
	IndexDef
	Ready    bool  // its build has ended
	Entries  int64 // entries, of which some may be of old versions
	Distinct int64 // estimate of the distinct values
}

// MemoryInfo is what the store holds, in bytes.
type MemoryInfo struct {
	Nodes      int64
	Edges      int64
	Adjacency  int64
	Properties int64
	Indexes    int64
	Columns    int64 // of properties and labels, derived for scans
	Undo       int64
	Names      int64
}
