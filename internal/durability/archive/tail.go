package archive

import (
	"context"
	"errors"
	"fmt"
	"time"

	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/wal"
)

// tail is the worker that sends the log.
type tail struct {
	a        *Archiver
	source   backup.Source // nil: it has to be opened
	timeline uint32        // that it was opened for
}

// runTail makes a round each interval, and when so much was written that it is due sooner.
func (a *Archiver) runTail(ctx context.Context, t *tail) {
	defer t.close()
	wait := time.NewTimer(0)
	defer wait.Stop()
	for {
		stop := false
		var flush chan error
		wake := a.wake
		if a.failing() {
			wake = nil // after a failure only the pause counts
		}
		select {
		case <-ctx.Done():
			return
		case <-a.stopping:
			stop = true
		case flush = <-a.flushes:
		case <-wake:
		case <-wait.C:
		}
		err := t.round(ctx)
		if stop {
			a.lastRounds(ctx, t, err)
			return
		}
		pause := a.note(&a.st.tail, err)
		if flush != nil {
			flush <- err
		}
		wait.Reset(max(a.o.Interval, pause))
	}
}

// lastRounds tries again, while there is time, to send what is missing when the server stops.
func (a *Archiver) lastRounds(ctx context.Context, t *tail, err error) {
	for {
		a.note(&a.st.tail, err)
		if _, refused := errors.AsType[*RefusedError](err); err == nil || refused {
			return
		}
		retry := time.NewTimer(min(a.o.Interval, time.Second))
		select {
		case <-ctx.Done():
			retry.Stop()
			return
		case <-retry.C:
		}
		err = t.round(ctx)
	}
}

func (a *Archiver) failing() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.st.tail.failures > 0 || a.st.state == StateRefused
}

func (t *tail) close() {
	if t.source != nil {
		if err := t.source.Close(); err != nil {
			t.a.o.Log.Warn("what the archive has kept was not released: " + err.Error())
		}
	}
}

// round sends what is durable and not in the repository.
func (t *tail) round(ctx context.Context) error {
	a := t.a
	if at := a.since.Swap(0); at != 0 && a.behind.Load() == 0 {
		a.behind.Store(at)
	}
	a.unsent.Store(0)
	d, err := t.describe(ctx)
	if err != nil {
		return err
	}
	if a.refusedFor(d.Timeline) {
		return a.Status().Err
	}
	s, err := t.session(ctx, d)
	if err != nil {
		return err
	}
	for i := range d.Segments {
		if err = t.send(ctx, s, &d.Segments[i]); err != nil {
			return err
		}
	}
	a.behind.Store(0)
	err = t.keep(ctx, s, d)
	poke(a.bulkWake)
	return err
}

// open opens the source, once.
func (t *tail) open(ctx context.Context, id recovery.Identity) error {
	if t.source != nil {
		return nil
	}
	source, err := t.a.o.Source(ctx)
	if err != nil {
		return fmt.Errorf("the database cannot be archived: %w", err)
	}
	t.source, t.timeline = source, id.Timeline
	return nil
}

// describe opens the source if it must and asks what there is.
func (t *tail) describe(ctx context.Context) (backup.Description, error) {
	a := t.a
	id := a.o.Identity()
	if t.source != nil && t.timeline != id.Timeline { // the graph was replaced: other files are to be kept
		err := t.source.Close()
		t.source = nil
		if err != nil {
			return backup.Description{}, err
		}
	}
	if err := t.open(ctx, id); err != nil {
		return backup.Description{}, err
	}
	d, err := t.source.Describe(ctx)
	if err != nil {
		return d, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.latest = d
	return d, nil
}

// refusedFor tells whether archiving a timeline was refused. Another one is another matter.
func (a *Archiver) refusedFor(timeline uint32) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.st.state == StateRefused && a.st.refused != timeline {
		a.st.state, a.st.tail.err, a.st.bulk.err = StateStarting, nil, nil
	}
	a.st.refused = timeline
	return a.st.state == StateRefused
}

