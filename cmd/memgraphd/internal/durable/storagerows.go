package durable

import (
	"fmt"
	"strconv"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/query"
)

// storageInfo gathers lines of SHOW STORAGE INFO.
type storageInfo struct {
	rows []query.InfoRow
	now  time.Time
}

func (r *storageInfo) add(name, value string) {
	r.rows = append(r.rows, query.InfoRow{Name: name, Value: value})
}

func (r *storageInfo) number(name string, n uint64) { r.add(name, strconv.FormatUint(n, 10)) }

// age adds how long ago t was; empty for never.
func (r *storageInfo) age(name string, t time.Time) {
	if t.IsZero() {
		r.add(name, "")
		return
	}
	r.add(name, max(r.now.Sub(t), 0).Round(time.Second).String())
}

// storageRows are the lines of SHOW STORAGE INFO about the log, the snapshots, the backups
// and the recovery. What is not known is empty.
func storageRows(i *durability.Info, interval string, now time.Time) []query.InfoRow {
	r := &storageInfo{now: now}
	r.add("data_directory", i.Dir)
	r.add("durability", promise(i))
	r.log(i)
	r.snapshots(i, interval)
	r.backups(i)
	r.add("recovery_duration", span(i.Recovery.Duration))
	r.number("recovery_replayed_commits", uint64(i.Recovery.Replayed))
	r.number("recovery_damaged_snapshots", uint64(len(i.Recovery.Damaged)))
	r.add("data_directory_locked", strconv.FormatBool(i.Lock.Locked))
	r.add("data_directory_locked_by", i.Lock.Owner)
	r.add("data_directory_locked_since", moment(i.Lock.Since))
	r.age("data_directory_lock_age", i.Lock.Since)
	return r.rows
}

func (r *storageInfo) log(i *durability.Info) {
	r.add("wal_enabled", strconv.FormatBool(i.WALEnabled))
	r.number("wal_flush_every_n_tx", uint64(i.FlushEveryN))
	r.number("wal_bytes", uint64(i.LogBytes))
	r.number("wal_files", uint64(i.LogSegments))
	r.number("wal_synced_commit", uint64(i.Synced))
	r.number("wal_unsynced_commits", uint64(i.Written-min(i.Synced, i.Written)))
	r.add("wal_last_sync", moment(i.LastSync))
	r.age("wal_last_sync_age", i.LastSync)
	if i.LogErr != nil {
		r.add("wal_error", i.LogErr.Error())
	}
}

func (r *storageInfo) snapshots(i *durability.Info, interval string) {
	if interval == "" || interval == "0" {
		interval = "paused"
	}
	r.add("snapshot_interval", interval)
	r.add("next_snapshot", moment(i.NextSnapshot))
	r.add("last_snapshot", i.LastSnapshot.Path)
	r.add("last_snapshot_time", moment(i.LastSnapshot.Created))
	r.age("last_snapshot_age", i.LastSnapshot.Created)
	r.number("last_snapshot_bytes", uint64(i.LastSnapshot.Bytes))
	r.add("last_snapshot_duration", span(i.SnapshotTook))
	r.number("snapshot_backlog_commits", uint64(i.Committed-min(i.LastSnapshot.Index, i.Committed)))
	r.number("snapshots_written", uint64(i.Snapshots))
	r.number("snapshot_failures", uint64(i.SnapshotFailures))
	if i.SnapshotErr != nil {
		r.add("snapshot_error", fmt.Sprintf("at %s: %v", moment(i.SnapshotFailed), i.SnapshotErr))
	}
	if now := i.Running; now != nil {
		r.add("snapshot_running", fmt.Sprintf("%s since %s, %s, %d %%", now.Trigger, moment(now.Started), now.Phase, now.Done*100/max(now.Total, 1)))
	}
	r.number("retention_failures", uint64(i.RetentionFailures))
	r.number("held_back_bytes", uint64(max(i.HeldBytes, 0)))
}

func (r *storageInfo) backups(i *durability.Info) {
	r.add("last_backup_time", moment(i.Backups.Last))
	r.age("last_backup_age", i.Backups.Last)
	if !i.Backups.Last.IsZero() {
		r.number("last_backup_commit", i.Backups.LastCommit)
	}
	r.number("backups_taken", uint64(i.Backups.Taken))
	r.number("backup_failures", uint64(i.Backups.Failures))
	r.add("backup_failed", moment(i.Backups.Failed))
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
