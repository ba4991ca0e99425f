package recovery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"go.uber.org/zap"

	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/memory"
)

// AcceptFlag is the flag by which an operator gives up what cannot be had any more.
const AcceptFlag = "--storage-accept-loss-after"

// Loss is the last good point of a directory that was refused, and what stands behind it.
type Loss struct {
	// After is the newest commit up to which nothing is missing. It is what the operator
	// has to name.
	After change.Index
	// Dropped are the commits after it that are, or may have been, there; empty where
	// every commit can be had.
	Dropped []Dropped
	// Cause is why the directory was refused.
	Cause error

	identity Identity
	// identityOnly means that nothing but the identity is missing.
	identityOnly bool
}

// Dropped is a run of commits that are given up.
type Dropped struct {
	First  change.Index
	Last   change.Index // 0: nobody knows
	File   string       // that they are, or were, in
	Reason string
}

// String names the commits.
func (d Dropped) String() string {
	switch d.Last {
	case 0:
		return fmt.Sprintf("commits from %d on", d.First)
	case d.First:
		return fmt.Sprintf("commit %d", d.First)
	}
	return fmt.Sprintf("commits %d to %d", d.First, d.Last)
}

// Until returns the newest commit that is known to be given up; 0 where none is, or nobody
// knows which is the last.
func (l *Loss) Until() change.Index {
	var last change.Index
	for _, d := range l.Dropped {
		if d.Last == 0 {
			return 0
		}
		last = max(last, d.Last)
	}
	return last
}

// Describe says in words what is given up.
func (l *Loss) Describe() string {
	switch until := l.Until(); {
	case len(l.Dropped) == 0:
		return "no commit"
	case until == 0:
		return fmt.Sprintf("every commit after %d, nobody knows how many", l.After)
	default:
		return Dropped{First: l.After + 1, Last: until}.String()
	}
}

// offer is the end of the message of a refused start.
func (l *Loss) offer() string {
	flag := fmt.Sprintf("%s=%d", AcceptFlag, l.After)
	if l.identityOnly {
		return fmt.Sprintf("start once with %s to have the identity made anew from the files beside it, which are whole up to commit %d "+
			"and agree with each other", flag, l.After)
	}
	return fmt.Sprintf("start once with %s to go on with commit %d and give up %s; the files are kept in %s/",
		flag, l.After, l.Describe(), BackupName)
}

// salvageable tells whether a cause says that something is gone, rather than that it is
// another's, newer, not allowed to be read, or too large for the memory.
func salvageable(cause error) bool {
	var (
		damagedLog      *wal.DamageError
		damagedSnapshot *snapshot.DamagedError
		gap             *GapError
		rolledBack      *RolledBackError
		identity        *IdentityError
		commit          *CommitError
		newer           *NewerFormatError
		limit           *memory.LimitError
	)
	if errors.As(cause, &newer) || errors.As(cause, &limit) || errors.Is(cause, fs.ErrPermission) {
		return false
	}
	return errors.As(cause, &damagedLog) || errors.As(cause, &damagedSnapshot) || errors.As(cause, &gap) ||
		errors.As(cause, &rolledBack) || errors.As(cause, &identity) || errors.As(cause, &commit) || isReadFailure(cause)
}

// assess finds the last good point of a directory that was refused. nil: there is none, or
// finding it failed.
func (r *run) assess(ctx context.Context, found contents, cause error) *Loss {
	if !salvageable(cause) {
		return nil
	}
	loss := &Loss{Cause: cause, identity: r.out.Identity}
	if _, lost := errors.AsType[*IdentityError](cause); lost {
		id, ok := r.reconstruct(found)
		if !ok {
			return nil
		}
		r.out.Identity, loss.identity, loss.identityOnly = id, id, true
	}
	if loss.identity.Database == [16]byte{} {
		return nil
	}
	if !r.loaded && !r.findGood(ctx, found) {
		return nil
	}
	got, err := wal.Salvage(r.logOptions(), uint64(r.good)+1, func(rec wal.Record) error {
		loss.identity.Timeline = max(loss.identity.Timeline, rec.Timeline)
		return ctx.Err()
	})
	if err != nil {
		r.o.Log.Warn("the last good point of the log could not be found", zap.Error(err))
		return nil
	}
	loss.After = change.Index(got.Last)
	if commit, ok := errors.AsType[*CommitError](cause); ok {
		loss.After = commit.Index - 1
		loss.Dropped = append(loss.Dropped, Dropped{
			First: commit.Index, Last: change.Index(got.Last), File: filepath.Join(r.o.Dir, LogName), Reason: commit.Error(),
		})
	}
	for _, lost := range got.Lost {
		loss.Dropped = append(loss.Dropped, Dropped{
			First: change.Index(lost.First), Last: change.Index(lost.Last), File: lost.File, Reason: lost.Reason,
		})
	}
	r.addUnlogged(loss, found)
	slices.SortStableFunc(loss.Dropped, func(a, b Dropped) int { return cmp.Compare(a.First, b.First) })
	loss.identityOnly = loss.identityOnly && got.Problem == nil && len(loss.Dropped) == 0
	return loss
}

// addUnlogged adds what is known to be missing though no file of the log says so.
func (r *run) addUnlogged(loss *Loss, found contents) {
	for _, b := range r.bad {
		if b.index > loss.After {
			loss.Dropped = append(loss.Dropped, Dropped{First: loss.After + 1, Last: b.index, File: b.path, Reason: b.err.Error()})
		}
	}
	switch id := r.out.Identity; {
	case id.Log && found.segments == 0:
		loss.Dropped = append(loss.Dropped, Dropped{First: loss.After + 1, File: filepath.Join(r.o.Dir, LogName), Reason: "the log is missing"})
	case id.Reached > loss.After:
		loss.Dropped = append(loss.Dropped, Dropped{
			First: loss.After + 1, Last: id.Reached, File: filepath.Join(r.o.Dir, LogName), Reason: "the log has held them, and ends before them",
		})
	}
}

// findGood looks for the newest snapshot that verifies, without loading it.
func (r *run) findGood(ctx context.Context, found contents) bool {
	r.bad = nil
	for _, name := range found.snapshots {
		path := filepath.Join(r.o.Dir, SnapshotsName, name)
		index, _, _ := snapshot.ParseName(name)
		f, err := r.verify(ctx, path, index)
		if err == nil {
			err = f.Close()
		}
		if err == nil {
			r.good = index
			return true
		}
		if _, damaged := errors.AsType[*snapshot.DamagedError](err); !damaged {
			return false
		}
		r.bad = append(r.bad, badSnapshot{path, index, err})
	}
	return true
}

// reconstruct takes the identity from the files that carry it. They must all agree.
func (r *run) reconstruct(found contents) (Identity, bool) {
	databases, err := wal.Databases(r.logOptions())
	if err != nil {
		return Identity{}, false
	}
	id := Identity{Created: r.started.UTC(), Timeline: 1, Log: found.segments > 0}
	for _, name := range found.snapshots {
		f, err := snapshot.Open(r.o.FS, filepath.Join(r.o.Dir, SnapshotsName, name))
		if _, damaged := errors.AsType[*snapshot.DamagedError](err); damaged {
			continue
		}
		if err != nil {
			return Identity{}, false
		}
		h := f.Header()
		if err := f.Close(); err != nil {
			return Identity{}, false
		}
		id.Timeline = max(id.Timeline, h.Timeline)
		if !slices.Contains(databases, h.Database) {
			databases = append(databases, h.Database)
		}
	}
	if len(databases) != 1 {
		return Identity{}, false
	}
	id.Database = databases[0]
	return id, true
}
