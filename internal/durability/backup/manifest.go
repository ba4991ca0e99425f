package backup

import (
	"fmt"
	"time"
)

// Kind says what a backup was asked to be.
type Kind string

// The kinds of backups. An incremental one lists the objects that it needs beside those
// of its base.
const (
	KindFull        Kind = "full"
	KindIncremental Kind = "incremental"
)

// ManifestFormat is the format of manifests that this version writes.
const ManifestFormat = 1

// Manifest lists what belongs to a backup. It is written when all of that is there.
type Manifest struct {
	Format   int        `json:"format"`
	ID       string     `json:"id"` // 8 hexadecimal digits
	Kind     Kind       `json:"kind"`
	Base     string     `json:"base,omitempty"` // ID of the backup that an incremental one goes on from
	Database DatabaseID `json:"database"`
	Timeline uint32     `json:"timeline"`
	Version  string     `json:"version,omitempty"` // of the server; empty: not known

	Made      time.Time `json:"made"`
	Completed time.Time `json:"completed"`

	// First and Last are the commits between which every moment can be restored. Last is
	// 0 where the database was empty.
	First     uint64    `json:"first"`
	FirstTime time.Time `json:"firstTime"` // of First; zero: not known
	Last      uint64    `json:"last"`
	LastTime  time.Time `json:"lastTime"`

	// Snapshot is the name of the object that a restore begins with; empty: with the log.
	Snapshot string   `json:"snapshot,omitempty"`
	Objects  []Object `json:"objects"`

	// End is where the log of the backup ends; nil: it has none. An incremental backup that
	// found nothing new has that of its base.
	End *LogEnd `json:"end,omitempty"`

	SentObjects int      `json:"sentObjects"` // that were not there before
	SentBytes   int64    `json:"sentBytes"`
	Warnings    []string `json:"warnings,omitempty"` // what was found wrong and did not matter
}

// LogEnd is a place in a log.
type LogEnd struct {
	Segment uint64 `json:"segment"` // first commit of the segment
	To      int64  `json:"to"`      // offset in it
	Chain   uint32 `json:"chain"`   // chained checksum there; it tells histories apart
}

// Object is one of the objects of a backup.
type Object struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`  // as stored
	Raw    int64  `json:"raw"`    // of the file that it is of
	SHA256 string `json:"sha256"` // as stored, hexadecimal: the digest at its end

	// Of a snapshot: the commit that it holds.
	Index uint64 `json:"index,omitempty"`

	// Of a piece of the log: bytes [From, To) of the segment that begins with commit
	// Segment, and the records that end in it. FirstCommit is 0 where no record does.
	Segment     uint64 `json:"segment,omitempty"`
	From        int64  `json:"from,omitempty"`
	To          int64  `json:"to,omitempty"`
	FirstCommit uint64 `json:"firstCommit,omitempty"`
	LastCommit  uint64 `json:"lastCommit,omitempty"`
}

// Name is the name of the manifest's object.
func (m *Manifest) Name() string { return manifestName(m.Made, m.ID) }

// Bytes is the size of the objects that the manifest lists, as stored.
func (m *Manifest) Bytes() int64 {
	var sum int64
	for i := range m.Objects {
		sum += m.Objects[i].Bytes
	}
	return sum
}

// String says in a line which backup it is.
func (m *Manifest) String() string {
	return fmt.Sprintf("%s backup %s of %s, up to commit %d", m.Kind, m.ID, m.Made.UTC().Format(time.RFC3339), m.Last)
}
