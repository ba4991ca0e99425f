package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
)

// DirectorySource is a data directory that no server uses. It holds the directory's lock.
type DirectorySource struct {
	fsys  vfs.FS
	dir   string
	now   func() time.Time
	lock  io.Closer
	found *Description
}

var _ Source = (*DirectorySource)(nil)

// OpenDirectory takes a data directory that no server uses. It fails with a
// *vfs.LockedError where one does.
func OpenDirectory(fsys vfs.FS, dir string, now func() time.Time) (*DirectorySource, error) {
	there, err := recovery.Exists(fsys, dir)
	if err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	if !there {
		return nil, fmt.Errorf("%s is no data directory: it has no file database.json", dir)
	}
	lock, err := fsys.Lock(filepath.Join(dir, recovery.LockFileName))
	if errors.Is(err, vfs.ErrLocked) {
		return nil, fmt.Errorf("%w: a server uses the directory; give its address instead, or stop it", err)
	}
	if err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	return &DirectorySource{fsys: fsys, dir: dir, now: now, lock: lock}, nil
}

// Describe reads the whole log, once, to say up to where it is good. A log that a server
// would not start with is refused.
func (s *DirectorySource) Describe(ctx context.Context) (Description, error) {
	if s.found != nil {
		return *s.found, nil
	}
	id, err := recovery.ReadIdentity(s.fsys, s.dir)
	if err != nil {
		return Description{}, err
	}
	d := Description{Database: id.Database, Timeline: id.Timeline, Taken: s.now()}
	if err := s.describeLog(ctx, id, &d); err != nil {
		return Description{}, err
	}
	if err := s.describeSnapshots(&d); err != nil {
		return Description{}, err
	}
	s.found = &d
	return d, nil
}

func (s *DirectorySource) describeLog(ctx context.Context, id recovery.Identity, d *Description) error {
	o := wal.Options{FS: s.fsys, Dir: filepath.Join(s.dir, recovery.LogName), Database: id.Database}
	end, err := wal.Scan(o, 0, func(wal.Record) error { return context.Cause(ctx) })
	switch {
	case err != nil:
		return err
	case id.Log && len(end.Segments) == 0:
		return fmt.Errorf("%s: the log is missing, though the database had one", o.Dir)
	case end.Logged() < uint64(id.Reached):
		return fmt.Errorf("%s: the log ends with commit %d, and had been durable up to commit %d: memgraphd verify says what can be had",
			o.Dir, end.Logged(), id.Reached)
	}
	d.Last = end.Logged()
	for _, segment := range end.Segments {
		d.Segments = append(d.Segments, SourceSegment{
			SourceFile: SegmentFile(segment.First, segment.End), First: segment.First, Last: segment.Last, Sealed: segment.Sealed,
		})
	}
	return nil
}

func (s *DirectorySource) describeSnapshots(d *Description) error {
	dir := filepath.Join(s.dir, recovery.SnapshotsName)
	names, err := s.fsys.List(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("data directory: %w", err)
	}
	for _, name := range slices.Backward(names) {
		info, err := s.fsys.Stat(filepath.Join(dir, name))
		if err != nil {
			return fmt.Errorf("data directory: %w", err)
		}
		if file, ok := SnapshotFile(name, info.Size); ok {
			d.Snapshots = append(d.Snapshots, file)
			d.Last = max(d.Last, file.Index)
		}
	}
	return nil
}

// Open reads a file of the directory.
func (s *DirectorySource) Open(_ context.Context, file SourceFile, offset int64) (io.ReadCloser, error) {
	return OpenFile(s.fsys, s.dir, file, offset)
}

// Close gives the directory back.
func (s *DirectorySource) Close() error { return s.lock.Close() }
