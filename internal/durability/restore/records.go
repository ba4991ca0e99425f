package restore

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/vfs"
)

// Segments puts the segments of the log of a repository together, one after the other, each as
// a file in a folder of its own below TempDir, and calls fn with it; the file goes afterwards.
// want chooses among the segments by timeline and first commit; nil chooses all. Where bytes
// of a segment are missing the file ends there, and the error says why once fn has returned.
func Segments(ctx context.Context, o Options, want func(timeline uint32, first uint64) bool, fn func(path string) error) (err error) {
	v, err := survey(ctx, o.From)
	if err != nil {
		return err
	}
	temp, remove, err := tempFolder(o.FS, o.TempDir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	open := func(ctx context.Context, name string) (io.ReadCloser, error) {
		return object.Unseal(ctx, o.From, name, o.Keys)
	}
	for _, timeline := range slices.Sorted(maps.Keys(v.logs)) {
		list := v.logs[timeline]
		if want != nil {
			list = slices.DeleteFunc(slices.Clone(list), func(s segment) bool { return !want(timeline, s.first) })
		}
		s := newSegments(ctx, o.FS, temp, leg{timeline: timeline, segments: list}, open)
		if err := errors.Join(s.each(fn), s.close()); err != nil {
			return err
		}
	}
	return nil
}

// each calls fn with the file of each segment.
func (s *segments) each(fn func(path string) error) error {
	for i := range s.list {
		f, err := s.Open(s.path(i))
		if err != nil {
			return err
		}
		if err = errors.Join(f.Close(), fn(s.path(i))); err != nil {
			return err
		}
		s.mu.Lock()
		err = s.broken[s.list[i].first]
		s.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// tempFolder makes a folder that nobody else has; remove removes it with what is in it.
func tempFolder(fsys vfs.FS, below string) (folder string, remove func() error, err error) {
	var id [8]byte
	if _, err = rand.Read(id[:]); err != nil {
		return "", nil, fmt.Errorf("drawing the name of a temporary folder: %w", err)
	}
	folder = filepath.Join(below, "memgraphd-"+hex.EncodeToString(id[:]))
	if err = fsys.MkdirAll(folder); err != nil {
		return "", nil, fmt.Errorf("temporary folder: %w", err)
	}
	return folder, func() error {
		names, err := fsys.List(folder)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		for _, name := range names {
			err = errors.Join(err, fsys.Remove(filepath.Join(folder, name)))
		}
		return errors.Join(err, fsys.Remove(folder))
	}, nil
}
