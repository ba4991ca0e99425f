package e2e

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// TestVisibility follows a change through two sessions.
func TestVisibility(t *testing.T) {
	t.Parallel()
	_, d := start(t, filepath.Join(t.TempDir(), "data"))
	const counted = "MATCH (n:N) RETURN count(n)"
	writer, reader := open(t, d, neo4j.SessionConfig{}), open(t, d, neo4j.SessionConfig{})
	early := begin(t, reader)
	if n := one(t, early.Run, counted, nil); n != int64(0) {
		t.Errorf("%v nodes at first", n)
	}
	tx := begin(t, writer)
	consume(t, tx.Run, "CREATE (:N {n: 1}), (:N {n: 2})", nil)
	consume(t, tx.Run, "MATCH (n:N {n: 2}) SET n.n = 3", nil)
	if n := one(t, tx.Run, "MATCH (n:N) RETURN sum(n.n)", nil); n != int64(4) {
		t.Errorf("the transaction sees %v of its own changes, want 4", n)
	}
	if n := count(t, d, counted); n != 0 {
		t.Errorf("another session sees %d nodes that are not committed", n)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := count(t, d, counted); n != 2 {
		t.Errorf("%d nodes after the commit, want 2", n)
	}
	if n := one(t, early.Run, counted, nil); n != int64(0) {
		t.Errorf("a transaction that began before sees %v nodes", n)
	}
	if err := early.Commit(t.Context()); err != nil {
		t.Error(err)
	}

	tx = begin(t, writer)
	consume(t, tx.Run, "MATCH (n:N {n: 1}) DELETE n", nil)
	consume(t, tx.Run, "CREATE (:N)-[:R {x: 1}]->(:Other)", nil)
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := count(t, d, "MATCH (n) RETURN count(n)"); n != 2 {
		t.Errorf("%d nodes after a rollback, want 2", n)
	}

	tx = begin(t, writer)
	consume(t, tx.Run, "CREATE (:N)", nil)
	if err := attempt(t.Context(), tx.Run, "RETURN 1 / 0", nil); err == nil {
		t.Error("no error")
	}
	if err := tx.Commit(t.Context()); err == nil {
		t.Error("a transaction with a failed statement was committed")
	}
	if n := count(t, d, counted); n != 2 {
		t.Errorf("%d nodes after a failed transaction, want 2", n)
	}
}

// TestBookmarks hands a value from session to session; each has to see what the one before wrote.
func TestBookmarks(t *testing.T) {
	t.Parallel()
	_, d := start(t, filepath.Join(t.TempDir(), "data"))
	query(t, d, "CREATE (:Counter {n: 0})")
	var seen neo4j.Bookmarks
	for i := range int64(50) {
		s := d.NewSession(t.Context(), neo4j.SessionConfig{Bookmarks: seen})
		n, err := s.ExecuteWrite(t.Context(), func(tx neo4j.ManagedTransaction) (any, error) {
			return one(t, tx.Run, "MATCH (c:Counter) SET c.n = c.n + 1 RETURN c.n", nil), nil
		})
		if err != nil || n != i+1 {
			t.Fatalf("session %d: %v, %v", i, n, err)
		}
		written := s.LastBookmarks()
		if len(written) != 1 || fmt.Sprint(written) == fmt.Sprint(seen) {
			t.Fatalf("bookmarks %v after %v", written, seen)
		}
		if i%2 == 0 { // a statement on its own gives one too
			if n := one(t, in(s), "MATCH (c:Counter) RETURN c.n", nil); n != i+1 {
				t.Fatalf("session %d sees %v", i, n)
			}
		}
		seen = s.LastBookmarks()
		if err := s.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, d, neo4j.SessionConfig{Bookmarks: neo4j.BookmarksFromRawValues("neo4j:7")})
	wantFailure(t, attempt(t.Context(), in(s), "RETURN 1", nil),
		"Neo.ClientError.Transaction.InvalidBookmark", `bookmark "neo4j:7" is not one of this server's`)
}

// TestFutureBookmark refuses a bookmark of a commit that there is not.
func TestFutureBookmark(t *testing.T) {
	t.Parallel()
	_, d := start(t, filepath.Join(t.TempDir(), "data"))
	s := open(t, d, neo4j.SessionConfig{Bookmarks: neo4j.BookmarksFromRawValues("memgraphd:1000000")})
	wantFailure(t, attempt(t.Context(), in(s), "RETURN 1", nil),
		"Neo.ClientError.Transaction.InvalidBookmark", `the bookmark "memgraphd:1000000"`, "its newest is 0")
}

// TestOpenResults reads several results of one transaction by turns.
func TestOpenResults(t *testing.T) {
	t.Parallel()
	_, d := start(t, filepath.Join(t.TempDir(), "data"))
	for _, fetch := range []int{1, 7, 1000} {
		tx := begin(t, open(t, d, neo4j.SessionConfig{FetchSize: fetch}))
		var results []neo4j.ResultWithContext
		for i := range 5 {
			r, err := tx.Run(t.Context(), "UNWIND range(1, 500) AS i RETURN i * $f", map[string]any{"f": i})
			if err != nil {
				t.Fatal(err)
			}
			results = append(results, r)
		}
		for row := range int64(500) {
			for i, r := range results {
				if !r.Next(t.Context()) {
					t.Fatalf("fetch size %d, result %d ended after %d rows: %v", fetch, i, row, r.Err())
				}
				if got := r.Record().Values[0]; got != (row+1)*int64(i) {
					t.Fatalf("fetch size %d, result %d: %v in row %d", fetch, i, got, row)
				}
			}
			if row == 250 { // two end early, one is written to in between
				consume(t, tx.Run, "CREATE (:N)", nil)
				for range 2 {
					if _, err := results[len(results)-1].Consume(t.Context()); err != nil {
						t.Fatal(err)
					}
					results = results[:len(results)-1]
				}
			}
		}
		for i, r := range results {
			if r.Next(t.Context()) || r.Err() != nil {
				t.Errorf("fetch size %d, result %d has more: %v", fetch, i, r.Err())
			}
		}
		if err := tx.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, d, "MATCH (n:N) RETURN count(n)"); n != 3 {
		t.Errorf("%d nodes, want 3", n)
	}
}

// TestSlowReader reads a million rows, stops on the way, and watches the server's memory.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	s, d := start(t, filepath.Join(t.TempDir(), "data"))
	const text = `UNWIND range(1, 1000) AS a UNWIND range(1, 1000) AS b
		RETURN (a - 1) * 1000 + b AS i, '0123456789012345678901234567890123456789012345678901234567890123456789' AS pad`
	query(t, d, "UNWIND range(1, 1000) AS a RETURN a")
	for _, fetch := range []int{neo4j.FetchAll, neo4j.FetchDefault} {
		before := resident(t, s.PID())
		session := open(t, d, neo4j.SessionConfig{FetchSize: fetch})
		r, err := session.Run(t.Context(), text, nil)
		if err != nil {
			t.Fatal(err)
		}
		most, rows := before, int64(0)
		for r.Next(t.Context()) {
			rows++
			if got := r.Record().Values[0]; got != rows {
				t.Fatalf("row %d is %v", rows, got)
			}
			if rows == 1 {
				time.Sleep(300 * time.Millisecond) // the server would run ahead now
			}
			if rows%20000 == 0 {
				time.Sleep(5 * time.Millisecond)
				most = max(most, resident(t, s.PID()))
			}
		}
		if r.Err() != nil || rows != 1_000_000 {
			t.Fatalf("%d rows, %v", rows, r.Err())
		}
		if grown := most - before; grown > 48<<20 { // the rows are about 80 MiB
			t.Errorf("fetch size %d: the server grew by %d MiB", fetch, grown>>20)
		}
	}
}