// session returns what is known of the repository, which is found out first where it must,
// and looks now and then whether another server has come.
func (t *tail) session(ctx context.Context, d backup.Description) (*session, error) {
	a := t.a
	id := a.o.Identity()
	if id.Timeline != d.Timeline {
		return nil, fmt.Errorf("the graph is being replaced: timeline %d begins", id.Timeline)
	}
	s := a.current(id)
	if s == nil {
		fresh, fork, err := a.admit(ctx, id, d.Segments)
		if err != nil {
			return nil, err
		}
		if fork != nil {
			return nil, a.refused(fmt.Sprintf("to take it over, a timeline after %d has to begin, which happens at a start only", fork.Newest),
				"start the server again with --storage-archive-takeover while the archive can be reached")
		}
		a.mu.Lock()
		a.s = fresh
		a.mu.Unlock()
		return fresh, nil
	}
	if a.o.Now().Sub(s.checked) >= a.o.CheckEvery {
		if err := a.watchClaims(ctx, s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// watchClaims refuses to go on where another server has claimed a greater timeline.
func (a *Archiver) watchClaims(ctx context.Context, s *session) error {
	newest, err := a.newestTimeline(ctx, s)
	if err != nil {
		return err
	}
	if newest > s.id.Timeline {
		c, ours, err := a.readClaim(ctx, s, newest)
		if err != nil {
			return err
		}
		if !ours {
			return a.refused(a.describe(c), doTakeOver)
		}
	}
	s.checked = a.o.Now()
	return nil
}

// send sends what the repository lacks of a segment.
func (t *tail) send(ctx context.Context, s *session, segment *backup.SourceSegment) error {
	a := t.a
	a.mu.Lock()
	wanted, from := s.wants(segment), s.reached(segment.First)
	a.mu.Unlock()
	if !wanted {
		return nil
	}
	at := span{from: from, to: segment.Bytes}
	if at.to <= at.from {
		return a.refused(fmt.Sprintf("it has the segment of commit %d up to %d, the data directory up to %d", segment.First, at.from, at.to), doBehind)
	}
	p, err := a.proverAt(s, segment.First, from)
	if err != nil {
		return err
	}
	run, err := a.putPiece(ctx, s, p, segment.First, at)
	if err != nil {
		return err
	}
	s.segment, s.prover = segment.First, p
	a.mu.Lock()
	defer a.mu.Unlock()
	s.cover(segment.First).add(at)
	if run.Last > s.last {
		s.last, a.st.lastTime = run.Last, instant(run.LastWall)
	}
	return nil
}

// proverAt returns a Prover that stands at an offset of a segment. The one of the session
// stays where it is, for another try.
func (a *Archiver) proverAt(s *session, segment uint64, offset int64) (*wal.Prover, error) {
	if s.prover != nil && s.segment == segment {
		p := s.prover.Clone()
		if run := p.Next(); run.To == offset {
			return p, nil
		}
	}
	p := wal.NewProver(backup.SegmentFile(segment, offset).Name, segment, s.id.Database)
	if offset > 0 {
		if err := a.feed(p, segment, span{to: offset}); err != nil {
			return nil, err
		}
	}
	if run := p.Next(); offset > 0 && (run.To != offset || !run.Whole) {
		return nil, a.refused(fmt.Sprintf("it has the segment of commit %d up to %d, where no record of this data directory ends", segment, offset), doBehind)
	}
	return p, nil
}

// keep tells the source what is not needed any more: what is in the repository, in segments
// that need not be put together any more.
func (t *tail) keep(ctx context.Context, s *session, d backup.Description) error {
	keeper, ok := t.source.(backup.Keeper)
	if !ok {
		return nil
	}
	a := t.a
	a.mu.Lock()
	from := s.last + 1
	for i := range d.Segments {
		segment := &d.Segments[i]
		c := s.segments[segment.First]
		if c == nil || !segment.Sealed {
			continue
		}
		if _, again := c.merge(segment.Bytes); again && !s.skipped[segment.First] {
			from = min(from, segment.First)
			break
		}
	}
	for first := range s.segments {
		if len(d.Segments) > 0 && first < d.Segments[0].First {
			delete(s.segments, first) // the data directory has given it back
			delete(s.skipped, first)
		}
	}
	a.mu.Unlock()
	if from == 0 {
		return nil
	}
	return keeper.Keep(ctx, from)
}

// isDamage tells whether an error says that the data directory is damaged.
func isDamage(err error) bool {
	_, damaged := errors.AsType[*wal.DamageError](err)
	return damaged || errors.Is(err, errChanged)
}
