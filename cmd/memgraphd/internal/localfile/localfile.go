// Package localfile opens files of this machine that others name: those of LOAD CSV, and those of statements.
package localfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"memgraphd/internal/config"
)

// Files opens what LOAD CSV reads: regular files, within the roots if there are any.
type Files struct {
	allowed bool
	roots   []string
}

// New returns what opens files as the flags allow.
func New(c config.Query) *Files { return &Files{allowed: c.AllowLoadCSV, roots: c.FileRoots} }

// Open opens a file by its path or file:// URL.
func (f *Files) Open(name string) (io.ReadCloser, error) {
	if !f.allowed {
		return nil, errors.New("LOAD CSV is not allowed on this server: --allow-load-csv is false")
	}
	if rest, ok := strings.CutPrefix(name, "file://"); ok {
		name = rest
	} else if scheme, _, ok := strings.Cut(name, "://"); ok {
		return nil, fmt.Errorf("files are read from this server's disk, not by %s", scheme)
	}
	file, err := f.open(name)
	if err != nil {
		return nil, err
	}
	return file, nil
}

func (f *Files) open(name string) (*os.File, error) {
	if len(f.roots) == 0 {
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		if err := Regular(name, info); err != nil {
			return nil, err
		}
		return os.Open(name)
	}
	absolute, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	for _, root := range f.roots {
		file, inside, err := openWithin(root, absolute)
		if inside {
			return file, err
		}
	}
	return nil, fmt.Errorf("%s is in none of the directories that --query-file-roots names", name)
}

// openWithin opens a file below root, which no symbolic link may leave.
func openWithin(root, absolute string) (file *os.File, inside bool, err error) {
	if root, err = filepath.Abs(root); err != nil {
		return nil, false, err
	}
	relative, err := filepath.Rel(root, absolute)
	if err != nil || !filepath.IsLocal(relative) {
		return nil, false, err
	}
	dir, err := os.OpenRoot(root)
	if err != nil {
		return nil, true, err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	info, err := dir.Stat(relative)
	if err != nil {
		return nil, true, err
	}
	if err = Regular(absolute, info); err != nil {
		return nil, true, err
	}
	file, err = dir.Open(relative)
	return file, true, err
}

// Regular refuses pipes and devices, which may have no end.
func Regular(name string, info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return fmt.Errorf("%s is a directory", name)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", name)
	}
	return nil
}
