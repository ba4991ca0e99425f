package wal

import (
	"errors"
	"fmt"
)

// What Log's methods fail with.
var (
	// ErrPoisoned means that a sync, or the repair of a write, has failed. Nothing will
	// be acknowledged until a new start has read the log.
	ErrPoisoned = errors.New("log has stopped after a failed sync")
	// ErrClosed means that Close was called.
	ErrClosed = errors.New("log is closed")
	// ErrHeld means that files may not be removed at present.
	ErrHeld = errors.New("log files are held")
	// ErrOrder means that an index is not greater than the one before it.
	ErrOrder = errors.New("record out of order")
	// ErrRecord means that a record cannot be written: its kind or size is out of bounds.
	ErrRecord = errors.New("record out of bounds")
)

// DamageError says that something that was durable cannot be read any more.
type DamageError struct {
	File   string
	Offset int64
	// First and Last are the indexes at risk; Last is 0 where it is not known.
	First, Last uint64
	Reason      string
}

// Error tells place, reason and what is at risk.
func (e *DamageError) Error() string {
	risk := fmt.Sprintf("from %d", e.First)
	if e.Last >= e.First {
		risk = fmt.Sprintf("%d to %d", e.First, e.Last)
	}
	return fmt.Sprintf("log is damaged: %s at offset %d: %s; commits at risk: %s", e.File, e.Offset, e.Reason, risk)
}

// GapError says that the log does not hold all records from the one that was asked for.
type GapError struct {
	File string
	// Want is the first index that is missing, First the next one that is there.
	Want, First uint64
}

// Error tells what is missing.
func (e *GapError) Error() string {
	return fmt.Sprintf("log has a gap: commits %d to %d are in no file before %s", e.Want, e.First-1, e.File)
}

// VersionError says that a file was written by a newer version of this program.
type VersionError struct {
	File         string
	Version, Max uint32
}

// Error tells both versions.
func (e *VersionError) Error() string {
	return fmt.Sprintf("%s was written by a newer version: log format %d, this server reads up to %d",
		e.File, e.Version, e.Max)
}

// ForeignError says that a file is not part of this log.
type ForeignError struct {
	File   string
	Reason string
}

// Error tells why.
func (e *ForeignError) Error() string { return fmt.Sprintf("%s: %s", e.File, e.Reason) }

// TailReport says what a crash has left at the end of the log. Nothing of it was ever
// known to be durable.
type TailReport struct {
	File   string
	Offset int64
	// Bytes reaches from Offset to the last byte that is not zero.
	Bytes  int64
	Reason string
}

// String tells all of it.
func (r *TailReport) String() string {
	return fmt.Sprintf("%s: %d bytes at offset %d are the torn end of the log: %s", r.File, r.Bytes, r.Offset, r.Reason)
}
