package load_test

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"testing"

	"memgraphd/internal/load"
	"memgraphd/internal/query/failure"
)

// TestReport loads texts of many kinds and looks at what is told of them.
func TestReport(t *testing.T) {
	const people = "CREATE (:__mg_vertex__:`P` {__mg_id__: 0, `a`: 1});\nCREATE (:__mg_vertex__:`P` {__mg_id__: 1, `a`: 2});\n"
	const joined = "MATCH (u:__mg_vertex__), (v:__mg_vertex__) WHERE u.__mg_id__ = 0 AND v.__mg_id__ = %d CREATE (u)-[:`T`]->(v);\n"
	for name, c := range map[string]struct {
		text    string
		options load.Options
		fail    []error // of the commits, nil for one that works
		want    string  // the report and the error
	}{
		"empty": {want: "0 statements in 0 transactions, 0 nodes, 0 relationships"},
		"comments": {
			text: "// nothing\n/* ; */ ;;\n:begin\nCREATE (); // one\n:commit\nBEGIN; CREATE ({a: 1, b: date('2020-01-01')}); COMMIT;",
			want: "2 statements in 2 transactions, 2 nodes, 0 relationships",
		},
		"as Memgraph writes it": {
			text: "CREATE ENUM Status VALUES { Good, Bad };\n" + people + "CREATE INDEX ON :__mg_vertex__(__mg_id__);\n" + fmt.Sprintf(joined, 1) +
				"CREATE (:X {d: DATE(\"2020-01-01\"), s: Status::Good, p: POINT({ x:1, y:2, srid: 7203 }), z: DATETIME(\"2020-01-01T00:00:00+00:00[Etc/UTC]\"), du: DURATION(\"P1DT1S\")});" +
				"CREATE POINT INDEX ON :`P`(`a`);\nCREATE TRIGGER t ON CREATE BEFORE COMMIT EXECUTE RETURN 1;\n:param x 1\nROLLBACK;\n" +
				"DROP INDEX ON :__mg_vertex__(__mg_id__);\nMATCH (u) REMOVE u:__mg_vertex__, u.__mg_id__;\nCREATE CONSTRAINT ON (u:`P`) ASSERT u.`a` IS UNIQUE;",
			want: "9 statements in 8 transactions, 3 nodes, 1 relationships" +
				"\nline 6: CREATE POINT INDEX ON :`P`(`a`): NotSupported: CREATE POINT INDEX is not supported (line 1, column 1 (offset: 0))" +
				"\nline 7: CREATE TRIGGER t ON CREATE BEFORE COMMIT EXECUTE RETURN 1: NotSupported: CREATE TRIGGER is not supported (line 1, column 1 (offset: 0))" +
				"\nline 8: :param x 1: NotSupported: a command of a shell is not a statement" +
				"\nline 9: ROLLBACK: NotSupported: ROLLBACK is not supported in a file",
		},
		"ends that are not there": {
			text: people + fmt.Sprintf(joined, 1) + fmt.Sprintf(joined, 7) + fmt.Sprintf(joined, 1),
			want: "2 statements in 1 transactions, 2 nodes, 0 relationships; go on at 3" +
				"\nline 4: MATCH (u:__mg_vertex__), (v:__mg_vertex__) WHERE u.__mg_id__ = 0 AND v.__mg_id__ = 7 CREATE (u)-[:`T…: " + load.ErrEnds.Error(),
		},
		"a mistake": {
			text:    "CREATE ();\nCREATE (:A {x: 1});\nCREATE (:A {x: point({x: 'no'})});\nCREATE ();",
			options: load.Options{BatchStatements: 2},
			want: "2 statements in 1 transactions, 2 nodes, 0 relationships; go on at 3" +
				"\nline 3: CREATE (:A {x: point({x: 'no'})}): ",
		},
		"from a line": {
			text: people + "CREATE (:`Q`);", options: load.Options{FromLine: 2}, want: "2 statements in 1 transactions, 2 nodes, 0 relationships",
		},
		"an unfinished statement": {
			text: "CREATE ();\nCREATE (:A {",
			want: "1 statements in 1 transactions, 1 nodes, 0 relationships; go on at 2\nline 2: CREATE (:A {: ",
		},
		"a conflict": {
			text: people,
			fail: []error{failure.New(failure.TransactionError, failure.Runtime, "Conflict", "twice").
				WithCode("Neo.TransientError.Transaction.Outdated")},
			want: "2 statements in 1 transactions, 2 nodes, 0 relationships",
		},
		"a connection that is lost at the commit": {
			text: people,
			fail: []error{errors.New("gone")},
			want: "0 statements in 0 transactions, 0 nodes, 0 relationships; go on at 1\nline 1: one of the 2 statements from there on: " + load.ErrUnsure.Error() + ": gone",
		},
		"batches": {
			text: "UNWIND range(1, 4) AS i CALL (i) { CREATE (:N {i: i}) } IN TRANSACTIONS OF 2 ROWS; MATCH (n) DETACH DELETE n;",
			want: "2 statements in 2 transactions, 4 nodes, 0 relationships",
		},
		"what looks like an enum": {
			text: "CREATE ENUM E VALUES { A }; CREATE ({m: {__type: 'mg_enum', __value: 'E::A'}, c: -9223372036854775808}); " +
				"MATCH (n) WHERE valueType(n.m) = 'MAP' AND n.c < 0 CREATE ();",
			want: "3 statements in 3 transactions, 2 nodes, 0 relationships",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			o := options(s, c.text)
			o.BatchStatements, o.FromLine = cmp.Or(c.options.BatchStatements, 5), c.options.FromLine
			s.Fail = func(_ int, text string) (err error) {
				if text == "COMMIT" && len(c.fail) > 0 {
					err, c.fail = c.fail[0], c.fail[1:]
				}
				return err
			}
			r, err := load.Run(background, o)
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
