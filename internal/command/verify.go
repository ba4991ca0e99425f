package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memgraphd/internal/command/progress"
	"memgraphd/internal/durability/inspect"
	"memgraphd/internal/storage"
)

// verifyFlags are the flags of verify.
type verifyFlags struct {
	restore bool
	temp    string
	store   storeFlags
}

// NewVerify returns the command that proves a data directory or a repository.
func NewVerify(env Env) *cobra.Command {
	var f verifyFlags
	cmd := newCommand(env, &cobra.Command{
		Use:   "verify DIRECTORY|REPOSITORY",
		Short: "Prove every checksum of a data directory or of the backups in a repository",
		Long: "Reads all files of a data directory, proves every checksum and that no commit is missing between them, and says\n" +
			"what a start would make of them. With --restore the graph is rebuilt in memory and checked, as a start does it.\n" +
			"Nothing is changed. While a server uses the directory its files are read one by one, and --restore is refused.\n\n" +
			"Of a repository (a directory, a file ending with .mgbackup, or s3://bucket/prefix) every object is read and proved,\n" +
			"and that each backup has all it needs. With --restore its newest moment is restored in memory.\n\n" +
			"Exit status:\n" +
			"   0  everything is good\n" +
			"   1  it could not be done\n" +
			"   2  every commit can be had; there is something to know: a torn end of the log, files in quarantine\n" +
			"   3  something is damaged; every commit can be had all the same\n" +
			"   4  commits are lost\n" +
			"  64  the command was called in a wrong way",
		Args: cobra.ExactArgs(1),
	}, func(cmd *cobra.Command, out *output, args []string) error {
		return runVerify(cmd.Context(), out, f, args[0])
	})
	cmd.Flags().BoolVar(&f.restore, "restore", false, "rebuild the graph in memory and check it; takes as much memory as a server")
	cmd.Flags().StringVar(&f.temp, "temp-dir", os.TempDir(), "with --restore of a repository, where a snapshot and parts of the log are put meanwhile")
	f.store.add(cmd, keysRead)
	return cmd
}

func runVerify(ctx context.Context, out *output, f verifyFlags, location string) error {
	reporter := out.reporter()
	defer reporter.Close()
	repository, err := isRepository(out.env, location)
	if err != nil {
		return err
	}
	var v inspect.Verdict
	if info, failed := out.env.FS.Stat(location); !repository && failed == nil && !info.Dir && !info.Link {
		return fmt.Errorf("%s is a file: name the data directory that it belongs to; memgraphd inspect reads files one by one", location)
	}
	if repository {
		v, err = verifyRepository(ctx, out, f, location, reporter)
	} else {
		v, err = verifyDirectory(ctx, out, f, location, reporter)
	}
	reporter.Close()
	if err != nil {
		return err
	}
	if err := out.result(v, func(w io.Writer) error { return writeVerdict(w, &v) }); err != nil {
		return err
	}
	return verdictStatus(v.Severity)
}

func verifyDirectory(ctx context.Context, out *output, f verifyFlags, dir string, reporter *progress.Reporter) (inspect.Verdict, error) {
	o := inspect.Options{FS: out.env.FS, Dir: dir, Workers: workers, Now: out.env.Now, Progress: tell(reporter)}
	if f.restore {
		o.NewStore = newStore
	}
	return inspect.Verify(ctx, o)
}

// verdictStatus is the exit status for a severity.
func verdictStatus(s inspect.Severity) error {
	switch s {
	case inspect.Good:
		return nil
	case inspect.Warned:
		return &StatusError{Status: StatusWarned}
	case inspect.Damaged:
		return &StatusError{Status: StatusDamaged}
	case inspect.Lost:
		return &StatusError{Status: StatusLost}
	}
	return errors.New(s.String())
}

// workers is how many goroutines verify and load a snapshot.
const workers = 4

// roundTo is the precision of the times that are printed.
const roundTo = 10 * time.Millisecond

func newStore() *storage.Store { return storage.New(storage.Options{}) }

// tell turns the progress of package inspect into steps, one after the other.
func tell(r *progress.Reporter) func(inspect.Progress) {
	var (
		step *progress.Step
		what string
	)
	return func(p inspect.Progress) {
		if p.What != what {
			step.End(nil)
			step, what = r.Step(p.What, progress.Bytes, p.Total), p.What
		}
		step.Set(p.Done, p.Total)
		if p.Total > 0 && p.Done >= p.Total {
			step.End(nil)
		}
	}
}

func writeVerdict(w io.Writer, v *inspect.Verdict) error {
	var b strings.Builder
	for _, f := range v.Findings {
		where := ""
		if f.File != "" {
			where = f.File + ": "
		}
		fmt.Fprintf(&b, "%s: %s%s\n", strings.ToUpper(f.Severity.String()), where, f.Text)
	}
	for _, l := range v.LostCommits {
		fmt.Fprintf(&b, "LOST: %s: %s (%s)\n", l, l.Reason, l.File)
	}
	fmt.Fprintf(&b, "%s: %s, %s with %s read in %v\n", v.Location, outcome(v), counted(v.Files, "file"), progress.Size(v.Bytes), v.Took.Round(roundTo))
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	graph := ""
	if v.Restored {
		graph = "rebuilt and checked: " + counted(v.Nodes, "node") + ", " + counted(v.Relationships, "relationship")
	}
	running := ""
	if v.Running {
		running = "a server uses it: its files were read one by one"
	}
	return writeFacts(w, []fact{
		{"database", v.Database},
		{"timeline", number(uint64(v.Timeline))},
		{"good up to", fmt.Sprintf("commit %d", v.LastCommit)},
		{"of", clock(v.LastTime)},
		{"graph", graph},
		{"note", running},
	})
}

func outcome(v *inspect.Verdict) string {
	switch v.Severity {
	case inspect.Good:
		return "good"
	case inspect.Warned:
		return "every commit can be had, with warnings"
	case inspect.Damaged:
		return "damaged, but every commit can be had"
	case inspect.Lost:
		return "commits are lost"
	}
	return v.Severity.String()
}
