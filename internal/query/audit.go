package query

import (
	"strings"
	"time"

	"memgraphd/internal/query/failure"
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
		Statement: loggable(text),
	}
	a.Parameters = parameterNames(params)
	return a
}

// parameterNames are the names of parameters for a log, which never has their values.
func parameterNames(params value.Value) (names []string) {
	if params.Kind() != value.KindMap {
		return nil
	}
	for i, e := range params.AsMap() {
		if i == auditedParamsMax {
			break
		}
		names = append(names, clip(e.Key, auditedNameMax))
	}
	return names
}

// Bounds of a record: what is longer is cut off.
const (
	auditedTextMax   = 16 << 10
	auditedNameMax   = 128
	auditedParamsMax = 64
)

// clip returns a text of at most most bytes that keeps no longer one in memory.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(strings.Clone(text[:most]), "") + "…"
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
