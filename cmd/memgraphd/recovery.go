package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"memgraphd/cmd/memgraphd/internal/exit"
	"memgraphd/cmd/memgraphd/internal/machine"
	"memgraphd/internal/durability"
	"memgraphd/internal/query"
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
	fields = append(fields, zap.Int64("commits from the log", r.Replayed), zap.Uint64("last commit", uint64(r.Last)),
		zap.Bool("stopped in good order", r.Clean), zap.Duration("took", r.Duration.Round(time.Millisecond)))
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

// Broken returns why the start brought nothing back, or nil.
func (d disk) Broken() error { return d.m.Broken() }

// Recovery returns the rows of SHOW RECOVERY INFO.
func (d disk) Recovery() []query.InfoRow {
	r := d.m.Report()
	rows := &infoRows{}
	broken := d.m.Broken()
	rows.add("outcome", outcome(r, broken))
	if broken != nil {
		rows.add("error", broken.Error())
		if refused, ok := errors.AsType[*durability.RefusedError](broken); ok && refused.Loss != nil {
			rows.add("last_good_commit", number(refused.Loss.After))
			rows.add("would_be_given_up", refused.Loss.Describe())
			rows.dropped(refused.Loss)
		}
		return rows.rows
	}
	rows.add("started", moment(r.Started))
	rows.add("duration_sec", strconv.FormatFloat(r.Duration.Seconds(), 'f', 3, 64))
	rows.add("snapshot", r.Snapshot.Path)
	rows.add("snapshot_commit", number(r.Snapshot.Index))
	rows.add("snapshot_bytes", number(r.Snapshot.Bytes))
	rows.add("snapshot_nodes", number(r.Nodes))
	rows.add("snapshot_relationships", number(r.Edges))
	rows.add("log_commits", number(r.Replayed))
	rows.add("log_bytes", number(r.LogBytes))
	rows.add("last_commit", number(r.Last))
	rows.add("stopped_in_good_order", strconv.FormatBool(r.Clean))
	if r.Tail != nil {
		rows.add("torn_tail", r.Tail.String())
	}
	for i, err := range r.Damaged {
		rows.add("damaged_snapshot", err.Error())
		if i < len(r.Quarantined) {
			rows.add("moved_to", r.Quarantined[i])
		}
	}
	if back, ok := d.m.WentBack(); ok {
		rows.wentBack(&back)
	}
	if r.Loss != nil {
		rows.add("given_up", r.Loss.Describe())
		rows.dropped(r.Loss)
		rows.add("files_kept_in", r.KeptIn)
	}
	return rows.rows
}

// outcome is one word, or a few, for how a start went.
func outcome(r durability.Report, broken error) string {
	switch {
	case broken != nil:
		return "broken"
	case r.Loss != nil:
		return "recovered with loss"
	case r.New:
		return "new"
	case len(r.Damaged) > 0:
		return "recovered from an older snapshot"
	}
	return "recovered"
}

// infoRows gathers rows of an information statement.
type infoRows struct{ rows []query.InfoRow }

func (i *infoRows) add(name, text string) {
	i.rows = append(i.rows, query.InfoRow{Name: name, Value: text})
}

// wentBack tells what a start with --recover-to did before it recovered.
func (i *infoRows) wentBack(r *durability.RestoreReport) {
	i.add("went_back_to_commit", number(r.Commit))
	i.add("went_back_to_time", moment(r.Time))
	for _, missing := range r.Missing {
		i.add("went_back_not_as_far", missing)
	}
	if r.NewTimeline == 0 {
		return // nothing had come after that moment
	}
	i.add("went_back_from_timeline", number(uint64(r.Timeline)))
	i.add("began_timeline", number(uint64(r.NewTimeline)))
	i.add("former_files_kept_in", r.KeptIn)
}

func (i *infoRows) dropped(l *durability.Loss) {
	for _, d := range l.Dropped {
		i.add("dropped", fmt.Sprintf("%v, %s: %s", d, d.File, d.Reason))
	}
}

func number[T ~int64 | ~uint64](n T) string {
	return strings.TrimSpace(fmt.Sprint(n))
}
