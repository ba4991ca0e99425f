package inspect

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
	"time"

	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
)

// Kind says what a file is.
type Kind string

// The kinds of files.
const (
	KindSegment  Kind = "segment"  // of the log
	KindSnapshot Kind = "snapshot" // an image of the graph
	KindIdentity Kind = "identity" // database.json
)

// ErrUnknown means that a file is none that this program writes.
var ErrUnknown = errors.New("is no file of a database: neither a segment of the log, nor a snapshot, nor a database.json")

// File is what a file says of itself. Fields that its kind does not have are zero.
type File struct {
	Name     string     `json:"file"`
	Kind     Kind       `json:"kind"`
	Bytes    int64      `json:"bytes"`
	Format   uint32     `json:"format,omitempty"`
	Database string     `json:"database,omitempty"`
	Timeline uint32     `json:"timeline,omitempty"` // the newest one in it
	Made     *time.Time `json:"made,omitempty"`

	// Of a segment: the commits that are in it. Of a snapshot: LastCommit is the one that
	// it holds.
	FirstCommit uint64     `json:"first_commit,omitempty"`
	LastCommit  uint64     `json:"last_commit,omitempty"`
	FirstTime   *time.Time `json:"first_time,omitempty"`
	LastTime    *time.Time `json:"last_time,omitempty"`
	Commits     int64      `json:"commits,omitempty"`
	UsedBytes   int64      `json:"used_bytes,omitempty"`
	// State of a segment: "sealed", "closed in good order", "open" or "torn".
	State string `json:"state,omitempty"`
	Torn  string `json:"torn,omitempty"` // what a crash has left at its end

	Nodes         uint64 `json:"nodes,omitempty"`
	Relationships uint64 `json:"relationships,omitempty"`
	Names         uint64 `json:"names,omitempty"`   // of labels, types and keys
	Entries       uint64 `json:"entries,omitempty"` // of the catalogue: indexes, constraints, settings

	// Of a sealed piece of the log: the bytes [From, To) of the segment that begins with
	// commit Segment; UsedBytes are those of the file.
	Segment   uint64 `json:"segment,omitempty"`
	From      int64  `json:"from,omitempty"`
	To        int64  `json:"to,omitempty"`
	Encrypted bool   `json:"encrypted,omitempty"`

	// Of an identity.
	Reached   uint64 `json:"reached,omitempty"`
	Parent    uint32 `json:"parent_timeline,omitempty"`
	Forked    uint64 `json:"forked_after,omitempty"`
	Recovered string `json:"recovered_to,omitempty"`

	// Damage is what is wrong with it; "" where nothing is.
	Damage string `json:"damage,omitempty"`

	chainBefore, chain uint32 // of a segment
}

// Describe reads a whole file, proves every checksum, and says what it holds. Damage is
// told in the result, as far as the file can be read at all.
func Describe(ctx context.Context, fsys vfs.FS, name string) (File, error) {
	kind, err := kindOf(fsys, name)
	if err != nil {
		return File{}, err
	}
	switch kind {
	case KindSegment:
		return describeSegment(ctx, fsys, name)
	case KindSnapshot:
		return describeSnapshot(ctx, fsys, name)
	case KindIdentity:
		return describeIdentity(fsys, name)
	case KindPieceObject, KindSnapshotObject, KindJSONObject: // of a repository, see DescribeObject
	}
	return File{}, fmt.Errorf("%s %w", name, ErrUnknown)
}

const beginningBytes = 16

