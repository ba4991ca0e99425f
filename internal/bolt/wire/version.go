package wire

import (
	"cmp"
	"strconv"
)

// Version is a version of the Bolt protocol.
type Version struct {
	Major, Minor uint8
}

// The versions.
var (
	V44 = Version{4, 4}
	V50 = Version{5, 0}
	V51 = Version{5, 1}
	V52 = Version{5, 2}
	V53 = Version{5, 3}
	V54 = Version{5, 4}
)

// Supported returns what the server speaks, highest first.
func Supported() []Version { return []Version{V54, V53, V52, V51, V50, V44} }

// String returns major.minor.
func (v Version) String() string {
	return strconv.Itoa(int(v.Major)) + "." + strconv.Itoa(int(v.Minor))
}

// Compare orders versions.
func (v Version) Compare(w Version) int {
	return cmp.Or(cmp.Compare(v.Major, w.Major), cmp.Compare(v.Minor, w.Minor))
}

// AtLeast reports whether v is w or later.
func (v Version) AtLeast(w Version) bool { return v.Compare(w) >= 0 }
