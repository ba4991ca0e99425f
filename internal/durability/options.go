package durability

import (
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/schedule"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
)

// Progress says how far a recovery is.
type Progress = recovery.Progress

// Phase is a part of a recovery.
type Phase = recovery.Phase

// The phases of a recovery.
const (
	PhaseVerify   = recovery.PhaseVerify
	PhaseSnapshot = recovery.PhaseSnapshot
	PhaseLog      = recovery.PhaseLog
)

// Report says what the recovery at the start found and did.
type Report = recovery.Report

// Options configure a Manager.
type Options struct {
	FS    vfs.FS         // required
	Dir   string         // the data directory, made if it is not there; required
	Store *storage.Store // empty, without a journal; required

	WALEnabled   bool  // log every commit
	FlushEveryN  int   // commits between two syncs of the log; 0 means 1, the only value that loses nothing
	SegmentBytes int64 // size of a segment of the log; 0 means the log's default

	Snapshots       schedule.Schedule // when to write a snapshot; the zero value: none by themselves
	SnapshotOnExit  bool              // write one in Close if there is something new
	SnapshotWorkers int               // that encode a snapshot; 0 means 2
	RecoveryWorkers int               // that load and verify one at the start; 0 means SnapshotWorkers
	// SnapshotBytesPerSecond bounds what a snapshot writes and reads back while transactions
	// go on; 0: as fast as possible.
	SnapshotBytesPerSecond int64
	// SnapshotHeldMax bounds the bytes of old versions that a snapshot keeps in memory. At
	// half of it the snapshot goes on as fast as possible, beyond it it is ended, which is a
	// failure, and the next one is fast from the start. 0: no bound.
	SnapshotHeldMax int64

	RetentionCount  int           // snapshots that stay; 0 means 3
	RetentionAge    time.Duration // snapshots that are older go, but for the newest; 0: none goes for its age
	RetentionBytes  int64         // of all snapshots together, but for the newest; 0: no bound
	QuarantineCount int           // damaged snapshots that stay in quarantine/, the newest; 0: all

	SpaceMin     uint64 // bytes that commits leave free on the disk; 0: they fill it
	BallastBytes int64  // set aside for stopping on a full disk; 0: none

	RecoveryOnStartup bool // false: move what is there to .backup/ and begin empty
	// AcceptLossAfter is the last good commit of a directory that was refused: what stands
	// behind it is given up, the files are set aside. It has no effect where that is not
	// exactly the last good commit. nil: never.
	AcceptLossAfter *change.Index
	// RecoverTo is the moment to which the directory is taken back first, a time of RFC 3339
	// or a commit, once: with the same text again nothing happens. "": none.
	RecoverTo string
	// AllowFailure makes a start that failed go on without data: nothing can be read or
	// written, no file is changed, and Broken tells why.
	AllowFailure bool
	// NewStore makes another empty store after a start that failed; the former is closed.
	// Required with AcceptLossAfter, AllowFailure and RecoverTo.
	NewStore func() *storage.Store

	Archive ArchiveOptions // where the log and the snapshots are archived; it needs the log

	LockTimeout time.Duration // how long to wait for another server to leave the directory

	Now      func() time.Time // required
	Log      *zap.Logger      // nil: nobody hears
	Progress func(Progress)   // of the recovery; nil: nobody asks
	OnSync   func(wal.SyncInfo)
	Version  string // of this server, for the log

	wrap func(storage.Journal) storage.Journal // for tests: what the store sees as its journal
}

const retentionDefault = 3

func (o Options) withDefaults() Options {
	if o.FlushEveryN == 0 {
		o.FlushEveryN = 1
	}
	if o.RetentionCount == 0 {
		o.RetentionCount = retentionDefault
	}
	if o.SnapshotWorkers == 0 {
		o.SnapshotWorkers = 2
	}
	if o.RecoveryWorkers == 0 {
		o.RecoveryWorkers = o.SnapshotWorkers
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	return o
}

func (o *Options) validate() error {
	switch {
	case o.FS == nil, o.Dir == "", o.Store == nil, o.Now == nil:
		return errors.New("durability options: FS, Dir, Store and Now are required")
	case o.FlushEveryN < 1:
		return fmt.Errorf("durability options: FlushEveryN is %d, at least 1", o.FlushEveryN)
	case o.RetentionCount < 1:
		return fmt.Errorf("durability options: RetentionCount is %d, at least 1", o.RetentionCount)
	case o.LockTimeout < 0, o.BallastBytes < 0, o.RetentionAge < 0, o.RetentionBytes < 0, o.QuarantineCount < 0:
		return errors.New("durability options: LockTimeout, BallastBytes, RetentionAge, RetentionBytes and QuarantineCount are not negative")
	case o.SnapshotBytesPerSecond < 0, o.SnapshotHeldMax < 0:
		return errors.New("durability options: SnapshotBytesPerSecond and SnapshotHeldMax are not negative")
	case o.Archive.Location != "" && !o.WALEnabled:
		return errors.New("durability options: an archive needs the log: turn --storage-wal-enabled on, or leave --storage-archive empty")
	case o.NewStore == nil && (o.AllowFailure || o.AcceptLossAfter != nil || o.RecoverTo != ""):
		return errors.New("durability options: NewStore is required with AllowFailure, AcceptLossAfter and RecoverTo")
	case o.RecoverTo != "" && !o.RecoveryOnStartup:
		return errors.New("a start without recovery cannot go back to a moment: --recover-to and --data-recovery-on-startup=false exclude each other")
	}
	return nil
}
