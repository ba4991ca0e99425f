package query

import (
	"context"
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
)

// answersBroken lists the statements without operands that answer while the database is
// broken: those about the server, and those that help to mend it. It is never written to.
var answersBroken = []ast.AdminVerb{
	ast.LockDataDirectory, ast.UnlockDataDirectory, ast.DataDirectoryLockStatus, ast.ShowStorageInfo, ast.ShowVersion,
	ast.ShowBuildInfo, ast.ShowConfig, ast.ShowTransactions, ast.FreeMemory, ast.ShowDatabases, ast.ShowDatabase,
	ast.ReloadTLS,
	ast.ShowRecoveryInfo, ast.ShowDatabaseSettings, ast.ShowMetricsInfo, ast.ShowSettings, ast.ShowNamedDatabase,
	ast.ShowFunctions, ast.ShowProcedures, ast.ShowReplicationRole, ast.ShowLicenseInfo, ast.ShowMemoryInfo,
}

// broken returns why the database has no data, or nil.
func (e *Engine) broken() error {
	if e.o.Durability == nil {
		return nil
	}
	return e.o.Durability.Broken()
}

// admit refuses a statement that needs the data of a broken database.
func (e *Engine) admit(st statement) error {
	if err := e.shared(); err != nil && st.prepared == nil {
		return err
	}
	cause := e.broken()
	if cause == nil {
		return nil
	}
	asked := st.admin
	if show, ok := asked.(*ast.Show); ok {
		asked = show.Of
	}
	switch admin := asked.(type) {
	case *ast.TransactionControl, *ast.TerminateTransactions, *ast.SessionStatement, *ast.StandingStatement:
		return nil
	case *ast.SettingStatement:
		if admin.Value == nil {
			return nil
		}
	case *ast.BackupStatement:
		if admin.Show {
			return nil
		}
	case *ast.Admin:
		if slices.Contains(answersBroken, admin.Verb) {
			return nil
		}
	default:
	}
	return failure.New(failure.DatabaseError, failure.Runtime, "DatabaseBroken", "%v", cause).
		WithHint("mend the cause, or put a copy of the data directory in its place, and start the server again; " +
			"SHOW RECOVERY INFO tells what was found").
		WithCode("Neo.DatabaseError.Database.UnableToStartDatabase").WithCause(cause)
}

// health is the word for the state of the database.
func (e *Engine) health() string {
	if e.broken() != nil {
		return "broken"
	}
	return "healthy"
}

func showRecoveryInfo(_ context.Context, s *Session) (table, error) {
	d, err := s.durability()
	if err != nil {
		return table{}, err
	}
	return infoTable("recovery info", d.Recovery()), nil
}
