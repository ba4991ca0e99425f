package inspect

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/retention"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/memory"
)

// Severity says how bad something is.
type Severity uint8

// The severities, from good to bad.
const (
	Good    Severity = iota // nothing is wrong
	Warned                  // every commit can be had; there is something to know
	Damaged                 // something is damaged; every commit can be had all the same
	Lost                    // commits are lost
)

// String is the severity in a word.
func (s Severity) String() string {
	switch s {
	case Good:
		return "good"
	case Warned:
		return "warning"
	case Damaged:
		return "damaged"
	case Lost:
		return "lost"
	}
	return fmt.Sprintf("severity %d", uint8(s))
}

// MarshalText implements encoding.TextMarshaler.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Finding is one thing that is not as it should be.
type Finding struct {
	Severity Severity `json:"severity"`
	File     string   `json:"file,omitempty"`
	Text     string   `json:"text"`
}

// Verdict is what a verification has found.
type Verdict struct {
	Location string    `json:"location"`
	Severity Severity  `json:"severity"`
	Findings []Finding `json:"findings"`

	Database string `json:"database,omitempty"`
	Timeline uint32 `json:"timeline,omitempty"`
	Files    int    `json:"files"` // that were read, or objects
	Bytes    int64  `json:"bytes"` // of them
	// LastCommit is the newest one that can be had without a gap, LostCommits what is
	// known to stand behind it.
	LastCommit  uint64     `json:"last_commit"`
	LastTime    *time.Time `json:"last_time,omitempty"`
	LostCommits []Lapse    `json:"lost_commits,omitempty"`
	// Running means that a server uses the directory, so that its files were read while
	// it changed them.
	Running bool `json:"running,omitempty"`
	// Restored means that the graph was rebuilt in memory, from every file a start needs,
	// and checked. Only then Nodes and Relationships are counted at LastCommit.
	Restored      bool          `json:"restored"`
	Nodes         uint64        `json:"nodes,omitempty"`
	Relationships uint64        `json:"relationships,omitempty"`
	Took          time.Duration `json:"-"`
	Seconds       float64       `json:"took_sec"`
}

// Lapse is a run of commits that are lost.
type Lapse struct {
	First  uint64 `json:"first"`
	Last   uint64 `json:"last,omitempty"` // 0: nobody knows
	File   string `json:"file"`
	Reason string `json:"reason"`
}

// Add adds a finding.
func (v *Verdict) Add(s Severity, file, format string, args ...any) {
	v.Findings = append(v.Findings, Finding{s, file, fmt.Sprintf(format, args...)})
	v.Severity = max(v.Severity, s)
}

// Options say what to verify, and how.
type Options struct {
	FS      vfs.FS
	Dir     string
	Workers int
	Now     func() time.Time
	// NewStore makes an empty store for a trial of a start; nil: there is no trial.
	NewStore func() *storage.Store
	// Progress hears of each file of how many bytes that is being read; nil is allowed.
	Progress func(Progress)
}

// Progress says how far a verification is.
type Progress struct {
	What  string // that is being done
	Done  int64  // bytes
	Total int64
}

func (o *Options) progress(p Progress) {
	if o.Progress != nil {
		o.Progress(p)
	}
}

