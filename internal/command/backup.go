package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"memgraphd/internal/client"
	"memgraphd/internal/command/progress"
	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/restore"
	"memgraphd/internal/online"
)

// backupFlags are the flags of backup.
type backupFlags struct {
	storeFlags
	Connection

	to          string
	directory   string
	incremental bool
	list        bool
	keep        int
}

// NewBackup returns the command that backs a database up.
func NewBackup(env Env) *cobra.Command {
	var f backupFlags
	cmd := newCommand(env, &cobra.Command{
		Use:   "backup --to LOCATION [--host HOST --port PORT | --from-directory DIR]",
		Short: "Back a database up: a running one, or a directory that no server uses",
		Long: "Backs up a running server, which goes on meanwhile, or a data directory that no server uses. Everything is in it:\n" +
			"graph, indexes, constraints and settings. LOCATION is " + locationHelp + ";\n" +
			"many backups of one database go to one location, and --incremental sends only what the newest of them lacks.\n" +
			"What was stored is not sent again: after an interruption the same command goes on from there.\n" +
			"memgraphd restore puts a backup back, and memgraphd verify proves one.",
		Args: cobra.NoArgs,
	}, func(cmd *cobra.Command, out *output, _ []string) error {
		ctx, stop := interruptible(cmd.Context())
		defer stop()
		if err := f.check(cmd); err != nil {
			return Usage(err)
		}
		if f.list {
			return runList(ctx, out, &f)
		}
		return runBackup(ctx, out, &f)
	})
	flags := cmd.Flags()
	flags.StringVar(&f.to, "to", "", "location of the backups: "+locationHelp)
	flags.StringVar(&f.directory, "from-directory", "", "data directory to back up; no server may use it")
	flags.BoolVar(&f.incremental, "incremental", false, "send only what the newest backup there lacks")
	flags.IntVar(&f.keep, "keep", 0, "afterwards delete what the newest backups, so many, do not need, as memgraphd prune does; 0 keeps all")
	flags.BoolVar(&f.list, "list", false, "list the backups that are at --to, and take none")
	f.Add(cmd)
	f.add(cmd, keysSeal)
	return cmd
}

// check reports flags that do not go together.
func (f *backupFlags) check(cmd *cobra.Command) error {
	switch {
	case f.to == "":
		return errors.New("--to is missing: " + locationHelp)
	case f.keep < 0 || f.keep > 0 && f.list:
		return errors.New("--keep is a number of backups, and excludes --list")
	case f.directory != "" && (cmd.Flags().Changed("host") || cmd.Flags().Changed("port")):
		return errors.New("--from-directory excludes --host and --port: a server that runs is backed up by its address")
	case f.trustAny && !f.ssl:
		return errors.New("--ssl-trust-any has a meaning with --use-ssl only")
	}
	return nil
}

// source opens what is to be backed up.
func (f *backupFlags) source(ctx context.Context, env Env) (backup.Source, error) {
	if f.directory != "" {
		return backup.OpenDirectory(env.FS, f.directory, env.Now)
	}
	o, err := f.Options(env.FS, "memgraphd-backup/"+env.Version)
	if err != nil {
		return nil, err
	}
	s, err := online.Connect(ctx, o, "memgraphd backup")
	if err != nil {
		if errors.Is(err, client.ErrNoServer) {
			return nil, fmt.Errorf("%w; --from-directory backs up the directory of one that does not run", err)
		}
		return nil, err
	}
	return s, nil
}

// taken is the result of backup, and a line of its list.
type taken struct {
	Location    string            `json:"location,omitempty"`
	ID          string            `json:"id,omitempty"`
	Kind        backup.Kind       `json:"kind,omitempty"`
	Base        string            `json:"base,omitempty"`
	Database    backup.DatabaseID `json:"database"`
	Timeline    uint32            `json:"timeline"`
	Made        time.Time         `json:"made"`
	First       uint64            `json:"first"`
	Last        uint64            `json:"last"`
	LastTime    time.Time         `json:"lastTime"`
	Bytes       int64             `json:"bytes"`
	Objects     int               `json:"objects"`
	SentBytes   int64             `json:"sentBytes"`
	SentObjects int               `json:"sentObjects"`
	Seconds     float64           `json:"seconds"`
	Warnings    []string          `json:"warnings,omitempty"`
	Pruned      *pruned           `json:"pruned,omitempty"`
	Error       string            `json:"error,omitempty"` // why the manifest cannot be read
}

func newTaken(m *backup.Manifest) taken {
	return taken{
		ID: m.ID, Kind: m.Kind, Base: m.Base, Database: m.Database, Timeline: m.Timeline, Made: m.Made,
		First: m.First, Last: m.Last, LastTime: m.LastTime, Bytes: m.Bytes(), Objects: len(m.Objects),
		SentBytes: m.SentBytes, SentObjects: m.SentObjects, Seconds: m.Completed.Sub(m.Made).Seconds(), Warnings: m.Warnings,
	}
}