// kindOf looks at the beginning of a file, or where that is damaged at its name; "" is
// neither.
func kindOf(fsys vfs.FS, name string) (Kind, error) {
	info, err := fsys.Stat(name)
	if err != nil {
		return "", err
	}
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	beginning := make([]byte, min(info.Size, beginningBytes))
	err = vfs.ReadFullAt(f, beginning, 0)
	if errors.Is(err, syscall.EIO) {
		err = nil // the name has to do, and the reading will tell
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", err
	}
	base := filepath.Base(name)
	_, _, named := snapshot.ParseName(base)
	switch {
	case wal.IsSegment(beginning):
		return KindSegment, nil
	case snapshot.IsSnapshot(beginning) || named:
		return KindSnapshot, nil
	case base == recovery.IdentityName:
		return KindIdentity, nil
	case filepath.Ext(base) == segmentSuffix:
		return KindSegment, nil
	}
	return "", nil
}

func describeSegment(ctx context.Context, fsys vfs.FS, name string) (File, error) {
	out := File{Name: name, Kind: KindSegment}
	var first, last int64
	got, err := wal.Examine(fsys, name, func(r wal.Record) error {
		if first == 0 {
			first = r.Wall
		}
		last = r.Wall
		out.Timeline = max(out.Timeline, r.Timeline)
		return ctx.Err()
	})
	out.Bytes, out.UsedBytes, out.Format = got.Bytes, got.Used, got.Version
	out.FirstCommit, out.Commits = got.First, got.Records
	out.chainBefore, out.chain = got.ChainBefore, got.Chain
	if got.Version > 0 {
		out.Database, out.Made = hex.EncodeToString(got.Database[:]), moment(got.Born)
	}
	if got.Records > 0 {
		out.LastCommit, out.FirstTime, out.LastTime = got.Last, moment(first), moment(last)
	}
	switch {
	case got.Sealed:
		out.State = "sealed"
	case got.Clean:
		out.State = "closed in good order"
	case got.Tail != nil:
		out.State, out.Torn = "torn", got.Tail.String()
	case err == nil:
		out.State = "open"
	}
	return out.damaged(err)
}

func describeSnapshot(ctx context.Context, fsys vfs.FS, name string) (out File, err error) {
	out = File{Name: name, Kind: KindSnapshot, Bytes: size(fsys, name)}
	f, err := snapshot.Open(fsys, name)
	if err != nil {
		return out.damaged(err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	h, counts := f.Header(), f.Counts()
	out.Format, out.Database, out.Timeline = h.Format, hex.EncodeToString(h.Database[:]), h.Timeline
	out.LastCommit, out.Made = uint64(h.Index), moment(h.Wall)
	out.Nodes, out.Relationships, out.Names, out.Entries = counts.Nodes, counts.Edges, counts.Names, counts.Entries
	return out.damaged(f.Verify(ctx, verifyWorkers))
}

// verifyWorkers is how many blocks of a snapshot are checked at once.
const verifyWorkers = 4

func describeIdentity(fsys vfs.FS, name string) (File, error) {
	out := File{Name: name, Kind: KindIdentity, Bytes: size(fsys, name)}
	id, err := recovery.ReadIdentity(fsys, filepath.Dir(name))
	if err != nil {
		return out.damaged(err)
	}
	out.Database, out.Timeline, out.Made = hex.EncodeToString(id.Database[:]), id.Timeline, &id.Created
	out.Reached, out.Parent, out.Forked, out.Recovered = uint64(id.Reached), id.Parent, uint64(id.Forked), id.Recovered
	return out, nil
}

// damaged notes an error that says that the file is damaged; another one is returned.
func (f File) damaged(err error) (File, error) {
	if IsDamage(err) {
		f.Damage = err.Error()
		return f, nil
	}
	return f, err
}

// IsDamage tells whether an error says that a file is damaged.
func IsDamage(err error) bool {
	var (
		segment  *wal.DamageError
		image    *snapshot.DamagedError
		identity *recovery.IdentityError
	)
	return errors.As(err, &segment) || errors.As(err, &image) || errors.As(err, &identity)
}

// moment turns microseconds since 1970 into a time; 0 is none.
func moment(micros int64) *time.Time {
	if micros == 0 {
		return nil
	}
	t := time.UnixMicro(micros).UTC()
	return &t
}
