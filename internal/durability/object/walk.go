package object

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"syscall"
)

// errNotDirectory is what a path through a file gives.
const errNotDirectory = syscall.ENOTDIR

// depthMax bounds how deep folders are looked into: a name has no more parts.
const depthMax = nameMax / 2

// list calls fn for what has the prefix in a folder and below; folder is empty or ends
// with '/'.
func (d *directory) list(ctx context.Context, folder, prefix string, fn func(Info) error) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if strings.Count(folder, "/") > depthMax {
		return fmt.Errorf("%s in %s: folders are deeper than %d", folder, d.root, depthMax)
	}
	names, err := d.fs.List(d.path(folder))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNotDirectory) {
		return nil
	}
	if err != nil {
		return err
	}
	entries, err := d.entries(folder, names, prefix)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name, "/") {
			err = d.list(ctx, e.Name, prefix, fn)
		} else {
			err = fn(e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// entries describes what has the prefix, or may have it below, in the order of the names
// of objects: a folder has '/' at its end.
func (d *directory) entries(folder string, names []string, prefix string) ([]Info, error) {
	var found []Info
	for _, base := range names {
		name := folder + base
		if CheckName(name) != nil || !strings.HasPrefix(name, prefix) && !strings.HasPrefix(prefix, name+"/") {
			continue // not of this store, or not asked for
		}
		info, err := d.fs.Stat(d.path(name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue // removed meanwhile
		case err != nil:
			return nil, err
		case info.Dir:
			name += "/"
		case info.Link || !strings.HasPrefix(name, prefix):
			continue
		}
		found = append(found, Info{Name: name, Bytes: info.Size, Modified: info.ModTime})
	}
	slices.SortFunc(found, func(a, b Info) int { return strings.Compare(a.Name, b.Name) })
	return found, nil
}

// copyAll copies r to its end.
func copyAll(ctx context.Context, w io.Writer, r io.Reader) (int64, error) {
	buf := make([]byte, copyBytes)
	var total int64
	for {
		if err := context.Cause(ctx); err != nil {
			return total, err
		}
		n, err := r.Read(buf)
		if n > 0 {
			if _, failed := w.Write(buf[:n]); failed != nil {
				return total, failed
			}
			total += int64(n)
		}
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}
