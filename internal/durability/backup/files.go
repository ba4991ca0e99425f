package backup

import (
	"errors"
	"fmt"
	"io"

	"memgraphd/internal/durability/vfs"
)

// OpenFile reads a file of the data directory dir from an offset on, up to its Bytes. One
// that ends before that fails at once.
func OpenFile(fsys vfs.FS, dir string, file SourceFile, offset int64) (io.ReadCloser, error) {
	if err := file.Check(); err != nil {
		return nil, err
	}
	if offset < 0 || offset > file.Bytes {
		return nil, fmt.Errorf("%s: offset %d of %d bytes", file.Name, offset, file.Bytes)
	}
	f, err := fsys.Open(file.path(dir))
	if err != nil {
		return nil, err
	}
	size, err := f.Size()
	if err == nil && size < file.Bytes {
		err = fmt.Errorf("%s has %d bytes, %d are meant: %w", f.Name(), size, file.Bytes, io.ErrUnexpectedEOF)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &section{Reader: io.NewSectionReader(f, offset, file.Bytes-offset), Closer: f}, nil
}

// section is a part of an open file.
type section struct {
	io.Reader
	io.Closer
}
