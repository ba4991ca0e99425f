package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/wal"
)

// runBulk puts pieces together and sends snapshots, when the tail says that there may be
// something to do.
func (a *Archiver) runBulk(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-a.bulkWake:
		}
		err := a.bulkRound(ctx)
		if ctx.Err() != nil {
			return
		}
		if pause := a.note(&a.st.bulk, err); pause > 0 {
			timer := time.NewTimer(pause)
			select {
			case <-ctx.Done():
				timer.Stop()
				return
			case <-timer.C:
			}
		}
	}
}

// bulkRound does all that there is to do.
func (a *Archiver) bulkRound(ctx context.Context) error {
	a.mu.Lock()
	s, d, refused := a.s, a.latest, a.st.state == StateRefused
	a.mu.Unlock()
	if s == nil || refused || d.Timeline != s.id.Timeline {
		return nil
	}
	for i := range d.Segments {
		if err := a.mergeSegment(ctx, s, &d.Segments[i]); err != nil {
			return err
		}
	}
	for i, file := range d.Snapshots {
		a.mu.Lock()
		a.st.pending = len(d.Snapshots) - i
		a.mu.Unlock()
		if err := a.sendSnapshot(ctx, s, file); err != nil {
			return err
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.st.pending = 0
	return nil
}

// mergeSegment puts the pieces of a segment together, if that is due, and deletes those that
// are superfluous then. A segment that is damaged here is left in pieces.
func (a *Archiver) mergeSegment(ctx context.Context, s *session, segment *backup.SourceSegment) error {
	size := int64(0)
	if segment.Sealed {
		size = segment.Bytes
	}
	a.mu.Lock()
	var at span
	due := false
	if c := s.segments[segment.First]; c != nil && !s.skipped[segment.First] {
		at, due = c.merge(size)
	}
	a.mu.Unlock()
	if !due {
		return nil
	}
	p := wal.NewProver(backup.SegmentFile(segment.First, at.to).Name, segment.First, s.id.Database)
	err := a.feed(p, segment.First, span{to: at.from})
	if err == nil {
		p.Next()
		_, err = a.putPiece(ctx, s, p, segment.First, at)
	}
	if isDamage(err) {
		a.o.Log.Error("a segment of the log is damaged and stays in pieces in the archive", zap.Error(err))
		a.mu.Lock()
		defer a.mu.Unlock()
		s.skipped[segment.First] = true
		return nil
	}
	if err != nil {
		return err
	}
	a.mu.Lock()
	s.cover(segment.First).add(at)
	superfluous := s.cover(segment.First).covered(at)
	a.mu.Unlock()
	for _, piece := range superfluous {
		if err := a.delete(ctx, s, segment.First, piece); err != nil {
			return err
		}
	}
	return nil
}

// delete deletes a superfluous piece. A store that does not allow it keeps it; nobody reads
// it.
func (a *Archiver) delete(ctx context.Context, s *session, segment uint64, piece span) error {
	callCtx, cancel := a.call(ctx)
	defer cancel()
	err := s.store.Delete(callCtx, s.name(segment, piece))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	s.cover(segment).remove(piece)
	if err != nil {
		if a.st.undeleted == 0 {
			a.o.Log.Warn("a superfluous piece of the archive cannot be deleted; nobody reads it, it takes room", zap.Error(err))
		}
		a.st.undeleted++
	}
	return nil
}

// sendSnapshot sends a snapshot that is not in the repository, after it was proved. One that
// is damaged or has gone is passed over.
func (a *Archiver) sendSnapshot(ctx context.Context, s *session, file backup.SourceSnapshot) error {
	a.mu.Lock()
	_, known := s.snapshots[file.Name]
	a.mu.Unlock()
	if known {
		return nil
	}
	good, err := a.putSnapshot(ctx, s, file)
	_, damaged := errors.AsType[*snapshot.DamagedError](err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // retention was faster
	case damaged:
		a.o.Log.Error("a snapshot is damaged and is not archived", zap.Error(err))
	case err != nil:
		return fmt.Errorf("snapshot %s: %w", file.Name, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	s.snapshots[file.Name] = good
	if good {
		a.st.snapshot = max(a.st.snapshot, file.Index)
	}
	return nil
}

func (a *Archiver) putSnapshot(ctx context.Context, s *session, file backup.SourceSnapshot) (good bool, err error) {
	path := filepath.Join(a.o.Dir, filepath.FromSlash(file.Name))
	f, err := snapshot.Open(a.o.FS, path)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	h := f.Header()
	if h.Database != s.id.Database || uint64(h.Index) != file.Index || h.Timeline > s.id.Timeline {
		return false, &snapshot.DamagedError{File: path, Reason: "its header belongs to another snapshot"}
	}
	name := backup.SnapshotName(h.Timeline, file.Index, file.Created)
	there, err := a.there(ctx, s, name)
	if err != nil || there {
		return there, err
	}
	if err = f.Verify(ctx, max(1, a.o.Workers)); err != nil {
		return false, err
	}
	src, err := backup.OpenFile(a.o.FS, a.o.Dir, file.SourceFile, 0)
	if err != nil {
		return false, err
	}
	header := object.Header{Kind: object.KindSnapshot, Timeline: h.Timeline, To: file.Bytes, Index: file.Index, Created: file.Created}
	err = a.put(ctx, s, name, header, src)
	return err == nil, errors.Join(err, src.Close())
}

// there tells whether the repository has an object.
func (a *Archiver) there(ctx context.Context, s *session, name string) (bool, error) {
	ctx, cancel := a.call(ctx)
	defer cancel()
	_, err := s.store.Stat(ctx, name)
	if errors.Is(err, object.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
