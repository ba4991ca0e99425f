package query

import (
	"context"
	"strconv"
	"time"

	"memgraphd/internal/query/auth"
	"memgraphd/internal/storage/value"
)

func showTransactions(_ context.Context, s *Session) (table, error) {
	t := table{columns: []string{"username", "transaction_id", "query", "status", "metadata", "start_time", "elapsed_ms"}}
	now := s.engine.o.Now()
	all := s.may(auth.TransactionManagement)
	for _, open := range s.engine.open() {
		if !all && open.of.user() != s.user() {
			continue
		}
		query, state := value.List(nil), "running"
		if open.query != "" {
			query = value.List([]value.Value{value.String(open.query)})
		}
		if open.committing {
			state = statusCommitting
		}
		metadata := open.metadata
		if metadata.IsNull() {
			metadata = value.Map(nil)
		}
		t.rows = append(t.rows, []value.Value{
			value.String(open.of.user()), value.String(strconv.FormatUint(open.id, 10)), query, value.String(state), metadata,
			value.String(open.started.UTC().Format(time.RFC3339Nano)), value.Int(now.Sub(open.started).Milliseconds()),
		})
	}
	if all && s.engine.o.Durability != nil {
		if snapshot, ok := s.engine.o.Durability.RunningSnapshot(); ok {
			t.rows = append(t.rows, snapshotRow(snapshot, now))
		}
	}
	if all && s.engine.o.Backups != nil {
		if backup, ok := s.engine.o.Backups.Running(); ok {
			t.rows = append(t.rows, backupRow(backup, now))
		}
	}
	return t, nil
}

// snapshotID is what TERMINATE TRANSACTIONS calls the snapshot that is being written.
const snapshotID = "snapshot"

// snapshotRow shows a snapshot as if it were a transaction.
func snapshotRow(r RunningSnapshot, now time.Time) []value.Value {
	metadata := []value.Entry{
		{Key: "trigger", Value: value.String(r.Trigger)},
		{Key: "phase", Value: value.String(r.Phase)},
		{Key: "bytes", Value: value.Int(r.Bytes)},
		{Key: "held_bytes", Value: value.Int(r.Held)},
	}
	if r.Total > 0 {
		progress := strconv.FormatFloat(100*float64(r.Done)/float64(r.Total), 'f', 1, 64) + "%"
		metadata = append(metadata, value.Entry{Key: "progress", Value: value.String(progress)})
	}
	return []value.Value{
		value.String(""), value.String(snapshotID), value.List([]value.Value{value.String("CREATE SNAPSHOT")}), value.String("running"),
		value.Map(metadata), value.String(r.Started.UTC().Format(time.RFC3339Nano)), value.Int(now.Sub(r.Started).Milliseconds()),
	}
}

// endSnapshot ends the snapshot that is being written, if one is.
func (e *Engine) endSnapshot() bool { return e.o.Durability != nil && e.o.Durability.EndSnapshot() }

// Stats are the numbers of an Engine at one moment.
type Stats struct {
	Sessions     int // open
	Transactions int // open
}

// Stats returns the current numbers.
func (e *Engine) Stats() Stats {
	return Stats{Sessions: e.sessions.size(), Transactions: len(e.open())}
}
