package query_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"memgraphd/internal/query"
)

// toldBackups takes backups below /backups that are only told of.
type toldBackups struct {
	running bool
	list    []query.Backup
}

// Take tells of a backup.
func (b *toldBackups) Take(_ context.Context, r query.BackupRequest) (query.Backup, error) {
	if !strings.HasPrefix(r.Location, "/backups/") {
		return query.Backup{}, &query.LocationError{Reason: r.Location + " is not below a place that backups may be at", Hint: "use /backups"}
	}
	switch r.Location {
	case "/backups/full":
		return query.Backup{}, errors.New("no space left on device")
	case "/backups/ended":
		return query.Backup{}, query.ErrBackupEnded
	}
	one := query.Backup{
		Location: r.Location, ID: "00000001", Kind: "full", Made: began, First: 3, Last: 7, LastTime: began, Objects: 2, Bytes: 4711,
		Took: 1500 * time.Millisecond,
	}
	if r.Incremental {
		one.ID, one.Kind, one.Base = "00000002", "incremental", "00000001"
		one.Warnings = []string{"a snapshot is damaged"}
	}
	b.list = append(b.list, one)
	b.running = true
	return one, nil
}

// List tells of those that were taken.
func (b *toldBackups) List(_ context.Context, location string) ([]query.Backup, error) {
	if location == "/elsewhere" {
		return nil, &query.LocationError{Reason: "/elsewhere is not below a place that backups may be at", Hint: "use /backups"}
	}
	return append(slices.Clone(b.list), query.Backup{Location: "/backups/x", Err: errors.New("backups/x.json is damaged")}), nil
}

// Running tells of one after the first was taken, until it is ended.
func (b *toldBackups) Running() (query.RunningBackup, bool) {
	return query.RunningBackup{Location: "/backups/a", Started: began, Phase: "log", Done: 1, Total: 4, Sent: 99}, b.running
}

// End ends it.
func (b *toldBackups) End() bool {
	was := b.running
	b.running = false
	return was
}