// Verify reads all files of a data directory, proves every checksum and the chain through
// the log, and says what a start would make of them. It changes nothing but the lock that
// it holds meanwhile. The error is why it could not be done: files of a newer version or
// of somebody else, no database, a file that may not be read.
//
// While a server uses the directory its files are read one by one: what it removes or
// still writes meanwhile is no damage, and no trial of a start is possible.
func Verify(ctx context.Context, o Options) (v Verdict, err error) {
	started := o.Now()
	v = Verdict{Location: o.Dir, Findings: []Finding{}}
	defer func() {
		v.Took = o.Now().Sub(started)
		v.Seconds = v.Took.Seconds()
	}()
	files, err := Directory(o.FS, o.Dir)
	if err != nil {
		return v, err
	}
	if len(files) == 0 {
		return v, &recovery.NoDatabaseError{Dir: o.Dir}
	}
	lock, err := Hold(o.FS, o.Dir)
	switch {
	case errors.Is(err, vfs.ErrLocked):
		v.Running = true
		if o.NewStore != nil {
			return v, fmt.Errorf("%w; a trial of a start needs the directory at rest: stop the server, or try a copy or a backup", err)
		}
		return v, v.running(ctx, &o, files)
	case err != nil:
		return v, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	return v, v.atRest(ctx, &o, files)
}

// atRest verifies a directory that nobody uses.
func (v *Verdict) atRest(ctx context.Context, o *Options, files []string) error {
	// The trial reads and proves the newest snapshot itself.
	newest := ""
	var store *storage.Store
	if o.NewStore != nil {
		store, newest = o.NewStore(), newestSnapshot(files)
	}
	if err := v.snapshots(ctx, o, slices.DeleteFunc(slices.Clone(files), func(name string) bool { return name == newest })); err != nil {
		return err
	}
	result, err := recovery.Trial(ctx, recovery.Options{
		FS: o.FS, Dir: o.Dir, Store: store, Workers: o.Workers, Now: o.Now, Progress: func(p recovery.Progress) {
			o.progress(Progress{What: step(p.Phase), Done: p.Bytes, Total: p.Total})
		},
	})
	if store != nil {
		defer func() { _ = store.Close() }() // nothing of it is kept
	}
	if newest != "" && (err != nil || result.Report.Snapshot.Path != newest) {
		// It could not be used, or it was not come to: it is looked at by itself.
		if failed := v.snapshots(ctx, o, []string{newest}); failed != nil {
			return failed
		}
		newest = ""
	}
	if err != nil {
		return v.refused(ctx, o, files, err)
	}
	if newest != "" {
		v.Files++
		v.Bytes += result.Report.Snapshot.Bytes
	}
	v.Database, v.Timeline = hex.EncodeToString(result.Identity.Database[:]), result.Identity.Timeline
	v.LastCommit = uint64(result.Report.Last)
	for _, s := range result.End.Segments {
		v.Files++
		v.Bytes += s.Bytes
	}
	if tail := result.Report.Tail; tail != nil {
		v.Add(Warned, tail.File, "%s; nothing of it was acknowledged, a start cuts it", tail)
	}
	if store == nil {
		return nil
	}
	v.Restored, v.Nodes, v.Relationships = true, uint64(store.NodeCount()), uint64(store.EdgeCount())
	if err := store.Check(); err != nil {
		v.Add(Damaged, "", "the graph was rebuilt and contradicts itself: %v", err)
	}
	return nil
}

// newestSnapshot returns the one that a start looks at first, or "".
func newestSnapshot(files []string) string {
	var newest string
	for _, name := range files {
		if _, _, ok := snapshot.ParseName(filepath.Base(name)); ok && !inQuarantine(name) && filepath.Base(name) > filepath.Base(newest) {
			newest = name
		}
	}
	return newest
}

// step is a phase of a start in words.
func step(p recovery.Phase) string {
	switch p {
	case recovery.PhaseVerify:
		return "checking the newest snapshot"
	case recovery.PhaseSnapshot:
		return "loading the newest snapshot"
	case recovery.PhaseLog:
		return "reading the log"
	}
	return string(p)
}

// snapshots verifies every snapshot, those in quarantine too.
func (v *Verdict) snapshots(ctx context.Context, o *Options, files []string) error {
	var total, done int64
	for _, name := range files {
		if filepath.Ext(name) == snapshot.Suffix {
			total += size(o.FS, name)
		}
	}
	for _, name := range files {
		if filepath.Ext(name) != snapshot.Suffix {
			continue
		}
		if inQuarantine(name) {
			v.quarantined(name)
			continue
		}
		o.progress(Progress{What: "checking " + filepath.Base(name), Done: done, Total: total})
		f, err := Describe(ctx, o.FS, name)
		if err != nil {
			return err
		}
		done += f.Bytes
		v.Files++
		v.Bytes += f.Bytes
		index, _, named := snapshot.ParseName(filepath.Base(name))
		switch {
		case f.Damage != "":
			v.Add(Damaged, name, "%s", f.Damage)
		case named && uint64(index) != f.LastCommit:
			v.Add(Damaged, name, "its name says commit %d, and it holds commit %d: it is another snapshot under this name", index, f.LastCommit)
		}
	}
	return nil
}

// quarantined notes a snapshot that a start has moved away.
func (v *Verdict) quarantined(name string) {
	v.Add(Warned, name, "a snapshot that was found damaged and moved away; nothing reads it, and it may be deleted")
}

// refused says what is wrong with a directory that a start would refuse.
func (v *Verdict) refused(ctx context.Context, o *Options, files []string, cause error) error {
	refused, ok := errors.AsType[*recovery.RefusedError](cause)
	if !ok || !isLoss(refused.Err) {
		return cause
	}
	if err := v.segments(ctx, o, files); err != nil {
		return err
	}
	if refused.Loss == nil {
		v.Add(Lost, "", "%v", refused.Err)
		return nil
	}
	v.LastCommit = uint64(refused.Loss.After)
	for _, d := range refused.Loss.Dropped {
		v.LostCommits = append(v.LostCommits, Lapse{First: uint64(d.First), Last: uint64(d.Last), File: d.File, Reason: d.Reason})
	}
	if len(v.LostCommits) == 0 {
		v.Add(Damaged, "", "%v", refused)
		return nil
	}
	v.Add(Lost, "", "%v", refused)
	return nil
}

// segments names every segment that is damaged by itself; what is wrong between them is in
// the reason of the refusal.
func (v *Verdict) segments(ctx context.Context, o *Options, files []string) error {
	for _, name := range files {
		if filepath.Ext(name) != segmentSuffix {
			continue
		}
		o.progress(Progress{What: "checking " + filepath.Base(name)})
		f, err := Describe(ctx, o.FS, name)
		if err != nil {
			return err
		}
		v.Files++
		v.Bytes += f.Bytes
		if f.Damage != "" {
			v.Add(Damaged, name, "%s", f.Damage)
		}
	}
	return nil
}

// isLoss tells whether a refusal says that something is gone or damaged, rather than
// that it is another's, newer, not allowed, or too large.
func isLoss(err error) bool {
	var (
		newer   *recovery.NewerFormatError
		foreign *recovery.ForeignFilesError
		limit   *memory.LimitError
		kind    *recovery.WrongKindError
	)
	return !errors.As(err, &newer) && !errors.As(err, &foreign) && !errors.As(err, &limit) && !errors.As(err, &kind) &&
		!errors.Is(err, fs.ErrPermission)
}

func inQuarantine(name string) bool {
	return filepath.Base(filepath.Dir(name)) == retention.QuarantineName
}

func size(fsys vfs.FS, name string) int64 {
	info, err := fsys.Stat(name)
	if err != nil {
		return 0
	}
	return info.Size
}

// String names the commits.
func (l Lapse) String() string {
	return recovery.Dropped{First: change.Index(l.First), Last: change.Index(l.Last)}.String()
}
