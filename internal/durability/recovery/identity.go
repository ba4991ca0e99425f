package recovery

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"

	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage/change"
)

// Identity says which database a directory holds.
type Identity struct {
	Database [16]byte
	Created  time.Time
	Timeline uint32
	Log      bool // there is a log
	// Reached is a commit that the log held durably at some time: a log that ends before
	// it has lost something.
	Reached change.Index
	// Parent is the timeline that this one left behind the commit Forked; 0: none, it began
	// with a graph that came from elsewhere, or with nothing.
	Parent uint32
	Forked change.Index
	// Recovered is the moment that the directory was taken back to at a start, as the operator
	// wrote it, so that it happens once; "": none.
	Recovered string
}

// Next returns the identity with which the timeline after this one, and after newest, begins
// behind a commit: without a log.
func (id Identity) Next(newest uint32, forked change.Index) Identity {
	next := id
	next.Parent, next.Forked = id.Timeline, forked
	next.Timeline, next.Log, next.Reached = max(id.Timeline, newest)+1, false, 0
	return next
}

const (
	identityFormat  = 1
	identitySizeMax = 1 << 16
)

// identityFile is the first line of the file.
type identityFile struct {
	Format   int       `json:"format"`
	Database string    `json:"database"`
	Created  time.Time `json:"created"`
	Timeline uint32    `json:"timeline"`
	Log      bool      `json:"log"`
	Reached  uint64    `json:"reached,omitempty"`
	Parent   uint32    `json:"parent,omitempty"`
	Forked   uint64    `json:"forked,omitempty"`

	Recovered string `json:"recovered,omitempty"`
}

// newIdentity draws the identity of a new database.
func newIdentity(now time.Time) Identity {
	id := Identity{Created: now.UTC().Truncate(time.Second), Timeline: 1}
	if _, err := rand.Read(id.Database[:]); err != nil {
		panic("recovery: the system has no random numbers: " + err.Error())
	}
	return id
}

// readIdentity returns the identity in a data directory, or fs.ErrNotExist.
func readIdentity(fsys vfs.FS, dir string) (Identity, error) {
	name := filepath.Join(dir, identityName)
	data, err := vfs.ReadFile(fsys, name, identitySizeMax)
	if errors.Is(err, fs.ErrNotExist) {
		return Identity{}, err
	}
	if isReadFailure(err) || errors.Is(err, vfs.ErrTooLarge) {
		return Identity{}, &IdentityError{File: name, Reason: "cannot be read: " + err.Error()}
	}
	if err != nil {
		return Identity{}, fmt.Errorf("identity of the database: %w", err)
	}
	line, sum, _ := strings.Cut(string(data), "\n")
	if sum != fmt.Sprintf("%016x\n", xxhash.Sum64String(line)) {
		return Identity{}, &IdentityError{File: name, Reason: "is damaged: its checksum does not fit"}
	}
	var f identityFile
	if err = json.Unmarshal([]byte(line), &f); err != nil {
		return Identity{}, &IdentityError{File: name, Reason: "is damaged: " + err.Error()}
	}
	if f.Format > identityFormat {
		return Identity{}, &NewerFormatError{File: name, Format: f.Format, Supported: identityFormat}
	}
	database, err := hex.DecodeString(f.Database)
	if err != nil || len(database) != 16 || f.Format != identityFormat {
		return Identity{}, &IdentityError{File: name, Reason: "is damaged: its fields make no sense"}
	}
	return Identity{
		Database: [16]byte(database), Created: f.Created, Timeline: f.Timeline, Log: f.Log, Reached: change.Index(f.Reached),
		Parent: f.Parent, Forked: change.Index(f.Forked), Recovered: f.Recovered,
	}, nil
}

// WriteIdentity makes id the identity of a data directory.
func WriteIdentity(fsys vfs.FS, dir string, id Identity) error {
	line, err := json.Marshal(identityFile{
		Format: identityFormat, Database: hex.EncodeToString(id.Database[:]),
		Created: id.Created, Timeline: id.Timeline, Log: id.Log, Reached: uint64(id.Reached),
		Parent: id.Parent, Forked: uint64(id.Forked), Recovered: id.Recovered,
	})
	if err != nil {
		return fmt.Errorf("identity of the database: %w", err)
	}
	temp := filepath.Join(dir, identityTemp)
	if err := vfs.WriteFileSync(fsys, temp, fmt.Appendf(line, "\n%016x\n", xxhash.Sum64(line))); err != nil {
		return fmt.Errorf("identity of the database: %w", err)
	}
	if err := fsys.Rename(temp, filepath.Join(dir, identityName)); err != nil {
		return fmt.Errorf("identity of the database: %w", err)
	}
	if err := fsys.SyncDir(dir); err != nil {
		return fmt.Errorf("identity of the database: %w", err)
	}
	return nil
}
