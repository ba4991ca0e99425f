package restore

import (
	"path"
	"strconv"
	"strings"
	"time"

	"memgraphd/internal/durability/backup"
	"memgraphd/internal/storage/change"
)

// nameTime is how the time of a snapshot stands in its name. It is cut to milliseconds, so
// that the snapshot was made less than one later.
const nameTime = "20060102T150405.000Z"

// parseSnapshot takes the name of a snapshot apart.
func parseSnapshot(name string) (img image, ok bool) {
	folder, base := path.Split(strings.TrimPrefix(name, backup.SnapshotsFolder))
	timeline, err := strconv.ParseUint(strings.TrimSuffix(folder, "/"), 10, 32)
	if err != nil {
		return image{}, false
	}
	digits, stamp, dashed := strings.Cut(strings.TrimSuffix(base, ".snap"), "-")
	index, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || !dashed {
		return image{}, false
	}
	created, err := time.Parse(nameTime, stamp)
	if err != nil || backup.SnapshotName(uint32(timeline), index, created) != name {
		return image{}, false
	}
	return image{timeline: uint32(timeline), index: change.Index(index), before: created.Add(time.Millisecond), name: name}, true
}
