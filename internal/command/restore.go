package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"memgraphd/internal/command/progress"
	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/restore"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
)

// restoreFlags are the flags of restore.
type restoreFlags struct {
	storeFlags

	from      string
	directory string
	time      string
	commit    uint64
	timeline  uint32
	dryRun    bool
}

// NewRestore returns the command that brings a database back from a repository.
func NewRestore(env Env) *cobra.Command {
	var f restoreFlags
	cmd := newCommand(env, &cobra.Command{
		Use:   "restore --from LOCATION --data-directory DIR [--to-time TIME | --to-commit COMMIT]",
		Short: "Bring a database back from backups and archives: all of it, or as it was at a moment",
		Long: "Rebuilds a database from what is at LOCATION, " + locationHelp + ":\n" +
			"backups, what a server has archived there, or both. Without --to-time and --to-commit it goes to the end.\n" +
			"Every checksum and the unbroken chain of commits are proved before anything is written; what DIR held before is\n" +
			"kept in DIR/.backup. No server may use DIR meanwhile. The restored database begins a new timeline, so that what\n" +
			"was at LOCATION stays there, also the commits behind the moment that was chosen.",
		Args: cobra.NoArgs,
	}, func(cmd *cobra.Command, out *output, _ []string) error {
		ctx, stop := interruptible(cmd.Context())
		defer stop()
		target, err := f.target()
		if err != nil {
			return Usage(err)
		}
		return runRestore(ctx, out, &f, target)
	})
	flags := cmd.Flags()
	flags.StringVar(&f.from, "from", "", "location of the backups or of the archive: "+locationHelp)
	flags.StringVar(&f.directory, "data-directory", "", "data directory to restore to; it is made if it is not there")
	flags.StringVar(&f.time, "to-time", "", "restore the last commit that is not later than this time (RFC 3339, such as 2026-11-23T14:05:00+01:00)")
	flags.Uint64Var(&f.commit, "to-commit", 0, "restore the state of this commit")
	flags.Uint32Var(&f.timeline, "timeline", 0, "take this timeline and those it comes from; otherwise the newest")
	flags.BoolVar(&f.dryRun, "dry-run", false, "say what would be read and how far it would get, and write nothing")
	f.add(cmd, keysRead)
	return cmd
}

// target checks the flags and says what to restore.
func (f *restoreFlags) target() (restore.Target, error) {
	target := restore.Target{Commit: change.Index(f.commit), Timeline: f.timeline}
	switch {
	case f.from == "":
		return target, errors.New("--from is missing: " + locationHelp)
	case f.directory == "" && !f.dryRun:
		return target, errors.New("--data-directory is missing: the directory to restore to")
	case f.time != "" && f.commit != 0:
		return target, errors.New("--to-time and --to-commit exclude each other")
	case f.time == "":
		return target, nil
	}
	var err error
	if target.Time, err = time.Parse(time.RFC3339Nano, f.time); err != nil {
		return target, fmt.Errorf("--to-time is %q: write it as 2026-11-23T14:05:00Z or 2026-11-23T14:05:00+01:00", f.time)
	}
	return target, nil
}

// restored is the result of restore.
type restored struct {
	DryRun        bool              `json:"dryRun"`
	From          string            `json:"from"`
	Directory     string            `json:"dataDirectory,omitempty"`
	Database      backup.DatabaseID `json:"database"`
	Timeline      uint32            `json:"timeline"`
	Commit        uint64            `json:"commit"`
	Time          time.Time         `json:"time"`
	Exact         bool              `json:"exact"`
	Missing       []string          `json:"missing,omitempty"`
	Problems      []problem         `json:"problems,omitempty"`
	Snapshot      string            `json:"snapshot,omitempty"`
	SnapshotIndex uint64            `json:"snapshotCommit"`
	Pieces        []string          `json:"pieces"`
	Bytes         int64             `json:"bytes"`
	Replayed      int64             `json:"replayed"`
	Nodes         int64             `json:"nodes"`
	Relationships int64             `json:"relationships"`
	NewTimeline   uint32            `json:"newTimeline,omitempty"`
	KeptIn        string            `json:"keptIn,omitempty"`
	Seconds       float64           `json:"seconds"`

	Until bool `json:"-"` // there is a time to stop at
}

// problem is an object that was passed over.
type problem struct {
	Object string `json:"object"`
	Reason string `json:"reason"`
}

