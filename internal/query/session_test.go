package query_test

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/datadriven"
	"go.uber.org/goleak"

	"memgraphd/internal/query"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open returns an engine on an empty store; both end with the test, and the store is checked.
func open(tb testing.TB, change func(*query.Options)) *query.Engine {
	tb.Helper()
	store := storage.New(storage.Options{})
	budget := memory.New("test", 0)
	o := query.Options{Store: store, Now: time.Now, Since: time.Since, Version: "test", Budget: budget}
	if change != nil {
		change(&o)
	}
	store = o.Store
	e, err := query.New(o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		e.Close()
		if n := budget.Used(); n != 0 {
			tb.Errorf("%d bytes are still reserved", n)
		}
		store.Collect()
		if err := store.Check(); err != nil {
			tb.Errorf("the store is damaged: %v", err)
		}
		if err := store.Close(); err != nil {
			tb.Error(err)
		}
	})
	return e
}

// withReadCommitted gives the engine a store of that level.
func withReadCommitted(o *query.Options) {
	if err := o.Store.Close(); err != nil {
		panic(err)
	}
	o.Store = storage.New(storage.Options{Isolation: storage.ReadCommitted})
}

// desk holds the sessions and results of one conversation by their names.
type desk struct {
	t        *testing.T
	e        *query.Engine
	users    *auth.Store // nil: nobody logs in
	sessions map[string]*query.Session
	results  map[string]*query.Result
}

// TestConversations plays the files of testdata: each command names a session, and what it
// gives is compared.
//
//	run s=a [r=name] [timeout=1s] [read]    the statement is the input; with r the result stays open
//	pull r=name n=2 | discard r=name n=2    rows of an open result
//	login s=a user=name [password=text]
//	begin s=a [read] | commit s=a | rollback s=a | reset s=a | interrupt s=a
func TestConversations(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		t.Helper()
		change := withProcedures
		var users *auth.Store
		switch filepath.Base(path) {
		case "durability", "backups":
			change = withDurability
		case "broken":
			change = withBroken
		case "standing-committed":
			change = withReadCommitted
		case "users", "privileges", "visibility":
			change = withUsers(t, &users)
		}
		e := open(t, change)
		d := &desk{t: t, users: users, e: e, sessions: map[string]*query.Session{}, results: map[string]*query.Result{}}
		datadriven.RunTest(t, path, func(_ *testing.T, c *datadriven.TestData) string { return d.command(c) })
		for _, s := range d.sessions {
			s.Close()
		}
	})
}

func (d *desk) session(c *datadriven.TestData) *query.Session {
	name := "a"
	c.MaybeScanArgs(d.t, "s", &name)
	s := d.sessions[name]
	if s == nil {
		o := query.SessionOptions{Address: "127.0.0.1:1", ID: name}
		if d.users != nil {
			o.Identity = d.users.Nobody()
		}
		s = d.e.NewSession(o)
		d.sessions[name] = s
	}
	return s
}

func (d *desk) options(c *datadriven.TestData) query.TxOptions {
	o := query.TxOptions{ReadOnly: c.HasArg("read")}
	var limit string
	if c.MaybeScanArgs(d.t, "timeout", &limit) {
		o.Timeout, _ = time.ParseDuration(limit)
	}
	c.MaybeScanArgs(d.t, "db", &o.Database)
	var bookmark string
	if c.MaybeScanArgs(d.t, "bookmark", &bookmark) {
		o.Bookmarks = []string{bookmark}
	}
	return o
}

