package query

import (
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"memgraphd/internal/query/redact"
	"memgraphd/internal/storage/value"
)

// traced begins the lines of a session that is traced.
const traced = "[session-trace] "

// traceLine writes what a session does. Who calls it asks first whether the session is traced, so that nothing is
// gathered where it is not.
func (s *Session) traceLine(what string, fields ...zapcore.Field) {
	all := []zapcore.Field{zap.String("session", s.o.ID), zap.String("user", s.user())}
	if s.t != nil {
		all = append(all, zap.Uint64("tx", s.t.id))
	}
	s.engine.o.StatementLog.Info(traced+what, append(all, fields...)...)
}

func (s *Session) traceBegin(o *TxOptions) {
	mode := "write"
	if o.ReadOnly {
		mode = "read"
	}
	s.traceLine("begin", zap.String("mode", mode), zap.Duration("timeout", s.engine.timeLimit(o.Timeout)), zap.Strings("bookmarks", o.Bookmarks))
}

func (s *Session) traceRun(text string, params value.Value) {
	s.traceLine("run", zap.String("query", redact.Statement(text)), zap.Strings("parameters", redact.Names(params)))
}

// tracePlan tells how a statement was made ready. One whose plan was kept took no time for it.
func (s *Session) tracePlan(st *statement) {
	s.traceLine("prepared", zap.Bool("kept", st.parsing+st.planning == 0),
		zap.Float64("parsing_ms", milliseconds(st.parsing)), zap.Float64("planning_ms", milliseconds(st.planning)))
}

func (s *Session) traceEnd(r *Result, err error) {
	if err != nil {
		s.traceFailed(err, zap.String("query", redact.Statement(r.text)))
		return
	}
	sum := &r.summary
	fields := []zapcore.Field{
		zap.Int64("rows", r.sent), zap.Float64("available_ms", milliseconds(sum.Available)),
		zap.Float64("execution_ms", milliseconds(sum.ExecutionTime)),
	}
	if sum.Counters.Updates() {
		fields = append(fields, zap.Any("changes", sum.Counters))
	}
	if sum.Bookmark != "" {
		fields = append(fields, zap.String("bookmark", sum.Bookmark))
	}
	s.traceLine("ended", fields...)
}

// traceFailed says only the name of an error: what it quotes may be secret.
func (s *Session) traceFailed(err error, more ...zapcore.Field) {
	fields := errorFields("password", value.Null, err)
	s.traceLine("failed", append(fields, more...)...)
}

func (s *Session) traceCommit(tx uint64, bookmark string, err error) {
	if err != nil {
		s.traceFailed(err, zap.Uint64("tx", tx))
		return
	}
	s.traceLine("commit", zap.Uint64("tx", tx), zap.String("bookmark", bookmark))
}
