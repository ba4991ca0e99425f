package query

import (
	"context"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/value"
)

// stand answers a statement that asks for what cannot be changed: it is accepted where things are so already.
func (s *Session) stand(r *Result, st *ast.StandingStatement, params value.Value) error {
	switch {
	case st.Scope != "":
		if err := s.outsideTransaction("Modifying isolation levels", st); err != nil {
			return err
		}
		if (st.Level == "SNAPSHOT ISOLATION") != (s.engine.o.Store.Isolation() == storage.SnapshotIsolation) {
			return failure.Syntax("NotSupported", "the isolation level %s is not supported while the server runs", st.Level).At(st.At).
				WithHint("all transactions have the level of --isolation-level, which is %s", s.isolation())
		}
		r.answer(table{})
	case st.Database != nil:
		if err := s.outsideTransaction("Switching the currently active database", st); err != nil {
			return err
		}
		if err := isDatabase(st.Database, params); err != nil {
			return err
		}
		r.answer(status("Already using " + databaseName))
	default:
		if err := s.outsideTransaction("Modifying storage modes", st); err != nil {
			return err
		}
		r.answer(table{})
	}
	return nil
}

// isolation is the level that transactions have.
func (s *Session) isolation() string {
	if s.engine.o.Store.Isolation() == storage.ReadCommitted {
		return "READ_COMMITTED"
	}
	return "SNAPSHOT_ISOLATION"
}

// isDatabase refuses a name that is not one of the one database.
func isDatabase(e ast.Expr, params value.Value) error {
	name, err := databaseText(e, params)
	if err != nil {
		return err
	}
	if err := failure.Of(checkDatabase(name)); err != nil {
		return err.At(e.Span())
	}
	return nil
}

// databaseText returns the name of a database that a literal or a parameter holds.
func databaseText(e ast.Expr, params value.Value) (string, error) {
	return constantText(e, params, wanted{"the name of a database", "SHOW DATABASES lists them"})
}

// showStorageInfoOf is SHOW STORAGE INFO, of the one database where one is named.
func showStorageInfoOf(ctx context.Context, s *Session, st *ast.Admin, params value.Value) (table, error) {
	if len(st.Names) > 0 {
		if err := isDatabase(st.Names[0], params); err != nil {
			return table{}, err
		}
	}
	return showStorageInfo(ctx, s)
}
