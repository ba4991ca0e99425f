package recovery

import (
	"path/filepath"

	"memgraphd/internal/durability/vfs"
)

// Exists reports whether a data directory holds a database, whole or not.
func Exists(fsys vfs.FS, dir string) (bool, error) {
	return vfs.Exists(fsys, filepath.Join(dir, identityName))
}