// TestFetchOne asks for every row on its own.
func TestFetchOne(t *testing.T) {
	t.Parallel()
	_, d := start(t, filepath.Join(t.TempDir(), "data"))
	s := open(t, d, neo4j.SessionConfig{FetchSize: 1})
	r, err := s.Run(t.Context(), "UNWIND range(1, 3000) AS i RETURN i", nil)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := r.Collect(t.Context())
	if err != nil || len(rows) != 3000 || rows[2999].Values[0] != int64(3000) {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// TestRouting connects as to a cluster.
func TestRouting(t *testing.T) {
	t.Parallel()
	s, _ := start(t, filepath.Join(t.TempDir(), "data"))
	for _, database := range []string{"", "memgraph", "neo4j"} {
		d, err := neo4j.NewDriverWithContext("neo4j://"+s.Addr, neo4j.NoAuth())
		if err != nil {
			t.Fatal(err)
		}
		if err = d.VerifyConnectivity(t.Context()); err != nil {
			t.Errorf("verify: %v", err)
		}
		for _, mode := range []neo4j.AccessMode{neo4j.AccessModeWrite, neo4j.AccessModeRead} {
			r := open(t, d, neo4j.SessionConfig{AccessMode: mode, DatabaseName: database})
			if n := one(t, in(r), "RETURN 1", nil); n != int64(1) {
				t.Errorf("%v", n)
			}
			if err = r.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}
		result, err := neo4j.ExecuteQuery(t.Context(), d, "MERGE (n:N) RETURN n", nil, neo4j.EagerResultTransformer,
			neo4j.ExecuteQueryWithDatabase(database))
		if err != nil || len(result.Records) != 1 {
			t.Errorf("%v", err)
		}
		if err := d.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// TestTransactionsList watches transactions and ends one of them from another session.
func TestTransactionsList(t *testing.T) {
	_, d := start(t, filepath.Join(t.TempDir(), "data"))
	if rows := running(t, d); len(rows) != 0 {
		t.Errorf("%d transactions in an idle server", len(rows))
	}
	tx := begin(t, open(t, d, neo4j.SessionConfig{}), neo4j.WithTxMetadata(map[string]any{"app": "test"}))
	consume(t, tx.Run, "CREATE (:N)", nil)
	rows := running(t, d)
	if len(rows) != 1 {
		t.Fatalf("%d transactions, want 1", len(rows))
	}
	row := rows[0].AsMap()
	if fmt.Sprint(row["query"]) != "[CREATE (:N)]" || fmt.Sprint(row["metadata"]) != "map[app:test]" || row["status"] != "running" {
		t.Errorf("the list says %v", row)
	}
	id, _ := row["transaction_id"].(string)
	answer := query(t, d, "TERMINATE TRANSACTIONS '"+id+"', '999999'")
	if len(answer) != 2 || answer[0].Values[0] != id || answer[0].Values[1] != true || answer[1].Values[1] != false {
		t.Errorf("TERMINATE TRANSACTIONS answers %v", answer)
	}
	err := attempt(t.Context(), tx.Run, "RETURN 1", nil)
	wantFailure(t, err, "Neo.ClientError.Transaction.Terminated", "terminated by another session") // the driver renames it
	awaitGone(t, d, id)

	ended := make(chan error, 1)
	session := open(t, d, neo4j.SessionConfig{})
	go func() {
		ended <- attempt(context.Background(), in(session), "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b CREATE (:N {n: a * b})", nil)
	}()
	id = awaitQuery(t, d, "CREATE (:N {n")
	begun := time.Now()
	query(t, d, "TERMINATE TRANSACTIONS '"+id+"'")
	err = <-ended
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("the statement ended %v after it was terminated", took)
	}
	wantFailure(t, err, "Neo.ClientError.Transaction.Terminated", "terminated by another session")
	if n := one(t, in(session), "MATCH (n:N) RETURN count(n)", nil); n != int64(0) {
		t.Errorf("%v nodes of terminated transactions", n)
	}
}

// TestIdleTransaction leaves a transaction and an unread result alone for longer than the server allows.
func TestIdleTransaction(t *testing.T) {
	t.Parallel()
	_, d := start(t, filepath.Join(t.TempDir(), "data"), "--transaction-idle-timeout-sec=1")
	session := open(t, d, neo4j.SessionConfig{})
	tx := begin(t, session)
	consume(t, tx.Run, "CREATE (:N)", nil)
	unread := open(t, d, neo4j.SessionConfig{FetchSize: 10})
	r, err := unread.Run(t.Context(), "UNWIND range(1, 1000000) AS i RETURN i", nil)
	if err != nil {
		t.Fatal(err)
	}
	busy := begin(t, open(t, d, neo4j.SessionConfig{}))
	eventually(t, "the end of the idle transactions", func() bool {
		consume(t, busy.Run, "RETURN 1", nil)
		time.Sleep(50 * time.Millisecond)
		return len(running(t, d)) == 1
	})
	wantFailure(t, tx.Commit(t.Context()), codeTimedOut, "TransactionIdle", "nothing was asked of it for 1s", "--transaction-idle-timeout-sec")
	for r.Next(t.Context()) {
		continue
	}
	if r.Err() == nil {
		t.Error("an unread result was kept for ever")
	}
	if n := one(t, in(session), "MATCH (n:N) RETURN count(n)", nil); n != int64(0) {
		t.Errorf("%v nodes of an idle transaction", n)
	}
	if err := busy.Commit(t.Context()); err != nil {
		t.Errorf("a transaction that was not idle was ended: %v", err)
	}
}

// TestCancel ends a statement by the context of the driver.
func TestCancel(t *testing.T) {
	_, d := start(t, filepath.Join(t.TempDir(), "data"))
	session := d.NewSession(t.Context(), neo4j.SessionConfig{})
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond) // a deadline: the driver minds nothing else
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- attempt(ctx, in(session), endless()["rows"], nil) }()
	id := awaitQuery(t, d, "UNWIND")
	if err := <-ended; err == nil {
		t.Error("no error")
	}
	_ = session.Close(t.Context()) // closes the connection, because it was left in the middle
	if took := awaitGone(t, d, id); took > within(1) {
		t.Errorf("the statement went on for %v", took)
	}
}

// TestSummaries looks at what comes after the last row.
func TestSummaries(t *testing.T) {
	t.Parallel()
	s, d := start(t, filepath.Join(t.TempDir(), "data"))
	session := open(t, d, neo4j.SessionConfig{})
	run := in(session)
	sum := consume(t, run, "CREATE (a:A:B {x: 1, y: 2})-[:R {z: 3}]->(b:A) RETURN a", nil)
	c := sum.Counters()
	if c.NodesCreated() != 2 || c.RelationshipsCreated() != 1 || c.LabelsAdded() != 3 || c.PropertiesSet() != 3 || !c.ContainsUpdates() {
		t.Errorf("counters of CREATE: %+v", c)
	}
	if sum.StatementType() != neo4j.StatementTypeReadWrite || sum.Database().Name() != "memgraph" {
		t.Errorf("type %v, database %q", sum.StatementType(), sum.Database().Name())
	}
	if server := sum.Server(); !strings.HasPrefix(server.Agent(), "Neo4j/") || server.Address() != s.Addr || server.ProtocolVersion().Major != 5 {
		t.Errorf("server %q at %s with Bolt %v", server.Agent(), server.Address(), server.ProtocolVersion())
	}
	if sum.ResultAvailableAfter() < 0 || sum.ResultConsumedAfter() < 0 {
		t.Errorf("times %v and %v", sum.ResultAvailableAfter(), sum.ResultConsumedAfter())
	}
	c = consume(t, run, "MATCH (a:B) REMOVE a:B SET a.x = null, a.y = 5", nil).Counters()
	if c.LabelsRemoved() != 1 || c.PropertiesSet() != 2 {
		t.Errorf("counters of SET: %+v", c)
	}
	c = consume(t, run, "MATCH (a:A) DETACH DELETE a", nil).Counters()
	if c.NodesDeleted() != 2 || c.RelationshipsDeleted() != 1 {
		t.Errorf("counters of DELETE: %+v", c)
	}
	sum = consume(t, run, "MATCH (a:A) RETURN a", nil)
	if sum.Counters().ContainsUpdates() || sum.StatementType() != neo4j.StatementTypeReadOnly || len(sum.Notifications()) != 0 {
		t.Errorf("a reading statement: %+v, %v", sum.Counters(), sum.StatementType())
	}
	sum = consume(t, run, "CREATE INDEX ON :A(x)", nil)
	if sum.Counters().IndexesAdded() != 1 || len(sum.Notifications()) != 1 || sum.Notifications()[0].Title() != "Created index :A(x)." ||
		sum.StatementType() != neo4j.StatementTypeSchemaWrite {
		t.Errorf("CREATE INDEX: %+v, %v, type %v", sum.Counters(), sum.Notifications(), sum.StatementType())
	}
	sum = consume(t, run, "CREATE INDEX ON :A(x)", nil)
	if sum.Counters().ContainsUpdates() || len(sum.Notifications()) != 1 {
		t.Fatalf("CREATE INDEX again: %+v, %v", sum.Counters(), sum.Notifications())
	}
	n := sum.Notifications()[0]
	if n.Code() != "IndexAlreadyExists" || n.Title() != "Index :A(x) already exists." || string(n.SeverityLevel()) != "INFORMATION" {
		t.Errorf("notification %q, %q, %v", n.Code(), n.Title(), n.SeverityLevel())
	}
	sum = consume(t, run, "DROP INDEX ON :A(y)", nil)
	if len(sum.Notifications()) != 1 || sum.Notifications()[0].Title() != "Index :A(y) doesn't exist." {
		t.Errorf("DROP INDEX: %v", sum.Notifications())
	}
}

// TestPlans asks how statements are carried out.
func TestPlans(t *testing.T) {
	t.Parallel()
	_, d := start(t, filepath.Join(t.TempDir(), "data"))
	query(t, d, "CREATE INDEX ON :Item(n)")
	query(t, d, "UNWIND range(1, 1000) AS i CREATE (:Item {n: i})")
	session := open(t, d, neo4j.SessionConfig{})
	sum := consume(t, in(session), "EXPLAIN MATCH (i:Item {n: 7}) CREATE (:New) RETURN i", nil)
	if sum.Plan() == nil || sum.Profile() != nil || sum.Counters().ContainsUpdates() {
		t.Fatalf("EXPLAIN: plan %v, profile %v", sum.Plan(), sum.Profile())
	}
	if n := count(t, d, "MATCH (n:New) RETURN count(n)"); n != 0 {
		t.Error("EXPLAIN ran the statement")
	}
	names := operators(sum.Plan())
	if !strings.Contains(names, "ScanAllByLabelProperties") || !strings.Contains(names, "Produce") {
		t.Errorf("the plan is %s", names)
	}
	lines := query(t, d, "EXPLAIN MATCH (i:Item {n: 7}) RETURN i")
	if len(lines) < 2 || lines[0].Keys[0] != "QUERY PLAN" || !strings.HasPrefix(fmt.Sprint(lines[0].Values[0]), "* Produce") {
		t.Errorf("EXPLAIN answers %v", lines)
	}

	sum = consume(t, in(session), "PROFILE MATCH (i:Item) WHERE i.n % 2 = 0 CREATE (:New) RETURN count(*)", nil)
	p := sum.Profile()
	if p == nil || sum.Counters().NodesCreated() != 500 {
		t.Fatalf("PROFILE: %v, %+v", p, sum.Counters())
	}
	if p.Operator() != "Produce" || p.Records() != 1 {
		t.Errorf("the root is %s with %d rows", p.Operator(), p.Records())
	}
	leaf, scanned := p, false
	for len(leaf.Children()) > 0 {
		leaf = leaf.Children()[0]
		scanned = scanned || leaf.Records() == 1000 && leaf.DbHits() >= 1000
	}
	if !scanned {
		t.Error("no operator has 1000 rows and as many hits")
	}
	total := 0.0
	for _, row := range query(t, d, "PROFILE MATCH (i:Item) RETURN count(i.n)") {
		var share float64
		if _, err := fmt.Sscanf(fmt.Sprint(row.Values[2]), "%f", &share); err != nil || share < 0 || share > 100 {
			t.Errorf("relative time %v: %v", row.Values[2], err)
		}
		total += share
	}
	if total < 99 || total > 101 {
		t.Errorf("the relative times are %v %% together", total)
	}
}

func operators(p neo4j.Plan) string {
	names := []string{p.Operator()}
	for _, c := range p.Children() {
		names = append(names, operators(c))
	}
	return strings.Join(names, " ")
}

// TestClosedSession ends a streaming result by closing its session.
func TestClosedSession(t *testing.T) {
	t.Parallel()
	_, d := start(t, filepath.Join(t.TempDir(), "data"))
	session := d.NewSession(t.Context(), neo4j.SessionConfig{FetchSize: 10})
	r, err := session.Run(t.Context(), "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN a, b", nil)
	if err != nil || !r.Next(t.Context()) {
		t.Fatal(errors.Join(err, r.Err()))
	}
	id := awaitQuery(t, d, "UNWIND")
	begun := time.Now()
	if err := session.Close(t.Context()); err != nil {
		t.Error(err)
	}
	awaitGone(t, d, id)
	if took := time.Since(begun); took > within(1) {
		t.Errorf("the session closed after %v", took)
	}
	if n := count(t, d, "RETURN 1"); n != 1 {
		t.Errorf("%d", n)
	}
}
