package query

import (
	"context"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

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
	case *ast.StandingStatement:
		return s.stand(r, st, params)
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
