package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/wal"
)

// session is what is known of the repository once this server may write a timeline there.
type session struct {
	store object.Store
	keys  object.Keys
	id    recovery.Identity

	// Guarded by Archiver.mu:
	segments  map[uint64]*coverage // those that the data directory has too
	last      uint64               // newest commit that is in the repository, with all before it
	snapshots map[string]bool      // paths of the snapshots that are in it; false: they cannot be sent
	skipped   map[uint64]bool      // segments that cannot be put together

	// Owned by the tail:
	segment uint64      // that prover is for
	prover  *wal.Prover // stands where the pieces of the segment end; nil: it has to be made
	checked time.Time   // when it was last looked for claims of others
}

// Fork says that this server may go on in the archive with another timeline only.
type Fork struct {
	// Newest is the greatest timeline that the repository has.
	Newest uint32
	// Continues means that what the present timeline of this server has in the repository
	// belongs to the new one too, up to the commit where it begins.
	Continues bool
}

// admit finds out whether this server may archive, and claims its timeline. With a Fork,
// which needs Options.Takeover, nothing was claimed.
func (a *Archiver) admit(ctx context.Context, id recovery.Identity, segments []backup.SourceSegment) (*session, *Fork, error) {
	store, err := a.opened(ctx)
	if err != nil {
		return nil, nil, err
	}
	s := &session{
		store: store, id: id, segments: make(map[uint64]*coverage), snapshots: make(map[string]bool), skipped: make(map[uint64]bool),
	}
	if err = a.ensureRepository(ctx, s); err != nil {
		return nil, nil, err
	}
	fork, claimed, err := a.judge(ctx, s)
	if err != nil || fork != nil {
		return nil, fork, err
	}
	if a.o.Keys != nil {
		if s.keys, err = a.o.Keys(ctx, store); err != nil {
			return nil, nil, fmt.Errorf("keys of the archive: %w", err)
		}
	}
	if !claimed {
		if err = a.claim(ctx, s); err != nil {
			return nil, nil, err
		}
	}
	behind, err := a.resume(ctx, s, segments)
	if refused, ok := errors.AsType[*RefusedError](err); ok && a.o.Takeover {
		newest, listErr := a.newestTimeline(ctx, s)
		a.o.Log.Warn("the archive is taken over: " + refused.Found)
		return nil, &Fork{Newest: newest, Continues: behind}, listErr
	}
	if err != nil {
		return nil, nil, err
	}
	return s, nil, nil
}

// opened opens the store, once.
func (a *Archiver) opened(ctx context.Context) (object.Store, error) {
	a.opening.Lock()
	defer a.opening.Unlock()
	if a.store != nil {
		return a.store, nil
	}
	ctx, cancel := a.call(ctx)
	defer cancel()
	store, err := a.o.Open(ctx)
	if err != nil {
		return nil, fmt.Errorf("the archive %s cannot be opened: %w", a.o.Location, err)
	}
	a.store = store
	return store, nil
}

// call bounds one request.
func (a *Archiver) call(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, a.o.CallTimeout,
		fmt.Errorf("the archive %s did not answer for %v", a.o.Location, a.o.CallTimeout))
}

// ensureRepository makes sure that the place is for this database.
func (a *Archiver) ensureRepository(ctx context.Context, s *session) error {
	var found backup.Repository
	err := a.getJSON(ctx, s, backup.RepositoryName, &found)
	if errors.Is(err, object.ErrNotFound) {
		err = a.putJSON(ctx, s, backup.RepositoryName, backup.Repository{
			Format: backup.RepositoryFormat, Database: s.id.Database, Created: a.o.Now().UTC(),
		})
		if err == nil {
			return nil
		}
		if errors.Is(err, object.ErrExists) {
			err = a.getJSON(ctx, s, backup.RepositoryName, &found)
		}
	}
	switch {
	case err != nil:
		return err
	case found.Format > backup.RepositoryFormat:
		return a.newer(backup.RepositoryName, found.Format, backup.RepositoryFormat)
	case found.Database != s.id.Database:
		return a.refused(fmt.Sprintf("it belongs to database %v, this one is %v", found.Database, backup.DatabaseID(s.id.Database)), doElsewhere)
	}
	return nil
}

func (a *Archiver) refused(found, do string) *RefusedError {
	return &RefusedError{Location: a.o.Location, Found: found, Do: do}
}

func (a *Archiver) newer(name string, format, known int) error {
	return a.refused(fmt.Sprintf("%s has format %d, this version knows %d", name, format, known), "use a newer version of the server")
}

func (a *Archiver) getJSON(ctx context.Context, s *session, name string, v any) error {
	ctx, cancel := a.call(ctx)
	defer cancel()
	return object.GetJSON(ctx, s.store, name, v)
}

func (a *Archiver) putJSON(ctx context.Context, s *session, name string, v any) error {
	ctx, cancel := a.call(ctx)
	defer cancel()
	return object.PutJSON(ctx, s.store, name, v)
}

