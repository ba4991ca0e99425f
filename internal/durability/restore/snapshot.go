package restore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/vfs"
)

// Beside is a database that was made of one snapshot beside the one in a data directory. It
// takes its place by Complete, or goes by Discard.
type Beside struct {
	j    *job
	g    *recovery.Generation
	id   recovery.Identity
	what string
}

// FromSnapshot proves and loads a snapshot file, of this database or another, and writes it as
// the beginning of a new timeline beside the database whose identity is id. fetch puts the
// file into a folder, or says where it is; one that is sealed is opened. The caller holds the
// directory. From and Target of the options have no meaning.
func FromSnapshot(
	ctx context.Context, o Options, id recovery.Identity, what string, fetch func(ctx context.Context, temp string) (path string, err error),
) (b *Beside, err error) {
	o = o.withDefaults()
	v := newInventory(what)
	j := newJob(o, v)
	g, err := recovery.NewGeneration(o.FS, o.Dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.Discard())
		}
	}()
	j.temp = g.Temp()
	path, err := fetch(ctx, j.temp)
	if err != nil {
		return nil, err
	}
	if err = j.roomBeside(path); err != nil {
		return nil, err
	}
	if path, err = j.unsealed(ctx, path); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, j.close()) }()
	next, err := j.loadAny(ctx, path, id)
	if err != nil {
		return nil, err
	}
	if err := j.image(ctx, g, next); err != nil {
		return nil, err
	}
	j.report.Took = o.Now().Sub(j.began)
	return &Beside{j: j, g: g, id: next, what: what}, nil
}

// loadAny loads a snapshot, and returns the identity with which the database goes on.
func (j *job) loadAny(ctx context.Context, path string, id recovery.Identity) (next recovery.Identity, err error) {
	j.store = j.o.NewStore()
	rb := recovery.NewRebuild(recovery.Options{Store: j.store, Workers: j.o.Workers, Now: j.o.Now, Log: j.o.Log, Progress: j.recovered})
	f, err := rb.Verify(ctx, j.o.FS, path)
	if err != nil {
		return next, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := rb.Load(ctx, f); err != nil {
		return next, err
	}
	h := f.Header()
	next = id.Next(0, h.Index)
	next.Parent = 0
	if h.Database == id.Database && h.Timeline <= id.Timeline {
		next.Parent = h.Timeline
	}
	r := &j.report
	r.Database, r.Timeline, r.NewTimeline = id.Database, h.Timeline, next.Timeline
	r.Commit, r.Index, r.Time = h.Index, uint64(h.Index), time.UnixMicro(h.Wall).UTC()
	r.Exact, r.Nodes, r.Edges = true, j.store.NodeCount(), j.store.EdgeCount()
	return next, nil
}

// sealedMagic is how a sealed object begins.
const sealedMagic = "MGDOBJ\x00\x00"

// unsealed returns the path of a snapshot, opened if it is a sealed object.
func (j *job) unsealed(ctx context.Context, path string) (opened string, err error) {
	src, err := j.o.FS.Open(path)
	if err != nil {
		return "", fmt.Errorf("snapshot: %w", err)
	}
	magic := make([]byte, len(sealedMagic))
	if err = vfs.ReadFullAt(src, magic, 0); err != nil || string(magic) != sealedMagic {
		return path, src.Close()
	}
	r, err := object.NewReader(src, "the snapshot", j.o.Keys)
	if err != nil {
		return "", errors.Join(err, src.Close())
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	opened = filepath.Join(j.temp, "unsealed")
	f, err := j.o.FS.Create(opened)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(f, &counted{ctx: ctx, r: r, hear: func(n int64) { j.tell(Progress{Phase: PhaseFetch, Bytes: n}) }})
	return opened, errors.Join(err, f.Close())
}

// Report says what was made.
func (b *Beside) Report() Report { return b.j.report }

// Complete makes it the database of the directory: recovery.FinishSwap, or the next start,
// puts it in place, whatever happens meanwhile.
func (b *Beside) Complete() (Report, error) {
	now, r := b.j.o.Now(), &b.j.report
	why := fmt.Sprintf("These files were replaced at %s by %s.\nThe database went on with commit %d, on timeline %d.\n"+
		"They are as they were, and the server never removes them.\n", now.UTC().Format(time.RFC3339), b.what, r.Commit, r.NewTimeline)
	keptIn, err := b.g.Complete(b.id, why, now)
	r.KeptIn = keptIn
	return *r, err
}

// Discard removes it, if it was not completed.
func (b *Beside) Discard() error { return b.g.Discard() }
