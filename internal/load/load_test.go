package load_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/load"
	"memgraphd/internal/load/loadtest"
	"memgraphd/internal/query"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/dump"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/statement"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
	"memgraphd/test/table"
)

var background = context.Background() //nolint:gochecknoglobals // the empty context

// errCut is what a broken connection says.
var errCut = errors.New("the connection broke")

// server is an engine without a disk that fails when a test says so.
type server struct{ loadtest.Server }

func newServer(tb testing.TB) *server {
	tb.Helper()
	store := storage.New(storage.Options{})
	e, err := query.New(query.Options{Store: store, Now: time.Now, Version: "test", Budget: memory.New("test", 0)})
	if err != nil {
		tb.Fatal(err)
	}
	s := &server{loadtest.Server{Session: e.NewSession(query.SessionOptions{})}}
	tb.Cleanup(func() {
		s.Session.Close()
		e.Close()
		if err := errors.Join(store.Check(), store.Close()); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// graph is everything in the database, without the numbers of nodes, which depend on the order
// in which they were made.
func (s *server) graph(tb testing.TB) string {
	tb.Helper()
	var lines []string
	for _, text := range []string{
		"MATCH (n) RETURN n.uid, labels(n), properties(n)",
		"MATCH (a)-[r]->(b) RETURN a.uid, labels(a), type(r), properties(r), b.uid, labels(b)",
		"SHOW INDEX INFO", "SHOW CONSTRAINT INFO",
	} {
		r, err := s.Session.Run(background, text, value.Null, query.TxOptions{})
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := r.Pull(background, -1, func(b *batch.Batch, _ batch.Entities) error {
			for i := range b.Rows() {
				line := []byte(text)
				for c := range b.Columns {
					var err error
					if line, err = dump.AppendValue(append(line, " | "...), sorted(b.Columns[c].Value(b.Row(i))), nil); err != nil {
						return err
					}
				}
				lines = append(lines, string(line))
			}
			return nil
		}); err != nil {
			tb.Fatal(err)
		}
		r.Close()
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// sorted is a list of texts in order, as labels have none; other values stay as they are.
func sorted(v value.Value) value.Value {
	if v.Kind() != value.KindList || len(v.AsList()) == 0 || v.AsList()[0].Kind() != value.KindString {
		return v
	}
	list := slices.Clone(v.AsList())
	slices.SortFunc(list, func(a, b value.Value) int { return strings.Compare(a.AsString(), b.AsString()) })
	return value.List(list)
}

func options(s *server, text string) load.Options {
	return load.Options{
		In: strings.NewReader(text), Server: s, BatchStatements: 7, BatchBytes: 2000,
		Sleep: func(context.Context, time.Duration) error { return nil },
	}
}

// oneByOne runs the statements of a text as they are, each by itself.
func oneByOne(s *server, text string) error {
	return statement.Each(strings.NewReader(text), func(st statement.Statement) error {
		_, err := s.Run(background, st.Text, nil)
		return err
	})
}

// literals are values as dumps write them.
var literals = []string{ //nolint:gochecknoglobals // a table
	"1", "-7", "-9223372036854775808", "9223372036854775807", "0.5", "-1e300", "true", "null", "'x'", `'it\'s'`, `"\u00fc"`, "''",
	"[1, 'a', [null, 2.5]]", "[]", "{a: 1, b: {c: [2]}}", "date('2024-02-29')", "duration('P1Y2M3DT4S')", "point({x: 1, y: -2.5})",
	"localdatetime('2024-01-01T00:00')", "(0.0 / 0.0)", "-(1.0 / 0.0)", "[date('2024-02-29'), [point({x: 1, y: 2, z: 3})]]", "{__type: 'mg_enum', __value: 'x'}",
}

// likeADump makes up a text like a dump, with other statements among those that are alike.
func likeADump(r *rand.Rand) string {
	var b strings.Builder
	nodes := 5 + r.IntN(30)
	line := func(format string, args ...any) {
		fmt.Fprintf(&b, format+";"+[]string{"\n", " ", "\n// a comment\n", "\r\n"}[r.IntN(4)], args...)
	}
	props := func() string {
		var p []string
		for i := range r.IntN(4) {
			p = append(p, fmt.Sprintf([]string{"p%d: %s", "`q %d`: %s"}[r.IntN(2)], i, literals[r.IntN(len(literals))]))
		}
		return strings.Join(p, ", ")
	}
	for i := range nodes {
		label := []string{":A", ":A:B", ":`C D`", ""}[r.IntN(4)]
		if p := props(); p != "" {
			line("CREATE (:__mg_vertex__%s {__mg_id__: %d, uid: %d, %s})", label, i, i, p)
		} else {
			line("CREATE (n:__mg_vertex__%s {__mg_id__: %d, uid: %d})", label, i, i)
		}
		switch r.IntN(12) {
		case 0:
			line("MATCH (n:A) SET n.seen = coalesce(n.seen, 0) + 1")
		case 1:
			line("CREATE INDEX ON :A(p%d)", r.IntN(3))
		case 2:
			line("/* BEGIN */ BEGIN")
			line("COMMIT")
		}
	}
	for range r.IntN(40) {
		line("MATCH (u:__mg_vertex__), (v:__mg_vertex__) WHERE u.__mg_id__ = %d AND v.__mg_id__ = %d CREATE (u)-[:%s {%s}]->(v)",
			r.IntN(nodes), r.IntN(nodes), []string{"T", "`U V`"}[r.IntN(2)], props())
	}
	line("MATCH (u) REMOVE u:__mg_vertex__, u.__mg_id__")
	return b.String()
}

// TestSameGraphAsOneByOne: what is put together gives the graph that the statements give one
// after the other.
func TestSameGraphAsOneByOne(t *testing.T) {
	for seed := range uint64(table.Fewer(60)) {
		text := likeADump(rand.New(rand.NewPCG(seed, 8)))
		plain, together := newServer(t), newServer(t)
		if err := oneByOne(plain, strings.NewReplacer("/* BEGIN */ BEGIN;", ";", "COMMIT;", ";").Replace(text)); err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		r, err := load.Run(background, options(together, text))
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		if got, want := together.graph(t), plain.graph(t); got != want {
			t.Fatalf("seed %d: %s\ngives\n%s\nwant\n%s", seed, text, got, want)
		}
		if r.NextLine != 0 || r.SkippedCount != 0 || r.Nodes == 0 {
			t.Errorf("seed %d: %+v", seed, r)
		}
	}
}

// TestGoesOnAfterAnyFailure: after a call that fails, of each kind, the next load goes on from
// the line that was told, and the graph is the same.
func TestGoesOnAfterAnyFailure(t *testing.T) {
	text := strings.NewReplacer("SET n.seen = coalesce(n.seen, 0) + 1", "SET n.seen = 1", "; ", ";\n").Replace(likeADump(rand.New(rand.NewPCG(3, 8))))
	whole := newServer(t)
	if _, err := load.Run(background, options(whole, text)); err != nil {
		t.Fatal(err)
	}
	want := whole.graph(t)
	refused := failure.New(failure.ClientError, failure.Runtime, "Made", "made up")
	full := failure.New(failure.DatabaseError, failure.Runtime, "Full", "no room").WithCode("Neo.DatabaseError.General.UnknownError")
	transient := failure.New(failure.TransactionError, failure.Runtime, "Made", "made up").WithCode("Neo.TransientError.Transaction.Made")
	for n := 1; n <= whole.Calls(); n += table.Step(1) {
		for _, cause := range []error{refused, full, errCut, transient} {
			s := newServer(t)
			s.Fail = func(run int, _ string) error {
				if run == n {
					return cause
				}
				return nil
			}
			r, err := load.Run(background, options(s, text))
			s.Fail = nil
			switch {
			case err == nil && errors.Is(cause, transient): // it was tried again
			case err == nil:
				t.Fatalf("call %d: %v was not told", n, cause)
			case r.NextLine == 0:
				t.Fatalf("call %d: %v and no line to go on from", n, err)
			default: // also where nobody knows whether it was committed: here it was not
				o := options(s, text)
				o.FromLine = r.NextLine
				if _, err := load.Run(background, o); err != nil {
					t.Fatalf("call %d, then from line %d: %v", n, r.NextLine, err)
				}
			}
			if got := s.graph(t); got != want {
				t.Fatalf("call %d, %v, then from line %d: the graph is\n%s\nwant\n%s", n, cause, r.NextLine, got, want)
			}
		}
	}
}

// TestWhatIsNotToBeHad passes over what no server of this version has, and names what is wrong.
func TestWhatIsNotToBeHad(t *testing.T) {
	s := newServer(t)
	r, err := load.Run(background, options(s, "CREATE (:A);\n:begin\n;\nROLLBACK;\nCREATE TRIGGER x ON CREATE AFTER COMMIT EXECUTE CREATE (:B);\nCREATE (:A);"))
	if err != nil || r.SkippedCount != 2 || r.Nodes != 2 || len(r.Skipped) != 2 || r.Skipped[0].Line != 4 || r.Skipped[1].Line != 5 {
		t.Errorf("%+v %v", r, err)
	}
	for text, parts := range map[string][]string{
		"CREATE (:A);\nCREATE (:A {x: 1 / 0});":                                                                      {"line 2", "CREATE"},
		"CREATE (:A);\nCREATE (:A {x: });":                                                                           {"line 2"},
		"MATCH (u:H), (v:H) WHERE u.k = 0 AND v.k = 1 CREATE (u)-[:T]->(v);":                                         {"line 1", "not there"},
		"CREATE (:H {k: 0});CREATE (:H {k: 0});\nMATCH (u:H), (v:H) WHERE u.k = 0 AND v.k = 0 CREATE (u)-[:T]->(v);": {"line 2", "more than once"},
	} {
		_, err := load.Run(background, options(newServer(t), text))
		for _, part := range parts {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v, want %q in it", text, err, part)
			}
		}
	}
}

// FuzzLoad: no text makes a load panic, and where both ways of running it work the graph is
// the same.
func FuzzLoad(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(likeADump(rand.New(rand.NewPCG(seed, 9))))
	}
	f.Add("CREATE (:A {x: [1, {a: -2}], y: date('2024-01-01')});\nMATCH (u) REMOVE u:H, u.k;")
	f.Add("CREATE (:A {x: [")
	f.Add(":")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		together := newServer(t)
		if _, err := load.Run(background, options(together, text)); err != nil {
			return
		}
		changing := strings.ToLower(text)
		for _, word := range []string{"rand", "uuid", "time", "date(", "id(", "begin", "commit", "limit", "transactions", "snapshot", "database", "show"} {
			if strings.Contains(changing, word) {
				return // it depends on more than its text, or is about more than the graph
			}
		}
		plain := newServer(t)
		if err := oneByOne(plain, text); err != nil {
			return
		}
		if got, want := together.graph(t), plain.graph(t); got != want {
			t.Errorf("%q gives\n%s\nwant\n%s", text, got, want)
		}
	})
}
