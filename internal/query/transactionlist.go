package query

import (
	"context"
	"strconv"
	"time"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// showTransactions lists the open transactions, that of the statement itself included: with the
// columns of Memgraph, and those of Neo4j for YIELD.
func showTransactions(_ context.Context, s *Session) (table, error) {
	columns := columnsOf("username transaction_id query status metadata start_time elapsed_ms")
	t := table{columns: append(columns, neo4jTransactionColumns()...), further: len(neo4jTransactionColumns())}
	now := s.engine.o.Now()
	all := s.may(auth.TransactionManagement)
	for _, open := range s.engine.open() {
		if all || open.of.user() == s.user() {
			t.rows = append(t.rows, neo4jTransaction(transactionRow(open, now), open.of))
		}
	}
	if s.t == nil {
		own := openTransaction{of: s, id: s.engine.nextTransaction.Add(1), query: "SHOW TRANSACTIONS", started: now}
		t.rows = append(t.rows, neo4jTransaction(transactionRow(own, now), s))
	}
	if all && s.engine.o.Durability != nil {
		if snapshot, ok := s.engine.o.Durability.RunningSnapshot(); ok {
			t.rows = append(t.rows, neo4jTransaction(snapshotRow(snapshot, now), nil))
		}
	}
	if all && s.engine.o.Backups != nil {
		if backup, ok := s.engine.o.Backups.Running(); ok {
			t.rows = append(t.rows, neo4jTransaction(backupRow(backup, now), nil))
		}
	}
	return t, nil
}

// transactionRow shows a transaction in the columns of Memgraph.
func transactionRow(open openTransaction, now time.Time) []value.Value {
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
	return []value.Value{
		value.String(open.of.user()), value.String(strconv.FormatUint(open.id, 10)), query, value.String(state), metadata,
		value.String(open.started.UTC().Format(time.RFC3339Nano)), value.Int(now.Sub(open.started).Milliseconds()),
	}
}

// neo4jTransactionColumns are the names under which Neo4j tells what it calls otherwise.
func neo4jTransactionColumns() []string {
	return columnsOf("database transactionId connectionId clientAddress currentQuery startTime elapsedTime")
}

// neo4jTransaction adds these columns to a row; of is nil where no client runs it.
func neo4jTransaction(row []value.Value, of *Session) []value.Value {
	connection, address, query := "", "", ""
	if of != nil {
		connection, address = of.o.ID, of.o.Address
	}
	if list := row[2].AsList(); len(list) > 0 {
		query = list[0].AsString()
	}
	ms := row[6].AsInt()
	elapsed := temporal.Duration{Seconds: ms / 1000, Nanos: int32(ms % 1000 * 1_000_000)}
	return append(row, value.String(databaseName), row[1], value.String(connection), value.String(address),
		value.String(query), row[5], value.Duration(elapsed))
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

// terminate carries out TERMINATE TRANSACTIONS.
func (s *Session) terminate(st *ast.TerminateTransactions, params value.Value) (table, error) {
	t := table{columns: []string{"transaction_id", "killed"}}
	open := s.engine.open()
	all := s.may(auth.TransactionManagement)
	for _, e := range st.IDs {
		id, err := constantText(e, params, wanted{
			"the transaction's id", "take it from the column transaction_id of SHOW TRANSACTIONS",
		})
		if err != nil {
			return table{}, err
		}
		killed := all && (id == snapshotID && s.engine.endSnapshot() || id == backupID && s.engine.endBackup())
		for i := range open {
			other := &open[i]
			if other.of != s && (all || other.of.user() == s.user()) && (id == "*" || id == strconv.FormatUint(other.id, 10)) {
				other.end(errTerminatedByUser)
				killed = true
			}
		}
		t.rows = append(t.rows, []value.Value{value.String(id), value.Bool(killed)})
	}
	return t, nil
}
