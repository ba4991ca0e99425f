package durability

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/archive"
	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage/change"
)

// ArchiveOptions say where the log and the snapshots are archived while the server runs.
// The zero value archives nothing.
type ArchiveOptions struct {
	Location string // for messages; "": nothing is archived
	// Open opens the store; Keys returns the keys to encrypt with, nil where there are none.
	Open func(context.Context) (object.Store, error)
	Keys func(context.Context, object.Store) (object.Keys, error)

	Interval time.Duration // the longest time until something durable is sent; 0 means a second
	Bytes    int64         // so much is sent sooner; 0 means 1 MiB
	// Takeover goes on in an archive that another server wrote, with a timeline of its own.
	Takeover bool
	Host     string        // name of this machine, for people
	StopWait time.Duration // how long Close tries to send the rest; 0 means 10 s

	CallTimeout, StallTimeout, StartTimeout, CheckEvery, RetryMax time.Duration // see package archive
}

const archiveStopDefault = 10 * time.Second

// ArchiveStatus says how the archive fares.
type ArchiveStatus = archive.Status

// ArchiveRefusedError reports a start that was refused because the archive is not for this
// server.
type ArchiveRefusedError = archive.RefusedError

// admitArchive asks, before anything is written, whether this server may archive to where it
// is told to, and begins another timeline where it has to take the archive over.
func (m *Manager) admitArchive(ctx context.Context, result *recovery.Result) error {
	o := m.o.Archive
	if o.Location == "" {
		return nil
	}
	server, err := recovery.ServerID(m.o.FS, m.o.Dir)
	if err != nil {
		return err
	}
	a, err := archive.New(archive.Options{
		Location: o.Location, Open: o.Open, Keys: o.Keys, Source: m.archiveSource, Identity: m.presentIdentity,
		FS: m.o.FS, Dir: m.o.Dir, Server: server, Host: o.Host, Interval: o.Interval, Bytes: o.Bytes, Takeover: o.Takeover,
		CallTimeout: o.CallTimeout, StallTimeout: o.StallTimeout, StartTimeout: o.StartTimeout, CheckEvery: o.CheckEvery,
		RetryMax: o.RetryMax, Now: m.o.Now, Log: m.o.Log,
	})
	if err != nil {
		return err
	}
	var segments []backup.SourceSegment
	for _, s := range result.End.Segments {
		segments = append(segments, backup.SourceSegment{
			SourceFile: backup.SegmentFile(s.First, s.End), First: s.First, Last: s.Last, Sealed: s.Sealed,
		})
	}
	fork, err := a.Admit(ctx, segments)
	if err == nil && fork != nil {
		if err = m.beginTimeline(ctx, *fork, result.Report.Last); err == nil {
			fork, err = a.Admit(ctx, segments)
		}
		if err == nil && fork != nil {
			err = fmt.Errorf("the archive %s was taken over by another server at the same time; start again", o.Location)
		}
	}
	if err != nil {
		return errors.Join(err, a.Stop(ctx))
	}
	m.archive = a
	return nil
}

func (m *Manager) presentIdentity() recovery.Identity {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.identity
}

func (m *Manager) archiveSource(ctx context.Context) (backup.Source, error) {
	s, err := m.source(ctx, "the archive")
	if err != nil {
		return nil, err
	}
	return s, nil
}

// beginTimeline lets this server go on with a timeline that nobody has. A snapshot with
// which it begins comes first; from the moment that the identity is written the timeline is
// another, and openLog begins a segment for it.
func (m *Manager) beginTimeline(ctx context.Context, fork archive.Fork, last change.Index) error {
	if m.held.Locked {
		return fmt.Errorf("%w since %s by %s: to take the archive over, its identity has to be written; run UNLOCK DATA DIRECTORY first",
			ErrDirectoryHeld, m.held.Since.Format(time.RFC3339), m.held.Owner)
	}
	id := m.identity
	parent := id.Timeline
	if !fork.Continues {
		parent = 0
	}
	id.Timeline, id.Parent, id.Forked = max(id.Timeline, fork.Newest)+1, parent, last
	if last > 0 {
		info, err := snapshot.Create(ctx, snapshot.Options{
			FS: m.o.FS, Dir: filepath.Join(m.o.Dir, recovery.SnapshotsName), Store: m.o.Store, Database: id.Database,
			Timeline: id.Timeline, Now: m.o.Now, Workers: m.o.RecoveryWorkers,
		})
		if err != nil {
			return fmt.Errorf("snapshot with which timeline %d begins: %w", id.Timeline, err)
		}
		m.verified[info.Path] = true
		m.stats.snapshot = info
	}
	if err := recovery.WriteIdentity(m.o.FS, m.o.Dir, id); err != nil {
		return err
	}
	m.mu.Lock()
	m.identity = id
	m.mu.Unlock()
	m.o.Log.Warn("a new timeline begins", zap.Uint32("timeline", id.Timeline), zap.Uint64("after", uint64(last)))
	return nil
}

// beginSegment makes sure that no segment holds commits of two timelines.
func (m *Manager) beginSegment(log *wal.Log) error {
	first, _ := log.Durable()
	if forked := uint64(m.identity.Forked); first == 0 || first > forked {
		return nil
	}
	return log.Rotate(context.Background())
}

// startArchive begins to archive; what is not archived is kept from now on.
func (m *Manager) startArchive() {
	if m.archive != nil {
		m.archive.Start()
	}
}

// stopArchive sends what is missing, within a bound. What stays missing is sent by the next
// start.
func (m *Manager) stopArchive() {
	if m.archive == nil {
		return
	}
	wait := m.o.Archive.StopWait
	if wait == 0 {
		wait = archiveStopDefault
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), wait, fmt.Errorf("the server waits no longer than %v when it stops", wait))
	defer cancel()
	if err := m.archive.Stop(ctx); err != nil {
		m.o.Log.Warn("the archive is not complete", zap.Error(err))
	}
}

// FlushArchive sends what is durable to the archive and waits for it. Without an archive it
// does nothing.
func (m *Manager) FlushArchive(ctx context.Context) error {
	if m.archive == nil {
		return nil
	}
	return m.archive.Flush(ctx)
}

// synced hears of every sync of the log.
func (m *Manager) synced(info wal.SyncInfo) {
	if m.archive != nil {
		m.archive.Written(info.Bytes)
	}
	if m.o.OnSync != nil {
		m.o.OnSync(info)
	}
}

// lookArchive tells the archive that there is a new snapshot.
func (m *Manager) lookArchive() {
	if m.archive != nil {
		m.archive.Look()
	}
}

// archiveStatus returns nil where nothing is archived.
func (m *Manager) archiveStatus() *ArchiveStatus {
	if m.archive == nil {
		return nil
	}
	st := m.archive.Status()
	return &st
}
