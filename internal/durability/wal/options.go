package wal

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/frame"
	"memgraphd/internal/durability/vfs"
)

// Defaults and bounds of Options.
const (
	segmentBytesDefault = 64 << 20
	segmentBytesMin     = 1 << 10
	queueBytesDefault   = 64 << 20
	idlePromiseDefault  = 100 * time.Millisecond

	// syncInterval bounds how long a written record stays unsynced with FlushEvery > 1.
	syncInterval = time.Second
)

// Options says where the log is and how it works.
type Options struct {
	// FS is the file system. Required.
	FS vfs.FS
	// Dir is the directory of the segments; Open makes it. Required.
	Dir string
	// SegmentBytes is the size at which a new segment begins; 0 means 64 MiB, and less
	// than 1 KiB is refused. A record larger than that has a segment of its own.
	SegmentBytes int64
	// FlushEvery is how many records are written between two syncs; 0 means 1. With 1 a
	// record is acknowledged when it is durable. With more it is acknowledged when it
	// is written, and durable a second later at most: the end of the process loses
	// nothing, a power cut up to a second.
	FlushEvery int
	// SpareMax is how many zeroed files are kept for future segments; 0 means 1,
	// negative none.
	SpareMax int
	// QueueBytes bounds what Reserve gives out at one time; 0 means 64 MiB.
	QueueBytes int64
	// IdlePromise is the time without a record after which a promise is written; 0
	// means 100 ms.
	IdlePromise time.Duration
	// Database is written into every segment, and a segment of another database is
	// refused. Zero means: that of the first segment.
	Database [16]byte
	// Now is the clock. Required by Open.
	Now func() time.Time
	// Log hears of what nobody waits for; nil means nothing does.
	Log *zap.Logger
	// OnSync hears of every sync of records, one at a time and in their order; nil is allowed.
	OnSync func(SyncInfo)
	// OnSettled hears of every batch of records that is acknowledged or has failed, one at a
	// time and in their order, before any Waiter of the batch is done; nil is allowed.
	OnSettled func(Settled)
	// OnScan hears now and then, on the goroutine of Scan, how many bytes of how many were
	// read; nil is allowed.
	OnScan func(read, total int64)
	// Copied says that the directory is a copy of a log, which may end behind any segment:
	// a newest segment that is sealed is no damage. Only for Scan.
	Copied bool
	// Held begins with Hold(true) in force.
	Held bool
}

// SyncInfo describes one sync.
type SyncInfo struct {
	// Records and Bytes were written since the sync before.
	Records int
	Bytes   int64
	// Took is the time of the sync alone.
	Took time.Duration
}

// Settled is what became of records that were written together: those up to index Good are
// acknowledged, and those after it up to Last have failed with Err.
type Settled struct {
	Good, Last uint64
	Err        error
}

func (o Options) withDefaults() Options {
	if o.SegmentBytes == 0 {
		o.SegmentBytes = segmentBytesDefault
	}
	if o.FlushEvery == 0 {
		o.FlushEvery = 1
	}
	if o.SpareMax == 0 {
		o.SpareMax = 1
	}
	if o.QueueBytes == 0 {
		o.QueueBytes = queueBytesDefault
	}
	if o.IdlePromise == 0 {
		o.IdlePromise = idlePromiseDefault
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	return o
}

func (o *Options) validate() error {
	switch {
	case o.FS == nil:
		return errors.New("log options: FS is missing")
	case o.Dir == "":
		return errors.New("log options: Dir is missing")
	case o.Now == nil:
		return errors.New("log options: Now is missing")
	case o.SegmentBytes < segmentBytesMin:
		return fmt.Errorf("log options: SegmentBytes is %d, at least %d", o.SegmentBytes, segmentBytesMin)
	case o.FlushEvery < 0:
		return fmt.Errorf("log options: FlushEvery is %d, at least 1", o.FlushEvery)
	case o.QueueBytes < 0:
		return fmt.Errorf("log options: QueueBytes is %d, at least 1", o.QueueBytes)
	}
	return nil
}

// fileBytes is the size of a file that waits to become a segment.
func (o *Options) fileBytes() int64 { return o.SegmentBytes + endBytes }

func (o *Options) spareDir() string { return filepath.Join(o.Dir, spareDirName) }

// Kind says what a record holds.
type Kind = frame.Kind

// KindCommit is a committed transaction; callers may use any other kind up to KindMax.
const (
	KindCommit Kind = 1
	KindMax    Kind = 127
)

const (
	kindPromise Kind = 128
	kindSeal    Kind = 129
	kindClose   Kind = 130
)

// Record is one entry of the log.
type Record struct {
	Kind     Kind
	Index    uint64
	Term     uint64
	Timeline uint32
	Wall     int64 // microseconds since 1970-01-01 UTC
	Payload  []byte
	// Reserved is what Reserve gave for this record. It goes back when the record is
	// done.
	Reserved int64
}
