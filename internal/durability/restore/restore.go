package restore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/recovery"
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

// Keys open what is encrypted.
type Keys = object.Keys

// Options say what to restore, up to where, and where to.
type Options struct {
	From   object.Store // the repository; Run does not close it
	Keys   object.Keys  // that open what is encrypted
	Target Target
	Mode   Mode

	FS       vfs.FS
	Dir      string                // the data directory, for ModeRestore
	TempDir  string                // for one snapshot and two or three segments of the log; "": a folder in Dir
	NewStore func() *storage.Store // makes an empty one; Run closes it
	Workers  int                   // that verify, load and write a snapshot; default 2
	KeepFree uint64                // bytes that have to stay free on the disk of Dir

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
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return Report{}, err
	}
	v, err := survey(ctx, o.From)
	if err != nil {
		return Report{}, err
	}
	j := newJob(o, v)
	j.open = func(ctx context.Context, name string) (io.ReadCloser, error) {
		return object.Unseal(ctx, o.From, name, o.Keys)
	}
	j.tell(Progress{Phase: PhasePlan})
	switch o.Mode {
	case ModePlan:
		err = j.preview(ctx)
	case ModeProve:
		err = j.prove(ctx)
	case ModeRestore:
		err = j.restore(ctx)
	}
	j.report.Took = o.Now().Sub(j.began)
	return j.report, errors.Join(err, j.close())
}

func (o Options) withDefaults() Options {
	if o.Workers == 0 {
		o.Workers = 2
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	return o
}

func (o *Options) validate() error {
	switch {
	case o.From == nil, o.Now == nil:
		return errors.New("restore: From and Now are required")
	case o.Mode == ModePlan:
		return nil
	case o.FS == nil, o.NewStore == nil:
		return errors.New("restore: FS and NewStore are required")
	case o.Mode == ModeRestore && o.Dir == "":
		return errors.New("restore: Dir is required")
	case o.Mode == ModeProve && o.TempDir == "":
		return errors.New("restore: TempDir is required")
	}
	return nil
}

// preview reports what would be read.
func (j *job) preview(ctx context.Context) error {
	ways, err := j.v.ways(j.target)
	if err != nil {
		return err
	}
	for _, w := range ways {
		late, err := j.tooLate(ctx, w.image)
		if err != nil {
			return err
		}
		if late {
			continue
		}
		j.plan(w)
		if err := w.gaps(j.v.where); err != nil {
			return err
		}
		if err := w.holes(j.v.where); err != nil {
			return err
		}
		return j.foresee(ctx, w)
	}
	return j.v.onlyLater(j.target)
}

// prove rebuilds the database and looks whether it is consistent.
func (j *job) prove(ctx context.Context) (err error) {
	r, err := j.room(ctx)
	if err == nil {
		err = checkRoom(j.o.FS, j.o.TempDir, r.temp, 0)
	}
	if err != nil {
		return err
	}
	var remove func() error
	if j.temp, remove, err = tempFolder(j.o.FS, j.o.TempDir); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	if err := j.rebuild(ctx); err != nil {
		return err
	}
	if err := j.store.Check(); err != nil {
		return fmt.Errorf("%s: what was restored is not consistent: %w", j.v.where, err)
	}
	return nil
}

// restore rebuilds the database beside what is in the data directory, and swaps.
func (j *job) restore(ctx context.Context) (err error) {
	o := &j.o
	if there, failed := vfs.Exists(o.FS, o.Dir); failed == nil && !there {
		if err = j.checkRoom(ctx); err != nil {
			return err
		}
	}
	if err = makeDirectory(o.FS, o.Dir); err != nil {
		return err
	}
	lock, err := o.FS.Lock(filepath.Join(o.Dir, recovery.LockFileName))
	if err != nil {
		return &InUseError{Dir: o.Dir, Err: err}
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if err := checkHeld(o.FS, o.Dir); err != nil {
		return err
	}
	// What an earlier restore has left gives its room back first.
	if _, err := recovery.FinishSwap(o.FS, o.Dir); err != nil {
		return err
	}
	if err := j.checkRoom(ctx); err != nil {
		return err
	}
	return j.beside(ctx, func(g *recovery.Generation) error { return j.write(ctx, g, "a restore from "+j.v.where, "") })
}

// beside rebuilds the database, and has write make the new generation and put it in place.
// The directory is locked.
func (j *job) beside(ctx context.Context, write func(*recovery.Generation) error) (err error) {
	g, err := recovery.NewGeneration(j.o.FS, j.o.Dir)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.Discard())
		}
	}()
	j.temp = cmp.Or(j.o.TempDir, g.Temp())
	if err := j.o.FS.MkdirAll(j.temp); err != nil {
		return fmt.Errorf("temporary folder: %w", err)
	}
	if err := j.rebuild(ctx); err != nil {
		return err
	}
	return write(g)
}
