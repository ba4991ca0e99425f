package inspect

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/retention"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
)

// Directory returns the paths of the files of a data directory, in the order in which a
// start reads them: identity, snapshots, segments of the log, then quarantined snapshots.
// What a server was still writing, and what it keeps for later, is left out.
func Directory(fsys vfs.FS, dir string) ([]string, error) {
	var out []string
	there, err := recovery.Exists(fsys, dir)
	if err != nil {
		return nil, err
	}
	if there {
		out = append(out, filepath.Join(dir, recovery.IdentityName))
	}
	for _, folder := range []string{recovery.SnapshotsName, recovery.LogName, retention.QuarantineName} {
		names, err := fsys.List(filepath.Join(dir, folder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, name := range names {
			end := filepath.Ext(name)
			if strings.HasPrefix(name, snapshot.TempPrefix) || end != snapshot.Suffix && end != segmentSuffix {
				continue
			}
			out = append(out, filepath.Join(dir, folder, name))
		}
	}
	return out, nil
}

const segmentSuffix = ".wal"

// Segments returns the paths of the segments of the log among files, in order.
func Segments(ctx context.Context, fsys vfs.FS, files []string) ([]string, error) {
	var out []string
	for _, name := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		kind, err := kindOf(fsys, name)
		if err != nil {
			return nil, err
		}
		if kind == KindSegment {
			out = append(out, name)
		}
	}
	return out, nil
}
