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
			"run DUMP DATABASE there, choose an empty data directory here, and load the dump with memgraphd shell", e.Dir, list)
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
