package monitor

import "memgraphd/internal/durability"

// onArchive reads a number of the archive; there is none where nothing is archived.
func onArchive(read func(s *sample, a *durability.ArchiveStatus) (float64, bool)) func(*sample) (float64, bool) {
	return func(s *sample) (float64, bool) {
		if s.disk == nil || s.disk.Archive == nil {
			return 0, false
		}
		return read(s, s.disk.Archive)
	}
}

func archiveNumber(read func(a *durability.ArchiveStatus) float64) func(*sample) (float64, bool) {
	return onArchive(func(_ *sample, a *durability.ArchiveStatus) (float64, bool) { return read(a), true })
}

func archiveMetrics() []metric {
	return []metric{
		{
			name: "archive_lag_seconds", group: groupArchive, help: "How long the oldest durable commit waits that is not in the archive; 0 where all are.",
			value: onArchive(func(s *sample, a *durability.ArchiveStatus) (float64, bool) { return a.Lag(s.at).Seconds(), true }),
		},
		{
			name: "archive_lag_bytes", group: groupArchive, help: "Bytes of the log that are durable and not in the archive.",
			value: archiveNumber(func(a *durability.ArchiveStatus) float64 { return float64(a.LagBytes) }),
		},
		{
			name: "archive_refused", group: groupArchive, help: "1 when nothing is archived any more until an operator decides: the archive is another server's, or ahead of this one.",
			value: archiveNumber(func(a *durability.ArchiveStatus) float64 { return yes(a.State == "refused") }),
		},
		{
			name: "archive_failing", group: groupArchive, help: "1 while the archive cannot be written to; this is tried again.",
			value: archiveNumber(func(a *durability.ArchiveStatus) float64 { return yes(a.State == "fails") }),
		},
		{
			name: "archive_failures_total", group: groupArchive, kind: counter, help: "Failures of writing to the archive since the start.",
			value: archiveNumber(func(a *durability.ArchiveStatus) float64 { return float64(a.Failures) }),
		},
		{
			name: "archive_last_commit", group: groupArchive, help: "Newest commit that is in the archive, with all before it.",
			value: archiveNumber(func(a *durability.ArchiveStatus) float64 { return float64(a.LastCommit) }),
		},
		{
			name: "archive_last_timestamp_seconds", group: groupArchive, help: "When an object was put into the archive last; absent where none was since the start.",
			value: onArchive(func(_ *sample, a *durability.ArchiveStatus) (float64, bool) { return stamp(a.LastPut) }),
		},
		{
			name: "archive_objects_total", group: groupArchive, kind: counter, help: "Objects put into the archive since the start.",
			value: archiveNumber(func(a *durability.ArchiveStatus) float64 { return float64(a.Objects) }),
		},
		{
			name: "archive_bytes_total", group: groupArchive, kind: counter, help: "Bytes put into the archive since the start, as they are stored.",
			value: archiveNumber(func(a *durability.ArchiveStatus) float64 { return float64(a.Bytes) }),
		},
		{
			name: "archive_snapshots_waiting", group: groupArchive, help: "Snapshots that are not in the archive yet.",
			value: archiveNumber(func(a *durability.ArchiveStatus) float64 { return float64(a.SnapshotsWaiting) }),
		},
	}
}
