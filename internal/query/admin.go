package query

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/value"
)

// table is the answer of an administration statement.
type table struct {
	columns []string
	rows    [][]value.Value
	// further is how many of the last columns are shown only where YIELD asks for them.
	further int
}

// runAdmin carries out a statement that is not a query.
func (s *Session) runAdmin(ctx context.Context, r *Result, st ast.Statement, params value.Value, o TxOptions) error {
	r.summary.Type = "s"
	switch st := st.(type) {
	case *ast.TransactionControl:
		return s.controlTransaction(ctx, r, st, o)
	case *ast.IndexStatement:
		r.answer(table{})
		return s.changeSchema(ctx, r, st, o, "Index manipulation", func(ctx context.Context, schema schemaChanger, r *Result) error {
			return s.changeIndex(ctx, schema, r, st)
		})
	case *ast.ConstraintStatement:
		r.answer(table{})
		return s.changeSchema(ctx, r, st, o, "Constraint manipulation", func(ctx context.Context, schema schemaChanger, r *Result) error {
			return s.changeConstraint(ctx, schema, r, st)
		})
	case *ast.TerminateTransactions:
		t, err := s.terminate(st, params) // only what the user may end
		if err != nil {
			return err
		}
		r.answer(t)
		return nil
	case *ast.EnumStatement:
		return s.changeEnum(ctx, r, st, o)
	case *ast.DescriptionStatement:
		return s.describe(ctx, r, st, o)
	case *ast.SettingStatement:
		return s.runSetting(ctx, r, st, params, o)
	case *ast.SessionStatement:
		return s.runOwnSetting(r, st, params)
	case *ast.BackupStatement:
		return s.runBackup(ctx, r, st, params)
	case *ast.RecoverSnapshot:
		return s.recoverSnapshot(ctx, r, st, params)
	case *ast.Admin:
		if st.Verb == ast.DumpDatabase {
			return s.dump(ctx, r, st, o)
		}
		return s.administer(ctx, r, st, params)
	case *ast.UserStatement, *ast.RoleStatement, *ast.PrivilegeStatement, *ast.ShowAuth:
		return s.manageUsers(ctx, r, st, params, o)
	case *ast.Show:
		return s.show(ctx, r, st, params, o)
	case *ast.Query:
	}
	return failure.New(failure.DatabaseError, failure.Runtime, "InternalError", "statement %T is not handled", st)
}

// answer makes t the rows of r.
func (r *Result) answer(t table) {
	shown := len(t.columns) - t.further
	r.whole = t
	r.columns, r.source = t.columns[:shown], valueRows(t.rows, shown)
}

// controlTransaction carries out BEGIN, COMMIT and ROLLBACK sent as text.
func (s *Session) controlTransaction(ctx context.Context, r *Result, st *ast.TransactionControl, o TxOptions) error {
	r.answer(table{})
	open := s.t != nil && s.t.explicit
	if st.Verb == "BEGIN" {
		if open {
			return failure.New(failure.ClientError, failure.Runtime, "TransactionOpen", "a transaction is open already").
				At(st.At).WithCode("Neo.ClientError.Transaction.TransactionStartFailed")
		}
		t, err := s.start(ctx, "", r.started, o)
		if err == nil {
			t.explicit = true
		}
		return err
	}
	if !open {
		return noTransaction(st.Verb).At(st.At)
	}
	if st.Verb == "ROLLBACK" {
		s.end()
		return nil
	}
	bookmark, err := s.commitOpen(ctx)
	r.summary.Bookmark, r.commits = bookmark, true
	return err
}

// outsideTransaction refuses what may not run inside an explicit transaction.
func (s *Session) outsideTransaction(what string, st ast.Statement) error {
	if s.t == nil || !s.t.explicit {
		return nil
	}
	return failure.New(failure.ClientError, failure.Runtime, "NotInTransaction",
		"%s is not allowed in multicommand transactions", what).At(st.Span()).
		WithHint("send it outside an explicit transaction").
		WithCode("Neo.ClientError.Transaction.ForbiddenDueToTransactionType")
}

// changeIndex creates or drops an index.
func (s *Session) changeIndex(ctx context.Context, schema schemaChanger, r *Result, st *ast.IndexStatement) error {
	store := s.engine.o.Store
	switch {
	case st.All:
		return dropIndexes(ctx, store, schema, r)
	case st.Name != nil:
		return s.dropNamedIndex(ctx, schema, r, st)
	}
	label, err := store.InternLabel(st.Label.Text)
	if err != nil {
		return err
	}
	def := storage.IndexDef{Label: label}
	if st.Property != nil {
		def.HasKey = true
		if def.Key, err = store.InternKey(st.Property.Text); err != nil {
			return err
		}
	}
	what := indexWords(store, def)
	if st.Drop {
		return dropOneIndex(ctx, schema, r, def, what)
	}
	created, err := schema.CreateIndex(ctx, def)
	if err != nil {
		return err
	}
	r.summary.indexNotice(created, "CreateIndex", "Created index "+what+".", "IndexAlreadyExists", "Index "+what+" already exists.")
	if created {
		r.summary.Counters.IndexesAdded = 1
	}
	return nil
}

// indexNotice tells what an index statement did.
func (s *Summary) indexNotice(changed bool, code, title, otherCode, otherTitle string) {
	n := Notification{Code: code, Title: title, Severity: "INFORMATION", Category: "SCHEMA"}
	if !changed {
		n.Code, n.Title = otherCode, otherTitle
	}
	s.Notifications = append(s.Notifications, n)
}

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

