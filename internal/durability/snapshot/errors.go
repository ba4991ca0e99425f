package snapshot

import (
	"errors"
	"fmt"
	"io"
	"syscall"
)

// Format is the newest version of the file that this package reads. It writes the lowest
// that has what the image holds.
const Format = formatEnds

// formatEnds is the format that relationships need.
const formatEnds = 4

// DamagedError reports a snapshot file that cannot be used.
type DamagedError struct {
	File   string
	Offset int64
	Reason string
	Err    error // what the disk or a decoder said, if it did
}

// Error names file, offset and reason.
func (e *DamagedError) Error() string {
	text := fmt.Sprintf("snapshot %s is damaged at byte %d: %s", e.File, e.Offset, e.Reason)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *DamagedError) Unwrap() error { return e.Err }

// NewerFormatError reports a file that a newer version wrote.
type NewerFormatError struct {
	File   string
	Format uint32
}

// Error names the file and both formats.
func (e *NewerFormatError) Error() string {
	return fmt.Sprintf("snapshot %s was written by a newer version: format %d, this server reads up to %d",
		e.File, e.Format, Format)
}

// readFailure tells a file that the disk cannot give back, which counts as damage, from
// a failure that says nothing about the file.
func readFailure(name string, off int64, err error) error {
	if errors.Is(err, syscall.EIO) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return &DamagedError{File: name, Offset: off, Reason: "cannot be read", Err: err}
	}
	return fmt.Errorf("snapshot %s: %w", name, err)
}
