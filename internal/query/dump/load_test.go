package dump_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/load"
	"memgraphd/internal/query"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// server lets load work on a session. Each error of fail is what one of the next calls of
// Commit answers, nil for none.
type server struct {
	s    *query.Session
	fail []error
}

func (s *server) Begin(ctx context.Context) error { return s.s.Begin(ctx, query.TxOptions{}) }

func (s *server) Commit(ctx context.Context) error {
	if len(s.fail) > 0 {
		err := s.fail[0]
		if s.fail = s.fail[1:]; err != nil {
			return errors.Join(err, s.s.Rollback())
		}
	}
	_, err := s.s.Commit(ctx)
	return err
}

func (s *server) Rollback(context.Context) error { return s.s.Rollback() }

func (s *server) Refused(err error) bool { return failure.Of(err) != nil }

func (s *server) Transient(err error) bool {
	f := failure.Of(err)
	return f != nil && strings.HasPrefix(f.Code, "Neo.TransientError")
}

func (s *server) Run(ctx context.Context, text string, params map[string]any) (load.Counts, error) {
	given := value.Null
	if params != nil {
		given = valueOf(params)
	}
	r, err := s.s.Run(ctx, text, given, query.TxOptions{})
	if err != nil {
		return load.Counts{}, err
	}
	if _, err = r.Pull(ctx, -1, func(*batch.Batch, batch.Entities) error { return nil }); err != nil {
		return load.Counts{}, err
	}
	c := r.Summary().Counters
	return load.Counts{Nodes: c.NodesCreated, Relationships: c.RelationshipsCreated}, nil
}

// valueOf is what the wire makes of a parameter.
func valueOf(x any) value.Value {
	switch x := x.(type) {
	case nil:
		return value.Null
	case bool:
		return value.Bool(x)
	case int64:
		return value.Int(x)
	case float64:
		return value.Float(x)
	case string:
		return value.String(x)
	case []any:
		list := make([]value.Value, len(x))
		for i, e := range x {
			list[i] = valueOf(e)
		}
		return value.List(list)
	case map[string]any:
		var entries []value.Entry
		for k, e := range x {
			entries = append(entries, value.Entry{Key: k, Value: valueOf(e)})
		}
		return value.Map(entries)
	}
	panic(fmt.Sprintf("a parameter of type %T", x))
}

// load loads a text, a few statements at a time.
func (w *world) load(text string, o load.Options) (load.Report, error) {
	s := w.engine.NewSession(query.SessionOptions{ID: "load"})
	defer s.Close()
	if o.Server == nil {
		o.Server = &server{s: s}
	} else if given, ok := o.Server.(*server); ok {
		given.s = s
	}
	o.In = strings.NewReader(text)
	if o.BatchStatements == 0 {
		o.BatchStatements = 5
	}
	o.Sleep = func(context.Context, time.Duration) error { return nil }
	return load.Run(context.Background(), o)
}

