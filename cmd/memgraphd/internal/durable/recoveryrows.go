package durable

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"memgraphd/internal/durability"
	"memgraphd/internal/query"
)

// Broken returns why the start brought nothing back, or nil.
func (d Disk) Broken() error { return d.Manager.Broken() }

// Recovery returns the rows of SHOW RECOVERY INFO.
func (d Disk) Recovery() []query.InfoRow {
	r := d.Manager.Report()
	rows := &infoRows{}
	broken := d.Manager.Broken()
	rows.add("outcome", outcome(r, broken))
	if broken != nil {
		rows.add("error", broken.Error())
		if refused, ok := errors.AsType[*durability.RefusedError](broken); ok && refused.Loss != nil {
			rows.add("last_good_commit", number(refused.Loss.After))
			rows.add("would_be_given_up", refused.Loss.Describe())
			rows.dropped(refused.Loss)
		}
		return rows.rows
	}
	rows.add("started", moment(r.Started))
	rows.add("duration_sec", strconv.FormatFloat(r.Duration.Seconds(), 'f', 3, 64))
	rows.add("snapshot", r.Snapshot.Path)
	rows.add("snapshot_commit", number(r.Snapshot.Index))
	rows.add("snapshot_bytes", number(r.Snapshot.Bytes))
	rows.add("snapshot_nodes", number(r.Nodes))
	rows.add("snapshot_relationships", number(r.Edges))
	rows.add("log_commits", number(r.Replayed))
	rows.add("log_bytes", number(r.LogBytes))
	rows.add("last_commit", number(r.Last))
	rows.add("stopped_in_good_order", stoppedInGoodOrder(r))
	if r.Tail != nil {
		rows.add("torn_tail", r.Tail.String())
	}
	for i, err := range r.Damaged {
		rows.add("damaged_snapshot", err.Error())
		if i < len(r.Quarantined) {
			rows.add("moved_to", r.Quarantined[i])
		}
	}
	if back, ok := d.Manager.WentBack(); ok {
		rows.wentBack(&back)
	}
	if r.Loss != nil {
		rows.add("given_up", r.Loss.Describe())
		rows.dropped(r.Loss)
		rows.add("files_kept_in", r.KeptIn)
	}
	return rows.rows
}

// stoppedInGoodOrder says how the server before was stopped, where a log tells.
func stoppedInGoodOrder(r durability.Report) string {
	if r.NoLog {
		return "unknown: there was no log"
	}
	return strconv.FormatBool(r.Clean)
}

// outcome is one word, or a few, for how a start went.
func outcome(r durability.Report, broken error) string {
	switch {
	case broken != nil:
		return "broken"
	case r.Loss != nil:
		return "recovered with loss"
	case r.New:
		return "new"
	case len(r.Damaged) > 0:
		return "recovered from an older snapshot"
	}
	return "recovered"
}

// infoRows gathers rows of an information statement.
type infoRows struct{ rows []query.InfoRow }

func (i *infoRows) add(name, text string) {
	i.rows = append(i.rows, query.InfoRow{Name: name, Value: text})
}

// wentBack tells what a start with --recover-to did before it recovered.
func (i *infoRows) wentBack(r *durability.RestoreReport) {
	i.add("went_back_to_commit", number(r.Commit))
	i.add("went_back_to_time", moment(r.Time))
	for _, missing := range r.Missing {
		i.add("went_back_not_as_far", missing)
	}
	if r.NewTimeline == 0 {
		return // nothing had come after that moment
	}
	i.add("went_back_from_timeline", number(uint64(r.Timeline)))
	i.add("began_timeline", number(uint64(r.NewTimeline)))
	i.add("former_files_kept_in", r.KeptIn)
}

func (i *infoRows) dropped(l *durability.Loss) {
	for _, d := range l.Dropped {
		i.add("dropped", fmt.Sprintf("%v, %s: %s", d, d.File, d.Reason))
	}
}

func number[T ~int64 | ~uint64](n T) string {
	return strings.TrimSpace(fmt.Sprint(n))
}
