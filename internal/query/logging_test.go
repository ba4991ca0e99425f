package query_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"memgraphd/internal/query"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/storage/value"
)

// tell renders a line without what differs from run to run.
func tell(e observer.LoggedEntry) string {
	all := []string{e.Message}
	for _, f := range e.Context {
		switch f.Key {
		case "query", "user", "error", "session", "code", "reason", "mode":
			all = append(all, f.Key+"="+f.String)
		case "parameters", "plan":
			m := zapcore.NewMapObjectEncoder()
			f.AddTo(m)
			list, _ := m.Fields[f.Key].([]any)
			texts := make([]string, 0, len(list))
			for _, text := range list {
				s, _ := text.(string)
				texts = append(texts, s)
			}
			all = append(all, f.Key+"=["+strings.Join(texts, "; ")+"]")
		case "rows":
			all = append(all, "rows="+string(rune('0'+f.Integer)))
		}
	}
	return strings.Join(all, " ")
}

// listened opens an engine whose statements are logged as l says, and returns what gives the lines since the last call.
func listened(t *testing.T, l *query.Logging, users **auth.Store) (*query.Engine, func() string) {
	t.Helper()
	core, seen := observer.New(zapcore.InfoLevel)
	e := open(t, func(o *query.Options) {
		withUsers(t, users)(o)
		o.Logging = func() query.Logging { return *l }
		o.StatementLog = zap.New(core)
	})
	return e, func() string {
		var lines []string
		for _, entry := range seen.TakeAll() {
			lines = append(lines, tell(entry))
		}
		return strings.Join(lines, "\n")
	}
}

func compare(t *testing.T, got, want string) {
	t.Helper()
	got = strings.ReplaceAll(got, "`", "")
	if want = strings.ReplaceAll(strings.TrimSpace(want), "\t", ""); got != want {
		t.Errorf("the log has\n%s\nand not\n%s", got, want)
	}
}

// TestStatementLog follows which statements are logged, and with what.
func TestStatementLog(t *testing.T) {
	l := query.NoLogging()
	var users *auth.Store
	e, lines := listened(t, &l, &users)
	s := e.NewSession(query.SessionOptions{Address: "192.0.2.1:1", ID: "bolt-1", Identity: users.Nobody()})
	defer s.Close()
	run := func(text string) { _, _ = drain(t, s, text) }
	run("RETURN 1")
	run("RETURN 1 / 0")
	compare(t, lines(), "")

	l.Failed = true
	run("RETURN 1")
	run("RETURN 1 / 0")
	run("RETRN 1")
	run("CREATE USR ann IDENTIFIED BY 'hush'")
	run("RETURN $p")
	compare(t, lines(), `
		[failed-query] user= error=DivisionByZero code=Neo.ClientError.Statement.ArithmeticError reason=an integer cannot be divided by zero query=RETURN 1 / 0 session=bolt-1
		[failed-query] user= error=UnexpectedSyntax code=Neo.ClientError.Statement.SyntaxError reason=expected a clause such as MATCH, CREATE or RETURN, found 'RETRN' query=RETRN 1 session=bolt-1
		[failed-query] user= error=UnexpectedSyntax code=Neo.ClientError.Statement.SyntaxError query=CREATE USR ann IDENTIFIED BY '****' session=bolt-1
		[failed-query] user= error=MissingParameter code=Neo.ClientError.Statement.ParameterMissing reason=parameter $p was not given query=RETURN $p session=bolt-1`)

	l.Failed, l.MinDuration = false, 0
	run("UNWIND [1, 2] AS x RETURN x")
	run("CREATE (:A {x: 1})")
	run("SHOW VERSION")
	run("MATCH (n:A {password: 'hush'}) RETURN n.x")
	l.Plan = false
	run("MATCH (n:A) RETURN n.x")
	l.MinDuration = time.Hour
	run("MATCH (n:A) RETURN n.x")
	compare(t, lines(), `
		[slow-query] user= query=UNWIND [1, 2] AS x RETURN x rows=2 session=bolt-1 plan=[* Produce {x}; * Unwind {x}; * Once]
		[slow-query] user= query=CREATE (:A {x: 1}) rows=0 session=bolt-1 plan=[* EmptyResult; * CreateNode {anon0}; * Once]
		[slow-query] user= query=SHOW VERSION rows=1 session=bolt-1
		[slow-query] user= query=MATCH (n:A {password: '****'}) RETURN n.x rows=0 session=bolt-1
		[slow-query] user= query=MATCH (n:A) RETURN n.x rows=1 session=bolt-1`)
}

