package durable

import (
	"fmt"
	"strconv"

	"memgraphd/internal/durability"
	"memgraphd/internal/query"
)

// diskRows are the lines of SHOW STORAGE INFO about the room on the disk, about what keeps it from being given back,
// and about writes that fail.
func diskRows(i *durability.Info) []query.InfoRow {
	free := ""
	if i.Space.Known {
		free = strconv.FormatUint(i.Space.Free, 10)
	}
	rows := []query.InfoRow{
		{Name: "disk_free_bytes", Value: free},
		{Name: "disk_min_free_bytes", Value: strconv.FormatUint(i.Space.Min, 10)},
		{Name: "disk_below_minimum_since", Value: moment(i.Space.BelowSince)},
		{Name: "commits_refused_for_space", Value: strconv.FormatInt(i.Space.Refused, 10)},
		{Name: "commits_not_written", Value: strconv.FormatInt(i.Writes.Failures, 10)},
		{Name: "writes_failing_since", Value: moment(i.Writes.FailingSince)},
		{Name: "quarantine_files", Value: strconv.Itoa(i.Quarantine.Files)},
		{Name: "quarantine_bytes", Value: strconv.FormatInt(i.Quarantine.Bytes, 10)},
		{Name: "quarantine_deleted", Value: strconv.FormatInt(i.Quarantine.Deleted, 10)},
	}
	for _, p := range i.Pins {
		rows = append(rows, query.InfoRow{
			Name: "files_kept_for", Value: fmt.Sprintf("%s since %s, from commit %d on", p.Holder, moment(p.Since), p.Oldest),
		})
	}
	if i.Writes.Err != nil {
		rows = append(rows, query.InfoRow{Name: "write_error", Value: fmt.Sprint(i.Writes.Err)})
	}
	return rows
}
