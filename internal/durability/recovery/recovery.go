package recovery

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/durability/retention"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
)

// Options say what to recover, and into what.
type Options struct {
	FS      vfs.FS
	Dir     string
	Store   *storage.Store // empty
	Locked  bool           // nothing may be deleted or renamed
	Workers int            // that verify a snapshot; default 2
	Now     func() time.Time
	Log     *zap.Logger

	// Progress hears now and then how far the recovery is, on one of the goroutines that
	// work, never on two at once. nil: nobody asks.
	Progress func(Progress)
}

// Phase is a part of a recovery.
type Phase string

// The phases, in their order.
const (
	PhaseVerify   Phase = "verify"   // the snapshot is read and its checksums compared
	PhaseSnapshot Phase = "snapshot" // the snapshot is loaded
	PhaseLog      Phase = "log"      // the log is replayed
)

// Progress says how far a recovery is.
type Progress struct {
	Phase   Phase
	Bytes   int64         // of the phase's file or files, done
	Total   int64         // bytes that the phase has to do
	Commits int64         // replayed
	Elapsed time.Duration // since the recovery began
	InPhase time.Duration // since the phase began
}

// Rate returns the bytes per second of the phase so far, 0 where it has hardly begun.
func (p Progress) Rate() float64 {
	if p.InPhase <= 0 {
		return 0
	}
	return float64(p.Bytes) / p.InPhase.Seconds()
}

// Remaining estimates how long the phase still takes; ok is false where nobody can tell.
func (p Progress) Remaining() (left time.Duration, ok bool) {
	rate := p.Rate()
	if rate <= 0 || p.Total <= p.Bytes {
		return 0, p.Total > 0 && p.Total <= p.Bytes
	}
	return time.Duration(float64(p.Total-p.Bytes) / rate * float64(time.Second)), true
}

// Report says what a recovery found and did.
type Report struct {
	Snapshot    snapshot.Info   // that was loaded; zero where there was none
	Nodes       uint64          // in it
	Edges       uint64          // in it
	Replayed    int64           // commits of the log after it
	LogBytes    int64           // that were read of the log
	Last        change.Index    // newest commit
	Tail        *wal.TailReport // torn tail of the log that was cut; nil: none
	Clean       bool            // the log was closed in good order
	NoLog       bool            // there is none, so that nothing tells how the server before was stopped
	Quarantined []string        // damaged snapshots: where they are now
	Damaged     []error         // what was wrong with them
	Duration    time.Duration
	New         bool // the directory held no database

	Started time.Time
	Loss    *Loss  // what was given up, because the operator said so; nil: nothing
	KeptIn  string // folder with the files as they were before that
}

// Result is what the server goes on with.
type Result struct {
	Identity Identity
	End      wal.End // where to append
	Report   Report
}

// Run recovers a data directory into o.Store. Where it fails, the directory is as it was;
// the error is then a *RefusedError unless ctx ended it.
func Run(ctx context.Context, o Options) (*Result, error) {
	r := newRun(o)
	found, err := inspect(o.FS, o.Dir)
	inspected := err == nil
	if inspected {
		err = r.recover(ctx, found)
	}
	switch {
	case err == nil:
		return &r.out, nil
	case ctx.Err() != nil:
		return nil, err
	}
	refused := &RefusedError{Err: err}
	if inspected {
		refused.Loss = r.assess(ctx, found, err)
	}
	return nil, refused
}

func newRun(o Options) *run {
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	r := &run{o: o, started: o.Now()}
	r.out.Report.Started = r.started
	return r
}

// recover takes the steps of a start.
func (r *run) recover(ctx context.Context, found contents) error {
	if err := r.identity(found); err != nil {
		return err
	}
	if err := r.bring(ctx, found); err != nil {
		return err
	}
	if err := r.folders(); err != nil {
		return err
	}
	if err := r.tidy(found); err != nil {
		return err
	}
	r.conclude()
	return nil
}

// bring brings back what the directory holds, and changes nothing there.
func (r *run) bring(ctx context.Context, found contents) error {
	good, err := r.load(ctx, found)
	if err != nil {
		return err
	}
	r.loaded, r.good = true, good
	if err := r.replay(ctx, good); err != nil {
		return err
	}
	return r.judge(found, r.o.Store.LastCommitted())
}

// conclude fills what a report says at its end.
func (r *run) conclude() {
	r.out.Report.Last = r.o.Store.LastCommitted()
	r.out.Report.Duration = r.o.Now().Sub(r.started)
}

// run is one recovery.
type run struct {
	o       Options
	started time.Time
	out     Result
	bad     []badSnapshot
	loaded  bool         // a snapshot was loaded, or there is none
	good    change.Index // the commit of the one that was loaded, else 0

	told       sync.Mutex // guards what follows, and is held while Progress hears
	phase      Phase
	phaseBegan time.Time
}