// TestStatementLogOfTransactions follows the ends of explicit transactions.
func TestStatementLogOfTransactions(t *testing.T) {
	l := query.Logging{Failed: true}
	var users *auth.Store
	e, lines := listened(t, &l, &users)
	s := e.NewSession(query.SessionOptions{ID: "bolt-1"})
	defer s.Close()
	ctx := t.Context()
	for _, text := range []string{"CREATE (:A)", "RETURN x"} {
		if err := s.Begin(ctx, query.TxOptions{}); err != nil {
			t.Fatal(err)
		}
		_, _ = drain(t, s, text)
		_, _ = s.Commit(ctx)
	}
	compare(t, lines(), `
		[slow-query] user= query=CREATE (:A) rows=0 session=bolt-1
		[slow-query] user= query=COMMIT rows=0 session=bolt-1
		[failed-query] user= error=UndefinedVariable code=Neo.ClientError.Statement.SyntaxError reason=variable x is not defined query=RETURN x session=bolt-1
		[slow-query] user= error=UndefinedVariable code=Neo.ClientError.Statement.SyntaxError reason=variable x is not defined query=RETURN x session=bolt-1
		[failed-query] user= error=TransactionFailed code=Neo.ClientError.Transaction.TransactionMarkedAsFailed reason=the transaction failed earlier and was rolled back query=COMMIT session=bolt-1
		[slow-query] user= error=TransactionFailed code=Neo.ClientError.Transaction.TransactionMarkedAsFailed reason=the transaction failed earlier and was rolled back query=COMMIT session=bolt-1`)
}

