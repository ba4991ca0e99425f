package monitor

import "memgraphd/internal/durability"

// onDisk reads a number of the data directory.
func onDisk(read func(i *durability.Info) float64) func(*sample) (float64, bool) {
	return func(s *sample) (float64, bool) {
		if s.disk == nil {
			return 0, false
		}
		return read(s.disk), true
	}
}

// onDiskIf reads a number of the data directory that may not be there.
func onDiskIf(read func(s *sample, i *durability.Info) (float64, bool)) func(*sample) (float64, bool) {
	return func(s *sample) (float64, bool) {
		if s.disk == nil {
			return 0, false
		}
		return read(s, s.disk)
	}
}

func logMetrics() []metric {
	return []metric{
		{
			name: "wal_enabled", group: groupLog, help: "1 while commits are logged.",
			value: onDisk(func(i *durability.Info) float64 { return yes(i.WALEnabled) }),
		},
		{
			name: "wal_flush_every_n_tx", group: groupLog, help: "Commits between two syncs; more than 1 risks acknowledged commits.",
			value: onDisk(func(i *durability.Info) float64 { return float64(i.FlushEveryN) }),
		},
		{
			name: "wal_failed", group: groupLog, help: "1 when the log has stopped: nothing can be committed until a restart.",
			value: onDisk(func(i *durability.Info) float64 { return yes(i.LogErr != nil) }),
		},
		{
			name: "wal_bytes", group: groupLog, help: "Size of the log.",
			value: onDisk(func(i *durability.Info) float64 { return float64(i.LogBytes) }),
		},
		{
			name: "wal_segments", group: groupLog, help: "Files of the log.",
			value: onDisk(func(i *durability.Info) float64 { return float64(i.LogSegments) }),
		},
		{
			name: "wal_synced_commit", group: groupLog, help: "Number of the newest commit that is durable.",
			value: onDisk(func(i *durability.Info) float64 { return float64(i.Synced) }),
		},
		{
			name: "wal_unsynced_commits", group: groupLog, help: "Commits that are written to the log and not yet durable.",
			value: onDisk(func(i *durability.Info) float64 { return float64(i.Written - min(i.Synced, i.Written)) }),
		},
		{
			name: "wal_last_sync_timestamp_seconds", group: groupLog, help: "Time of the newest sync; absent before the first.",
			value: onDiskIf(func(_ *sample, i *durability.Info) (float64, bool) { return stamp(i.LastSync) }),
		},
		{
			name: "wal_last_sync_age_seconds", group: groupLog, help: "Time since the newest sync; it grows while nothing is committed.",
			value: onDiskIf(func(s *sample, i *durability.Info) (float64, bool) { return s.age(i.LastSync) }),
		},
		{name: syncSeconds, group: groupLog, kind: histogram, help: "Time that syncs of the log took."},
		{name: syncedCommits, group: groupLog, kind: counter, help: "Commits that were made durable since the start."},
		{name: syncedBytes, group: groupLog, kind: counter, help: "Bytes of the log that were made durable since the start."},
		{
			name: "commits_not_written_total", group: groupLog, kind: counter, help: "Commits that the log could not write since the start.",
			value: onDisk(func(i *durability.Info) float64 { return float64(i.Writes.Failures) }),
		},
		{
			name: "writes_failing", group: groupLog, help: "1 while commits fail because the log cannot be written.",
			value: onDisk(func(i *durability.Info) float64 { return yes(!i.Writes.FailingSince.IsZero()) }),
		},
	}
}

