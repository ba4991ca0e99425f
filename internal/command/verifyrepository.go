package command

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"memgraphd/internal/command/progress"
	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/inspect"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/restore"
	"memgraphd/internal/durability/vfs"
)

// isRepository tells whether a location is that of a repository rather than a data
// directory or a file of one.
func isRepository(env Env, location string) (bool, error) {
	if strings.Contains(location, "://") || strings.HasSuffix(location, object.ArchiveSuffix) {
		return true, nil
	}
	info, err := env.FS.Stat(location)
	if errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("there is no %s; name the data directory of a server, as its --data-directory has it, or the place of backups", location)
	}
	if err != nil || !info.Dir && !info.Link {
		return false, err
	}
	return vfs.Exists(env.FS, filepath.Join(location, backup.RepositoryName))
}

// verifyRepository reads and proves every object of a repository and, if that is asked
// for, restores its newest moment in memory.
func verifyRepository(ctx context.Context, out *output, f verifyFlags, location string, reporter *progress.Reporter) (v inspect.Verdict, err error) {
	started := out.env.Now()
	v = inspect.Verdict{Location: location, Findings: []inspect.Finding{}}
	s, err := f.store.open(ctx, out.env, location)
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	keys, err := f.store.reading(ctx, out.env, s)
	if err != nil {
		return v, err
	}
	step := reporter.Step("checking every object", progress.Bytes, 0)
	report, err := backup.Check(ctx, s, backup.CheckOptions{Keys: keys, Progress: func(p backup.CheckProgress) {
		step.Set(p.Bytes, p.Total)
	}})
	step.End(err)
	if err != nil {
		return v, err
	}
	addReport(&v, &report)
	if f.restore {
		if err := proveRestore(ctx, out, f, s, keys, reporter, &v); err != nil {
			return v, err
		}
	}
	v.Took = out.env.Now().Sub(started)
	v.Seconds = v.Took.Seconds()
	return v, nil
}

// addReport puts what a check has found into a verdict.
func addReport(v *inspect.Verdict, report *backup.CheckReport) {
	v.Database, v.Files, v.Bytes = report.Database.String(), report.Objects, report.Bytes
	for _, finding := range report.Findings {
		severity := inspect.Damaged
		text := fmt.Sprintf("%s: %s", finding.Fault, finding.Reason)
		if len(finding.Backups) > 0 || finding.Fault == backup.FaultGap {
			severity = inspect.Lost
		}
		if len(finding.Backups) > 0 {
			text += "; it is needed by the backups " + strings.Join(finding.Backups, ", ")
		}
		v.Add(severity, finding.Object, "%s", text)
	}
	if report.Unopened > 0 {
		v.Add(inspect.Warned, "", "%d encrypted objects were proved by their digests only: --key-file or --passphrase-file opens them", report.Unopened)
	}
	for _, b := range report.Backups {
		if b.Good {
			v.LastCommit = max(v.LastCommit, b.Last)
		}
	}
	for _, t := range report.Timelines {
		v.Timeline = max(v.Timeline, t.Timeline)
	}
}

// proveRestore restores the newest moment of a repository in memory.
func proveRestore(
	ctx context.Context, out *output, f verifyFlags, s object.Store, keys object.Keys, reporter *progress.Reporter, v *inspect.Verdict,
) error {
	report, err := restore.Run(ctx, restore.Options{
		From: s, Keys: keys, Mode: restore.ModeProve, FS: out.env.FS, TempDir: f.temp, NewStore: newStore, Workers: workers,
		Now: out.env.Now, Progress: func() func(restore.Progress) {
			hear := tell(reporter)
			return func(p restore.Progress) {
				hear(inspect.Progress{What: "trial restore: " + string(p.Phase), Done: p.Bytes, Total: p.Total})
			}
		}(),
	})
	if err != nil && ctx.Err() == nil && v.Severity >= inspect.Damaged {
		v.Add(inspect.Lost, "", "the newest moment cannot be restored: %v", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("trial restore: %w", err)
	}
	for _, p := range report.Problems {
		v.Add(inspect.Damaged, p.Object, "the trial restore passed it over: %v", p.Err)
	}
	for _, missing := range report.Missing {
		v.Add(inspect.Warned, "", "%s", missing)
	}
	v.Database, v.Timeline, v.LastCommit = hex.EncodeToString(report.Database[:]), report.Timeline, uint64(report.Commit)
	v.Restored, v.Nodes, v.Relationships = true, uint64(report.Nodes), uint64(report.Edges)
	if !report.Time.IsZero() {
		v.LastTime = &report.Time
	}
	return nil
}
