package command

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"memgraphd/internal/command/progress"
	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/inspect"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/restore"
)

// NewInspect returns the command that says what is in a file.
func NewInspect(env Env) *cobra.Command {
	var f inspectFlags
	cmd := newCommand(env, &cobra.Command{
		Use:   "inspect FILE|DIRECTORY|REPOSITORY...",
		Short: "Say what is in a segment of the log, a snapshot, a data directory or a repository of backups",
		Long: "Says what files of a database hold: whose they are, which commits and from when, how much, and whether every\n" +
			"checksum is good. Nothing is changed; files that a running server uses may be looked at too.\n" +
			"Of a repository of backups all objects are read, or those whose names follow it.\n" +
			"With --records the commits of the log come as JSON lines, with names and values, one commit a line.\n" +
			"The exit status is 0 when the files are good, 1 when one cannot be read, 3 when one is damaged.",
		Args: cobra.MinimumNArgs(1),
	}, func(cmd *cobra.Command, out *output, args []string) error {
		repository, err := isRepository(env, args[0])
		if err != nil {
			return err
		}
		if repository {
			return runObjects(cmd.Context(), out, f, args)
		}
		files, err := expand(env, args)
		if err != nil {
			return err
		}
		if f.records {
			return runRecords(cmd.Context(), out, f, files)
		}
		return runInspect(cmd.Context(), out, files)
	})
	cmd.Flags().BoolVar(&f.records, "records", false, "print the commits of the log as JSON lines")
	cmd.Flags().Uint64Var(&f.within.From, "from-commit", 0, "with --records, the first commit to print")
	cmd.Flags().Uint64Var(&f.within.To, "to-commit", 0, "with --records, the last commit to print; 0 for the newest")
	cmd.Flags().BoolVar(&f.past, "past-damage", false, "with --records, print what can be read behind damage too")
	cmd.Flags().StringVar(&f.temp, "temp-dir", os.TempDir(), "with --records of a repository, where a few segments of the log are put meanwhile")
	f.store.add(cmd, keysRead)
	return cmd
}

type inspectFlags struct {
	records bool
	past    bool
	within  inspect.Range
	temp    string
	store   storeFlags
}

// expand puts the files of a data directory in its place.
func expand(env Env, args []string) ([]string, error) {
	var files []string
	for _, arg := range args {
		info, err := env.FS.Stat(arg)
		if err != nil {
			return nil, err
		}
		if !info.Dir {
			files = append(files, arg)
			continue
		}
		within, err := inspect.Directory(env.FS, arg)
		if err != nil {
			return nil, err
		}
		if len(within) == 0 {
			return nil, fmt.Errorf("%s holds no files of a database", arg)
		}
		files = append(files, within...)
	}
	return files, nil
}

// runInspect describes files: with --json one object with all of them.
func runInspect(ctx context.Context, out *output, names []string) error {
	files := make([]inspect.File, 0, len(names))
	reporter := out.reporter()
	defer reporter.Close()
	step := reporter.Step("reading", progress.Files, int64(len(names)))
	for _, name := range names {
		step.Note(name)
		f, err := inspect.Describe(ctx, out.env.FS, name)
		if err != nil {
			step.End(err)
			return err
		}
		files = append(files, f)
		step.Add(1)
	}
	step.End(nil)
	reporter.Close()
	return showFiles(out, files)
}

