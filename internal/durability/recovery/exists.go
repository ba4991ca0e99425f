package recovery

import (
	"path/filepath"

	"memgraphd/internal/durability/vfs"
)

// Exists reports whether a data directory holds a database, whole or not.
func Exists(fsys vfs.FS, dir string) (bool, error) {
	return vfs.Exists(fsys, filepath.Join(dir, identityName))
}

// IdentityName is the file with the identity in a data directory.
const IdentityName = identityName

// ReadIdentity returns the identity in a data directory. The error is a *IdentityError, a
// *NewerFormatError, fs.ErrNotExist, or what the file system says.
func ReadIdentity(fsys vfs.FS, dir string) (Identity, error) { return readIdentity(fsys, dir) }
