package durability

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage/change"
)

// managerSource is the running database as a source of backups. Its pins keep what it
// describes.
type managerSource struct {
	m    *Manager
	mu   sync.Mutex
	pins []*Pin

	server  string // id of this server; "": it is not told
	counted bool   // guarded by mu: as a backup that is neither completed nor failed
}

var (
	_ backup.Source = (*managerSource)(nil)
	_ backup.Keeper = (*managerSource)(nil)
)

// pinTries bounds how often what was listed may be given back before it is pinned.
const pinTries = 5

// Source returns the running database as a source of backups; holder is who reads, as
// Pins tells it. Until Close, or Keep, nothing of what there is now is given back: the
// log, and the newest snapshot.
func (m *Manager) Source(ctx context.Context, holder string) (backup.Source, error) {
	m.mu.Lock()
	closed := m.closed
	m.mu.Unlock()
	switch {
	case closed:
		return nil, ErrClosed
	case m.broken != nil:
		return nil, m.broken
	}
	server, err := recovery.ServerID(m.o.FS, m.o.Dir)
	if err != nil {
		return nil, err
	}
	s, err := m.source(ctx, holder)
	if err != nil {
		return nil, err
	}
	s.server = server
	s.begin()
	return s, nil
}

func (m *Manager) source(ctx context.Context, holder string) (*managerSource, error) {
	s := &managerSource{m: m}
	for try := 1; ; try++ {
		err := s.pin(holder)
		if _, late := errors.AsType[*NotKeptError](err); err == nil || !late || try == pinTries || ctx.Err() != nil {
			return s, err
		}
	}
}

// pin keeps the log from its beginning on, and the newest snapshot.
func (s *managerSource) pin(holder string) error {
	oldest := change.Index(1)
	if s.m.log != nil {
		if segments := durableSegments(s.m.log); len(segments) > 0 {
			oldest = change.Index(segments[0].First)
		}
	}
	all, err := s.m.Pin(holder, oldest)
	if err != nil {
		return err
	}
	s.pins = []*Pin{all}
	snapshots, err := s.m.list()
	if err == nil && len(snapshots) > 0 && snapshots[0].Index >= oldest {
		var newest *Pin
		if newest, err = s.m.Pin(holder, snapshots[0].Index+1); err == nil {
			s.pins = append(s.pins, newest)
		}
	}
	if err != nil {
		return errors.Join(err, s.Close())
	}
	return nil
}

// Describe says what is durable by now. With a log that is not synced at each commit it
// is synced first, so that what was acknowledged before is in it.
func (s *managerSource) Describe(ctx context.Context) (backup.Description, error) {
	m := s.m
	m.mu.Lock()
	id := m.identity
	m.mu.Unlock()
	d := backup.Description{Database: id.Database, Timeline: id.Timeline, Version: m.o.Version, Server: s.server, Taken: m.o.Now()}
	if m.log != nil {
		if m.o.FlushEveryN > 1 {
			if err := m.log.Sync(ctx); err != nil && !errors.Is(err, wal.ErrClosed) && m.log.State().Err == nil {
				return d, fmt.Errorf("sync of the log: %w", err)
			}
		}
		d.Last = m.log.State().Synced
		for _, segment := range durableSegments(m.log) {
			d.Segments = append(d.Segments, backup.SourceSegment{
				SourceFile: backup.SegmentFile(segment.First, segment.End), First: segment.First,
				Last: max(min(segment.Last, d.Last), segment.First-1), Sealed: segment.Sealed,
			})
		}
	}
	snapshots, err := m.list()
	if err != nil {
		return d, err
	}
	for _, info := range snapshots {
		m.mu.Lock()
		good, known := m.verified[info.Path]
		m.mu.Unlock()
		if known && !good {
			continue
		}
		if file, ok := backup.SnapshotFile(info.Path, info.Bytes); ok {
			d.Snapshots = append(d.Snapshots, file)
			d.Last = max(d.Last, file.Index)
		}
	}
	return d, nil
}

// durableSegments lists the segments also of a log that has stopped: what it holds can be
// read all the same.
func durableSegments(log *wal.Log) []wal.SegmentInfo {
	segments, _ := log.Segments() // the error is why it has stopped
	return segments
}

// Open reads a file of the data directory.
func (s *managerSource) Open(_ context.Context, file backup.SourceFile, offset int64) (io.ReadCloser, error) {
	return backup.OpenFile(s.m.o.FS, s.m.o.Dir, file, offset)
}

// Keep gives up what comes before a commit.
func (s *managerSource) Keep(_ context.Context, from uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.pins {
		p.Advance(change.Index(from))
	}
	return nil
}

// Close gives up everything. A second call does nothing.
func (s *managerSource) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.pins {
		p.Release()
	}
	s.pins = nil
	s.fail()
	return nil
}
