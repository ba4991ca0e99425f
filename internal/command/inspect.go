package command

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"memgraphd/internal/command/progress"
	"memgraphd/internal/durability/inspect"
)

// NewInspect returns the command that says what is in a file.
func NewInspect(env Env) *cobra.Command {
	return newCommand(env, &cobra.Command{
		Use:   "inspect FILE...",
		Short: "Say what is in a segment of the log, a snapshot or a database.json",
		Long: "Says what files of a database hold: whose they are, which commits and from when, how much, and whether every\n" +
			"checksum is good. Nothing is changed; a file that a running server writes may be looked at too.\n" +
			"The exit status is 0 when the files are good, 1 when one cannot be read, 3 when one is damaged.",
		Args: cobra.MinimumNArgs(1),
	}, func(cmd *cobra.Command, out *output, args []string) error {
		return runInspect(cmd.Context(), out, args)
	})
}

func runInspect(ctx context.Context, out *output, names []string) error {
	status := 0
	for _, name := range names {
		f, err := inspect.Describe(ctx, out.env.FS, name)
		if err != nil {
			return err
		}
		if f.Damage != "" {
			status = StatusDamaged
		}
		if err := out.result(f, func(w io.Writer) error { return writeFacts(w, fileFacts(&f)) }); err != nil {
			return err
		}
	}
	if status != 0 {
		return &StatusError{Status: status}
	}
	return nil
}

// fact is a line of a result: a name and a value. Those without a value are not printed.
type fact struct{ name, value string }

// writeFacts prints facts in two columns, and an empty line.
func writeFacts(w io.Writer, facts []fact) error {
	width := 0
	for _, f := range facts {
		width = max(width, len(f.name))
	}
	for _, f := range facts {
		if f.value == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "%-*s  %s\n", width, f.name, f.value); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}

func fileFacts(f *inspect.File) []fact {
	commits := ""
	switch {
	case f.Kind == inspect.KindSnapshot && f.Database != "":
		commits = fmt.Sprintf("1 to %d", f.LastCommit)
	case f.Commits > 0:
		commits = fmt.Sprintf("%d to %d, %d of them", f.FirstCommit, f.LastCommit, f.Commits)
	case f.Kind == inspect.KindSegment && f.FirstCommit > 0:
		commits = fmt.Sprintf("none yet, the first would be %d", f.FirstCommit)
	}
	graph := ""
	if f.Kind == inspect.KindSnapshot && f.Database != "" {
		graph = fmt.Sprintf("%d nodes, %d relationships, %d names, %d catalogue entries", f.Nodes, f.Relationships, f.Names, f.Entries)
	}
	size := progress.Size(f.Bytes)
	if f.UsedBytes > 0 {
		size += fmt.Sprintf(", %s of it used", progress.Size(f.UsedBytes))
	}
	return []fact{
		{"file", f.Name},
		{"kind", string(f.Kind)},
		{"size", size},
		{"format", number(uint64(f.Format))},
		{"database", f.Database},
		{"timeline", number(uint64(f.Timeline))},
		{"made", clock(f.Made)},
		{"commits", commits},
		{"from", clock(f.FirstTime)},
		{"until", clock(f.LastTime)},
		{"holds", graph},
		{"state", f.State},
		{"torn end", f.Torn},
		{"log has held", number(f.Reached)},
		{"parent timeline", number(uint64(f.Parent))},
		{"left it after", number(f.Forked)},
		{"recovered to", f.Recovered},
		{"DAMAGED", f.Damage},
	}
}

// number writes a number, "" for 0.
func number(n uint64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// clock writes a moment, "" for none.
func clock(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
