package durable

import (
	"fmt"
	"strconv"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/query"
)

// archiveRows are the lines of SHOW STORAGE INFO about the archive; none where there is none.
func archiveRows(i *durability.Info, now time.Time) []query.InfoRow {
	a := i.Archive
	if a == nil {
		return nil
	}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	commit := func(n uint64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatUint(n, 10)
	}
	rows := []query.InfoRow{
		{Name: "archive", Value: a.Location},
		{Name: "archive_state", Value: string(a.State)},
		{Name: "archive_timeline", Value: strconv.FormatUint(uint64(a.Timeline), 10)},
		{Name: "archive_last_commit", Value: commit(a.LastCommit)},
		{Name: "archive_last_time", Value: moment(a.LastPut)},
		{Name: "archive_lag_seconds", Value: strconv.FormatFloat(a.Lag(now).Seconds(), 'f', 3, 64)},
		{Name: "archive_lag_bytes", Value: number(a.LagBytes)},
		{Name: "archive_snapshot_commit", Value: commit(a.Snapshot)},
		{Name: "archive_snapshots_waiting", Value: strconv.Itoa(a.SnapshotsWaiting)},
		{Name: "archive_objects", Value: number(a.Objects)},
		{Name: "archive_bytes", Value: number(a.Bytes)},
		{Name: "archive_failures", Value: number(a.Failures)},
	}
	if a.Err != nil {
		rows = append(rows,
			query.InfoRow{Name: "archive_failing_since", Value: moment(a.FailedSince)},
			query.InfoRow{Name: "archive_error", Value: fmt.Sprint(a.Err)})
	}
	return rows
}
