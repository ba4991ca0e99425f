package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/spf13/cobra"

	"memgraphd/internal/client"
	"memgraphd/internal/command/progress"
	"memgraphd/internal/load"
)

// importFlags are the flags of import.
type importFlags struct {
	Connection

	batch           int
	fromLine        int
	skipUnsupported bool
}

// NewImport returns the command that runs the statements of a dump.
func NewImport(env Env) *cobra.Command {
	var f importFlags
	cmd := newCommand(env, &cobra.Command{
		Use:   "import FILE|- | import csv | import json",
		Short: "Run the statements of a dump, of this server or of Memgraph",
		Long: "Runs the statements of a file, or of standard input, against a running server: what DUMP DATABASE answers here and at\n" +
			"Memgraph, or anything else written as statements that end with a semicolon. Many share a transaction, and those of a\n" +
			"dump are sent as parameters, so that a large one takes minutes and not hours.\n" +
			"Statements that this server does not have are passed over and listed; the exit status is 1 then, unless\n" +
			"--skip-unsupported is given. Any other failure ends the import, and it is said where to go on with --from-line.",
		Args: cobra.ExactArgs(1),
	}, func(cmd *cobra.Command, out *output, args []string) error {
		ctx, stop := untilEnded(cmd.Context())
		defer stop()
		return runImport(ctx, out, &f, args[0])
	})
	f.Add(cmd)
	flags := cmd.Flags()
	flags.IntVar(&f.batch, "batch-size", 10_000, "statements that share a transaction")
	flags.IntVar(&f.fromLine, "from-line", 1, "pass over what begins before this line")
	flags.BoolVar(&f.skipUnsupported, "skip-unsupported", false, "exit with 0 though statements were passed over")
	cmd.AddCommand(newImportCSV(env), newImportJSON(env))
	return cmd
}

// importResult is what import prints.
type importResult struct {
	load.Report

	Seconds float64 `json:"seconds"`
	Error   string  `json:"error,omitempty"`
}

func runImport(ctx context.Context, out *output, f *importFlags, name string) (err error) {
	if f.batch < 1 || f.fromLine < 1 {
		return Usage(errors.New("--batch-size and --from-line are at least 1"))
	}
	in, size, err := openInput(out.env, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	c, err := f.Connect(ctx, out.env.FS, "memgraphd-import/"+out.env.Version)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close(context.WithoutCancel(ctx))) }()
	reporter := out.reporter()
	defer reporter.Close()
	step := reporter.Step("importing", progress.Bytes, size)
	began := out.env.Now()
	report, failed := load.Run(ctx, load.Options{
		In: step.Reader(in), Server: bolt{c}, FromLine: f.fromLine, BatchStatements: f.batch, Sleep: sleep,
		Progress: func(r load.Report) { step.Note(fmt.Sprintf("%d statements", r.Statements)) },
	})
	step.End(failed)
	result := importResult{Report: report, Seconds: out.env.Now().Sub(began).Seconds()}
	if failed != nil {
		failed = importFailed(ctx, report, failed)
		result.Error = failed.Error()
	}
	if err := out.result(&result, result.print); err != nil {
		return err
	}
	if failed == nil && report.SkippedCount > 0 && !f.skipUnsupported {
		failed = fmt.Errorf("passed over as not supported here: %s; with --skip-unsupported that is no failure",
			counted(report.SkippedCount, "statement"))
	}
	return failed
}

// openInput opens a file, or standard input for "-". size is 0 where nobody knows it.
func openInput(env Env, name string) (in io.ReadCloser, size int64, err error) {
	if name == "-" {
		return io.NopCloser(env.Stdin), 0, nil
	}
	file, err := env.FS.Open(name)
	if err != nil {
		return nil, 0, err
	}
	if info, err := env.FS.Stat(name); err == nil {
		size = info.Size
	}
	return file, size, nil
}

// importFailed says what a failure means for what is in the database.
func importFailed(ctx context.Context, r load.Report, err error) error {
	if ctx.Err() != nil {
		err = context.Canceled
	}
	reason := err.Error()
	if e, ok := errors.AsType[*load.StatementError](err); ok {
		reason = fmt.Sprintf("line %d: %s: %v", e.Line, e.Statement, answered(e.Err))
		if errors.Is(err, load.ErrUnsure) {
			reason = fmt.Sprintf("line %d: %s: %v", e.Line, e.Statement, e.Err)
		}
	}
	if r.NextLine == 0 {
		return errors.New(reason)
	}
	if r.NextLine <= 1 && r.Statements == 0 && r.SkippedCount == 0 && !errors.Is(err, load.ErrUnsure) {
		return errors.New(reason + "\nno statement was run; memgraphd import takes statements, memgraphd import csv and import json take data")
	}
	return fmt.Errorf("%s\nwhat begins before line %d is in the database; mend the cause and go on with --from-line=%d", reason, r.NextLine, r.NextLine)
}

func (r *importResult) print(w io.Writer) error {
	for _, s := range r.Skipped {
		if _, err := fmt.Fprintf(w, "line %d: %s\n  passed over: %s\n", s.Line, s.Statement, s.Reason); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%s in %s: %s and %s in %.1f s\n", counted(r.Statements, "statement"),
		counted(r.Transactions, "transaction"), counted(r.Nodes, "node"), counted(r.Relationships, "relationship"), r.Seconds)
	return err
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// bolt is a server over Bolt.
type bolt struct{ c *client.Client }

// Begin opens a transaction.
func (b bolt) Begin(ctx context.Context) error { return b.c.Begin(ctx) }

// Commit ends it.
func (b bolt) Commit(ctx context.Context) error { return b.c.Commit(ctx) }

// Rollback undoes it, also where ctx has ended. A server that is gone has undone it.
func (b bolt) Rollback(ctx context.Context) error {
	if !b.c.InTransaction() {
		return nil
	}
	_ = b.c.Rollback(context.WithoutCancel(ctx))
	return nil
}

// Run runs a statement to its end.
func (b bolt) Run(ctx context.Context, text string, params map[string]any) (load.Counts, error) {
	rows, err := b.c.Run(ctx, text, params)
	if err != nil {
		return load.Counts{}, err
	}
	summary, err := rows.Summary(ctx)
	if err != nil {
		return load.Counts{}, err
	}
	c := summary.Counters()
	return load.Counts{Nodes: int64(c.NodesCreated()), Relationships: int64(c.RelationshipsCreated())}, nil
}

// Refused reports whether err is what the server answers.
func (b bolt) Refused(err error) bool {
	_, ok := errors.AsType[*neo4j.Neo4jError](err)
	return ok
}

// Transient reports whether err is an answer after which the same may work.
func (b bolt) Transient(err error) bool {
	e, ok := errors.AsType[*neo4j.Neo4jError](err)
	return ok && strings.HasPrefix(e.Code, "Neo.TransientError.")
}
