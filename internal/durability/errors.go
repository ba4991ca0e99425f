package durability

import (
	"errors"
	"fmt"
	"syscall"

	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/wal"
)

// Errors of the Manager that a caller may branch on.
var (
	// ErrSnapshotRunning reports that another snapshot is being written.
	ErrSnapshotRunning = errors.New("another snapshot creation is already in progress")
	// ErrSnapshotEnded reports a snapshot that LOCK DATA DIRECTORY, EndSnapshot or the end of
	// the server ended.
	ErrSnapshotEnded = errors.New("the snapshot was ended before it was complete; nothing was lost, create it again")
	// ErrClosed reports a Manager that was closed.
	ErrClosed = errors.New("the data directory is closed")
	// ErrDirectoryHeld reports that a start would have to move files of a locked directory.
	ErrDirectoryHeld = errors.New("the data directory is locked by LOCK DATA DIRECTORY")
)

// The kinds of failure of a start, for errors.As. Together with DirectoryLockedError and
// NotWritableError they are all that a user may have to act on.
type (
	// DamagedSnapshotError reports a snapshot that cannot be used, and that nothing replaces.
	DamagedSnapshotError = snapshot.DamagedError
	// DamagedLogError reports damage of the log that is not the torn end of a crash.
	DamagedLogError = wal.DamageError
	// NewerFormatError reports a file that a newer version wrote.
	NewerFormatError = recovery.NewerFormatError
	// ForeignFilesError reports files of another product or another database.
	ForeignFilesError = recovery.ForeignFilesError
	// IdentityError reports a database.json that is damaged or missing.
	IdentityError = recovery.IdentityError
	// MissingFilesError reports commits that are in no file.
	MissingFilesError = recovery.GapError
	// WrongKindError reports a symbolic link, or a folder where a file belongs.
	WrongKindError = recovery.WrongKindError
	// CommitError reports a commit whose record is intact and which cannot be repeated.
	CommitError = recovery.CommitError
	// Loss is the last good point of a directory that was refused.
	Loss = recovery.Loss
	// RefusedError wraps the others: why the directory was not opened, and what can be had
	// of it all the same.
	RefusedError = recovery.RefusedError
)

// BrokenError reports that a start failed and was allowed to go on without data.
type BrokenError struct {
	Err error
}

// Error names the cause.
func (e *BrokenError) Error() string {
	return fmt.Sprintf("the database is broken: the recovery at the start failed: %v", e.Err)
}

// Unwrap returns the cause.
func (e *BrokenError) Unwrap() error { return e.Err }

// DirectoryLockedError reports that another process uses the data directory.
type DirectoryLockedError struct {
	Dir string
	Err error
}

// Error names the directory and the way out.
func (e *DirectoryLockedError) Error() string {
	return fmt.Sprintf("data directory %s is in use by another server (%v); stop that server, or choose another directory with --data-directory",
		e.Dir, e.Err)
}

// Unwrap returns the cause.
func (e *DirectoryLockedError) Unwrap() error { return e.Err }

// WaitEndedError reports that a start was stopped while it waited for another process to
// leave the data directory.
type WaitEndedError struct {
	Dir string
	Err error // why it was stopped
}

// Error says that nothing has happened.
func (e *WaitEndedError) Error() string {
	return fmt.Sprintf("stopped while another server was using the data directory %s: nothing was read or changed there", e.Dir)
}

// Unwrap returns the cause.
func (e *WaitEndedError) Unwrap() error { return e.Err }

// NotWritableError reports that a file could not be written into the data directory.
type NotWritableError struct {
	Dir string
	Err error
}

// Error names the directory, the cause and the way out.
func (e *NotWritableError) Error() string {
	if errors.Is(e.Err, syscall.ENOTDIR) {
		return fmt.Sprintf("data directory %s cannot be made: it, or what should be above it, is a file; choose another directory "+
			"with --data-directory", e.Dir)
	}
	return fmt.Sprintf("data directory %s cannot be written to (%v); give the user that runs the server write permission and "+
		"free space there, or choose another directory with --data-directory", e.Dir, e.Err)
}

// Unwrap returns the cause.
func (e *NotWritableError) Unwrap() error { return e.Err }