func (d *desk) command(c *datadriven.TestData) string {
	ctx := d.t.Context()
	switch c.Cmd {
	case "begin":
		return said("", d.session(c).Begin(ctx, d.options(c)))
	case "commit":
		bookmark, err := d.session(c).Commit(ctx)
		return said(bookmark, err)
	case "rollback":
		return said("", d.session(c).Rollback())
	case "reset":
		d.session(c).Reset()
		return "ok"
	case "interrupt":
		d.session(c).Interrupt()
		return "ok"
	case "pull", "discard":
		return d.pull(c)
	case "login":
		return d.login(c)
	case "run":
	default:
		c.Fatalf(d.t, "unknown command %s", c.Cmd)
	}
	r, err := d.session(c).Run(ctx, c.Input, value.Null, d.options(c))
	if err != nil {
		return said("", err)
	}
	var name string
	if c.MaybeScanArgs(d.t, "r", &name) {
		d.results[name] = r
		return strings.Join(r.Columns(), " | ")
	}
	return d.take(ctx, r, -1)
}

func (d *desk) pull(c *datadriven.TestData) string {
	var name string
	n := int64(-1)
	c.ScanArgs(d.t, "r", &name)
	c.MaybeScanArgs(d.t, "n", &n)
	r := d.results[name]
	if c.Cmd == "pull" {
		return d.take(d.t.Context(), r, n)
	}
	more, err := r.Discard(d.t.Context(), n)
	return said(fmt.Sprintf("more %t", more), err)
}

// take renders at most n rows and, after the last, the summary.
func (d *desk) take(ctx context.Context, r *query.Result, n int64) string {
	var b strings.Builder
	if n < 0 && len(r.Columns()) > 0 {
		fmt.Fprintln(&b, strings.Join(r.Columns(), " | "))
	}
	more, err := r.Pull(ctx, n, func(rows *batch.Batch, e batch.Entities) error {
		for i := range rows.Rows() {
			cells := make([]string, len(rows.Columns))
			for c := range rows.Columns {
				cells[c] = render(rows.Columns[c].Value(rows.Row(i)), e)
			}
			fmt.Fprintln(&b, strings.Join(cells, " | "))
		}
		return nil
	})
	if err != nil {
		return b.String() + said("", err)
	}
	if more {
		return b.String() + "more"
	}
	sum := r.Summary()
	fmt.Fprintf(&b, "-- %s", sum.Type)
	if sum.Counters.Updates() {
		counters := reflect.ValueOf(sum.Counters)
		for i := range counters.NumField() {
			if n := counters.Field(i).Int(); n != 0 {
				fmt.Fprintf(&b, " %s %d", counters.Type().Field(i).Name, n)
			}
		}
	}
	if sum.Bookmark != "" {
		fmt.Fprintf(&b, " bookmark %s", sum.Bookmark)
	}
	for _, n := range sum.Notifications {
		fmt.Fprintf(&b, " %s: %s", n.Code, n.Title)
		if n.Position != nil {
			fmt.Fprintf(&b, " (%s: %s)", n.Position, n.Description)
		}
	}
	return b.String()
}

// render shows a value; entities with what they have.
func render(v value.Value, e batch.Entities) string {
	switch v.Kind() {
	case value.KindNode:
		labels := e.NodeLabels(nil, v.AsNode())
		slices.Sort(labels)
		return "(" + strings.Join(append([]string{""}, labels...), ":") + properties(e.NodeProperties(nil, v.AsNode()), e) + ")"
	case value.KindEdge:
		return "[:" + e.EdgeType(v.AsEdge()) + properties(e.EdgeProperties(nil, v.AsEdge()), e) + "]"
	case value.KindEnum:
		text, _ := e.Enum(v).Field("__value")
		return text.AsString()
	case value.KindString:
		return strconv.Quote(v.AsString())
	case value.KindInt:
		return strconv.FormatInt(v.AsInt(), 10)
	case value.KindBool:
		return strconv.FormatBool(v.AsBool())
	case value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration:
		return v.TemporalText()
	case value.KindNull, value.KindFloat, value.KindBytes, value.KindList, value.KindMap, value.KindPath, value.KindPoint, value.KindVirtualNode, value.KindVirtualEdge:
	}
	if v.IsNull() {
		return "null"
	}
	if v.Kind() == value.KindList {
		var cells []string
		for _, x := range v.AsList() {
			cells = append(cells, render(x, e))
		}
		return "[" + strings.Join(cells, ", ") + "]"
	}
	return v.Kind().String()
}