// badSnapshot is a snapshot that did not verify.
type badSnapshot struct {
	path  string
	index change.Index
	err   error
}

// identity reads who the database is, or makes a new one.
func (r *run) identity(found contents) error {
	id, err := readIdentity(r.o.FS, r.o.Dir)
	switch {
	case err == nil:
		r.out.Identity = id
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	case !found.fresh():
		return &IdentityError{File: filepath.Join(r.o.Dir, identityName), Reason: "is missing, though there are snapshots or a log"}
	case len(found.unknown) > 0:
		return &ForeignFilesError{Dir: r.o.Dir, Files: found.unknown}
	}
	r.out.Identity = newIdentity(r.o.Now())
	r.out.Report.New = true
	return WriteIdentity(r.o.FS, r.o.Dir, r.out.Identity)
}

// folders makes the folders of the directory.
func (r *run) folders() error {
	for _, name := range []string{SnapshotsName, LogName} {
		if err := r.o.FS.MkdirAll(filepath.Join(r.o.Dir, name)); err != nil {
			return fmt.Errorf("data directory: %w", err)
		}
	}
	if err := r.o.FS.SyncDir(r.o.Dir); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	return nil
}

// load loads the newest snapshot that verifies and returns its index.
func (r *run) load(ctx context.Context, found contents) (change.Index, error) {
	for _, name := range found.snapshots {
		path := filepath.Join(r.o.Dir, SnapshotsName, name)
		index, created, _ := snapshot.ParseName(name)
		err := r.loadOne(ctx, path, index)
		var damaged *snapshot.DamagedError
		switch {
		case err == nil:
			r.out.Report.Snapshot.Path, r.out.Report.Snapshot.Index = path, index
			r.out.Report.Snapshot.Created = created
			return index, nil
		case errors.As(err, &damaged):
			r.bad = append(r.bad, badSnapshot{path, index, err})
			r.o.Log.Error("snapshot cannot be used; trying the next older one", zap.Error(err))
		default:
			return 0, err
		}
	}
	return 0, nil
}

// loadOne verifies a snapshot before it touches the store.
func (r *run) loadOne(ctx context.Context, path string, index change.Index) (err error) {
	f, err := r.verify(ctx, path, index)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	err = f.Fill(ctx, r.o.Store, max(r.o.Workers, 2), func(p snapshot.Progress) {
		r.progress(Progress{Phase: PhaseSnapshot, Bytes: p.Bytes, Total: p.Total})
	})
	if newer, ok := errors.AsType[*change.NewerEntryError](err); ok {
		return newerEntry(newer, path)
	}
	if err != nil && ctx.Err() == nil {
		// Its checksums are good and the store is half full: no older snapshot can be
		// tried in this process, whatever the error is.
		return fmt.Errorf("load of snapshot %s, whose checksums are good: %s; start again, or move this file away, so that an older "+
			"snapshot and the log take its place", path, err.Error())
	}
	counts := f.Counts()
	r.out.Report.Snapshot.Bytes, r.out.Report.Nodes, r.out.Report.Edges = f.Bytes(), counts.Nodes, counts.Edges
	return err
}