// TestOwnSettings changes what is logged of one session, and of no other.
func TestOwnSettings(t *testing.T) {
	l := query.NoLogging()
	var users *auth.Store
	e, lines := listened(t, &l, &users)
	a := e.NewSession(query.SessionOptions{ID: "a"})
	defer a.Close()
	b := e.NewSession(query.SessionOptions{ID: "b"})
	defer b.Close()
	do := func(s *query.Session, text string) {
		t.Helper()
		if _, err := drain(t, s, text); err != nil {
			t.Fatal(err)
		}
	}
	do(a, "SET SESSION SETTING 'log.query_plan' TO 'false'")
	do(a, "SET SESSION SETTING 'log.failed_queries' TO 'TRUE'")
	do(a, "SET SESSION SETTING 'log.min_duration_ms' TO '0'")
	for _, s := range []*query.Session{a, b} {
		do(s, "RETURN 1")
		_, _ = drain(t, s, "RETURN x")
	}
	do(a, "RESET SESSION SETTING 'log.min_duration_ms'")
	do(a, "RETURN 2")
	l.MinDuration = 0
	do(a, "RETURN 3")
	compare(t, lines(), `
		[slow-query] user= query=SET SESSION SETTING 'log.min_duration_ms' TO '0' rows=0 session=a
		[slow-query] user= query=RETURN 1 rows=1 session=a
		[failed-query] user= error=UndefinedVariable code=Neo.ClientError.Statement.SyntaxError reason=variable x is not defined query=RETURN x session=a
		[slow-query] user= error=UndefinedVariable code=Neo.ClientError.Statement.SyntaxError reason=variable x is not defined query=RETURN x session=a
		[slow-query] user= query=RETURN 3 rows=1 session=a`)
	for text, want := range map[string]string{
		"SET SESSION SETTING 'log.min_duration_ms' TO 'soon'": `InvalidSetting: the setting log.min_duration_ms: "soon" is not a whole number`,
		"SET SESSION SETTING 'log.query_plan' TO 'maybe'":     `InvalidSetting: the setting log.query_plan: "maybe" is not true or false`,
		"SET SESSION SETTING 'log.query_plan' TO ''":          "RESET SESSION SETTING 'log.query_plan' takes it away",
		"SET SESSION SETTING 'log.query_plam' TO 'true'":      "did you mean log.query_plan?",
		"RESET SESSION SETTING 'query.timeout'":               "UnknownSetting",
		"SET SESSION SETTING 'log.query_plan' TO 1":           "expected the value in quotes",
		"SET SESSION TRACE":                                   "expected ON or OFF",
		"SET SESSION SETTING 'log.query_plan' = 'x'":          "expected TO and the value",
	} {
		if _, err := drain(t, a, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestTrace follows the steps of a session that is traced.
func TestTrace(t *testing.T) {
	l := query.NoLogging()
	var users *auth.Store
	e, lines := listened(t, &l, &users)
	s := e.NewSession(query.SessionOptions{ID: "bolt-1"})
	ctx := t.Context()
	if got := column(t, s, "SET SESSION TRACE ON"); len(got) != 1 || got[0] != "bolt-1" {
		t.Error(got)
	}
	p := value.Map([]value.Entry{{Key: "p", Value: value.String("hush")}})
	if r, err := s.Run(ctx, "RETURN $p AS p", p, query.TxOptions{}); err != nil {
		t.Fatal(err)
	} else if _, err = r.Discard(ctx, -1); err != nil {
		t.Fatal(err)
	}
	if err := s.Begin(ctx, query.TxOptions{ReadOnly: true}); err != nil {
		t.Fatal(err)
	}
	_, _ = drain(t, s, "CREATE USER x IDENTIFIED BY 'hush'")
	if err := s.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := s.Begin(ctx, query.TxOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	s.Reset()
	if _, err := drain(t, s, "SET SESSION TRACE OFF"); err != nil {
		t.Fatal(err)
	}
	_, _ = drain(t, s, "RETURN 1")
	s.Close()
	compare(t, lines(), `
		[session-trace] on session=bolt-1 user=
		[session-trace] ended session=bolt-1 user= rows=1
		[session-trace] run session=bolt-1 user= query=RETURN $p AS p parameters=[p]
		[session-trace] prepared session=bolt-1 user=
		[session-trace] ended session=bolt-1 user= rows=0
		[session-trace] begin session=bolt-1 user= mode=read
		[session-trace] run session=bolt-1 user= query=CREATE USER x IDENTIFIED BY '****' parameters=[]
		[session-trace] prepared session=bolt-1 user=
		[session-trace] failed session=bolt-1 user= error=NotInTransaction code=Neo.ClientError.Transaction.ForbiddenDueToTransactionType
		[session-trace] rollback session=bolt-1 user=
		[session-trace] begin session=bolt-1 user= mode=write
		[session-trace] commit session=bolt-1 user=
		[session-trace] reset session=bolt-1 user=
		[session-trace] run session=bolt-1 user= query=SET SESSION TRACE OFF parameters=[]
		[session-trace] prepared session=bolt-1 user=
		[session-trace] off session=bolt-1 user=`)
}

// TestHiddenValues fails with texts of parameters in the reason, many and awkward ones, and finds none of them there.
func TestHiddenValues(t *testing.T) {
	l := query.Logging{MinDuration: -1, Failed: true}
	var users *auth.Store
	e, lines := listened(t, &l, &users)
	s := e.NewSession(query.SessionOptions{ID: "bolt-1"})
	defer s.Close()
	stars := make([]value.Value, 900)
	for i := range stars {
		stars[i] = value.String("*")
	}
	many := slices.Repeat([]value.Value{value.Int(1)}, 2000)
	for _, c := range []struct {
		p    value.Value
		want string
	}{
		{value.String("hush"), `read "****" as a ****: at`},
		{value.List(append(stars, value.String("hush"))), "of type LIST"},
		{value.List(many), "reason= "},
	} {
		p := value.Map([]value.Entry{{Key: "p", Value: c.p}, {Key: "q", Value: value.String("date")}})
		if _, err := s.Run(t.Context(), "RETURN date($p)", p, query.TxOptions{}); err == nil {
			r, err := s.Run(t.Context(), "RETURN date($p)", p, query.TxOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err = r.Discard(t.Context(), 1); err == nil {
				t.Fatal("this is no date")
			}
		}
		if got := lines(); !strings.Contains(got, c.want) || strings.Contains(got, "hush") {
			t.Errorf("%s: the log has %s", c.want, got)
		}
	}
}
