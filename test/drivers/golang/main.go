// Command golang drives a server through what applications do with the official Go driver.
// The test beside it builds it against several versions of the driver, so it keeps to what
// all of them have. It prints a line "ok NAME" or "FAIL NAME: why" for each piece of work.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"
)

// patience bounds the whole drive.
const patience = 2 * time.Minute

// errWrong is at the root of every complaint.
var errWrong = errors.New("wrong")

func wrong(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errWrong, fmt.Sprintf(format, args...))
}

// drive is a driver at work. Tag tells its nodes from those of others.
type drive struct {
	neo4j.DriverWithContext
	uri string
	tag string
}

func main() {
	if len(os.Args) != 3 {
		_, _ = fmt.Fprintln(os.Stderr, "usage: golang URI TAG")
		os.Exit(2)
	}
	os.Exit(run(os.Args[1], os.Args[2]))
}

func run(uri, tag string) int {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	driver, err := neo4j.NewDriverWithContext(uri, neo4j.BasicAuth(os.Getenv("DRIVE_USER"), os.Getenv("DRIVE_PASSWORD"), ""),
		func(c *config.Config) { c.MaxTransactionRetryTime = time.Minute })
	if err != nil {
		_, _ = fmt.Fprintln(os.Stdout, "FAIL driver:", err)
		return 1
	}
	d := &drive{DriverWithContext: driver, uri: uri, tag: tag}
	code := 0
	for _, work := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"connect", d.connect},
		{"auto-commit", d.autoCommit},
		{"explicit", d.explicit},
		{"several results", d.severalResults},
		{"managed", d.managed},
		{"values", d.values},
		{"instants", d.instants},
		{"graph", d.graph},
		{"many rows", d.manyRows},
		{"cancel", d.cancel},
		{"time limit", d.timeLimit},
		{"bookmarks", d.bookmarks},
		{"errors", d.errors},
		{"notifications", d.notifications},
		{"summary", d.summary},
		{"users", d.users},
		{"close", d.Close},
	} {
		if err := work.do(ctx); err != nil {
			_, _ = fmt.Fprintf(os.Stdout, "FAIL %s: %v\n", work.name, err)
			code = 1
			continue
		}
		_, _ = fmt.Fprintln(os.Stdout, "ok", work.name)
	}
	return code
}

// one runs a query and returns the only value of its only row.
func (d *drive) one(ctx context.Context, text string, parameters map[string]any) (any, error) {
	result, err := neo4j.ExecuteQuery(ctx, d.DriverWithContext, text, parameters, neo4j.EagerResultTransformer)
	if err != nil {
		return nil, err
	}
	if len(result.Records) != 1 || len(result.Records[0].Values) != 1 {
		return nil, wrong("%d rows of %q", len(result.Records), text)
	}
	return result.Records[0].Values[0], nil
}

func (d *drive) connect(ctx context.Context) error {
	if err := d.VerifyConnectivity(ctx); err != nil {
		return err
	}
	info, err := d.GetServerInfo(ctx)
	if err != nil {
		return err
	}
	v := info.ProtocolVersion()
	_, _ = fmt.Fprintf(os.Stdout, "version %d.%d\n", v.Major, v.Minor)
	return nil
}

func (d *drive) autoCommit(ctx context.Context) (err error) {
	session := d.NewSession(ctx, neo4j.SessionConfig{DatabaseName: "memgraph"})
	defer func() { err = errors.Join(err, session.Close(ctx)) }()
	result, err := session.Run(ctx, "CREATE (n:Auto {tag: $tag}) RETURN n.tag", map[string]any{"tag": d.tag})
	if err != nil {
		return err
	}
	record, err := result.Single(ctx)
	if err != nil {
		return err
	}
	if record.Values[0] != d.tag {
		return wrong("%v", record.Values)
	}
	return nil
}

func (d *drive) count(ctx context.Context, label string) (int64, error) {
	n, err := d.one(ctx, "MATCH (n:"+label+" {tag: $tag}) RETURN count(n)", map[string]any{"tag": d.tag})
	if err != nil {
		return 0, err
	}
	count, _ := n.(int64)
	return count, nil
}

func (d *drive) explicit(ctx context.Context) (err error) {
	session := d.NewSession(ctx, neo4j.SessionConfig{})
	defer func() { err = errors.Join(err, session.Close(ctx)) }()
	for _, keep := range []bool{false, true} {
		var tx neo4j.ExplicitTransaction
		tx, err = session.BeginTransaction(ctx, neo4j.WithTxMetadata(map[string]any{"work": d.tag}))
		if err != nil {
			return err
		}
		if _, err = tx.Run(ctx, "CREATE (:Explicit {tag: $tag})", map[string]any{"tag": d.tag}); err != nil {
			return err
		}
		if keep {
			err = tx.Commit(ctx)
		} else {
			err = tx.Rollback(ctx)
		}
		if err != nil {
			return err
		}
	}
	n, err := d.count(ctx, "Explicit")
	if err == nil && n != 1 {
		err = wrong("%d nodes", n)
	}
	return err
}