// verify opens a snapshot and reads the whole of it. The caller closes it.
func (r *run) verify(ctx context.Context, path string, index change.Index) (*snapshot.File, error) {
	f, err := snapshot.Open(r.o.FS, path)
	if newer, ok := errors.AsType[*snapshot.NewerFormatError](err); ok {
		return nil, &NewerFormatError{File: path, Format: int(newer.Format), Supported: snapshot.Format, Err: err}
	}
	if err != nil {
		return nil, err
	}
	switch h := f.Header(); {
	case h.Database != r.out.Identity.Database:
		err = &ForeignFilesError{Dir: r.o.Dir, Files: []string{path}, Owner: otherOwner}
	case h.Index != index:
		err = &snapshot.DamagedError{File: path, Reason: fmt.Sprintf("its name says commit %d, its header %d", index, h.Index)}
	default:
		r.progress(Progress{Phase: PhaseVerify, Total: f.Bytes()})
		err = f.VerifyTelling(ctx, max(r.o.Workers, 2), func(p snapshot.Progress) {
			r.progress(Progress{Phase: PhaseVerify, Bytes: p.Bytes, Total: p.Total})
		})
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (r *run) progress(p Progress) {
	if r.o.Progress == nil {
		return
	}
	r.told.Lock()
	defer r.told.Unlock()
	now := r.o.Now()
	if p.Phase != r.phase {
		r.phase, r.phaseBegan = p.Phase, now
	}
	p.Elapsed, p.InPhase = now.Sub(r.started), now.Sub(r.phaseBegan)
	r.o.Progress(p)
}

// replay applies the log after the snapshot.
func (r *run) replay(ctx context.Context, good change.Index) error {
	p := newReplayer(ctx, r)
	o := r.logOptions()
	o.OnScan = p.scanned
	end, err := wal.Scan(o, uint64(good)+1, p.record)
	if applyErr := p.finish(); applyErr != nil {
		return r.explain(applyErr, good)
	}
	if err != nil {
		return r.explain(err, good)
	}
	r.out.End = end
	r.out.Report.Replayed, r.out.Report.LogBytes = p.applied, p.total.Load()
	r.out.Report.Tail = end.Tail
	r.out.Report.Clean, r.out.Report.NoLog = end.Clean, len(end.Segments) == 0
	return nil
}

// logOptions are those for reading the log.
func (r *run) logOptions() wal.Options {
	return wal.Options{FS: r.o.FS, Dir: filepath.Join(r.o.Dir, LogName), Database: r.out.Identity.Database, Log: r.o.Log}
}

// newerEntry names an entry of the catalogue that a newer version wrote, and where it is.
func newerEntry(e *change.NewerEntryError, in string) error {
	return &NewerFormatError{File: fmt.Sprintf("the %s %s in %s", e.Kind, e.Name, in), Format: e.Version, Supported: e.Supported, Err: e}
}

// isReadFailure tells whether the disk could not give back what is on it.
func isReadFailure(err error) bool { return errors.Is(err, syscall.EIO) }

// explain turns errors of the log into those that say what to do.
func (r *run) explain(err error, good change.Index) error {
	var (
		gap      *wal.GapError
		entry    *change.NewerEntryError
		version  *wal.VersionError
		payload  *codec.VersionError
		foreign  *wal.ForeignError
		damage   *wal.DamageError
		fallback string
	)
	if len(r.bad) > 0 {
		fallback = fmt.Sprintf(" (it is needed because %v)", r.bad[0].err)
	}
	switch {
	case errors.As(err, &gap):
		return fmt.Errorf("%w%s", &GapError{Dir: r.o.Dir, Snapshot: good, Log: change.Index(gap.First)}, fallback)
	case errors.As(err, &entry):
		return newerEntry(entry, filepath.Join(r.o.Dir, LogName))
	case errors.As(err, &version):
		return &NewerFormatError{File: version.File, Format: int(version.Version), Supported: int(version.Max), Err: err}
	case errors.As(err, &payload):
		at := "a commit of the log"
		if commit, ok := errors.AsType[*CommitError](err); ok {
			at = fmt.Sprintf("commit %d of the log", commit.Index)
		}
		return &NewerFormatError{File: at, Format: payload.Version, Supported: codec.Version, Err: err}
	case errors.As(err, &foreign):
		return fmt.Errorf("%w: %s", &ForeignFilesError{Dir: r.o.Dir, Files: []string{foreign.File}}, foreign.Reason)
	case errors.As(err, &damage):
		return fmt.Errorf("%w%s; nothing was changed: restore this file, or the whole directory, from a backup; "+
			"commits before %d are intact", err, fallback, damage.First)
	}
	return fmt.Errorf("replay of the log: %w%s", err, fallback)
}

// judge decides whether what was recovered, up to last, is all that there was.
func (r *run) judge(found contents, last change.Index) error {
	if r.out.Identity.Log && found.segments == 0 {
		return &GapError{Dir: r.o.Dir, Snapshot: r.good}
	}
	if end := change.Index(r.out.End.Logged()); end < r.out.Identity.Reached {
		return &RolledBackError{File: r.newestSegment(), Ends: end, Reached: r.out.Identity.Reached}
	}
	for _, b := range r.bad {
		if b.index > last {
			return fmt.Errorf("%w; no older snapshot together with the log reaches commit %d (they end at %d): nothing was "+
				"changed: restore this file, or the whole directory, from a backup, or move the file away to go on with commit %d",
				b.err, b.index, last, last)
		}
	}
	return nil
}

// newestSegment returns the path of the log's last segment.
func (r *run) newestSegment() string {
	list := r.out.End.Segments
	if len(list) == 0 {
		return filepath.Join(r.o.Dir, LogName)
	}
	return list[len(list)-1].Name
}

// tidy moves away what does not verify and removes what a crash left behind.
func (r *run) tidy(found contents) error {
	for _, b := range r.bad {
		r.out.Report.Damaged = append(r.out.Report.Damaged, b.err)
	}
	if r.o.Locked {
		return nil
	}
	for _, b := range r.bad {
		to, err := retention.Quarantine(r.o.FS, r.o.Dir, b.path)
		if vfs.NoSpace(err) {
			r.o.Log.Error("damaged snapshot stays where it is until there is room", zap.String("file", b.path), zap.Error(err))
			continue
		}
		if err != nil {
			return err
		}
		r.out.Report.Quarantined = append(r.out.Report.Quarantined, to)
		r.o.Log.Warn("damaged snapshot moved away", zap.String("file", b.path), zap.String("to", to))
	}
	for _, path := range found.temps {
		// That of the identity may have been used again, and renamed, by now.
		if err := r.o.FS.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("left over from a crash: %w", err)
		}
	}
	return nil
}
