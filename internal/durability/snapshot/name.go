package snapshot

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"memgraphd/internal/storage/change"
)

// Parts of file names.
const (
	// Suffix ends the name of every snapshot.
	Suffix = ".snap"
	// TempPrefix begins the name of a file that is being written.
	TempPrefix = "tmp-"

	nameTime = "20060102T150405.000000Z"
)

// FileName returns the name of a snapshot. Names sort by index, then by time.
func FileName(index change.Index, created time.Time) string {
	return fmt.Sprintf("%020d-%s%s", index, created.UTC().Format(nameTime), Suffix)
}

// ParseName takes a name apart, and reports whether it is that of a finished snapshot.
func ParseName(name string) (index change.Index, created time.Time, ok bool) {
	stem, found := strings.CutSuffix(name, Suffix)
	digits, stamp, dashed := strings.Cut(stem, "-")
	if !found || !dashed || len(digits) != 20 {
		return 0, time.Time{}, false
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		return 0, time.Time{}, false
	}
	created, err = time.Parse(nameTime, stamp)
	if err != nil || FileName(change.Index(n), created) != name {
		return 0, time.Time{}, false
	}
	return change.Index(n), created, true
}
