package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability"
)

// recoveryCode is the exit code for a data directory that could not be opened.
func recoveryCode(ctx context.Context, err error) int {
	var (
		locked   *durability.DirectoryLockedError
		readOnly *durability.NotWritableError
	)
	switch {
	case ctx.Err() != nil:
		return exitFailure // a signal during the recovery
	case errors.As(err, &locked), errors.As(err, &readOnly):
		return exitDirectory
	}
	return exitConfig
}

// progress tells the log and systemd how far the recovery is, every few seconds.
func (s *server) progress() func(durability.Progress) {
	const every = 5 * time.Second
	next := every
	return func(p durability.Progress) {
		if p.Elapsed < next {
			return
		}
		next = p.Elapsed + every
		text := fmt.Sprintf("Recovering: %v, %d commits of the log", p.Phase, p.Commits)
		if p.Total > 0 && p.Commits == 0 {
			text = fmt.Sprintf("Recovering: %v, %d %% of the snapshot", p.Phase, p.Bytes*100/p.Total)
		}
		s.systemd.status(text)
		s.notices.Info(text)
	}
}

// recovered says what the data directory held.
func (s *server) recovered(directory string) {
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
	fields = append(fields, zap.Int64("commits from the log", r.Replayed), zap.Uint64("last commit", uint64(r.Last)),
		zap.Bool("stopped in good order", r.Clean), zap.Duration("took", r.Duration.Round(time.Millisecond)))
	s.notices.Info("recovered", fields...)
	for i, err := range r.Damaged {
		where := "left in its place"
		if i < len(r.Quarantined) {
			where = r.Quarantined[i]
		}
		s.notices.Error("a damaged snapshot was passed over; an older one and the log held everything", zap.Error(err), zap.String("now", where))
	}
}