// showFiles prints what files say, and fails where one is damaged.
func showFiles(out *output, files []inspect.File) error {
	damaged := slices.ContainsFunc(files, func(f inspect.File) bool { return f.Damage != "" })
	err := out.result(struct {
		Files []inspect.File `json:"files"`
	}{files}, func(w io.Writer) error {
		for i := range files {
			if err := writeFacts(w, fileFacts(&files[i])); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && damaged {
		err = &StatusError{Status: StatusDamaged}
	}
	return err
}

// runObjects describes the objects of a repository: all of them, or those whose names
// follow its location.
func runObjects(ctx context.Context, out *output, f inspectFlags, args []string) (err error) {
	s, err := f.store.open(ctx, out.env, args[0])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	keys, err := f.store.reading(ctx, out.env, s)
	if err != nil {
		return err
	}
	names := args[1:]
	if f.records {
		return runSealedRecords(ctx, out, f, s, keys, names)
	}
	if len(names) == 0 {
		if err := s.List(ctx, "", func(i object.Info) error {
			names = append(names, i.Name)
			return nil
		}); err != nil {
			return err
		}
	}
	reporter := out.reporter()
	defer reporter.Close()
	step := reporter.Step("reading", progress.Objects, int64(len(names)))
	files := make([]inspect.File, 0, len(names))
	for _, name := range names {
		step.Note(name)
		file, err := inspect.DescribeObject(ctx, s, name, keys)
		if err != nil {
			step.End(err)
			return err
		}
		files = append(files, file)
		step.Add(1)
	}
	step.End(nil)
	reporter.Close()
	return showFiles(out, files)
}

// runSealedRecords prints the commits of the log in a repository: all, or those of the segments
// that some objects are pieces of.
func runSealedRecords(ctx context.Context, out *output, f inspectFlags, s object.Store, keys object.Keys, names []string) error {
	type id struct {
		timeline uint32
		first    uint64
	}
	wanted := map[id]bool{}
	for _, name := range names {
		p, ok := backup.ParsePieceName(name)
		if !ok {
			return Usage(fmt.Errorf("%s is no piece of the log: only these hold commits one by one", name))
		}
		wanted[id{p.Timeline, p.Segment}] = true
	}
	want := func(timeline uint32, first uint64) bool {
		return (len(wanted) == 0 || wanted[id{timeline, first}]) && (f.within.To == 0 || first <= f.within.To)
	}
	found := false
	err := restore.Segments(ctx, restore.Options{From: s, Keys: keys, FS: out.env.FS, TempDir: f.temp}, want, func(path string) error {
		found = true
		return printRecords(ctx, out, f, []string{path})
	})
	if err == nil && !found {
		return errors.New("there is no piece of the log: only these hold commits one by one")
	}
	if errors.Is(err, object.ErrDamaged) {
		return &StatusError{Status: StatusDamaged, Err: err}
	}
	return err
}

// runRecords prints the commits of the segments among the files.
func runRecords(ctx context.Context, out *output, f inspectFlags, names []string) error {
	names, err := inspect.Segments(ctx, out.env.FS, names)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return errors.New("there is no segment of the log: only these hold commits one by one")
	}
	return printRecords(ctx, out, f, names)
}

// printRecords prints the commits of segments.
func printRecords(ctx context.Context, out *output, f inspectFlags, names []string) error {
	lines := bufio.NewWriter(out.env.Stdout)
	encoder := json.NewEncoder(lines)
	encoder.SetEscapeHTML(false)
	read := inspect.Commits
	if f.past {
		read = inspect.PastDamage
	}
	for _, name := range names {
		err := read(ctx, out.env.FS, name, f.within, func(c inspect.Commit) error { return encoder.Encode(c) })
		if err != nil {
			err = errors.Join(err, lines.Flush())
			if inspect.IsDamage(err) {
				return &StatusError{Status: StatusDamaged, Err: err}
			}
			return err
		}
	}
	return lines.Flush()
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
	case (f.Kind == inspect.KindSnapshot || f.Kind == inspect.KindSnapshotObject) && f.Database != "":
		commits = fmt.Sprintf("1 to %d", f.LastCommit)
	case f.Kind == inspect.KindPieceObject && f.LastCommit > 0:
		commits = fmt.Sprintf("%d to %d", f.FirstCommit, f.LastCommit)
	case f.Commits > 0:
		commits = fmt.Sprintf("%d to %d, %d of them", f.FirstCommit, f.LastCommit, f.Commits)
	case f.Kind == inspect.KindSegment && f.FirstCommit > 0:
		commits = fmt.Sprintf("none yet, the first would be %d", f.FirstCommit)
	}
	graph := ""
	if f.Kind == inspect.KindSnapshot && f.Database != "" {
		graph = fmt.Sprintf("%s, %s, %s, %d in the catalogue", counted(f.Nodes, "node"), counted(f.Relationships, "relationship"), counted(f.Names, "name"), f.Entries)
	}
	size := progress.Size(f.Bytes)
	switch {
	case f.UsedBytes > 0 && f.Kind != inspect.KindSegment:
		size += fmt.Sprintf(", %s unpacked", progress.Size(f.UsedBytes))
	case f.UsedBytes > 0:
		size += fmt.Sprintf(", %s of it used", progress.Size(f.UsedBytes))
	}
	part, encrypted := "", ""
	if f.To > 0 {
		part = fmt.Sprintf("bytes %d to %d of the segment from commit %d on", f.From, f.To, f.Segment)
	}
	if f.Encrypted {
		encrypted = "yes"
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
		{"part", part},
		{"encrypted", encrypted},
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
	return strconv.FormatUint(n, 10)
}

// clock writes a moment, "" for none.
func clock(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
