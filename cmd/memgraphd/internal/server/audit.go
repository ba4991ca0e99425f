package server

import (
	"fmt"
	"path/filepath"
	"time"

	"memgraphd/internal/audit"
	"memgraphd/internal/bolt"
	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/query"
	"memgraphd/internal/query/auth"
)

// openAudit opens the audit log if it is wanted. A directory that could not be opened as a
// database is left as it is.
func (s *server) openAudit() error {
	c := &s.cfg.Audit
	if !c.Enabled || s.broken() {
		return nil
	}
	dir, err := filepath.Abs(s.cfg.Storage.DataDirectory)
	if err != nil {
		return fmt.Errorf("--data-directory: %w", err)
	}
	s.audit, err = audit.Open(audit.Options{
		FS: vfs.OS(), Dir: filepath.Join(dir, recovery.AuditName), Now: time.Now, Log: s.notices,
		BufferMax: c.BufferMax, Flush: c.Flush, FileBytes: c.FileBytes, Kept: c.Kept,
	})
	return err
}

// closeAudit writes what is left of the audit log.
func (s *server) closeAudit() error {
	err := s.audit.Close()
	s.audit = nil
	if err != nil {
		return fmt.Errorf("close the audit log: %w", err)
	}
	return nil
}

// auditStatements returns what hears of statements; nil where nothing is recorded.
func (s *server) auditStatements() func(query.Audited) {
	if s.audit == nil {
		return nil
	}
	return func(a query.Audited) {
		r := audit.Record{
			Time: a.Time, Event: "statement", User: a.User, Address: a.Address, Connection: a.Connection, Statement: a.Statement,
			Parameters: a.Parameters, Outcome: outcomeOK, Rows: a.Rows, Took: a.Took,
		}
		if a.Err != nil {
			r.Outcome, r.Error = a.Err.Code, a.Err.Detail
		}
		s.audit.Add(&r)
	}
}

const outcomeOK = "ok"

// auditLogins returns what hears of logins, or of their ends; nil where nothing is recorded.
func (s *server) auditLogins(event string) func(bolt.Login) {
	if s.audit == nil {
		return nil
	}
	return func(l bolt.Login) {
		if l.Code != "" && (l.User == "" || l.Code == auth.CodeRateLimit || !s.users.Exist()) {
			return // whoever reaches the port could fill the disk with these
		}
		r := audit.Record{
			Time: time.Now(), Event: event, User: l.User, Address: l.Address, Connection: l.Connection, Outcome: outcomeOK,
		}
		if l.Code != "" {
			r.Outcome = l.Code
		}
		s.audit.Add(&r)
	}
}
