package recovery

import (
	"fmt"
	"strings"

	"memgraphd/internal/storage/change"
)

// NewerFormatError reports a file, or a record in one, that a newer version wrote.
type NewerFormatError struct {
	File      string // or which record
	Format    int
	Supported int
	Err       error
}

// Error names the file, both formats and the way out.
func (e *NewerFormatError) Error() string {
	return fmt.Sprintf("%s was written by a newer version: format %d, this server reads up to %d; "+
		"start the version that wrote it, or a newer one", e.File, e.Format, e.Supported)
}

// Unwrap returns the cause.
func (e *NewerFormatError) Unwrap() error { return e.Err }

// ForeignFilesError reports files that are not of this database.
type ForeignFilesError struct {
	Dir   string
	Files []string
	Owner string // whose they are: "Memgraph", "another database", or "" where nobody knows
}

// Error names directory and files, and says what to do.
func (e *ForeignFilesError) Error() string {
	names := e.Files
	more := ""
	if len(names) > 5 {
		more = fmt.Sprintf(" and %d more", len(names)-5)
		names = names[:5]
	}
	list := strings.Join(names, ", ") + more
	switch e.Owner {
	case memgraphOwner:
		return fmt.Sprintf("data directory %s holds files of Memgraph (%s), which this server cannot read; "+
			"run DUMP DATABASE there, choose an empty data directory here, and load the dump with memgraphd import", e.Dir, list)
	case "":
		return fmt.Sprintf("data directory %s holds files that this server does not know (%s); "+
			"choose another data directory, or move these files away", e.Dir, list)
	}
	return fmt.Sprintf("data directory %s holds files of %s (%s); "+
		"choose another data directory, or move these files away", e.Dir, e.Owner, list)
}

const (
	memgraphOwner = "Memgraph"
	otherOwner    = "another database"
)

// IdentityError reports that the identity of the database is damaged or missing.
type IdentityError struct {
	File   string
	Reason string
}

// Error names the file, what is wrong and the way out.
func (e *IdentityError) Error() string {
	return fmt.Sprintf("%s %s; put the file back from a backup of the same database: without it this server cannot "+
		"tell whether the files beside it belong together", e.File, e.Reason)
}

// GapError reports that commits are missing between a snapshot and the log, or that the
// whole log is missing.
type GapError struct {
	Dir      string
	Snapshot change.Index // newest good snapshot, 0: none
	Log      change.Index // first commit in the log, 0: there is no log
}

// Error names what is there, what is missing and the way out.
func (e *GapError) Error() string {
	have := "there is no snapshot"
	if e.Snapshot > 0 {
		have = fmt.Sprintf("the newest good snapshot ends at commit %d", e.Snapshot)
	}
	if e.Log == 0 {
		return fmt.Sprintf("data directory %s: the log is missing (%s, and wal/ has no segment); put the files of wal/ "+
			"back from where they were moved or from a backup", e.Dir, have)
	}
	return fmt.Sprintf("data directory %s: commits %d to %d are missing: %s and the log begins at commit %d; "+
		"put the missing files of wal/ or snapshots/ back from where they were moved or from a backup",
		e.Dir, e.Snapshot+1, e.Log-1, have, e.Log)
}

// RolledBackError reports a log that ends before a commit which it once held durably: its
// newest file was cut, or an older version of it was put in its place.
type RolledBackError struct {
	File    string
	Ends    change.Index
	Reached change.Index
}

// Error names the file, what is missing and the way out.
func (e *RolledBackError) Error() string {
	return fmt.Sprintf("%s: the log ends with commit %d, though it has held commit %d durably: the file was cut, or an older version "+
		"of it was put in its place; put the newest version of this file back from where it was moved or from a backup",
		e.File, e.Ends, e.Reached)
}

// CommitError reports a commit whose record is intact and which cannot be repeated.
type CommitError struct {
	Index change.Index
	What  string // "decoded" or "applied"
	Err   error
}

// Error names the commit and the cause.
func (e *CommitError) Error() string {
	return fmt.Sprintf("commit %d cannot be %s: %v", e.Index, e.What, e.Err)
}

// Unwrap returns the cause.
func (e *CommitError) Unwrap() error { return e.Err }

// WrongKindError reports something else where a file or a folder of the database belongs.
type WrongKindError struct {
	File string
	Is   string // "a symbolic link", "a folder" or "a file"
	Want string // "a file" or "a folder"
}

// Error names the place and the way out.
func (e *WrongKindError) Error() string {
	if e.Is == isLink {
		return fmt.Sprintf("%s is a symbolic link, and this server follows none inside its data directory: put %s itself there "+
			"(another disk can be mounted there)", e.File, e.Want)
	}
	return fmt.Sprintf("%s is %s, where %s of the database belongs: put that back from where it was moved or from a backup", e.File, e.Is, e.Want)
}

const (
	isLink   = "a symbolic link"
	isFile   = "a file"
	isFolder = "a folder"
)

// RefusedError is why a data directory was not opened, and what can be had of it all the
// same.
type RefusedError struct {
	Err  error
	Loss *Loss // nil where nothing can be had without mending the cause
}

// Error tells the cause and, where there is one, the way out that costs commits.
func (e *RefusedError) Error() string {
	if e.Loss == nil {
		return e.Err.Error()
	}
	return e.Err.Error() + "; or " + e.Loss.offer()
}

// Unwrap returns the cause.
func (e *RefusedError) Unwrap() error { return e.Err }
