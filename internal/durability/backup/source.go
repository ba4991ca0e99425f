package backup

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"memgraphd/internal/durability/snapshot"
)

// Source is where a backup comes from: a running server or a directory that no server
// uses. What it has described stays until Close, or until Keep has given it up. It is
// used by one goroutine at a time, but for the readers that Open has returned.
type Source interface {
	// Describe says what there is. Each call says what there is by then.
	Describe(ctx context.Context) (Description, error)
	// Open reads a file that was described from an offset on, up to its Bytes.
	Open(ctx context.Context, file SourceFile, offset int64) (io.ReadCloser, error)
	// Close gives up everything.
	Close() error
}

// Keeper is a Source that may be told what it need not keep any longer, so that a long
// backup does not hold the disk of the server.
type Keeper interface {
	// Keep says that of the log only what begins with commit from is still needed, and of
	// the snapshots only the newest before from.
	Keep(ctx context.Context, from uint64) error
}

// Witness is a Source that is told when a backup of it was completed.
type Witness interface {
	// Completed says that a backup goes up to a commit, and is where it belongs.
	Completed(ctx context.Context, last uint64) error
}

// DatabaseID is the identity of a database; as text it has 32 hexadecimal digits.
type DatabaseID [16]byte

// String returns the digits.
func (id DatabaseID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText returns the digits.
func (id DatabaseID) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, id[:]), nil }

// UnmarshalText reads the digits.
func (id *DatabaseID) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	if err != nil || len(raw) != len(id) {
		return fmt.Errorf("%q is not the identity of a database, which has %d hexadecimal digits", text, 2*len(id))
	}
	*id = DatabaseID(raw)
	return nil
}

// Description is what a Source has.
type Description struct {
	Database DatabaseID `json:"database"`
	Timeline uint32     `json:"timeline"`
	Version  string     `json:"version,omitempty"` // of the server; empty: not known
	Taken    time.Time  `json:"taken"`
	// Server is the id of the server, which a copy of its directory does not have; empty
	// where no server runs.
	Server string `json:"server,omitempty"`
	// Last is the newest commit that is durable.
	Last uint64 `json:"last"`
	// Snapshots are those that may be good, newest first.
	Snapshots []SourceSnapshot `json:"snapshots,omitempty"`
	// Segments are those of the log, oldest first; the last one may be open.
	Segments []SourceSegment `json:"segments,omitempty"`
}

// SourceFile names a file of a Source: its path in the data directory, with slashes, and
// how many bytes of it are meant.
type SourceFile struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
}

// SourceSnapshot is a snapshot file.
type SourceSnapshot struct {
	SourceFile
	Index   uint64    `json:"index"` // the commit that it holds
	Created time.Time `json:"created"`
}

// SourceSegment is a segment of the log. Its Bytes are those that are durable: up to the
// end of its last frame, without the zeros behind it.
type SourceSegment struct {
	SourceFile
	First  uint64 `json:"first"`
	Last   uint64 `json:"last"` // First-1 while there is no record
	Sealed bool   `json:"sealed"`
}

// Folders of the data directory that a SourceFile may be in.
const (
	sourceSnapshots = "snapshots"
	sourceLog       = "wal"
	segmentSuffix   = ".wal"
	segmentDigits   = 20
)

// SnapshotFile describes a snapshot file of a data directory by its path.
func SnapshotFile(name string, bytes int64) (SourceSnapshot, bool) {
	base := path.Base(name)
	index, created, ok := snapshot.ParseName(base)
	return SourceSnapshot{
		SourceFile: SourceFile{Name: path.Join(sourceSnapshots, base), Bytes: bytes}, Index: uint64(index), Created: created,
	}, ok
}

// SegmentFile names the file of the segment that begins with a commit.
func SegmentFile(first uint64, bytes int64) SourceFile {
	return SourceFile{Name: fmt.Sprintf("%s/%0*d%s", sourceLog, segmentDigits, first, segmentSuffix), Bytes: bytes}
}

// Check reports whether a name is one that a Description may have: nothing else of a
// server's disk is ever opened.
func (f SourceFile) Check() error {
	folder, base, _ := strings.Cut(f.Name, "/")
	good := false
	switch folder {
	case sourceSnapshots:
		_, _, good = snapshot.ParseName(base)
	case sourceLog:
		stem, found := strings.CutSuffix(base, segmentSuffix)
		first, err := strconv.ParseUint(stem, 10, 64)
		good = found && err == nil && len(stem) == segmentDigits && first > 0
	}
	if !good || f.Bytes < 0 {
		return fmt.Errorf("%q with %d bytes is not a file of a database", f.Name, f.Bytes)
	}
	return nil
}

// path is the file in a data directory.
func (f SourceFile) path(dir string) string { return path.Join(dir, f.Name) }
