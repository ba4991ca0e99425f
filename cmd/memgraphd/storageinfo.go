package main

import (
	"fmt"
	"strconv"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/query"
)

// storageRows are the lines of SHOW STORAGE INFO about the log, the snapshots and the recovery. What is not known
// is empty.
func storageRows(i *durability.Info, interval string, now time.Time) []query.InfoRow {
	var rows []query.InfoRow
	add := func(name, value string) { rows = append(rows, query.InfoRow{Name: name, Value: value}) }
	number := func(name string, n uint64) { add(name, strconv.FormatUint(n, 10)) }
	age := func(name string, t time.Time) {
		if t.IsZero() {
			add(name, "")
			return
		}
		add(name, max(now.Sub(t), 0).Round(time.Second).String())
	}
	add("data_directory", i.Dir)
	add("durability", promise(i))
	add("wal_enabled", strconv.FormatBool(i.WALEnabled))
	number("wal_flush_every_n_tx", uint64(i.FlushEveryN))
	number("wal_bytes", uint64(i.LogBytes))
	number("wal_files", uint64(i.LogSegments))
	number("wal_synced_commit", uint64(i.Synced))
	number("wal_unsynced_commits", uint64(i.Written-min(i.Synced, i.Written)))
	add("wal_last_sync", moment(i.LastSync))
	age("wal_last_sync_age", i.LastSync)
	if i.LogErr != nil {
		add("wal_error", i.LogErr.Error())
	}

	if interval == "" || interval == "0" {
		interval = "paused"
	}
	add("snapshot_interval", interval)
	add("next_snapshot", moment(i.NextSnapshot))
	add("last_snapshot", i.LastSnapshot.Path)
	add("last_snapshot_time", moment(i.LastSnapshot.Created))
	age("last_snapshot_age", i.LastSnapshot.Created)
	number("last_snapshot_bytes", uint64(i.LastSnapshot.Bytes))
	add("last_snapshot_duration", span(i.SnapshotTook))
	number("snapshot_backlog_commits", uint64(i.Committed-min(i.LastSnapshot.Index, i.Committed)))
	number("snapshots_written", uint64(i.Snapshots))
	number("snapshot_failures", uint64(i.SnapshotFailures))
	if i.SnapshotErr != nil {
		add("snapshot_error", fmt.Sprintf("at %s: %v", moment(i.SnapshotFailed), i.SnapshotErr))
	}
	if r := i.Running; r != nil {
		add("snapshot_running", fmt.Sprintf("%s since %s, %s, %d %%", r.Trigger, moment(r.Started), r.Phase, r.Done*100/max(r.Total, 1)))
	}
	number("retention_failures", uint64(i.RetentionFailures))
	number("held_back_bytes", uint64(max(i.HeldBytes, 0)))

	add("last_backup_time", moment(i.Backups.Last))
	age("last_backup_age", i.Backups.Last)
	if !i.Backups.Last.IsZero() {
		number("last_backup_commit", i.Backups.LastCommit)
	}
	number("backups_taken", uint64(i.Backups.Taken))
	number("backup_failures", uint64(i.Backups.Failures))
	add("backup_failed", moment(i.Backups.Failed))

	add("recovery_duration", span(i.Recovery.Duration))
	number("recovery_replayed_commits", uint64(i.Recovery.Replayed))
	number("recovery_damaged_snapshots", uint64(len(i.Recovery.Damaged)))
	add("data_directory_locked", strconv.FormatBool(i.Lock.Locked))
	add("data_directory_locked_by", i.Lock.Owner)
	add("data_directory_locked_since", moment(i.Lock.Since))
	age("data_directory_lock_age", i.Lock.Since)
	return rows
}

// promise says when a commit that was acknowledged can be lost.
func promise(i *durability.Info) string {
	switch {
	case i.LogErr != nil:
		return "nothing can be committed: the log has stopped; start the server again"
	case !i.WALEnabled:
		return "at risk: a crash loses every commit since the last snapshot (--storage-wal-enabled=false)"
	case i.FlushEveryN > 1:
		return fmt.Sprintf("at risk: a crash of the machine can lose acknowledged commits of the last second "+
			"(--storage-wal-file-flush-every-n-tx=%d)", i.FlushEveryN)
	}
	return "every commit is on the disk before it is acknowledged"
}

// span is a duration for people; 0 is not known.
func span(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.Round(time.Millisecond).String()
}
