package query_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/query"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// TestAudit follows what is recorded of statements: one record each, when it has ended.
func TestAudit(t *testing.T) {
	var records []query.Audited
	var users *auth.Store
	e := open(t, func(o *query.Options) {
		withUsers(t, &users)(o)
		o.Audit = func(a query.Audited) { records = append(records, a) }
	})
	ctx := t.Context()
	s := e.NewSession(query.SessionOptions{Address: "192.0.2.1:1", ID: "bolt-1", Identity: users.Nobody()})
	defer s.Close()
	run := func(text string, params value.Value, rows int64) {
		t.Helper()
		r, err := s.Run(ctx, text, params, query.TxOptions{})
		if err != nil {
			return
		}
		if _, err = r.Pull(ctx, rows, func(*batch.Batch, batch.Entities) error { return nil }); err != nil {
			return
		}
		r.Close()
	}
	hush := value.Map([]value.Entry{{Key: "p", Value: value.String("hush")}})
	run("CREATE USER ann IDENTIFIED BY 'hush'", value.Null, -1)
	run("UNWIND range(1, 5) AS x RETURN x + size($p)", hush, -1)
	run("UNWIND range(1, 5) AS x RETURN x", value.Null, 2)
	run("RETURN 1 / 0", value.Null, -1)
	run("CREATE USR bob IDENTIFIED BY 'hush'", value.Null, -1)
	if err := s.Begin(ctx, query.TxOptions{}); err != nil {
		t.Fatal(err)
	}
	run("CREATE (:A)", value.Null, -1)
	if _, err := s.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.Begin(ctx, query.TxOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Rollback(); err != nil {
		t.Fatal(err)
	}
	run("RETURN '"+strings.Repeat("x", 100_000)+"'", value.Null, -1)
	var b strings.Builder
	for i := range records {
		a := &records[i]
		if strings.Contains(fmt.Sprint(a), "hush") || a.Address != "192.0.2.1:1" || a.Connection != "bolt-1" || a.Took <= 0 || time.Since(a.Time) > time.Hour {
			t.Error(a)
		}
		outcome := "ok"
		if a.Err != nil {
			outcome = a.Err.Detail
		}
		fmt.Fprintf(&b, "%s | %.40s | %v | %s | %d\n", a.User, a.Statement, a.Parameters, outcome, a.Rows)
	}
	want := `ann | CREATE USER ann IDENTIFIED BY '****' | [] | ok | 0
ann | UNWIND range(1, 5) AS x RETURN x + size( | [p] | ok | 5
ann | UNWIND range(1, 5) AS x RETURN x | [] | ok | 2
ann | RETURN 1 / 0 | [] | DivisionByZero | 0
ann | CREATE USR bob IDENTIFIED BY '****' | [] | UnexpectedSyntax | 0
ann | CREATE (:A) | [] | ok | 0
ann | COMMIT | [] | ok | 0
ann | ROLLBACK | [] | ok | 0
ann | RETURN 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx | [] | ok | 1
`
	if b.String() != want {
		t.Errorf("%s\nwant\n%s", b.String(), want)
	}
	if n := len(records[len(records)-1].Statement); n > 17_000 {
		t.Error(n, "bytes of a statement are kept")
	}
}
