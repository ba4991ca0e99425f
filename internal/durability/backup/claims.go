package backup

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"
)

// Formats of the objects that say whose a repository is.
const (
	RepositoryFormat = 1
	ClaimFormat      = 1
)

// Repository is the object RepositoryName: whose repository it is. Whoever comes first
// puts it; it never changes.
type Repository struct {
	Format   int        `json:"format"`
	Database DatabaseID `json:"database"`
	Created  time.Time  `json:"created"`
}

// Claim is the object TimelineName: it names the one server that archives a timeline. Who
// puts it first has the timeline for ever.
type Claim struct {
	Format   int        `json:"format"`
	Database DatabaseID `json:"database"`
	Timeline uint32     `json:"timeline"`
	Server   string     `json:"server"`         // its id, which a copy of its directory does not have
	Host     string     `json:"host,omitempty"` // for people
	Claimed  time.Time  `json:"claimed"`
	// Parent is the timeline that this one has left behind the commit Forked: what is up to
	// there is also in the parent. 0: none, the timeline begins with a snapshot of its own or
	// with nothing.
	Parent uint32 `json:"parent,omitempty"`
	Forked uint64 `json:"forked,omitempty"`
}

// ParseTimelineName returns the timeline that the name of a claim tells.
func ParseTimelineName(name string) (timeline uint32, ok bool) {
	digits, found := strings.CutSuffix(strings.TrimPrefix(name, TimelinesFolder), ".json")
	n, err := strconv.ParseUint(digits, 10, 32)
	return uint32(n), found && err == nil && n > 0 && TimelineName(uint32(n)) == name
}

// PieceRange is a range of the bytes of a segment, as the name of an object tells it.
type PieceRange struct {
	Timeline uint32
	Segment  uint64 // its first commit
	From, To int64
}

// Name is the name of the object.
func (p PieceRange) Name() string { return PieceName(p.Timeline, p.Segment, p.From, p.To) }

// ParsePieceName takes the name of a piece of the log apart.
func ParsePieceName(name string) (p PieceRange, ok bool) {
	var timeline, segment, span string
	if parts := strings.Split(strings.TrimPrefix(name, LogFolder), "/"); len(parts) == 3 {
		timeline, segment, span = parts[0], parts[1], parts[2]
	}
	from, to, _ := strings.Cut(strings.TrimSuffix(span, path.Ext(span)), "-")
	t, errTimeline := strconv.ParseUint(timeline, 10, 32)
	s, errSegment := strconv.ParseUint(segment, 10, 64)
	f, errFrom := strconv.ParseInt(from, 10, 64)
	e, errTo := strconv.ParseInt(to, 10, 64)
	if errTimeline != nil || errSegment != nil || errFrom != nil || errTo != nil || f < 0 || e <= f {
		return PieceRange{}, false
	}
	p = PieceRange{Timeline: uint32(t), Segment: s, From: f, To: e}
	return p, p.Name() == name
}

// TimelineLog is the beginning of the names of all pieces of a timeline.
func TimelineLog(timeline uint32) string { return fmt.Sprintf("%s%010d/", LogFolder, timeline) }
