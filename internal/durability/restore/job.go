package restore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage"
)

// job is one restore, or the part of it that is the same wherever the files are.
type job struct {
	o      Options
	v      *inventory
	target Target
	temp   string // folder for what is fetched
	open   opener

	began  time.Time
	report Report
	store  *storage.Store // nil until a snapshot is loaded

	told       sync.Mutex // guards what follows, and is held while Progress hears
	phase      Phase
	phaseBegan time.Time
}

func newJob(o Options, v *inventory) *job {
	j := &job{o: o, v: v, target: o.Target, began: o.Now()}
	if j.target.Timeline == 0 {
		j.target.Timeline = v.timeline()
	}
	j.report.Database = v.database
	return j
}

// timeline is the newest that leads anywhere.
func (v *inventory) timeline() uint32 {
	newest := v.newest()
	if v.branches[newest].parent == 0 {
		return v.newestWithData()
	}
	return newest
}

// tell hands progress on, with its times.
func (j *job) tell(p Progress) {
	if j.o.Progress == nil {
		return
	}
	j.told.Lock()
	defer j.told.Unlock()
	now := j.o.Now()
	if p.Phase != j.phase {
		j.phase, j.phaseBegan = p.Phase, now
	}
	p.Elapsed, p.InPhase = now.Sub(j.began), now.Sub(j.phaseBegan)
	j.o.Progress(p)
}

// recovered hands the progress of package recovery on.
func (j *job) recovered(p recovery.Progress) {
	phase := PhaseLog
	switch p.Phase {
	case recovery.PhaseVerify:
		phase = PhaseVerify
	case recovery.PhaseSnapshot:
		phase = PhaseLoad
	case recovery.PhaseLog:
	}
	j.tell(Progress{Phase: phase, Bytes: p.Bytes, Total: p.Total, Commits: p.Commits})
}

// plan fills the report with what would be read.
func (j *job) plan(w way) {
	r := &j.report
	r.Snapshot = Piece{Name: w.image.name, Bytes: w.image.bytes}
	r.Index, r.Commit, r.Time = uint64(w.image.index), w.image.index, w.image.before
	r.Bytes = w.image.bytes
	for _, l := range w.legs {
		r.Timeline = l.timeline
		for i := range l.segments {
			pieces, _ := l.segments[i].cover()
			for _, p := range pieces {
				r.Pieces = append(r.Pieces, Piece{Name: p.name, Bytes: p.bytes})
				r.Bytes += p.bytes
			}
		}
		if l.until > 0 {
			r.Commit = max(r.Commit, l.until)
		}
	}
}

// rebuild brings a new store to the target.
func (j *job) rebuild(ctx context.Context) error {
	ways, err := j.v.ways(j.target)
	if err != nil {
		return err
	}
	for _, w := range ways {
		if late, err := j.tooLate(ctx, w.image); err != nil || late {
			if err != nil {
				return j.blame(err)
			}
			continue
		}
		if err := w.gaps(j.v.where); err != nil {
			return j.blame(err)
		}
		j.store = j.o.NewStore()
		rb := recovery.NewRebuild(recovery.Options{
			Store: j.store, Workers: j.o.Workers, Now: j.o.Now, Log: j.o.Log, Progress: j.recovered,
		})
		bad, err := j.begin(ctx, rb, w.image)
		if err != nil {
			return j.blame(err)
		}
		if bad == nil {
			return j.replay(ctx, rb, w)
		}
		j.report.Problems = append(j.report.Problems, Problem{Object: w.image.name, Err: bad})
		if err := j.close(); err != nil {
			return err
		}
	}
	if len(j.report.Problems) == 0 {
		return j.v.onlyLater(j.target)
	}
	return j.blame(&UnreachableError{Where: j.v.where, Reason: "no snapshot that leads there can be used"})
}

// blame adds the objects that could not be used to an error that might not have come up with
// them.
func (j *job) blame(err error) error {
	for _, p := range j.report.Problems {
		err = fmt.Errorf("%w (%s cannot be used: %w)", err, p.Object, p.Err)
	}
	return err
}

// close gives the store back.
func (j *job) close() error {
	if j.store == nil {
		return nil
	}
	err := j.store.Close()
	j.store = nil
	return err
}

// begin loads a snapshot. bad says why another one has to be tried.
func (j *job) begin(ctx context.Context, rb *recovery.Rebuild, img image) (bad, err error) {
	if img.name == "" {
		return nil, nil
	}
	path, err := j.fetch(ctx, img)
	if err != nil {
		_, own := errors.AsType[*tempError](err)
		if own || ctx.Err() != nil {
			return nil, err
		}
		return err, nil
	}
	if path != img.name {
		defer func() { err = errors.Join(err, j.o.FS.Remove(path)) }()
	}
	f, err := rb.Verify(ctx, j.o.FS, path)
	if _, damaged := errors.AsType[*snapshot.DamagedError](err); damaged {
		return err, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	switch h := f.Header(); {
	case h.Database != j.v.database:
		return errors.New("it belongs to another database"), nil
	case h.Index != img.index, h.Timeline > img.timeline:
		return fmt.Errorf("it holds commit %d of timeline %d: it was put in the place of another", h.Index, h.Timeline), nil
	}
	if err := rb.Load(ctx, f); err != nil {
		return nil, fmt.Errorf("load of snapshot %s, whose checksums are good: %w", img.name, err)
	}
	j.report.Snapshot, j.report.Index = Piece{Name: img.name, Bytes: img.bytes}, uint64(img.index)
	j.report.Time = time.UnixMicro(f.Header().Wall).UTC()
	j.report.Bytes += img.bytes
	return nil, nil
}

// fetch brings a snapshot to a file.
func (j *job) fetch(ctx context.Context, img image) (path string, err error) {
	if j.open == nil {
		return img.name, nil
	}
	temp := filepath.Join(j.temp, "snapshot")
	f, err := j.o.FS.Create(temp)
	if err != nil {
		return "", &tempError{err}
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), j.o.FS.Remove(temp))
		} else {
			err = f.Close()
		}
	}()
	r, err := j.open(ctx, img.name)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	_, err = io.Copy(&tempWriter{io.NewOffsetWriter(f, 0)}, &counted{ctx: ctx, r: r, hear: func(n int64) { j.tell(Progress{Phase: PhaseFetch, Bytes: n}) }})
	return temp, err
}

