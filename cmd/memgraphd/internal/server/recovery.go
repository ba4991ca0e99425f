package server

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"memgraphd/cmd/memgraphd/internal/exit"
	"memgraphd/cmd/memgraphd/internal/machine"
	"memgraphd/internal/durability"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/memory"
)

// newStore makes an empty store with a budget of its own; one that was there before is forgotten.
func (s *server) newStore() *storage.Store {
	s.budget = memory.New("server", machine.BudgetLimit(s.limit))
	isolation := storage.SnapshotIsolation
	if s.cfg.Storage.ReadCommitted {
		isolation = storage.ReadCommitted
	}
	s.store = storage.New(storage.Options{Budget: s.budget.Child("graph", 0), Now: time.Now, Isolation: isolation})
	return s.store
}

// recoveryCode is the exit code for a data directory that could not be opened.
func recoveryCode(ctx context.Context, err error) int {
	var (
		locked   *durability.DirectoryLockedError
		readOnly *durability.NotWritableError
	)
	switch {
	case ctx.Err() != nil:
		return exit.Failure // a signal during the recovery
	case errors.As(err, &locked), errors.As(err, &readOnly):
		return exit.Directory
	}
	return exit.Config
}

// lossAccepted is the commit after which the operator gives everything up, or nil.
func (s *server) lossAccepted() *change.Index {
	if s.cfg.Storage.LossAccepted == nil {
		return nil
	}
	after := change.Index(*s.cfg.Storage.LossAccepted)
	return &after
}

// recovered says what the data directory held.
func (s *server) recovered(directory string) {
	if err := s.disk.Broken(); err != nil {
		s.notices.Error("started without data, as --storage-allow-recovery-failure says: only statements about the server answer, and no file is changed",
			zap.String("directory", directory), zap.Error(err))
		return
	}
	r := s.disk.Report()
	fields := []zap.Field{zap.String("directory", directory)}
	if r.New {
		s.notices.Info("data directory made, nothing to recover", fields...)
		return
	}
	fields = append(fields, zap.Int64("nodes", s.store.NodeCount()), zap.Int64("relationships", s.store.EdgeCount()))
	if r.Snapshot.Path != "" {
		fields = append(fields, zap.String("snapshot", r.Snapshot.Path))
	}
	fields = append(fields, zap.Int64("commits from the log", r.Replayed), zap.Uint64("last commit", uint64(r.Last)))
	if !r.NoLog {
		fields = append(fields, zap.Bool("stopped in good order", r.Clean))
	}
	fields = append(fields, zap.Duration("took", r.Duration.Round(time.Millisecond)))
	s.notices.Info("recovered", fields...)
	s.givenUp(r)
	if r.Loss != nil {
		return
	}
	for i, err := range r.Damaged {
		where := "left in its place"
		if i < len(r.Quarantined) {
			where = r.Quarantined[i]
		}
		s.notices.Error("a damaged snapshot was passed over; an older one and the log held everything", zap.Error(err), zap.String("now", where))
	}
}

// givenUp says what the operator gave up, or that the flag had no effect.
func (s *server) givenUp(r durability.Report) {
	if r.Loss == nil {
		if s.cfg.Storage.LossAccepted != nil {
			s.notices.Warn("--storage-accept-loss-after had no effect: the data directory is whole; remove the flag")
		}
		return
	}
	s.notices.Error("given up, as --storage-accept-loss-after says: "+r.Loss.Describe()+"; remove the flag",
		zap.Uint64("goes on with commit", uint64(r.Loss.After)), zap.String("the files are kept in", r.KeptIn))
	for _, d := range r.Loss.Dropped {
		s.notices.Error("given up: "+d.String(), zap.String("file", d.File), zap.String("reason", d.Reason))
	}
}
