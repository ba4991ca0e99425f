package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"memgraphd/internal/durability/inspect"
	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/vfs"
)

type repairFlags struct {
	dropAfter uint64
	drop      bool
	save      string
}

// NewRepair returns the command that goes on with the last good commit of a directory.
func NewRepair(env Env) *cobra.Command {
	var f repairFlags
	cmd := newCommand(env, &cobra.Command{
		Use:   "repair DIRECTORY",
		Short: "Say what going on with a damaged data directory would cost, and do it when told",
		Long: "Finds the last commit of a data directory up to which nothing is missing, and says which commits stand behind\n" +
			"it and which of these can still be read. Nothing is changed until it is called again with --drop-after and that\n" +
			"commit: then the directory goes on there, and every file that is given up moves to .backup/<time>/ in it. First\n" +
			"copy the directory; a backup loses less.\n" +
			"The exit status is 0 when nothing has to be repaired, or it was; 4 when commits would be lost; 1 when it failed.",
		Args: cobra.ExactArgs(1),
	}, func(cmd *cobra.Command, out *output, args []string) error {
		f.drop = cmd.Flags().Changed("drop-after")
		return runRepair(cmd.Context(), out, f, args[0])
	})
	cmd.Flags().Uint64Var(&f.dropAfter, "drop-after", 0, "go on with this commit, the last good one, and give up those behind it")
	cmd.Flags().StringVar(&f.save, "save-dropped", "", "new file for the commits behind it that can still be read, as JSON lines")
	return cmd
}

func runRepair(ctx context.Context, out *output, f repairFlags, dir string) (err error) {
	reporter := out.reporter()
	defer reporter.Close()
	o := inspect.Options{
		FS: out.env.FS, Dir: dir, Workers: workers, Now: out.env.Now, NewStore: newStore, Progress: tell(reporter),
	}
	files, err := inspect.Directory(o.FS, dir)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return &recovery.NoDatabaseError{Dir: dir}
	}
	lock, err := inspect.Hold(o.FS, dir)
	if errors.Is(err, vfs.ErrLocked) {
		return fmt.Errorf("%w; a server uses the directory: stop it first", err)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	plan, err := planRepair(ctx, o, f.save)
	if err != nil {
		return err
	}
	if f.drop {
		if err := plan.Apply(ctx, o, f.dropAfter); err != nil {
			return err
		}
	}
	reporter.Close()
	if err := out.result(plan, func(w io.Writer) error { return writeRepair(w, plan) }); err != nil {
		return err
	}
	if plan.Needed && !plan.Done {
		return &StatusError{Status: StatusLost}
	}
	return nil
}

// planRepair plans, and saves what can still be read.
func planRepair(ctx context.Context, o inspect.Options, save string) (plan *inspect.Repair, err error) {
	if save == "" {
		return inspect.PlanRepair(ctx, o, nil)
	}
	file, err := o.FS.CreateExclusive(save)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	plan, err = inspect.PlanRepair(ctx, o, func(d inspect.Dropped, c inspect.Commit) error {
		c.Unproven = !d.Proven
		line, marshalErr := json.Marshal(c)
		if marshalErr != nil {
			return marshalErr
		}
		_, writeErr := file.Write(append(line, '\n'))
		return writeErr
	})
	if err != nil {
		return nil, err
	}
	if err := file.Sync(); err != nil {
		return nil, err
	}
	return plan, o.FS.SyncDir(filepath.Dir(save))
}

// shownMax bounds the dropped commits that are printed one by one.
const shownMax = 20

func writeRepair(w io.Writer, p *inspect.Repair) error {
	var b strings.Builder
	if !p.Needed {
		fmt.Fprintf(&b, "%s: nothing has to be repaired: a start goes on by itself, with commit %d as the newest\n", p.Dir, p.LastGood)
		_, err := io.WriteString(w, b.String())
		return err
	}
	fmt.Fprintf(&b, "%s: a start refuses this directory: %s\n\n", p.Dir, p.Reason)
	fmt.Fprintf(&b, "last good commit  %d\n", p.LastGood)
	for _, l := range p.Lost {
		fmt.Fprintf(&b, "lost              %s: %s (%s)\n", l, l.Reason, l.File)
	}
	if len(p.Lost) == 0 {
		b.WriteString("lost              no commit\n")
	}
	for _, u := range p.Unreadable {
		fmt.Fprintf(&b, "not readable      %s\n", u)
	}
	fmt.Fprintf(&b, "still readable    %d of the commits behind it\n", p.ReadableCount)
	for i, d := range p.Readable {
		if i == shownMax {
			fmt.Fprintf(&b, "  … and %d more: --save-dropped=FILE writes all of them\n", p.ReadableCount-shownMax)
			break
		}
		doubt := ""
		if !d.Proven {
			doubt = ", checksum not proven"
		}
		fmt.Fprintf(&b, "  commit %d of %s, %d changes%s (%s)\n", d.Commit, clock(&d.Time), d.Changes, doubt, filepath.Base(d.File))
	}
	if p.Done {
		fmt.Fprintf(&b, "\nrepaired: it goes on with commit %d; the files as they were are in %s\n", p.LastGood, p.KeptIn)
	} else {
		fmt.Fprintf(&b, "\nNothing was changed. First copy the directory, and see whether a backup has more. To go on without what is lost:\n"+
			"  memgraphd repair --drop-after=%d %s\n", p.LastGood, p.Dir)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
