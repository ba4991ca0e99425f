package command

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/spf13/cobra"

	"memgraphd/internal/bulk"
	"memgraphd/internal/client"
	"memgraphd/internal/command/progress"
)

// connectionsMax bounds --threads.
const connectionsMax = 64

// fileFlags are the flags that import csv and import json share.
type fileFlags struct {
	Connection

	batch          int
	threads        int
	bad            string
	badTolerance   int64
	skipDuplicates bool
	check          bool
}

func (f *fileFlags) add(cmd *cobra.Command) {
	f.Add(cmd)
	flags := cmd.Flags()
	flags.IntVar(&f.batch, "batch-size", 5000, "rows that share a transaction")
	flags.IntVar(&f.threads, "threads", min(runtime.GOMAXPROCS(0), 8), "connections that rows are sent over at the same time")
	flags.StringVar(&f.bad, "bad-rows", "", "file to write bad rows to, which are passed over; without it the first one ends the import")
	flags.Int64Var(&f.badTolerance, "bad-tolerance", 1000, "with --bad-rows, how many of them are passed over; -1 for all")
	flags.BoolVar(&f.skipDuplicates, "skip-duplicate-nodes", false, "pass over nodes whose id an earlier one has")
	flags.BoolVar(&f.check, "check", false, "read and check everything, and send nothing")
}

// bulkResult is what import csv and import json print.
type bulkResult struct {
	bulk.Report

	Checked bool    `json:"checked,omitempty"` // nothing was sent
	Seconds float64 `json:"seconds"`
	Error   string  `json:"error,omitempty"`
}

// runBulk imports files; the caller has filled in what to import.
func runBulk(ctx context.Context, out *output, f *fileFlags, o bulk.Options, names []string) (err error) {
	if f.batch < 1 || f.threads < 1 || f.threads > connectionsMax {
		return Usage(fmt.Errorf("--batch-size is at least 1, and --threads between 1 and %d", connectionsMax))
	}
	var size int64
	for _, name := range names {
		info, missing := out.env.FS.Stat(name)
		if missing != nil {
			return missing
		}
		size += info.Size
	}
	clients, err := f.connections(ctx, out)
	defer func() {
		for _, c := range clients {
			err = errors.Join(err, c.Close(context.WithoutCancel(ctx)))
		}
	}()
	if err != nil {
		return err
	}
	for _, c := range clients {
		o.Servers = append(o.Servers, creator{bolt{c}})
	}
	if f.bad != "" {
		var end func() error
		if o.Bad, end, err = badRows(out.env, f.bad); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, end()) }()
		o.BadMax = f.badTolerance
	}
	reporter := out.reporter()
	defer reporter.Close()
	step := reporter.Step("importing", progress.Bytes, size)
	o.BatchRows, o.SkipDuplicates, o.Sleep = f.batch, f.skipDuplicates, sleep
	o.Open = func(name string) (io.ReadCloser, error) {
		file, err := out.env.FS.Open(name)
		if err != nil {
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{step.Reader(file), file}, nil
	}
	o.Peek = func(name string) (io.ReadCloser, error) { return out.env.FS.Open(name) }
	o.Progress = func(r bulk.Report) {
		step.Note(counted(r.Nodes, "node") + ", " + counted(r.Relationships, "relationship"))
	}
	began := out.env.Now()
	report, failed := bulk.Run(ctx, o)
	step.End(failed)
	result := bulkResult{Report: report, Checked: f.check, Seconds: out.env.Now().Sub(began).Seconds()}
	if failed != nil {
		failed = f.failed(ctx, report, failed)
		result.Error = failed.Error()
	}
	if err := out.result(&result, result.print); err != nil {
		return err
	}
	return failed
}

// connections opens as many connections as --threads says; --check needs none.
func (f *fileFlags) connections(ctx context.Context, out *output) ([]*client.Client, error) {
	var all []*client.Client
	if f.check {
		return nil, nil
	}
	for range f.threads {
		c, err := f.Connect(ctx, out.env.FS, "memgraphd-import/"+out.env.Version)
		if err != nil {
			return all, err
		}
		all = append(all, c)
	}
	return all, nil
}

