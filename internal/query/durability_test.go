package query_test

import (
	"context"
	"errors"
	"time"

	"memgraphd/internal/query"
)

var began = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// withDurability gives the engine a data directory that is only told of, and a clock that
// stands still.
func withDurability(o *query.Options) {
	o.Durability = &told{}
	o.Backups = &toldBackups{}
	o.Now = func() time.Time { return began.Add(1500 * time.Millisecond) }
}

// withBroken gives it one that could not be recovered.
func withBroken(o *query.Options) {
	withDurability(o)
	o.Durability = &told{broken: errors.New("the database is broken: file 7 is gone")}
}

// told is what a data directory says: a snapshot is being written until somebody ends it.
type told struct {
	ended  bool
	locked query.DirectoryLock
	broken error
}

// CreateSnapshot tells of one, or that it was ended.
func (d *told) CreateSnapshot(context.Context) (string, error) {
	if !d.ended {
		return "data/snapshots/new", nil
	}
	return "", query.ErrSnapshotEnded
}

// Snapshots tells of one.
func (d *told) Snapshots(context.Context) ([]query.Snapshot, error) {
	if d.ended {
		return nil, errors.New("input/output error")
	}
	return []query.Snapshot{{Path: "data/snapshots/7", Index: 7, Created: began, Bytes: 1300000}}, nil
}

// NextSnapshot tells of one while none was ended.
func (d *told) NextSnapshot() (string, time.Time, bool) {
	return "data/snapshots", began.Add(time.Hour), !d.ended
}

// RunningSnapshot tells of one until it is ended.
func (d *told) RunningSnapshot() (query.RunningSnapshot, bool) {
	return query.RunningSnapshot{Trigger: "periodic", Started: began, Phase: "write", Done: 30, Total: 40}, !d.ended
}

// EndSnapshot ends it.
func (d *told) EndSnapshot() bool {
	was := d.ended
	d.ended = true
	return !was
}

// LockDataDirectory locks.
func (d *told) LockDataDirectory(owner string) (bool, error) {
	was := d.locked.Locked
	d.locked = query.DirectoryLock{Locked: true, Owner: owner, Since: began}
	return !was, nil
}

// UnlockDataDirectory unlocks.
func (d *told) UnlockDataDirectory() (bool, error) {
	was := d.locked.Locked
	d.locked = query.DirectoryLock{}
	return was, nil
}

// DataDirectoryLock tells of the lock.
func (d *told) DataDirectoryLock() (query.DirectoryLock, error) { return d.locked, nil }

// Recovery tells of a start with nothing to recover.
func (d *told) Recovery() []query.InfoRow { return []query.InfoRow{{Name: "outcome", Value: "new"}} }

// Broken tells why, if it was told.
func (d *told) Broken() error { return d.broken }

// Info tells nothing.
func (d *told) Info() []query.InfoRow { return nil }