// counted reads on while a context lives, and tells how much.
type counted struct {
	ctx  context.Context
	r    io.Reader
	hear func(int64)
	n    int64
	said int64
}

// tellBytes is how much is read between two words about it.
const tellBytes = 4 << 20

// Read reads.
func (c *counted) Read(p []byte) (int, error) {
	if err := context.Cause(c.ctx); err != nil {
		return 0, err
	}
	n, err := c.r.Read(p)
	c.n += int64(n)
	if c.n >= c.said+tellBytes {
		c.said = c.n
		c.hear(c.n)
	}
	return n, err
}

// replay applies the log of each timeline in turn.
func (j *job) replay(ctx context.Context, rb *recovery.Rebuild, w way) error {
	r := &j.report
	stop := recovery.Stop{}
	if !j.target.Time.IsZero() {
		stop.Wall = j.target.Time.UnixMicro()
	}
	late := false
	for _, l := range w.legs {
		r.Timeline = l.timeline
		stop.Commit = l.until
		got, err := j.replayLeg(ctx, rb, l, stop)
		r.Replayed += got.Commits
		if got.Wall != 0 {
			r.Time = time.UnixMicro(got.Wall).UTC()
		}
		r.Commit = j.store.LastCommitted()
		if err == nil && !got.Late && r.Commit < l.until {
			err = fmt.Errorf("the log of timeline %d ends before commit %d", l.timeline, l.until)
		}
		if err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return j.blame(&BrokenError{Where: j.v.where, Reached: r.Commit, Time: r.Time, Err: err})
		}
		if late = got.Late; late {
			break
		}
	}
	r.Commit = j.store.LastCommitted()
	r.Nodes, r.Edges = j.store.NodeCount(), j.store.EdgeCount()
	return j.judge(late)
}

// replayLeg applies the log of one timeline.
func (j *job) replayLeg(ctx context.Context, rb *recovery.Rebuild, l leg, stop recovery.Stop) (got recovery.Replayed, err error) {
	s := newSegments(ctx, j.o.FS, j.temp, l, j.open)
	defer func() {
		err = errors.Join(err, s.close())
		for _, p := range s.used {
			j.report.Pieces = append(j.report.Pieces, Piece{Name: p.name, Bytes: p.bytes})
			j.report.Bytes += p.bytes
		}
		j.report.Problems = append(j.report.Problems, s.passed...)
	}()
	got, err = rb.Replay(ctx, wal.Options{FS: s, Dir: j.temp, Database: j.v.database, Log: j.o.Log, Copied: true}, stop)
	if trouble := s.trouble(); trouble != nil && !got.Beyond && ctx.Err() == nil {
		return got, trouble
	}
	return got, err
}

// judge says whether the target was reached, where the log did not break.
func (j *job) judge(late bool) error {
	r := &j.report
	r.Exact = late || j.target.Time.IsZero()
	if late || j.target.Commit > 0 {
		return nil
	}
	if !r.Exact {
		r.Missing = append(r.Missing, fmt.Sprintf("the last commit is %d of %s: whatever was committed between that and %s is not here",
			r.Commit, r.Time.Format(time.RFC3339Nano), j.target.Time.UTC().Format(time.RFC3339Nano)))
	}
	legs, err := j.v.lineage(j.target.Timeline)
	if err != nil {
		return err
	}
	for _, e := range j.v.ends {
		on := slices.IndexFunc(legs, func(l leg) bool { return l.timeline == e.timeline })
		if on < 0 || e.last <= r.Commit || legs[on].until > 0 && e.last > legs[on].until {
			continue
		}
		return j.blame(&BrokenError{Where: j.v.where, Reached: r.Commit, Time: r.Time, Err: fmt.Errorf(
			"%s goes up to commit %d, and what is here only to %d: missing are %s", e.what, e.last, r.Commit, j.v.absent(e))})
	}
	return nil
}

// absent names the objects of a backup that are not there.
func (v *inventory) absent(e ending) string {
	var names []string
	for _, name := range e.objects {
		if !v.has(name) {
			names = append(names, name)
		}
	}
	switch {
	case len(names) == 0:
		return "objects that nobody has listed"
	case len(names) > absentMax:
		return fmt.Sprintf("%v and %d more", names[:absentMax], len(names)-absentMax)
	}
	return fmt.Sprint(names)
}

// absentMax bounds the names in a message.
const absentMax = 5

// has reports whether an object is there, or another that holds the same.
func (v *inventory) has(name string) bool {
	if slices.ContainsFunc(v.images, func(img image) bool { return img.name == name }) {
		return true
	}
	r, ok := backup.ParsePieceName(name)
	if !ok {
		return false
	}
	for i := range v.logs[r.Timeline] {
		if s := &v.logs[r.Timeline][i]; s.first == r.Segment {
			return slices.ContainsFunc(s.pieces, func(p piece) bool { return p.from <= r.From && p.to >= r.To })
		}
	}
	return false
}