func properties(all []batch.Property, e batch.Entities) string {
	var out []string
	for _, p := range all {
		out = append(out, p.Key+": "+render(p.Value, e))
	}
	slices.Sort(out)
	if len(out) == 0 {
		return ""
	}
	return " {" + strings.Join(out, ", ") + "}"
}

func said(ok string, err error) string {
	if err != nil {
		f := failure.Of(err)
		if f == nil {
			return "no failure.Error: " + err.Error()
		}
		return f.Code + "\n" + f.Error()
	}
	if ok == "" {
		return "ok"
	}
	return ok
}

// TestTimeLimit ends a statement that runs on, at the engine's limit and at the client's.
func TestTimeLimit(t *testing.T) {
	e := open(t, func(o *query.Options) { o.QueryTimeout = func() time.Duration { return 500 * time.Millisecond } })
	s := e.NewSession(query.SessionOptions{ID: "a"})
	defer s.Close()
	_, err := drain(t, s, "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(*)")
	if f := failure.Of(err); f == nil || f.Code != "Neo.ClientError.Transaction.TransactionTimedOut" {
		t.Fatalf("got %v", err)
	}
	if _, err := drain(t, s, "RETURN 1"); err != nil {
		t.Fatalf("the session is of no use afterwards: %v", err)
	}
}

// TestLateCommit commits a transaction whose time has passed, by call and by statement.
func TestLateCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := open(t, nil)
		s := e.NewSession(query.SessionOptions{ID: "a"})
		defer s.Close()
		for name, commit := range map[string]func() error{
			"call": func() error { _, err := s.Commit(t.Context()); return err },
			"text": func() error { _, err := drain(t, s, "COMMIT"); return err },
		} {
			if err := s.Begin(t.Context(), query.TxOptions{Timeout: 500 * time.Millisecond}); err != nil {
				t.Fatal(err)
			}
			if _, err := drain(t, s, "CREATE (:Late)"); err != nil {
				t.Fatal(err)
			}
			time.Sleep(501 * time.Millisecond)
			if f := failure.Of(commit()); f == nil || f.Code != "Neo.ClientError.Transaction.TransactionTimedOut" {
				t.Errorf("%s: got %v", name, f)
			}
			if n, err := drain(t, s, "MATCH (n:Late) RETURN n"); err != nil || n != 0 {
				t.Errorf("%s: %d nodes, %v", name, n, err)
			}
		}
	})
}