func newRestored(f *restoreFlags, from string, r *restore.Report) restored {
	out := restored{
		DryRun: f.dryRun, From: from, Directory: f.directory, Database: r.Database, Timeline: r.Timeline, Commit: uint64(r.Commit),
		Time: r.Time, Exact: r.Exact, Missing: r.Missing, Snapshot: r.Snapshot.Name, SnapshotIndex: r.Index, Pieces: []string{},
		Bytes: r.Bytes, Replayed: r.Replayed, Nodes: r.Nodes, Relationships: r.Edges, NewTimeline: r.NewTimeline, KeptIn: r.KeptIn,
		Seconds: r.Took.Seconds(), Until: f.time != "",
	}
	for _, p := range r.Problems {
		out.Problems = append(out.Problems, problem{Object: p.Object, Reason: p.Err.Error()})
	}
	for _, p := range r.Pieces {
		out.Pieces = append(out.Pieces, p.Name)
	}
	return out
}

func runRestore(ctx context.Context, out *output, f *restoreFlags, target restore.Target) (err error) {
	store, err := f.open(ctx, out.env, f.from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	keys, err := f.reading(ctx, out.env, store)
	if err != nil {
		return err
	}
	mode := restore.ModeRestore
	if f.dryRun {
		mode = restore.ModePlan
	}
	reporter := out.reporter()
	follow := followRestore(reporter)
	report, err := restore.Run(ctx, restore.Options{
		From: store, Keys: keys, Target: target, Mode: mode, FS: out.env.FS, Dir: f.directory,
		NewStore: func() *storage.Store { return storage.New(storage.Options{Now: out.env.Now}) },
		Workers:  workersDefault, Now: out.env.Now, Progress: follow.hear,
	})
	follow.end(err)
	reporter.Close()
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("interrupted: the data directory is as it was: %w", err)
		}
		return err
	}
	r := newRestored(f, store.String(), &report)
	if err := out.result(r, func(w io.Writer) error { return writeRestored(w, &r) }); err != nil {
		return err
	}
	if len(r.Problems) > 0 {
		return &StatusError{Status: StatusWarned}
	}
	return nil
}

// follower shows the phases of a restore as steps, one after the other.
type follower struct {
	r     *progress.Reporter
	phase restore.Phase
	step  *progress.Step
}

func followRestore(r *progress.Reporter) *follower { return &follower{r: r} }

// phases say what is done, for people.
func phaseText(p restore.Phase) string {
	switch p {
	case restore.PhasePlan:
		return "reading the list of objects"
	case restore.PhaseFetch:
		return "fetching the snapshot"
	case restore.PhaseVerify:
		return "verifying the snapshot"
	case restore.PhaseLoad:
		return "loading the snapshot"
	case restore.PhaseLog:
		return "replaying the log"
	case restore.PhaseWrite:
		return "writing the database"
	}
	return string(p)
}

func (f *follower) hear(p restore.Progress) {
	if p.Phase != f.phase {
		f.end(nil)
		f.phase, f.step = p.Phase, f.r.Step(phaseText(p.Phase), progress.Bytes, p.Total)
	}
	if p.Commits > 0 {
		f.step.Note(counted(p.Commits, "commit"))
	}
	f.step.Set(p.Bytes, p.Total)
}

func (f *follower) end(err error) {
	f.step.End(err)
	f.step = nil
}

func writeRestored(w io.Writer, r *restored) error {
	for _, p := range r.Problems {
		if _, err := fmt.Fprintf(w, "DAMAGED: %s: %s; others took its place\n", p.Object, p.Reason); err != nil {
			return err
		}
	}
	for _, text := range r.Missing {
		if _, err := fmt.Fprintf(w, "MISSING: %s\n", text); err != nil {
			return err
		}
	}
	reached := fmt.Sprintf("commit %d", r.Commit)
	if !r.Time.IsZero() {
		reached += " of " + r.Time.UTC().Format(time.RFC3339Nano)
	}
	began := "the empty graph"
	if r.Snapshot != "" {
		began = fmt.Sprintf("%s, of commit %d", r.Snapshot, r.SnapshotIndex)
	}
	facts := []fact{
		{"database", r.Database.String()},
		{"from", r.From},
		{"begins with", began},
		{"then", counted(len(r.Pieces), "piece") + " of the log"},
	}
	if r.DryRun {
		if r.Until {
			reached = "at least " + reached
		}
		return writeFacts(w, append(facts,
			fact{"would read", progress.Size(r.Bytes)},
			fact{"would reach", reached},
			fact{"nothing was written", "--dry-run"}))
	}
	return writeFacts(w, append(facts,
		fact{"read", fmt.Sprintf("%s, %s replayed, in %.1f s", progress.Size(r.Bytes), counted(r.Replayed, "commit"), r.Seconds)},
		fact{"restored", reached},
		fact{"holds", counted(r.Nodes, "node") + ", " + counted(r.Relationships, "relationship")},
		fact{"in", r.Directory},
		fact{"timeline", fmt.Sprintf("%d, after %d", r.NewTimeline, r.Timeline)},
		fact{"former files", r.KeptIn}))
}
