package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memgraphd/internal/command/progress"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/restore"
)

// pruneFlags are the flags of prune.
type pruneFlags struct {
	storeFlags

	keep   int
	window string
	delete bool
}

// NewPrune returns the command that deletes what is not needed any longer.
func NewPrune(env Env) *cobra.Command {
	var f pruneFlags
	cmd := newCommand(env, &cobra.Command{
		Use:   "prune LOCATION [--keep N] [--window TIME] [--delete]",
		Short: "Say what old backups and archives are not needed any longer, and with --delete delete it",
		Long: "Of the backups at LOCATION the newest N stay, together with those that they go on from; of an archive everything that\n" +
			"is needed to restore every moment of the last TIME. What neither needs goes: nothing does where --keep or --window is\n" +
			"not given. Backups that lack an object count as none, a snapshot that is damaged takes no other's place, and TIME\n" +
			"counts from the newest snapshot at most, not from now: what a server wrote last stays, however long ago that is.\n" +
			"Without --delete nothing is deleted. Backups and archives may go on meanwhile, and an interruption does no harm.",
		Args: cobra.ExactArgs(1),
	}, func(cmd *cobra.Command, out *output, args []string) error {
		ctx, stop := interruptible(cmd.Context())
		defer stop()
		o, err := f.options()
		if err != nil {
			return Usage(err)
		}
		return runPrune(ctx, out, &f, args[0], o)
	})
	flags := cmd.Flags()
	flags.IntVar(&f.keep, "keep", 0, "how many of the newest backups stay; 0: all")
	flags.StringVar(&f.window, "window", "", "how far back every moment of an archive stays, such as 7d or 36h; without it, all")
	flags.BoolVar(&f.delete, "delete", false, "delete what is not needed")
	f.addPlace(cmd)
	return cmd
}

// options checks the flags.
func (f *pruneFlags) options() (o restore.PruneOptions, err error) {
	if f.keep < 0 {
		return o, fmt.Errorf("--keep is %d: it must not be negative", f.keep)
	}
	o.Keep = f.keep
	if f.window != "" {
		if o.Window, err = parseWindow(f.window); err != nil {
			return o, err
		}
	}
	if o.Keep == 0 && o.Window == 0 {
		return o, errors.New("say what is to stay: --keep N of the backups, --window TIME of an archive, or both")
	}
	if f.delete {
		o.Mode = restore.PruneDelete
	}
	return o, nil
}

// windowDaysMax bounds what is a sensible number of days.
const windowDaysMax = 100 * 366

// parseWindow reads a time such as 7d or 36h.
func parseWindow(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 32); err == nil && n > 0 && n <= windowDaysMax {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	} else if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d, nil
	}
	return 0, fmt.Errorf("--window is %q: write it as 7d or 36h", text)
}

// pruned is the result of prune.
type pruned struct {
	Location  string        `json:"location"`
	Deleted   bool          `json:"deleted"` // false: it was only looked
	Kept      []taken       `json:"kept"`
	Gone      []taken       `json:"gone"`
	Broken    []string      `json:"broken,omitempty"`
	Since     []prunedSince `json:"since,omitempty"`
	Objects   []prunedPiece `json:"objects"`
	Bytes     int64         `json:"bytes"`
	Stays     int           `json:"stays"`
	Done      int           `json:"done"`
	Warnings  []string      `json:"warnings,omitempty"`
	objectsIn int           // without the manifests
}

type prunedSince struct {
	Timeline uint32    `json:"timeline"`
	Commit   uint64    `json:"commit"`
	Time     time.Time `json:"time"`
}

type prunedPiece struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
}

func newPruned(location string, o *restore.PruneOptions, r *restore.PruneReport) *pruned {
	p := &pruned{
		Location: location, Deleted: o.Mode == restore.PruneDelete, Kept: []taken{}, Gone: []taken{}, Broken: r.Broken, Objects: []prunedPiece{},
		Bytes: r.Bytes, Stays: r.Stays, Done: r.Done, Warnings: r.Notes, objectsIn: len(r.Objects),
	}
	for i := range r.Kept {
		p.Kept = append(p.Kept, newTaken(&r.Kept[i]))
	}
	for i := range r.Deleted {
		p.Gone = append(p.Gone, newTaken(&r.Deleted[i]))
	}
	for _, s := range r.Since {
		p.Since = append(p.Since, prunedSince(s))
	}
	for _, o := range r.Objects {
		p.Objects = append(p.Objects, prunedPiece(o))
	}
	return p
}

func runPrune(ctx context.Context, out *output, f *pruneFlags, location string, o restore.PruneOptions) (err error) {
	store, err := f.open(ctx, out.env, location)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	p, err := prune(ctx, out, store, o)
	if err != nil {
		return err
	}
	return out.result(p, func(w io.Writer) error { return writePruned(w, p) })
}

// prune prunes a repository, and tells how far it is.
func prune(ctx context.Context, out *output, store object.Store, o restore.PruneOptions) (*pruned, error) {
	reporter := out.reporter()
	defer reporter.Close()
	step := reporter.Step("deleting", progress.Objects, 0)
	o.From, o.Now = store, out.env.Now
	o.Progress = func(done, all int) { step.Set(int64(done), int64(all)) }
	r, err := restore.Prune(ctx, o)
	step.End(err)
	return newPruned(store.String(), &o, &r), err
}

func writePruned(w io.Writer, p *pruned) error {
	var b strings.Builder
	for _, warning := range p.Warnings {
		fmt.Fprintf(&b, "WARNING: %s\n", warning)
	}
	for _, id := range p.Broken {
		fmt.Fprintf(&b, "WARNING: backup %s lacks an object, and counts as none; memgraphd verify says which\n", id)
	}
	for i := range p.Kept {
		fmt.Fprintf(&b, "stays  %s  %s  %s\n", p.Kept[i].Made.UTC().Format(time.RFC3339), p.Kept[i].ID, p.Kept[i].Kind)
	}
	for i := range p.Gone {
		fmt.Fprintf(&b, "goes   %s  %s  %s\n", p.Gone[i].Made.UTC().Format(time.RFC3339), p.Gone[i].ID, p.Gone[i].Kind)
	}
	for _, s := range p.Since {
		fmt.Fprintf(&b, "stays  every moment of timeline %d from commit %d of %s on\n", s.Timeline, s.Commit, s.Time.UTC().Format(time.RFC3339))
	}
	fmt.Fprintf(&b, "%s with %s and %s ", counted(p.objectsIn, "object"), progress.Size(p.Bytes), counted(len(p.Gone), "backup"))
	if p.Deleted {
		fmt.Fprintf(&b, "were deleted, %d objects stay\n", p.Stays)
	} else {
		fmt.Fprintf(&b, "are not needed, %d objects stay; nothing was deleted: --delete does that\n", p.Stays)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
