package monitor

import "memgraphd/internal/durability"

func backupMetrics() []metric {
	return []metric{
		{
			name: "backup_taken_total", group: groupBackup, kind: counter, help: "Backups of this server that were completed since the start.",
			value: onDisk(func(i *durability.Info) float64 { return float64(i.Backups.Taken) }),
		},
		{
			name: "backup_failures_total", group: groupBackup, kind: counter, help: "Backups that were begun, or asked for by a statement, since the start and not completed.",
			value: onDisk(func(i *durability.Info) float64 { return float64(i.Backups.Failures) }),
		},
		{
			name: "backup_failing", group: groupBackup, help: "1 when the newest backup was not completed.",
			value: onDisk(func(i *durability.Info) float64 { return yes(!i.Backups.Failed.IsZero()) }),
		},
		{
			name: "backup_running", group: groupBackup, help: "Backups that read this server now.",
			value: onDisk(func(i *durability.Info) float64 { return float64(i.Backups.Running) }),
		},
		{
			name: "backup_last_timestamp_seconds", group: groupBackup, help: "When the newest backup was completed; absent where none was since the start.",
			value: onDiskIf(func(_ *sample, i *durability.Info) (float64, bool) { return stamp(i.Backups.Last) }),
		},
		{
			name: "backup_last_age_seconds", group: groupBackup, help: "Time since the newest backup was completed; absent where none was since the start.",
			value: onDiskIf(func(s *sample, i *durability.Info) (float64, bool) { return s.age(i.Backups.Last) }),
		},
		{
			name: "backup_last_commit", group: groupBackup, help: "Commit up to which the newest backup goes; absent where none was since the start.",
			value: onDiskIf(func(_ *sample, i *durability.Info) (float64, bool) {
				return float64(i.Backups.LastCommit), !i.Backups.Last.IsZero()
			}),
		},
	}
}
