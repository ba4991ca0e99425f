package backup

import (
	"fmt"
	"time"
)

// Folders of a repository; see the package comment.
const (
	RepositoryName  = "repository.json"
	TimelinesFolder = "timelines/"
	SnapshotsFolder = "snapshots/"
	LogFolder       = "log/"
	ManifestsFolder = "backups/"
)

const stamp = "20060102T150405.000Z"

// TimelineName names the claim of the server that writes a timeline.
func TimelineName(timeline uint32) string {
	return fmt.Sprintf("%s%010d.json", TimelinesFolder, timeline)
}

// SnapshotName names a snapshot by the commit that it holds and the time of its making.
func SnapshotName(timeline uint32, index uint64, created time.Time) string {
	return fmt.Sprintf("%s%010d/%020d-%s.snap", SnapshotsFolder, timeline, index, created.UTC().Format(stamp))
}

// PieceName names the bytes [from, to) of the segment that begins with commit first.
func PieceName(timeline uint32, first uint64, from, to int64) string {
	return fmt.Sprintf("%s%010d/%020d/%012d-%012d.log", LogFolder, timeline, first, from, to)
}

// manifestName names the list of what belongs to a backup. id is 8 hexadecimal digits.
func manifestName(made time.Time, id string) string {
	return fmt.Sprintf("%s%s-%s.json", ManifestsFolder, made.UTC().Format(stamp), id)
}
