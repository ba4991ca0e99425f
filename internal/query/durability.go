package query

import (
	"context"
	"errors"
	"time"

	"memgraphd/internal/query/failure"
)

// Durability is what the statements about snapshots and the data directory need. The
// package durability has the methods behind it.
type Durability interface {
	// CreateSnapshot writes a snapshot now and returns its path.
	CreateSnapshot(ctx context.Context) (path string, err error)
	// Snapshots lists the snapshots that are kept, newest first.
	Snapshots(ctx context.Context) ([]Snapshot, error)
	// NextSnapshot returns when the scheduler writes the next one and into which
	// directory; ok is false while none is scheduled.
	NextSnapshot() (dir string, at time.Time, ok bool)
	// RunningSnapshot returns the snapshot that is being written; ok is false while none is.
	RunningSnapshot() (s RunningSnapshot, ok bool)
	// EndSnapshot ends it; CreateSnapshot then fails with ErrSnapshotEnded. It returns false
	// while none is being written.
	EndSnapshot() bool
	// LockDataDirectory holds every deletion and rename; changed is false when it was
	// locked already.
	LockDataDirectory(owner string) (changed bool, err error)
	// UnlockDataDirectory ends that; changed is false when it was not locked.
	UnlockDataDirectory() (changed bool, err error)
	// DataDirectoryLock tells whether it is locked, by whom and since when.
	DataDirectoryLock() (DirectoryLock, error)
	// Info returns further rows for SHOW STORAGE INFO.
	Info() []InfoRow
	// Recovery returns the rows of SHOW RECOVERY INFO: what the start found and did.
	Recovery() []InfoRow
	// Broken returns why the start brought nothing back though it was to go on; nil where
	// all is well. It never changes.
	Broken() error
}

// Snapshot describes one kept snapshot.
type Snapshot struct {
	Path    string
	Index   uint64 // the commit that it holds the graph at
	Created time.Time
	Bytes   int64
}

// RunningSnapshot describes a snapshot that is being written.
type RunningSnapshot struct {
	Trigger     string // why: "manual" or "periodic"
	Started     time.Time
	Phase       string // what it is doing
	Bytes       int64  // written
	Held        int64  // bytes of old versions that it keeps in memory
	Done, Total int64  // of what it has to do; Total is 0 while it is not known
}

// ErrSnapshotEnded reports a snapshot that somebody ended.
var ErrSnapshotEnded = errors.New("it was ended")

// DirectoryLock describes LOCK DATA DIRECTORY.
type DirectoryLock struct {
	Locked bool
	Owner  string
	Since  time.Time
}

// InfoRow is one line of an information statement.
type InfoRow struct{ Name, Value string }

// durability returns what carries out the statements about files.
func (s *Session) durability() (Durability, error) {
	if s.engine.o.Durability == nil {
		return nil, failure.New(failure.ClientError, failure.Runtime, "NoDataDirectory",
			"this engine keeps its data in memory only")
	}
	return s.engine.o.Durability, nil
}

// durabilityError names what failed; trying again may work.
func durabilityError(detail, what string, err error) error {
	return failure.New(failure.TransactionError, failure.Runtime, detail, "%s: %s", what, err).
		WithHint("see the server's log, mend the cause and try again").
		WithCode("Neo.TransientError.General.DatabaseUnavailable").WithCause(err)
}