// joins lists the nodes and relationships of TestLoadAgain.
func joins(t *testing.T, w *world) string {
	t.Helper()
	lines, err := w.run("MATCH (n) RETURN toString(n.i) + labels(n)[0] + size(labels(n)) + size(keys(n)) AS line ORDER BY line",
		"MATCH (n)-[r]->(m) RETURN n.i + ' ' + r.i + ' ' + m.i AS line ORDER BY line")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

func empty(t *testing.T) *world {
	t.Helper()
	w, err := newWorld()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// TestLoad loads texts of many kinds and looks at what comes of them.
func TestLoad(t *testing.T) {
	const people = "CREATE (:__mg_vertex__:`P` {__mg_id__: 0, `a`: 1});\nCREATE (:__mg_vertex__:`P` {__mg_id__: 1, `a`: 2});\n"
	const joined = "MATCH (u:__mg_vertex__), (v:__mg_vertex__) WHERE u.__mg_id__ = 0 AND v.__mg_id__ = %d CREATE (u)-[:`T`]->(v);\n"
	for name, c := range map[string]struct {
		text    string
		options load.Options
		want    string // the report and the error
	}{
		"empty": {"", load.Options{}, "0 statements in 0 transactions, 0 nodes, 0 relationships"},
		"comments": {
			"// nothing\n/* ; */ ;;\n:begin\nCREATE (); // one\n:commit\nBEGIN; CREATE ({a: 1, b: date('2020-01-01')}); COMMIT;",
			load.Options{},
			"2 statements in 2 transactions, 2 nodes, 0 relationships",
		},
		"as Memgraph writes it": {
			"CREATE ENUM Status VALUES { Good, Bad };\n" + people + "CREATE INDEX ON :__mg_vertex__(__mg_id__);\n" + fmt.Sprintf(joined, 1) +
				"CREATE (:X {d: DATE(\"2020-01-01\"), s: Status::Good, p: POINT({ x:1, y:2, srid: 7203 }), z: DATETIME(\"2020-01-01T00:00:00+00:00[Etc/UTC]\"), du: DURATION(\"P1DT1S\")});" +
				"CREATE POINT INDEX ON :`P`(`a`);\nCREATE TRIGGER t ON CREATE BEFORE COMMIT EXECUTE RETURN 1;\n:param x 1\nROLLBACK;\n" +
				"DROP INDEX ON :__mg_vertex__(__mg_id__);\nMATCH (u) REMOVE u:__mg_vertex__, u.__mg_id__;\nCREATE CONSTRAINT ON (u:`P`) ASSERT u.`a` IS UNIQUE;",
			load.Options{},
			"9 statements in 8 transactions, 3 nodes, 1 relationships" +
				"\nline 6: CREATE POINT INDEX ON :`P`(`a`): NotSupported: CREATE POINT INDEX is not supported (line 1, column 1 (offset: 0))" +
				"\nline 7: CREATE TRIGGER t ON CREATE BEFORE COMMIT EXECUTE RETURN 1: NotSupported: CREATE TRIGGER is not supported (line 1, column 1 (offset: 0))" +
				"\nline 8: :param x 1: NotSupported: a command of a shell is not a statement" +
				"\nline 9: ROLLBACK: NotSupported: ROLLBACK is not supported in a file",
		},
		"ends that are not there": {
			people + fmt.Sprintf(joined, 1) + fmt.Sprintf(joined, 7) + fmt.Sprintf(joined, 1),
			load.Options{},
			"2 statements in 1 transactions, 2 nodes, 0 relationships; go on at 3" +
				"\nline 4: MATCH (u:__mg_vertex__), (v:__mg_vertex__) WHERE u.__mg_id__ = 0 AND v.__mg_id__ = 7 CREATE (u)-[:`T…: " + load.ErrEnds.Error(),
		},
		"a mistake": {
			"CREATE ();\nCREATE (:A {x: 1});\nCREATE (:A {x: point({x: 'no'})});\nCREATE ();",
			load.Options{BatchStatements: 2},
			"2 statements in 1 transactions, 2 nodes, 0 relationships; go on at 3" +
				"\nline 3: CREATE (:A {x: point({x: 'no'})}): ",
		},
		"from a line": {
			people + "CREATE (:`Q`);", load.Options{FromLine: 2}, "2 statements in 1 transactions, 2 nodes, 0 relationships",
		},
		"an unfinished statement": {
			"CREATE ();\nCREATE (:A {",
			load.Options{},
			"1 statements in 1 transactions, 1 nodes, 0 relationships; go on at 2\nline 2: CREATE (:A {: ",
		},
		"a conflict": {
			people,
			load.Options{Server: &server{fail: []error{failure.New(failure.TransactionError, failure.Runtime, "Conflict", "twice").
				WithCode("Neo.TransientError.Transaction.Outdated")}}},
			"2 statements in 1 transactions, 2 nodes, 0 relationships",
		},
		"a connection that is lost at the commit": {
			people,
			load.Options{Server: &server{fail: []error{errors.New("gone")}}},
			"0 statements in 0 transactions, 0 nodes, 0 relationships; go on at 1\nline 1: one of the 2 statements from there on: " + load.ErrUnsure.Error() + ": gone",
		},
		"batches": {
			"UNWIND range(1, 4) AS i CALL (i) { CREATE (:N {i: i}) } IN TRANSACTIONS OF 2 ROWS; MATCH (n) DETACH DELETE n;",
			load.Options{},
			"2 statements in 2 transactions, 4 nodes, 0 relationships",
		},
		"what looks like an enum": {
			"CREATE ENUM E VALUES { A }; CREATE ({m: {__type: 'mg_enum', __value: 'E::A'}, c: -9223372036854775808}); " +
				"MATCH (n) WHERE valueType(n.m) = 'MAP' AND n.c < 0 CREATE ();",
			load.Options{},
			"3 statements in 3 transactions, 2 nodes, 0 relationships",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := empty(t).load(c.text, c.options)
			got := told(r, err)
			open := strings.HasSuffix(c.want, ": ") && strings.HasPrefix(got, c.want) // the server's own words follow
			if got != c.want && !open {
				t.Errorf("got\n%s\nnot\n%s", got, c.want)
			}
		})
	}
}

// told writes what came of a load.
func told(r load.Report, err error) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d statements in %d transactions, %d nodes, %d relationships", r.Statements, r.Transactions, r.Nodes, r.Relationships)
	if r.NextLine > 0 {
		fmt.Fprintf(&b, "; go on at %d", r.NextLine)
	}
	for _, s := range r.Skipped {
		fmt.Fprintf(&b, "\nline %d: %s: %s", s.Line, s.Statement, s.Reason)
	}
	if err != nil {
		fmt.Fprintf(&b, "\n%s", err)
	}
	return b.String()
}

// TestLoadAgain goes on where a load has failed.
func TestLoadAgain(t *testing.T) {
	var b strings.Builder
	for i := range 20 {
		fmt.Fprintf(&b, "CREATE (:__mg_vertex__:`N` {__mg_id__: %d, `i`: %d});\n", i, i*i)
	}
	for i := range 20 {
		fmt.Fprintf(&b, "MATCH (u:__mg_vertex__), (v:__mg_vertex__) WHERE u.__mg_id__ = %d AND v.__mg_id__ = %d CREATE (u)-[:`T` {`i`: %d}]->(v);\n", i, (i+7)%20, i)
	}
	b.WriteString("MATCH (u) REMOVE u:__mg_vertex__, u.__mg_id__;\n")
	whole := empty(t)
	if _, err := whole.load(b.String(), load.Options{}); err != nil {
		t.Fatal(err)
	}
	want := joins(t, whole)
	for n := range 8 {
		w := empty(t)
		fail := make([]error, n+1)
		fail[n] = failure.New(failure.DatabaseError, failure.Runtime, "Full", "no room").WithCode("Neo.DatabaseError.General.UnknownError")
		r, err := w.load(b.String(), load.Options{Server: &server{fail: fail}})
		if (err == nil) != (r.NextLine == 0) || err == nil {
			t.Fatalf("commit %d failed, and the load gives %+v and %v", n, r, err)
		}
		if _, err = w.load(b.String(), load.Options{FromLine: r.NextLine}); err != nil {
			t.Fatal(err)
		}
		if got := joins(t, w); got != want {
			t.Fatalf("after a failure of commit %d there is\n%s\nnot\n%s", n, got, want)
		}
	}
}