// judge looks at the claims: whether this server has one on its timeline, and whether it may
// go on.
func (a *Archiver) judge(ctx context.Context, s *session) (fork *Fork, claimed bool, err error) {
	s.checked = a.o.Now()
	newest, err := a.newestTimeline(ctx, s)
	if err != nil || newest == 0 {
		return nil, false, err
	}
	own, ours, err := a.readClaim(ctx, s, s.id.Timeline)
	if err != nil {
		return nil, false, err
	}
	claimed = own.Timeline != 0
	other, mine := own, ours
	if newest != s.id.Timeline {
		if other, mine, err = a.readClaim(ctx, s, newest); err != nil {
			return nil, false, err
		}
	}
	switch {
	case claimed && !ours:
		return a.mustFork(&Fork{Newest: newest}, own)
	case newest > s.id.Timeline && (!mine || !claimed):
		return a.mustFork(&Fork{Newest: newest, Continues: claimed}, other)
	case newest < s.id.Timeline && !mine && !a.o.Takeover:
		_, _, err = a.mustFork(nil, other)
		return nil, false, err
	case newest < s.id.Timeline && !mine:
		a.o.Log.Warn("the archive is taken over: " + a.describe(other))
	}
	return nil, claimed, nil
}

// mustFork refuses what needs another timeline, unless that was asked for.
func (a *Archiver) mustFork(fork *Fork, claim backup.Claim) (*Fork, bool, error) {
	if !a.o.Takeover {
		return nil, false, a.refused(a.describe(claim), doTakeOver)
	}
	a.o.Log.Warn("the archive is taken over: " + a.describe(claim))
	return fork, false, nil
}

// describe says whose a timeline is.
func (a *Archiver) describe(c backup.Claim) string {
	host := ""
	if c.Host != "" {
		host = " on " + c.Host
	}
	which := "another server"
	if c.Server == a.o.Server {
		which = "this server"
	}
	return fmt.Sprintf("timeline %d of the database was claimed by %s (%s%s) at %s, and this server (%s) has timeline %d",
		c.Timeline, which, c.Server, host, c.Claimed.UTC().Format(time.RFC3339), a.o.Server, a.o.Identity().Timeline)
}

// readClaim reads a claim and says whether it is this server's; Timeline is 0 where there is
// none.
func (a *Archiver) readClaim(ctx context.Context, s *session, timeline uint32) (c backup.Claim, ours bool, err error) {
	name := backup.TimelineName(timeline)
	err = a.getJSON(ctx, s, name, &c)
	switch {
	case errors.Is(err, object.ErrNotFound):
		return backup.Claim{}, false, nil
	case err != nil:
		return backup.Claim{}, false, err
	case c.Format > backup.ClaimFormat:
		return c, false, a.newer(name, c.Format, backup.ClaimFormat)
	case c.Database != s.id.Database || c.Timeline != timeline:
		return c, false, a.refused(name+" is about another database or timeline", doVerify)
	}
	return c, c.Server == a.o.Server, nil
}

// newestTimeline returns the greatest timeline that somebody has claimed, 0 for none.
func (a *Archiver) newestTimeline(ctx context.Context, s *session) (newest uint32, err error) {
	ctx, cancel := a.call(ctx)
	defer cancel()
	err = s.store.List(ctx, backup.TimelinesFolder, func(info object.Info) error {
		if n, ok := backup.ParseTimelineName(info.Name); ok {
			newest = max(newest, n)
		}
		return nil
	})
	return newest, err
}

// claim puts the claim of this server on its timeline.
func (a *Archiver) claim(ctx context.Context, s *session) error {
	c := backup.Claim{
		Format: backup.ClaimFormat, Database: s.id.Database, Timeline: s.id.Timeline, Server: a.o.Server, Host: a.o.Host,
		Claimed: a.o.Now().UTC(), Parent: s.id.Parent, Forked: uint64(s.id.Forked),
	}
	err := a.putJSON(ctx, s, backup.TimelineName(s.id.Timeline), c)
	if errors.Is(err, object.ErrExists) { // another one was faster, or it was this server and the answer was lost
		found, ours, readErr := a.readClaim(ctx, s, s.id.Timeline)
		switch {
		case readErr != nil:
			return readErr
		case !ours:
			return a.refused(a.describe(found), doTakeOver)
		}
		return nil
	}
	if err == nil {
		a.o.Log.Info(fmt.Sprintf("timeline %d is archived to %s", s.id.Timeline, a.o.Location))
	}
	return err
}