func runBackup(ctx context.Context, out *output, f *backupFlags) (err error) {
	store, err := f.open(ctx, out.env, f.to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	keys, err := f.sealing(ctx, out.env, store)
	if err != nil {
		return err
	}
	m, err := f.take(ctx, out, store, keys)
	if err != nil {
		if ctx.Err() != nil {
			return errors.New("interrupted: what was stored stays there, and the same command goes on from it")
		}
		return err
	}
	t := newTaken(&m)
	t.Location = store.String()
	if f.keep > 0 {
		t.Pruned, err = prune(ctx, out, store, restore.PruneOptions{Keep: f.keep, Mode: restore.PruneDelete})
		if err != nil {
			return fmt.Errorf("backup %s was taken; deleting those before it failed: %w", m.ID, err)
		}
	}
	return out.result(t, func(w io.Writer) error { return writeTaken(w, &t) })
}

// take takes the backup, and tells how far it is.
func (f *backupFlags) take(ctx context.Context, out *output, store object.Store, keys object.Keys) (m backup.Manifest, err error) {
	source, err := f.source(ctx, out.env)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	reporter := out.reporter()
	defer reporter.Close()
	step := reporter.Step("backup", progress.Bytes, 0)
	m, err = backup.Take(ctx, source, store, backup.Options{
		Incremental: f.incremental,
		Throttle:    f.throttle << 20,
		Seal:        object.SealOptions{Keys: keys, Workers: workersDefault},
		Progress: func(p backup.Progress) {
			step.Note(string(p.Phase))
			step.Set(p.Bytes, p.Total)
		},
		Now: out.env.Now,
	})
	step.Note("")
	step.End(err)
	return m, err
}

// workersDefault is how many goroutines pack, verify and load.
const workersDefault = 4

func writeTaken(w io.Writer, t *taken) error {
	for _, warning := range t.Warnings {
		if _, err := fmt.Fprintf(w, "WARNING: %s\n", warning); err != nil {
			return err
		}
	}
	until := fmt.Sprintf("commit %d", t.Last)
	if !t.LastTime.IsZero() {
		until += " of " + t.LastTime.UTC().Format(time.RFC3339Nano)
	}
	kind := string(t.Kind)
	if t.Base != "" {
		kind += ", goes on from " + t.Base
	}
	err := writeFacts(w, []fact{
		{"backup", t.ID},
		{"kind", kind},
		{"location", t.Location},
		{"database", t.Database.String()},
		{"up to", until},
		{"sent", fmt.Sprintf("%s in %s, in %.1f s", progress.Size(t.SentBytes), counted(t.SentObjects, "object"), t.Seconds)},
		{"whole", fmt.Sprintf("%s in %s", progress.Size(t.Bytes), counted(t.Objects, "object"))},
	})
	if err != nil || t.Pruned == nil {
		return err
	}
	return writePruned(w, t.Pruned)
}

func runList(ctx context.Context, out *output, f *backupFlags) (err error) {
	store, err := f.open(ctx, out.env, f.to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if _, err = backup.ReadRepository(ctx, store); errors.Is(err, object.ErrNotFound) {
		return fmt.Errorf("%s is no repository of backups: it has no object %s", store, backup.RepositoryName)
	} else if err != nil {
		return err
	}
	backups, err := backup.List(ctx, store)
	if err != nil {
		return err
	}
	list := struct {
		Location string  `json:"location"`
		Backups  []taken `json:"backups"`
	}{Location: store.String(), Backups: []taken{}}
	bad := false
	for i := range backups {
		t := newTaken(&backups[i].Manifest)
		if backups[i].Err != nil {
			bad = true
			t = taken{Error: backups[i].Err.Error()}
		}
		list.Backups = append(list.Backups, t)
	}
	if err = out.result(list, func(w io.Writer) error { return writeList(w, list.Backups) }); err != nil {
		return err
	}
	if bad {
		return &StatusError{Status: StatusDamaged}
	}
	return nil
}

func writeList(w io.Writer, list []taken) error {
	for i := range list {
		t := &list[i]
		line := "DAMAGED: " + t.Error
		if t.Error == "" {
			line = fmt.Sprintf("%s  %s  %-11s  up to commit %d of %s, %s", t.Made.UTC().Format(time.RFC3339), t.ID, t.Kind, t.Last,
				t.LastTime.UTC().Format(time.RFC3339), progress.Size(t.Bytes))
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "no backup was completed there")
		return err
	}
	return nil
}