// failed says what a failure means for what is in the database.
func (f *fileFlags) failed(ctx context.Context, r bulk.Report, err error) error {
	if ctx.Err() != nil {
		err = errors.New("ended before its end")
	}
	if f.check || r.Nodes == 0 && !errors.Is(err, bulk.ErrUnsure) {
		return err
	}
	return fmt.Errorf("%w\n%s and %s of this import are in the database: remove them before it is tried again",
		err, counted(r.Nodes, "node"), counted(r.Relationships, "relationship"))
}

// badRows opens the file for bad rows: their file, line and reason, and their fields as they were.
func badRows(env Env, name string) (write func(bulk.BadRow) error, end func() error, err error) {
	file, err := env.FS.Create(name)
	if err != nil {
		return nil, nil, fmt.Errorf("--bad-rows: %w", err)
	}
	w := csv.NewWriter(file)
	write = func(r bulk.BadRow) error {
		return w.Write(append([]string{r.File, strconv.Itoa(r.Line), r.Reason}, r.Fields...))
	}
	end = func() error {
		w.Flush()
		return errors.Join(w.Error(), file.Close())
	}
	return write, end, nil
}

func (r *bulkResult) print(w io.Writer) error {
	what := ""
	if r.Checked {
		what = "checked, and nothing sent: "
	}
	text := fmt.Sprintf("%s%s and %s in %.1f s", what, counted(r.Nodes, "node"), counted(r.Relationships, "relationship"), r.Seconds)
	if r.Seconds > 0 && r.Error == "" && !r.Checked {
		text += fmt.Sprintf(" (%.0f a second)", float64(r.Nodes+r.Relationships)/r.Seconds)
	}
	if r.Duplicates > 0 {
		text += "; " + counted(r.Duplicates, "duplicate node") + " passed over"
	}
	if r.BadRows > 0 {
		text += "; " + counted(r.BadRows, "bad row") + " passed over"
	}
	_, err := fmt.Fprintln(w, text)
	return err
}

// matching replaces names with wildcards by the files that there are, in the order of their names.
func matching(env Env, names []string) ([]string, error) {
	var all []string
	for _, name := range names {
		if !strings.ContainsAny(name, "*?[") {
			all = append(all, name)
			continue
		}
		dir, pattern := filepath.Split(name)
		if dir == "" {
			dir = "."
		}
		entries, err := env.FS.List(dir)
		if err != nil {
			return nil, err
		}
		found := 0
		for _, entry := range entries {
			matches, err := filepath.Match(pattern, entry)
			if err != nil {
				return nil, Usage(fmt.Errorf("%s: %w", name, err))
			}
			if matches {
				all, found = append(all, filepath.Join(dir, entry)), found+1
			}
		}
		if found == 0 {
			return nil, fmt.Errorf("no file matches %s", name)
		}
	}
	return all, nil
}

// refusalError is an answer of the server without its code, which is for programs.
type refusalError struct{ answer *neo4j.Neo4jError }

// Error says why.
func (r *refusalError) Error() string { return r.answer.Msg }

// Unwrap returns the answer.
func (r *refusalError) Unwrap() error { return r.answer }

// creator is a server over Bolt that a bulk import sends to.
type creator struct{ bolt }

// Run runs a statement to its end.
func (b creator) Run(ctx context.Context, text string, params map[string]any) (bulk.Result, error) {
	r, err := b.run(ctx, text, params)
	if answer, ok := errors.AsType[*neo4j.Neo4jError](err); ok {
		err = &refusalError{answer}
	}
	return r, err
}

func (b creator) run(ctx context.Context, text string, params map[string]any) (bulk.Result, error) {
	rows, err := b.c.Run(ctx, text, params)
	if err != nil {
		return bulk.Result{}, err
	}
	row, err := rows.Next(ctx)
	if err != nil {
		return bulk.Result{}, err
	}
	summary, err := rows.Summary(ctx)
	if err != nil {
		return bulk.Result{}, err
	}
	c := summary.Counters()
	return bulk.Result{Row: row, Nodes: int64(c.NodesCreated()), Relationships: int64(c.RelationshipsCreated())}, nil
}
