package restore

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
)

// Mode says how far a restore goes.
type Mode uint8

const (
	// ModeRestore proves, rebuilds, and puts the result into the data directory.
	ModeRestore Mode = iota
	// ModePlan only says what would be read, from names and headers, and writes nothing.
	ModePlan
	// ModeProve reads, proves and rebuilds everything in memory, and writes nothing but
	// temporary files.
	ModeProve
)

// Target is the moment to restore. The zero value is the newest commit.
type Target struct {
	Commit   change.Index // this commit; 0: no bound
	Time     time.Time    // the newest commit that is not after it; zero: no bound
	Timeline uint32       // on this timeline and its parents; 0: the newest one
}

// Options say what to restore, up to where, and where to.
type Options struct {
	From   object.Store // the repository; Run does not close it
	Target Target
	Mode   Mode

	FS       vfs.FS
	Dir      string                // the data directory; not needed with ModePlan, and with ModeProve if TempDir is set
	TempDir  string                // for one snapshot and two segments of the log; "": a folder in Dir
	NewStore func() *storage.Store // makes an empty one; Run closes it
	Workers  int                   // that verify, load and write a snapshot; default 2

	Now      func() time.Time
	Log      *zap.Logger    // nil: nobody hears
	Progress func(Progress) // hears now and then how far it is, never twice at once; nil: nobody asks
}

// Phase is a part of a restore.
type Phase string

// The phases, in their order. The log is fetched while it is replayed.
const (
	PhasePlan   Phase = "plan"     // the repository is listed
	PhaseFetch  Phase = "fetch"    // the snapshot is fetched
	PhaseVerify Phase = "verify"   // its checksums are compared
	PhaseLoad   Phase = "snapshot" // it is loaded
	PhaseLog    Phase = "log"      // the log is fetched, verified and replayed
	PhaseWrite  Phase = "write"    // the new generation is written and read back
)

// Progress says how far a restore is.
type Progress struct {
	Phase   Phase
	Bytes   int64 // of the phase, done
	Total   int64 // that the phase has to do; 0: not known
	Commits int64 // replayed
	Elapsed time.Duration
	InPhase time.Duration
}

// Piece is one object that a restore reads.
type Piece struct {
	Name  string
	Bytes int64 // as stored
}

// Problem is an object that could not be used.
type Problem struct {
	Object string
	Err    error
}

// Report says what a restore would do, or did.
type Report struct {
	Database [16]byte
	Timeline uint32       // that the target is on
	Commit   change.Index // that was reached; with ModePlan the one that the names promise
	Time     time.Time    // of that commit; with no log replayed, when its snapshot was made
	// Exact is false where the repository ends before the time that was asked for: commits
	// between its end and that time may have been made, and are not in it.
	Exact bool
	// Missing says in words what was asked for and is not in the repository.
	Missing []string
	// Problems are objects that were passed over because others could take their place.
	Problems []Problem

	Snapshot Piece   // the restore begins with it; no name: it begins with the empty graph
	Index    uint64  // commit of that snapshot
	Pieces   []Piece // of the log, in order
	Bytes    int64   // of all objects that are, or were, read, as stored
	Replayed int64   // commits
	Nodes    int64
	Edges    int64

	NewTimeline uint32        // that the data directory begins; 0: nothing was written
	KeptIn      string        // folder with the former generation of the data directory; "": there was none
	Took        time.Duration // in all
}

// Run restores from a repository as o says. Where it fails the data directory is as it was,
// or, if the failure came after the new generation was complete, the next start or the next
// Run puts it in place.
func Run(ctx context.Context, o Options) (Report, error) {
	if o.From == nil || o.Now == nil {
		return Report{}, errors.New("restore: From and Now are required")
	}
	return Report{}, ctx.Err()
}