func snapshotMetrics() []metric {
	return []metric{
		{
			name: "snapshot_creation_latency_seconds", group: groupSnapshot, kind: summary, help: "Time that snapshots took to write since the start.",
			summary: func(s *sample) (int64, float64, bool) {
				if s.disk == nil {
					return 0, 0, false
				}
				return s.disk.Snapshots, s.disk.SnapshotsTook.Seconds(), true
			},
		},
		{
			name: "snapshot_failures_total", group: groupSnapshot, kind: counter, help: "Snapshots that could not be written since the start.",
			value: onDisk(func(i *durability.Info) float64 { return float64(i.SnapshotFailures) }),
		},
		{
			name: "snapshot_failing", group: groupSnapshot, help: "1 when the newest snapshot could not be written.",
			value: onDisk(func(i *durability.Info) float64 { return yes(!i.SnapshotFailed.IsZero()) }),
		},
		{
			name: "snapshot_last_timestamp_seconds", group: groupSnapshot, help: "Time of the newest good snapshot; absent before the first.",
			value: onDiskIf(func(_ *sample, i *durability.Info) (float64, bool) { return stamp(i.LastSnapshot.Created) }),
		},
		{
			name: "snapshot_last_age_seconds", group: groupSnapshot, help: "Time since the newest good snapshot.",
			value: onDiskIf(func(s *sample, i *durability.Info) (float64, bool) { return s.age(i.LastSnapshot.Created) }),
		},
		{
			name: "snapshot_last_bytes", group: groupSnapshot, help: "Size of the newest good snapshot.",
			value: onDisk(func(i *durability.Info) float64 { return float64(i.LastSnapshot.Bytes) }),
		},
		{
			name: "snapshot_last_duration_seconds", group: groupSnapshot, help: "Time that it took to write; absent where that was before the start.",
			value: onDiskIf(func(_ *sample, i *durability.Info) (float64, bool) {
				return i.SnapshotTook.Seconds(), i.SnapshotTook > 0
			}),
		},
		{
			name: "snapshot_backlog_commits", group: groupSnapshot, help: "Commits since the newest good snapshot, which a start has to replay.",
			value: onDisk(func(i *durability.Info) float64 { return float64(i.Committed - min(i.LastSnapshot.Index, i.Committed)) }),
		},
		{
			name: "snapshot_running", group: groupSnapshot, help: "1 while a snapshot is being written.",
			value: onDisk(func(i *durability.Info) float64 { return yes(i.Running != nil) }),
		},
		{
			name: "snapshot_progress_ratio", group: groupSnapshot, help: "How much of the snapshot that is being written is done, from 0 to 1; 0 while none is.",
			value: onDisk(func(i *durability.Info) float64 {
				if i.Running == nil {
					return 0
				}
				return float64(i.Running.Done) / float64(max(i.Running.Total, 1))
			}),
		},
		{
			name: "snapshot_next_timestamp_seconds", group: groupSnapshot, help: "Time of the next snapshot by schedule; absent where none is.",
			value: onDiskIf(func(_ *sample, i *durability.Info) (float64, bool) { return stamp(i.NextSnapshot) }),
		},
		{
			name: "retention_failures_total", group: groupSnapshot, kind: counter, help: "Times that superfluous files could not be given back since the start.",
			value: onDisk(func(i *durability.Info) float64 { return float64(i.RetentionFailures) }),
		},
		{
			name: "held_back_bytes", group: groupSnapshot, help: "Bytes of old versions that the view of a snapshot or a query keeps in memory.",
			value: onDisk(func(i *durability.Info) float64 { return float64(i.HeldBytes) }),
		},
	}
}

func diskMetrics() []metric {
	return []metric{
		{
			name: "disk_usage_bytes", group: groupDisk, help: "Size of the files in the data directory.",
			value: ofProcess(func(p *Process) int64 { return p.DiskUsage }),
		},
		{
			name: "data_directory_locked", group: groupDisk, help: "1 while LOCK DATA DIRECTORY is in force.",
			value: onDisk(func(i *durability.Info) float64 { return yes(i.Lock.Locked) }),
		},
		{
			name: "data_directory_lock_age_seconds", group: groupDisk, help: "Time since LOCK DATA DIRECTORY; 0 where it is not in force.",
			value: onDiskIf(func(s *sample, i *durability.Info) (float64, bool) {
				age, _ := s.age(i.Lock.Since)
				return age * yes(i.Lock.Locked), true
			}),
		},
		{
			name: "quarantine_files", group: groupDisk, help: "Files in quarantine/, which did not verify.",
			value: onDisk(func(i *durability.Info) float64 { return float64(i.Quarantine.Files) }),
		},
		{
			name: "quarantine_bytes", group: groupDisk, help: "Size of the files in quarantine/.",
			value: onDisk(func(i *durability.Info) float64 { return float64(i.Quarantine.Bytes) }),
		},
		{
			name: "quarantine_deleted_total", group: groupDisk, kind: counter, help: "Files deleted from quarantine/ because it was full, since the start.",
			value: onDisk(func(i *durability.Info) float64 { return float64(i.Quarantine.Deleted) }),
		},
		{
			name: "disk_free_bytes", group: groupDisk, help: "Room on the disk of the data directory.",
			value: onDiskIf(func(_ *sample, i *durability.Info) (float64, bool) { return float64(i.Space.Free), i.Space.Known }),
		},
		{
			name: "disk_min_free_bytes", group: groupDisk, help: "Room below which commits are refused.",
			value: onDisk(func(i *durability.Info) float64 { return float64(i.Space.Min) }),
		},
		{
			name: "disk_below_minimum", group: groupDisk, help: "1 while commits are refused for want of room.",
			value: onDisk(func(i *durability.Info) float64 { return yes(!i.Space.BelowSince.IsZero()) }),
		},
		{
			name: "commits_refused_for_space_total", group: groupDisk, kind: counter, help: "Commits refused for want of room since the start.",
			value: onDisk(func(i *durability.Info) float64 { return float64(i.Space.Refused) }),
		},
		{
			name: "file_pins", group: groupDisk, help: "Readers of the data directory for whom files are kept, as running backups.",
			value: onDisk(func(i *durability.Info) float64 { return float64(len(i.Pins)) }),
		},
	}
}

func recoveryMetrics() []metric {
	return []metric{
		{
			name: "recovery_duration_seconds", group: groupRecovery, help: "Time that the recovery at the start took.",
			value: onDisk(func(i *durability.Info) float64 { return i.Recovery.Duration.Seconds() }),
		},
		{
			name: "recovery_replayed_commits", group: groupRecovery, help: "Commits of the log that the recovery at the start replayed.",
			value: onDisk(func(i *durability.Info) float64 { return float64(i.Recovery.Replayed) }),
		},
		{
			name: "recovery_damaged_snapshots", group: groupRecovery, help: "Damaged snapshots that the recovery at the start passed over.",
			value: onDisk(func(i *durability.Info) float64 { return float64(len(i.Recovery.Damaged)) }),
		},
	}
}