// wanted is what a text is for, and where a user finds one.
type wanted struct{ what, hint string }

// constantText returns the text that a literal or a parameter holds.
func constantText(e ast.Expr, params value.Value, w wanted) (string, error) {
	v := value.Null
	switch e := e.(type) {
	case *ast.Literal:
		v = e.Value
	case *ast.Param:
		if !params.IsNull() {
			v, _ = params.Field(e.Name)
		}
	}
	if v.Kind() != value.KindString {
		return "", failure.Syntax("InvalidArgumentType", "expected %s as a string", w.what).At(e.Span()).
			WithHint("%s", w.hint)
	}
	return v.AsString(), nil
}

func status(text string) table {
	return table{columns: []string{"STATUS"}, rows: [][]value.Value{{value.String(text)}}}
}

// durability returns what carries out the statements about files.
func (s *Session) durability() (Durability, error) {
	if s.engine.o.Durability == nil {
		return nil, failure.New(failure.ClientError, failure.Runtime, "NoDataDirectory",
			"this engine keeps its data in memory only")
	}
	return s.engine.o.Durability, nil
}

// durabilityError names what failed; trying again may work.
func durabilityError(detail, what string, err error) error {
	return failure.New(failure.TransactionError, failure.Runtime, detail, "%s: %s", what, err).
		WithHint("see the server's log, mend the cause and try again").
		WithCode("Neo.TransientError.General.DatabaseUnavailable").WithCause(err)
}

func createSnapshot(ctx context.Context, s *Session) (table, error) {
	d, err := s.durability()
	if err != nil {
		return table{}, err
	}
	path, err := d.CreateSnapshot(ctx)
	if errors.Is(err, ErrSnapshotEnded) {
		return table{}, failure.New(failure.TransactionError, failure.Runtime, "Terminated", "no snapshot was created: %s", err).
			WithHint("nothing was lost; create it again").WithCode("Neo.TransientError.Transaction.Terminated").WithCause(err)
	}
	if err != nil {
		return table{}, durabilityError("SnapshotFailed", "no snapshot was created", err)
	}
	return table{columns: []string{"path"}, rows: [][]value.Value{{value.String(path)}}}, nil
}

func showSnapshots(ctx context.Context, s *Session) (table, error) {
	d, err := s.durability()
	if err != nil {
		return table{}, err
	}
	kept, err := d.Snapshots(ctx)
	if err != nil {
		return table{}, durabilityError("SnapshotsUnreadable", "the snapshots cannot be listed", err)
	}
	t := table{columns: []string{"path", "timestamp", "creation_time", "size"}}
	for _, k := range kept {
		t.rows = append(t.rows, []value.Value{
			value.String(k.Path), value.Int(int64(k.Index)),
			value.String(k.Created.Format(creationTime)), value.String(sizeText(k.Bytes)),
		})
	}
	return t, nil
}

// creationTime is how snapshot times are shown.
const creationTime = "2006-01-02T15:04:05-0700"

func showNextSnapshot(_ context.Context, s *Session) (table, error) {
	d, err := s.durability()
	if err != nil {
		return table{}, err
	}
	t := table{columns: []string{"path", "creation_time"}}
	if dir, at, ok := d.NextSnapshot(); ok {
		t.rows = [][]value.Value{{value.String(dir), value.String(at.Format(creationTime))}}
	}
	return t, nil
}

func lockDirectory(_ context.Context, s *Session) (table, error) {
	d, err := s.durability()
	if err != nil {
		return table{}, err
	}
	owner := s.user()
	if owner == "" {
		owner = "(nobody logged in)"
	}
	changed, err := d.LockDataDirectory(owner + " from " + s.o.Address)
	switch {
	case err != nil:
		return table{}, durabilityError("LockFailed", "Failed to lock the data directory", err)
	case changed:
		return status("Data directory is now locked."), nil
	}
	return status("Data directory is already locked."), nil
}

func unlockDirectory(_ context.Context, s *Session) (table, error) {
	d, err := s.durability()
	if err != nil {
		return table{}, err
	}
	changed, err := d.UnlockDataDirectory()
	switch {
	case err != nil:
		return table{}, durabilityError("UnlockFailed", "Failed to unlock the data directory", err)
	case changed:
		return status("Data directory is now unlocked."), nil
	}
	return status("Data directory is already unlocked."), nil
}

func lockStatus(_ context.Context, s *Session) (table, error) {
	d, err := s.durability()
	if err != nil {
		return table{}, err
	}
	lock, err := d.DataDirectoryLock()
	switch {
	case err != nil:
		return table{}, durabilityError("LockUnreadable", "Failed to access the data directory", err)
	case !lock.Locked:
		return lockTable("Data directory is unlocked.", value.Null, value.Null), nil
	}
	return lockTable("Data directory is locked.", value.String(lock.Owner),
		value.String(lock.Since.UTC().Format(time.RFC3339))), nil
}

func lockTable(text string, owner, since value.Value) table {
	return table{
		columns: []string{"STATUS", "owner", "since"},
		rows:    [][]value.Value{{value.String(text), owner, since}},
	}
}

// sizeText renders bytes as Memgraph does: "12.34MiB".
func sizeText(bytes int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	size, unit := float64(bytes), 0
	for size >= 1024 && unit < len(units)-1 {
		size /= 1024
		unit++
	}
	return strings.TrimSuffix(fmt.Sprintf("%.2f", size), ".00") + units[unit]
}
