package recovery

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"memgraphd/internal/durability/retention"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
)

// Names in a data directory; see the package comment.
const (
	// LockFileName is the file that the process which uses the directory holds locked.
	LockFileName = ".lock"
	// SnapshotsName is the folder of the snapshots.
	SnapshotsName = "snapshots"
	// LogName is the folder of the log.
	LogName = "wal"
	// BackupName is the folder of former generations.
	BackupName = ".backup"
	// AuditName is the folder of the audit log, which is not the database's.
	AuditName = "audit"

	identityName = "database.json"
	identityTemp = identityName + ".tmp"
	segmentEnd   = ".wal"
	spareName    = "spare"
)

// memgraphName reports whether Memgraph has a folder of this name in its data directory
// and we do not.
func memgraphName(name string) bool {
	switch name {
	case "auth", "settings", "triggers", "streams", "replication", "parameters", "databases",
		"rocksdb_main_storage", "rocksdb_label_index", "internal_modules", "text_indices":
		return true
	}
	return false
}

// contents is what a data directory holds.
type contents struct {
	unknown   []string // names on the top that nobody knows
	snapshots []string // names of finished snapshots, newest first
	temps     []string // paths of files that a crash left behind
	segments  int      // of the log
}

// inspect lists a data directory and refuses what belongs to others.
func inspect(fsys vfs.FS, dir string) (contents, error) {
	var c contents
	names, err := fsys.List(dir)
	if err != nil {
		return c, fmt.Errorf("data directory: %w", err)
	}
	var memgraph []string
	for _, name := range names {
		switch {
		case name == identityTemp || name == retention.LockName+".tmp":
			c.temps = append(c.temps, filepath.Join(dir, name))
		case memgraphName(name):
			memgraph = append(memgraph, name)
		case name == identityName, name == SnapshotsName, name == LogName, name == retention.QuarantineName,
			name == retention.LockName, name == AuditName, name == "lost+found", strings.HasPrefix(name, "."):
		default:
			c.unknown = append(c.unknown, name)
		}
		if err = checkKind(fsys, dir, name); err != nil {
			return c, err
		}
	}
	var foreign []string
	err = eachFile(fsys, filepath.Join(dir, SnapshotsName), func(name string) error {
		if _, _, ok := snapshot.ParseName(name); ok {
			c.snapshots = append(c.snapshots, name)
			return wantKind(fsys, filepath.Join(dir, SnapshotsName, name), isFile)
		}
		if strings.HasPrefix(name, snapshot.TempPrefix) {
			c.temps = append(c.temps, filepath.Join(dir, SnapshotsName, name))
			return nil
		}
		return classify(fsys, filepath.Join(dir, SnapshotsName, name), &memgraph, &foreign)
	})
	if err != nil {
		return c, err
	}
	err = eachFile(fsys, filepath.Join(dir, LogName), func(name string) error {
		if stem, ok := strings.CutSuffix(name, segmentEnd); ok && len(stem) == 20 {
			c.segments++
			return wantKind(fsys, filepath.Join(dir, LogName, name), isFile)
		}
		if name == spareName || strings.HasPrefix(name, ".") {
			return nil
		}
		return classify(fsys, filepath.Join(dir, LogName, name), &memgraph, &foreign)
	})
	if err != nil {
		return c, err
	}
	slices.SortFunc(c.snapshots, func(a, b string) int { return cmp.Compare(b, a) })
	if len(memgraph) > 0 {
		return c, &ForeignFilesError{Dir: dir, Files: memgraph, Owner: memgraphOwner}
	}
	if len(foreign) > 0 {
		return c, &ForeignFilesError{Dir: dir, Files: foreign}
	}
	return c, nil
}

// checkKind checks that a name on the top is a folder or a file as it must be.
func checkKind(fsys vfs.FS, dir, name string) error {
	switch name {
	case SnapshotsName, LogName, retention.QuarantineName, BackupName:
		return wantKind(fsys, filepath.Join(dir, name), isFolder)
	case identityName, retention.LockName:
		return wantKind(fsys, filepath.Join(dir, name), isFile)
	}
	return nil
}

// wantKind checks that a path is a folder or a file, and no symbolic link to one.
func wantKind(fsys vfs.FS, path, want string) error {
	info, err := fsys.Stat(path)
	if err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	is := isFile
	switch {
	case info.Link:
		is = isLink
	case info.Dir:
		is = isFolder
	}
	if is != want {
		return &WrongKindError{File: path, Is: is, Want: want}
	}
	return nil
}

// eachFile calls fn with the names in a folder; a folder that is not there has none.
func eachFile(fsys vfs.FS, folder string, fn func(name string) error) error {
	names, err := fsys.List(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	for _, name := range names {
		if err := fn(name); err != nil {
			return err
		}
	}
	return nil
}

// classify puts a file whose name is not ours to Memgraph's, if it begins as theirs do, or to
// the foreign ones. Folders and hidden files do no harm.
func classify(fsys vfs.FS, path string, memgraph, foreign *[]string) error {
	info, err := fsys.Stat(path)
	if err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	if info.Dir || strings.HasPrefix(filepath.Base(path), ".") {
		return nil
	}
	f, err := fsys.Open(path)
	if err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	magic := make([]byte, min(4, info.Size))
	err = errors.Join(vfs.ReadFullAt(f, magic, 0), f.Close())
	if err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	if m := string(magic); m == "MGsn" || m == "MGwl" {
		*memgraph = append(*memgraph, path)
		return nil
	}
	*foreign = append(*foreign, path)
	return nil
}

// fresh reports whether there is nothing of a database yet.
func (c contents) fresh() bool { return len(c.snapshots) == 0 && c.segments == 0 }