// severalResults reads two results of a transaction in turns.
func (d *drive) severalResults(ctx context.Context) (err error) {
	session := d.NewSession(ctx, neo4j.SessionConfig{FetchSize: 10})
	defer func() { err = errors.Join(err, session.Close(ctx)) }()
	tx, err := session.BeginTransaction(ctx)
	if err != nil {
		return err
	}
	var results []neo4j.ResultWithContext
	for _, from := range []int64{0, 1000} {
		result, err := tx.Run(ctx, "UNWIND range($from, $from + 99) AS i RETURN i", map[string]any{"from": from})
		if err != nil {
			return err
		}
		results = append(results, result)
	}
	for i := range int64(100) {
		for at, from := range []int64{0, 1000} {
			if !results[at].Next(ctx) || results[at].Record().Values[0] != from+i {
				return wrong("row %d of result %d: %v", i, at, results[at].Err())
			}
		}
	}
	return tx.Commit(ctx)
}

// managed lets several sessions change one node, so that they conflict and try again.
func (d *drive) managed(ctx context.Context) error {
	const workers, times = 4, 25
	parameters := map[string]any{"tag": d.tag}
	if _, err := d.one(ctx, "CREATE (n:Counter {tag: $tag, n: 0}) RETURN n.n", parameters); err != nil {
		return err
	}
	ended := make(chan error)
	for range workers {
		go func() {
			session := d.NewSession(ctx, neo4j.SessionConfig{})
			var err error
			for i := 0; i < times && err == nil; i++ {
				_, err = session.ExecuteWrite(ctx, func(tx neo4j.ManagedTransaction) (any, error) {
					result, failed := tx.Run(ctx, "MATCH (n:Counter {tag: $tag}) SET n.n = n.n + 1 RETURN n.n", parameters)
					if failed != nil {
						return nil, failed
					}
					return result.Single(ctx)
				})
			}
			ended <- errors.Join(err, session.Close(ctx))
		}()
	}
	var err error
	for range workers {
		err = errors.Join(err, <-ended)
	}
	if err != nil {
		return err
	}
	n, err := d.one(ctx, "MATCH (n:Counter {tag: $tag}) RETURN n.n", parameters)
	if err == nil && n != int64(workers*times) {
		err = wrong("%v instead of %d", n, workers*times)
	}
	return err
}

func (d *drive) manyRows(ctx context.Context) (err error) {
	for _, fetch := range []int{100, 1000, neo4j.FetchAll} {
		session := d.NewSession(ctx, neo4j.SessionConfig{FetchSize: fetch, AccessMode: neo4j.AccessModeRead})
		var result neo4j.ResultWithContext
		result, err = session.Run(ctx, "UNWIND range(1, 50000) AS i RETURN i, 'row ' + toString(i) AS text", nil)
		if err != nil {
			return err
		}
		n := int64(0)
		for result.Next(ctx) {
			n++
			if result.Record().Values[0] != n {
				return wrong("row %d is %v", n, result.Record().Values)
			}
		}
		if err = errors.Join(result.Err(), session.Close(ctx)); err != nil || n != 50_000 {
			return wrong("%d rows, %v", n, err)
		}
	}
	session := d.NewSession(ctx, neo4j.SessionConfig{FetchSize: 10})
	defer func() { err = errors.Join(err, session.Close(ctx)) }()
	result, err := session.Run(ctx, "UNWIND range(1, 100000) AS i RETURN i", nil)
	if err != nil {
		return err
	}
	for range 25 {
		result.Next(ctx)
	}
	if _, err = result.Consume(ctx); err != nil { // drops the rest
		return err
	}
	_, err = d.one(ctx, "RETURN 1", nil)
	return err
}

func (d *drive) bookmarks(ctx context.Context) (err error) {
	first := d.NewSession(ctx, neo4j.SessionConfig{})
	defer func() { err = errors.Join(err, first.Close(ctx)) }()
	if _, err = first.Run(ctx, "CREATE (:Marked {tag: $tag})", map[string]any{"tag": d.tag}); err != nil {
		return err
	}
	tx, err := first.BeginTransaction(ctx)
	if err != nil {
		return err
	}
	if _, err = tx.Run(ctx, "CREATE (:Marked {tag: $tag})", map[string]any{"tag": d.tag}); err != nil {
		return err
	}
	if err = tx.Commit(ctx); err != nil {
		return err
	}
	marks := first.LastBookmarks()
	if len(marks) != 1 {
		return wrong("bookmarks %v", marks)
	}
	second := d.NewSession(ctx, neo4j.SessionConfig{Bookmarks: marks})
	defer func() { err = errors.Join(err, second.Close(ctx)) }()
	result, err := second.Run(ctx, "MATCH (n:Marked {tag: $tag}) RETURN count(n)", map[string]any{"tag": d.tag})
	if err != nil {
		return err
	}
	if record, failed := result.Single(ctx); failed != nil || record.Values[0] != int64(2) {
		return wrong("%v, %v", record, failed)
	}
	for _, foreign := range []string{"memgraphd:999999999999", "FB:kcwQ/wTfJf8rS1WY+GiIKXsCXgmQ"} {
		began := time.Now()
		stranger := d.NewSession(ctx, neo4j.SessionConfig{Bookmarks: neo4j.BookmarksFromRawValues(foreign)})
		_, err = stranger.Run(ctx, "RETURN 1", nil)
		if err = coded(err, "Neo.ClientError.Transaction.InvalidBookmark"); err != nil {
			return err
		}
		if d := time.Since(began); d > 2*time.Second {
			return wrong("a bookmark of elsewhere was waited for %s", d)
		}
		if err = stranger.Close(ctx); err != nil {
			return err
		}
	}
	return nil
}

// coded complains unless err is of the server and has the code.
func coded(err error, code string) error {
	var e *neo4j.Neo4jError
	if !errors.As(err, &e) || e.Code != code {
		return wrong("%v instead of %s", err, code)
	}
	return nil
}
