// Package durable shows the query engine the durability manager: what the statements about snapshots, backups, the lock of
// the data directory and the recovery do, and the rows that they return.
package durable

import (
	"context"
	"errors"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/query"
)

// Disk is the durability manager as the query engine wants it.
type Disk struct{ Manager *durability.Manager }

// CreateSnapshot writes a snapshot now.
func (d Disk) CreateSnapshot(ctx context.Context) (string, error) {
	info, err := d.Manager.CreateSnapshot(ctx)
	if errors.Is(err, durability.ErrSnapshotEnded) {
		err = query.ErrSnapshotEnded
	}
	return info.Path, err
}

// RunningSnapshot returns the snapshot that is being written.
func (d Disk) RunningSnapshot() (query.RunningSnapshot, bool) {
	r, ok := d.Manager.RunningSnapshot()
	return query.RunningSnapshot{
		Trigger: r.Trigger, Started: r.Started, Phase: r.Phase, Bytes: r.Bytes, Held: r.Held, Done: r.Done, Total: r.Total,
	}, ok
}

// EndSnapshot ends it.
func (d Disk) EndSnapshot() bool { return d.Manager.EndSnapshot() }

// Snapshots lists the snapshots that are kept, newest first.
func (d Disk) Snapshots(context.Context) ([]query.Snapshot, error) {
	kept, err := d.Manager.Snapshots()
	if err != nil {
		return nil, err
	}
	snapshots := make([]query.Snapshot, 0, len(kept))
	for _, s := range kept {
		snapshots = append(snapshots, query.Snapshot{Path: s.Path, Index: uint64(s.Index), Created: s.Created, Bytes: s.Bytes})
	}
	return snapshots, nil
}

// LockDataDirectory holds every deletion and rename.
func (d Disk) LockDataDirectory(owner string) (bool, error) { return d.Manager.LockDirectory(owner) }

// UnlockDataDirectory ends that.
func (d Disk) UnlockDataDirectory() (bool, error) { return d.Manager.UnlockDirectory() }

// DataDirectoryLock tells whether the directory is locked.
func (d Disk) DataDirectoryLock() (query.DirectoryLock, error) {
	lock, err := d.Manager.DirectoryLock()
	return query.DirectoryLock{Locked: lock.Locked, Owner: lock.Owner, Since: lock.Since}, err
}

// NextSnapshot returns when the scheduler writes the next snapshot, and where.
func (d Disk) NextSnapshot() (dir string, at time.Time, ok bool) { return d.Manager.NextSnapshot() }

// Info returns rows for SHOW STORAGE INFO.
func (d Disk) Info() []query.InfoRow {
	i := d.Manager.Info()
	return append(storageRows(&i, d.Manager.Schedule().String(), time.Now()), append(diskRows(&i), archiveRows(&i, time.Now())...)...)
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
