package query

import (
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"memgraphd/internal/query/exec"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/redact"
	statements "memgraphd/internal/statement"
	"memgraphd/internal/storage/value"
)

// Logging says which statements are logged.
type Logging struct {
	MinDuration time.Duration // those that take at least so long; negative: none
	Failed      bool          // those that fail
	Plan        bool          // the plan too, where MinDuration asks for a statement
}

// NoLogging logs no statement.
func NoLogging() Logging { return Logging{MinDuration: -1, Plan: true} }

// First words of the lines about statements, as in Memgraph's log.
const (
	slowQuery   = "[slow-query]"
	failedQuery = "[failed-query]"
)

// logging is what is in force for the session.
func (s *Session) logging() Logging {
	l := s.engine.o.Logging()
	if s.own != nil {
		s.own.over(&l)
	}
	return l
}

// ended logs the statement of a result, once. A result that failed is not slow only.
func (r *Result) ended(err error) {
	if r.logged || r.s == nil {
		return
	}
	r.logged = true
	defer func() { r.params = value.Null }()
	s := r.s
	if s.trace {
		s.traceEnd(r, err)
	}
	l := s.logging()
	if l.MinDuration < 0 && (err == nil || !l.Failed) {
		return
	}
	sum := &r.summary
	took := max(sum.Available, sum.ParsingTime+sum.PlanningTime+sum.ExecutionTime)
	switch {
	case err != nil:
		took = s.engine.o.Since(r.started)
	case r.program == nil: // SHOW, DUMP
		took = max(took, r.ran)
	}
	e := said{text: r.text, params: r.params, took: took, rows: r.sent, program: r.program, err: err}
	s.say(l, &e)
}

// failed logs a statement that has no result.
func (s *Session) failed(text string, params value.Value, started time.Time, err error) {
	if s.trace {
		s.traceFailed(err)
	}
	if l := s.logging(); l.Failed || l.MinDuration >= 0 {
		s.say(l, &said{text: text, params: params, took: s.engine.o.Since(started), program: s.program, err: err})
	}
}

// committed logs the end of an explicit transaction.
func (s *Session) committed(tx uint64, bookmark string, started time.Time, err error) {
	if s.trace {
		s.traceCommit(tx, bookmark, err)
	}
	l := s.logging()
	if l.MinDuration < 0 && (err == nil || !l.Failed) {
		return
	}
	s.say(l, &said{text: "COMMIT", took: s.engine.o.Since(started), err: err})
}

// said is a statement that has ended.
type said struct {
	text    string
	params  value.Value
	took    time.Duration
	rows    int64
	program *exec.Program // nil: it has none
	err     error
}

// say writes the lines that are asked for.
func (s *Session) say(l Logging, e *said) {
	if e.err != nil && l.Failed {
		s.engine.o.StatementLog.Warn(failedQuery, s.about(e)...)
	}
	if l.MinDuration < 0 || e.took < l.MinDuration {
		return
	}
	fields := s.about(e)
	if l.Plan && e.program != nil && !statements.Tells(e.text) {
		fields = append(fields, zap.Strings("plan", e.program.Tree().Lines()))
	}
	s.engine.o.StatementLog.Warn(slowQuery, fields...)
}

// about are the fields of a line. The text of a statement is in them without its passwords, of its parameters only the
// names, and where a statement speaks of secrets, an error says no more than its name.
func (s *Session) about(e *said) []zapcore.Field {
	fields := []zapcore.Field{
		zap.Float64("duration_ms", milliseconds(e.took)), zap.String("user", s.user()), zap.String("db", databaseName),
	}
	if e.err != nil {
		fields = append(fields, errorFields(e.text, e.params, e.err)...)
	}
	fields = append(fields, zap.String("query", redact.Statement(e.text)))
	if names := redact.Names(e.params); len(names) > 0 {
		fields = append(fields, zap.Strings("parameters", names))
	}
	if e.err == nil {
		fields = append(fields, zap.Int64("rows", e.rows))
	}
	return append(fields, zap.String("session", s.o.ID), zap.String("address", s.o.Address))
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// errorFields say why a statement failed, without the parameters that it quotes.
func errorFields(text string, params value.Value, err error) []zapcore.Field {
	f := failure.Of(err)
	if f == nil {
		f = fromStorage(err)
	}
	fields := []zapcore.Field{zap.String("error", f.Detail), zap.String("code", f.Code)}
	if !statements.Tells(text) {
		fields = append(fields, zap.String("reason", redact.Reason(f.Message, params)))
	}
	return fields
}
