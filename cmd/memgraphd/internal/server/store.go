package server

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"time"

	"memgraphd/cmd/memgraphd/internal/exit"
	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
)

// A snapshot may keep old versions of a part of the memory limit, or a little more where that
// is small.
const (
	heldShare = 8
	heldLeast = 256 << 20
)

// snapshotWorkersMax is how many workers write or load a snapshot when no flag says.
const snapshotWorkersMax = 8

// snapshotWorkers returns how many do; 0 means as many as there are processors.
func snapshotWorkers(count int) int {
	if count == 0 {
		return min(runtime.NumCPU(), snapshotWorkersMax)
	}
	return count
}

// ballastBytes is set aside to stop, LOCK and UNLOCK on a full disk: a few files of one block, a directory block
// each, and the little that a journal of a file system needs, many times over.
const ballastBytes = 1 << 20

// openStore makes the store and brings back what the data directory holds.
func (s *server) openStore(ctx context.Context) error {
	directory, err := filepath.Abs(s.cfg.Storage.DataDirectory)
	if err != nil {
		return exit.With(exit.Directory, fmt.Errorf("--data-directory: %w", err))
	}
	c := &s.cfg.Storage
	archive, err := archiveOptions(s.cfg)
	if err != nil {
		return exit.With(exit.Config, err)
	}
	stop := s.startRecovering()
	s.disk, err = durability.Open(ctx, durability.Options{
		FS:                vfs.OS(),
		Dir:               directory,
		Store:             s.newStore(),
		WALEnabled:        c.WALEnabled,
		FlushEveryN:       c.WALFlushEvery,
		SegmentBytes:      c.WALSegmentBytes,
		Snapshots:         c.Snapshots,
		RetentionCount:    c.SnapshotsKept,
		SnapshotOnExit:    c.SnapshotOnExit,
		RetentionAge:      c.SnapshotAgeMax,
		RetentionBytes:    c.SnapshotBytesMax,
		QuarantineCount:   c.QuarantinedKept,
		SpaceMin:          c.SpaceMinBytes,
		BallastBytes:      ballastBytes,
		RecoveryOnStartup: c.Recover,
		AcceptLossAfter:   s.lossAccepted(),
		RecoverTo:         c.RecoverTo,
		AllowFailure:      c.AllowRecoveryFailure,
		NewStore:          s.newStore,
		LockTimeout:       c.LockTimeout,
		SnapshotWorkers:   snapshotWorkers(c.SnapshotWorkersMax),
		RecoveryWorkers:   snapshotWorkers(c.RecoveryWorkersMax),
		SnapshotHeldMax:   max(s.limit/heldShare, heldLeast),

		SnapshotBytesPerSecond: c.SnapshotThrottle,

		Archive:  archive,
		Now:      time.Now,
		Log:      s.log,
		Progress: s.recovering.hear,
		OnSync:   s.monitor.Synced,
		Version:  s.version,
	})
	stop()
	if err != nil {
		if _, waited := errors.AsType[*durability.WaitEndedError](err); ctx.Err() != nil && !waited {
			err = fmt.Errorf("stopped before the recovery had ended: %w", err)
		}
		return errors.Join(exit.With(recoveryCode(ctx, err), err), s.store.Close())
	}
	s.recovered(directory)
	s.loadSettings()
	return nil
}

// closeStore takes the exit snapshot if it is wanted, closes the log and releases the data directory.
func (s *server) closeStore() error {
	stop := s.systemd.Prolong("Writing what is left")
	defer stop()
	err := s.disk.Close(context.Background())
	if err != nil {
		err = fmt.Errorf("close the data directory: %w", err)
	}
	err = errors.Join(err, s.store.Close())
	if err == nil {
		s.notices.Info("stopped: everything is written")
	}
	return err
}

// alive tells whether the store still answers.
func (s *server) alive(ctx context.Context) error {
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		s.store.Begin(storage.TxOptions{ReadOnly: true}).Release()
	}()
	select {
	case <-answered:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
