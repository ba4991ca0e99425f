package codec

import (
	"errors"
	"fmt"
)

// Version is the newest format of commits and values that this package reads. It writes
// what it can in format 1, which older servers read too: see FormatOf.
const Version = 3

// DepthMax is how deep lists and maps may nest.
const DepthMax = 1000

// ErrNotStorable reports a value that has no encoding: a node, a relationship or a
// path, or lists and maps nested too deep.
var ErrNotStorable = errors.New("value cannot be stored")

// DecodeError reports bytes that do not follow the format.
type DecodeError struct {
	Offset int    // in the decoded bytes
	Reason string // what is wrong
}

// Error names the offset and the reason.
func (e *DecodeError) Error() string {
	return fmt.Sprintf("malformed at byte %d: %s", e.Offset, e.Reason)
}

// VersionError reports a format that is newer than this package.
type VersionError struct {
	Version int
}

// Error names both versions.
func (e *VersionError) Error() string {
	return fmt.Sprintf("written by a newer version: format %d, this server reads up to %d", e.Version, Version)
}