// TestInterrupt ends a statement from another goroutine, when its first rows are there and the next ones take years.
func TestInterrupt(t *testing.T) {
	e := open(t, nil)
	s := e.NewSession(query.SessionOptions{ID: "a"})
	defer s.Close()
	r, err := s.Run(t.Context(), "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b WITH a, b WHERE a = 1 AND b < 3000 RETURN b",
		value.Null, query.TxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	running := make(chan struct{})
	go func() {
		<-running
		s.Interrupt()
	}()
	once := sync.OnceFunc(func() { close(running) })
	_, err = r.Pull(t.Context(), -1, func(*batch.Batch, batch.Entities) error {
		once()
		return nil
	})
	if f := failure.Of(err); f == nil || f.Detail != "Terminated" {
		t.Fatalf("got %v", err)
	}
	s.Reset()
	if _, err := drain(t, s, "RETURN 1"); err != nil {
		t.Fatal(err)
	}
	e.Stopping()
	s.Interrupt()
	if _, err := drain(t, s, "RETURN 1"); err == nil || !strings.Contains(err.Error(), "the shutdown of the server") {
		t.Fatalf("got %v", err)
	}
}

// TestIdle rolls back a transaction that its client forgot, and none that it comes back to in time.
func TestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const idle = time.Minute
		e := open(t, func(o *query.Options) { o.IdleTimeout = idle })
		s := e.NewSession(query.SessionOptions{ID: "a"})
		defer s.Close()
		if err := s.Begin(t.Context(), query.TxOptions{}); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			time.Sleep(idle - time.Second)
			if _, err := drain(t, s, "CREATE (:Forgotten)"); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(idle + idle/10 + time.Second) // it is looked every tenth of the time
		if s.InTransaction() {
			t.Error("it is open")
		}
		_, err := s.Commit(t.Context())
		if f := failure.Of(err); f == nil || f.Detail != "TransactionIdle" {
			t.Fatalf("got %v", err)
		}
		if n, err := drain(t, s, "MATCH (n:Forgotten) RETURN n"); err != nil || n != 0 {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}

// TestPlanCache runs texts that differ in their literals only, and sees that each gets its
// own rows, columns and error positions.
func TestPlanCache(t *testing.T) {
	e := open(t, nil)
	s := e.NewSession(query.SessionOptions{ID: "a"})
	defer s.Close()
	for i := range 20 {
		if _, err := drain(t, s, fmt.Sprintf("CREATE (:N {i: %d, s: 'x%d'})", i, i)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 20 {
		r, err := s.Run(t.Context(), fmt.Sprintf("MATCH (n:N {i: %d}) WHERE n.s = 'x%d' RETURN n.i, %d", i, i, i), value.Null, query.TxOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		if _, err := r.Pull(t.Context(), -1, func(b *batch.Batch, _ batch.Entities) error {
			for k := range b.Rows() {
				got = append(got, b.Columns[0].Value(b.Row(k)).AsInt(), b.Columns[1].Value(b.Row(k)).AsInt())
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, []int64{int64(i), int64(i)}) || r.Columns()[1] != strconv.Itoa(i) {
			t.Errorf("%d: rows %v, columns %v", i, got, r.Columns())
		}
	}
	for i, text := range []string{"MATCH (n:N {i: 1}) RETURN 1 / (n.i - 1)", "MATCH (n:N {i:   1}) RETURN 1 / (n.i - 1)"} {
		_, err := drain(t, s, text)
		f := failure.Of(err)
		if f == nil || f.Position == nil || text[f.Position.Offset] != '1' {
			t.Errorf("%d: place of %v", i, err)
		}
	}
}

func drain(tb testing.TB, s *query.Session, text string) (rows int, err error) {
	tb.Helper()
	r, err := s.Run(tb.Context(), text, value.Null, query.TxOptions{})
	if err != nil {
		return 0, err
	}
	_, err = r.Pull(tb.Context(), -1, func(b *batch.Batch, _ batch.Entities) error {
		rows += b.Rows()
		return nil
	})
	return rows, err
}

// BenchmarkPointRead is one indexed lookup through a session, from text to rows.
func BenchmarkPointRead(b *testing.B) {
	e := open(b, nil)
	s := e.NewSession(query.SessionOptions{ID: "a"})
	defer s.Close()
	for _, text := range []string{"CREATE INDEX ON :N(id)", "UNWIND range(0, 9999) AS i CREATE (:N {id: i, age: i % 100})"} {
		if _, err := drain(b, s, text); err != nil {
			b.Fatal(err)
		}
	}
	sink := func(*batch.Batch, batch.Entities) error { return nil }
	params := make([]value.Value, 1000)
	for i := range params {
		params[i] = value.Map([]value.Entry{{Key: "id", Value: value.Int(int64(i))}})
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r, err := s.Run(b.Context(), "MATCH (n:N {id: $id}) RETURN n.age AS age", params[i%len(params)], query.TxOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := r.Pull(b.Context(), -1, sink); err != nil {
			b.Fatal(err)
		}
		r.Release()
	}
}