// resume finds out what of the log is in the repository already, and proves that it is the
// log of this directory. behind says of a *RefusedError that the directory lacks what is in
// the repository, and that what it has is the same.
func (a *Archiver) resume(ctx context.Context, s *session, segments []backup.SourceSegment) (behind bool, err error) {
	local := make(map[uint64]backup.SourceSegment, len(segments))
	oldest := uint64(1)
	for i, segment := range segments {
		if i == 0 {
			oldest = segment.First
		}
		local[segment.First] = segment
	}
	var newest uint64
	unknown := uint64(0) // a segment that the directory should have
	err = a.list(ctx, s, backup.TimelineLog(s.id.Timeline), func(info object.Info) {
		p, ok := backup.ParsePieceName(info.Name)
		if !ok || p.Segment < oldest && len(segments) > 0 {
			return
		}
		newest = max(newest, p.Segment)
		if _, here := local[p.Segment]; !here {
			unknown = p.Segment
			return
		}
		s.cover(p.Segment).add(span{p.From, p.To})
	})
	if err != nil {
		return false, err
	}
	for first, c := range s.segments {
		if end := c.end(); end > local[first].Bytes {
			unknown = first
		}
	}
	last, same, err := a.compare(ctx, s, segments)
	if err != nil {
		return false, err
	}
	s.last = last
	switch {
	case !same:
		return false, a.refused(fmt.Sprintf("what was archived of timeline %d is not the log of this data directory", s.id.Timeline), doBehind)
	case unknown != 0:
		return true, a.refused(fmt.Sprintf("it has more of timeline %d, in the segment of commit %d, than this data directory, which ends with commit %d",
			s.id.Timeline, unknown, lastOf(segments)), doBehind)
	}
	return false, nil
}

func lastOf(segments []backup.SourceSegment) uint64 {
	if len(segments) == 0 {
		return 0
	}
	return segments[len(segments)-1].Last
}

// cover returns what there is of a segment.
func (s *session) cover(first uint64) *coverage {
	c := s.segments[first]
	if c == nil {
		c = &coverage{}
		s.segments[first] = c
	}
	return c
}

// list calls fn for each object whose name begins with a prefix, and goes on as long as
// there is progress.
func (a *Archiver) list(ctx context.Context, s *session, prefix string, fn func(object.Info)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stall := a.watch(cancel)
	defer stall.Stop()
	return s.store.List(ctx, prefix, func(info object.Info) error {
		stall.Reset(a.o.StallTimeout)
		fn(info)
		return ctx.Err()
	})
}

// compare proves the newest segment of which there are pieces up to where they end, and
// that the last one of them was made of it. It returns the newest commit that is archived
// without a gap.
func (a *Archiver) compare(ctx context.Context, s *session, segments []backup.SourceSegment) (last uint64, same bool, err error) {
	var at *backup.SourceSegment
	for i := range segments {
		segment := &segments[i]
		if segment.First <= uint64(s.id.Forked) {
			continue // of the timeline before
		}
		c := s.segments[segment.First]
		if c == nil || c.end() == 0 {
			break
		}
		at = segment
		if c.end() < segment.Bytes {
			break
		}
	}
	if at == nil {
		if len(segments) > 0 {
			last = max(segments[0].First-1, uint64(s.id.Forked))
		}
		return last, true, nil
	}
	chain := s.segments[at.First].chain()
	piece := chain[len(chain)-1]
	if piece.to > at.Bytes {
		return at.First - 1, true, nil // behind; resume says so
	}
	p := wal.NewProver(backup.SegmentFile(at.First, at.Bytes).Name, at.First, s.id.Database)
	if err = a.feed(p, at.First, span{to: piece.from}); err != nil {
		return 0, false, err
	}
	before := p.Next()
	if err = a.feed(p, at.First, piece); err != nil {
		return 0, false, err
	}
	run := p.Next()
	if before.To != piece.from || run.To != piece.to || !run.Whole {
		return 0, false, nil
	}
	ctx, cancel := a.call(ctx)
	defer cancel()
	h, err := object.ReadHeader(ctx, s.store, s.name(at.First, piece))
	if errors.Is(err, object.ErrDamaged) {
		a.o.Log.Error("a piece of the archive is damaged; what it held is sent again: " + err.Error())
		s.segments[at.First].remove(piece)
		return a.compare(ctx, s, segments)
	}
	if err != nil {
		return 0, false, err
	}
	s.segment, s.prover = at.First, p
	return max(at.First-1, before.Last, run.Last), sameRun(&h, &run), nil
}

// sameRun tells whether a header describes what a Prover has met.
func sameRun(h *object.Header, run *wal.Run) bool {
	return h.Kind == object.KindPiece && h.From == run.From && h.To == run.To &&
		h.FirstCommit == run.First && h.LastCommit == run.Last && micros(h.FirstTime) == run.FirstWall && micros(h.LastTime) == run.LastWall
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// name is that of a piece.
func (s *session) name(segment uint64, at span) string {
	return backup.PieceName(s.id.Timeline, segment, at.from, at.to)
}

// feed reads a range of a segment of the data directory into a writer.
func (a *Archiver) feed(w io.Writer, segment uint64, at span) (err error) {
	f, err := backup.OpenFile(a.o.FS, a.o.Dir, backup.SegmentFile(segment, at.to), at.from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = io.Copy(w, f)
	return err
}
