package retention

import (
	"fmt"
	"path/filepath"
	"strconv"

	"memgraphd/internal/durability/vfs"
)

// QuarantineName is the folder of the data directory for files that do not verify.
const QuarantineName = "quarantine"

// quarantineMax bounds how many files of one name are looked for.
const quarantineMax = 10_000

// Quarantine moves a file there and returns its new path.
func Quarantine(fsys vfs.FS, dir, path string) (string, error) {
	folder := filepath.Join(dir, QuarantineName)
	if err := fsys.MkdirAll(folder); err != nil {
		return "", fmt.Errorf("quarantine: %w", err)
	}
	if err := fsys.SyncDir(dir); err != nil {
		return "", fmt.Errorf("quarantine: %w", err)
	}
	for n := range quarantineMax {
		to := filepath.Join(folder, filepath.Base(path))
		if n > 0 {
			to += "." + strconv.Itoa(n)
		}
		taken, err := vfs.Exists(fsys, to)
		if err != nil {
			return "", fmt.Errorf("quarantine: %w", err)
		}
		if taken {
			continue
		}
		if err := fsys.Rename(path, to); err != nil {
			return "", fmt.Errorf("quarantine: %w", err)
		}
		if err := fsys.SyncDir(folder); err != nil {
			return "", fmt.Errorf("quarantine: %w", err)
		}
		if err := fsys.SyncDir(filepath.Dir(path)); err != nil {
			return "", fmt.Errorf("quarantine: %w", err)
		}
		return to, nil
	}
	return "", fmt.Errorf("quarantine: %d files are called %s there already", quarantineMax, filepath.Base(path))
}
