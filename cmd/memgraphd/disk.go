package main

import (
	"context"
	"errors"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/query"
)

// disk is the durability manager as the query engine wants it.
type disk struct{ m *durability.Manager }

// CreateSnapshot writes a snapshot now.
func (d disk) CreateSnapshot(ctx context.Context) (string, error) {
	info, err := d.m.CreateSnapshot(ctx)
	if errors.Is(err, durability.ErrSnapshotEnded) {
		err = query.ErrSnapshotEnded
	}
	return info.Path, err
}

// RunningSnapshot returns the snapshot that is being written.
func (d disk) RunningSnapshot() (query.RunningSnapshot, bool) {
	r, ok := d.m.RunningSnapshot()
	return query.RunningSnapshot{
		Trigger: r.Trigger, Started: r.Started, Phase: r.Phase, Bytes: r.Bytes, Held: r.Held, Done: r.Done, Total: r.Total,
	}, ok
}

// EndSnapshot ends it.
func (d disk) EndSnapshot() bool { return d.m.EndSnapshot() }

// Snapshots lists the snapshots that are kept, newest first.
func (d disk) Snapshots(context.Context) ([]query.Snapshot, error) {
	kept, err := d.m.Snapshots()
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
func (d disk) LockDataDirectory(owner string) (bool, error) { return d.m.LockDirectory(owner) }

// UnlockDataDirectory ends that.
func (d disk) UnlockDataDirectory() (bool, error) { return d.m.UnlockDirectory() }

// DataDirectoryLock tells whether the directory is locked.
func (d disk) DataDirectoryLock() (query.DirectoryLock, error) {
	lock, err := d.m.DirectoryLock()
	return query.DirectoryLock{Locked: lock.Locked, Owner: lock.Owner, Since: lock.Since}, err
}

// NextSnapshot returns when the scheduler writes the next snapshot, and where.
func (d disk) NextSnapshot() (dir string, at time.Time, ok bool) { return d.m.NextSnapshot() }

// Info returns rows for SHOW STORAGE INFO.
func (d disk) Info() []query.InfoRow {
	i := d.m.Info()
	return append(storageRows(&i, d.m.Schedule().String(), time.Now()), append(diskRows(&i), archiveRows(&i, time.Now())...)...)
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
