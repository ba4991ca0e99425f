package query

import (
	"time"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/redact"
	"memgraphd/internal/storage/value"
)

// Audited is a statement, or the end of a transaction, for the audit log.
type Audited struct {
	Time       time.Time
	User       string
	Address    string
	Connection string
	Statement  string   // without the passwords in it
	Parameters []string // their names
	Err        *failure.Error
	Rows       int64
	Took       time.Duration
}

// audited begins the record of what a session does now; nil where nothing is recorded.
func (s *Session) audited(text string, params value.Value) *Audited {
	if s.engine.o.Audit == nil {
		return nil
	}
	a := &Audited{
		Time: s.engine.o.Now(), User: s.user(), Address: s.o.Address, Connection: s.o.ID,
		Statement: redact.Statement(text),
	}
	a.Parameters = redact.Names(params)
	return a
}

// record ends a record.
func (s *Session) record(a *Audited, err error) {
	if a == nil {
		return
	}
	a.Took = s.engine.o.Now().Sub(a.Time)
	if a.Err = failure.Of(err); a.Err == nil && err != nil {
		a.Err = fromStorage(err)
	}
	if a.User == "" {
		a.User = s.user() // who makes the first user becomes it
	}
	s.engine.o.Audit(*a)
}

// tell ends the record of a result, once.
func (r *Result) tell(err error) {
	if r.audited == nil {
		return
	}
	a := r.audited
	r.audited = nil
	a.Rows = r.sent
	r.s.record(a, err)
}
