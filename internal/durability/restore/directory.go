package restore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage/change"
)

// parseTarget reads a moment as an operator writes it: a time of RFC 3339, or the number of a
// commit.
func parseTarget(text string) (Target, error) {
	if commit, err := strconv.ParseUint(text, 10, 64); err == nil && commit > 0 {
		return Target{Commit: change.Index(commit)}, nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || at.UnixMicro() <= 0 {
		return Target{}, fmt.Errorf("%q is neither a time of RFC 3339, such as 2026-11-23T14:05:00Z, nor the number of a commit from 1 on", text)
	}
	return Target{Time: at}, nil
}

// Back takes a data directory back to a moment that its own files hold, those of the former
// generations in .backup/ among them. The caller holds the directory. text is the moment as
// the operator wrote it: where the directory was taken back to the same before, nothing
// happens, and done is false. Where nothing came after it, nothing changes either. From, Keys, Target and Mode of the options have no meaning.
func Back(ctx context.Context, o Options, text string) (r Report, done bool, err error) {
	o.Mode = ModeRestore
	o = o.withDefaults()
	if o.Target, err = parseTarget(text); err != nil {
		return r, false, err
	}
	if _, err = recovery.FinishSwap(o.FS, o.Dir); err != nil {
		return r, false, err
	}
	id, err := recovery.ReadIdentity(o.FS, o.Dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return r, false, &UnreachableError{Where: "data directory " + o.Dir, Reason: "it holds no database"}
	case err != nil:
		return r, false, err
	case id.Recovered == text:
		return r, false, nil
	}
	if err = checkHeld(o.FS, o.Dir); err != nil {
		return r, false, err
	}
	v, err := surveyDirectory(o.FS, o.Dir, id)
	if err != nil {
		return r, false, err
	}
	o.Target.Timeline = id.Timeline
	j := newJob(o, v)
	if err = j.checkRoom(ctx); err != nil {
		return r, false, err
	}
	err = j.beside(ctx, func(g *recovery.Generation) error {
		if !j.report.Exact {
			id.Recovered = text // nothing came later: the directory stays as it is
			return errors.Join(recovery.WriteIdentity(o.FS, o.Dir, id), g.Discard())
		}
		return j.write(ctx, g, "a start that was to go back to "+text, text)
	})
	j.report.Took = o.Now().Sub(j.began)
	return j.report, err == nil, errors.Join(err, j.close())
}

// surveyDirectory lists a data directory and the former generations that it keeps.
func surveyDirectory(fsys vfs.FS, dir string, id recovery.Identity) (*inventory, error) {
	v := newInventory("data directory " + dir)
	v.database = id.Database
	if err := v.addGeneration(fsys, dir, id); err != nil {
		return nil, err
	}
	kept := filepath.Join(dir, recovery.BackupName)
	names, err := fsys.List(kept)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	for _, name := range names {
		folder := filepath.Join(kept, name)
		former, err := recovery.ReadIdentity(fsys, folder)
		if err != nil || former.Database != id.Database {
			continue // another's, or without a name: nothing that is needed can be proved with it
		}
		if err := v.addGeneration(fsys, folder, former); err != nil {
			return nil, err
		}
	}
	v.sort()
	return v, nil
}

// addGeneration lists the snapshots and the log of one generation.
func (v *inventory) addGeneration(fsys vfs.FS, dir string, id recovery.Identity) error {
	if _, known := v.branches[id.Timeline]; !known {
		v.branches[id.Timeline] = branch{parent: id.Parent, forked: id.Forked}
	}
	if err := v.addImages(fsys, filepath.Join(dir, recovery.SnapshotsName)); err != nil {
		return err
	}
	folder := filepath.Join(dir, recovery.LogName)
	names, err := fsys.List(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("data directory: %w", err)
	}
	for _, name := range names {
		stem, ok := strings.CutSuffix(name, ".wal")
		first, err := strconv.ParseUint(stem, 10, 64)
		if !ok || err != nil {
			continue
		}
		log := v.logs[id.Timeline]
		if slices.ContainsFunc(log, func(s segment) bool { return s.first == first }) {
			continue // that of the newer generation
		}
		path := filepath.Join(folder, name)
		info, err := fsys.Stat(path)
		if err != nil {
			return fmt.Errorf("data directory: %w", err)
		}
		v.logs[id.Timeline] = append(log, segment{first: first, path: path, size: info.Size})
	}
	return nil
}

// addImages lists the snapshots of a folder; one that cannot be opened is none.
func (v *inventory) addImages(fsys vfs.FS, folder string) error {
	names, err := fsys.List(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("data directory: %w", err)
	}
	for _, name := range names {
		index, _, ok := snapshot.ParseName(name)
		if !ok {
			continue
		}
		path := filepath.Join(folder, name)
		f, err := snapshot.Open(fsys, path)
		if _, damaged := errors.AsType[*snapshot.DamagedError](err); damaged {
			continue
		}
		if err != nil {
			return fmt.Errorf("data directory: %w", err)
		}
		h := f.Header()
		v.images = append(v.images, image{
			timeline: h.Timeline, index: index, before: time.UnixMicro(h.Wall).UTC(), name: path, bytes: f.Bytes(),
		})
		if err := f.Close(); err != nil {
			return fmt.Errorf("data directory: %w", err)
		}
	}
	return nil
}
