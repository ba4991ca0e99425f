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
	V41 = Version{4, 1}
	V42 = Version{4, 2}
	V43 = Version{4, 3}
	V44 = Version{4, 4}
	V50 = Version{5, 0}
	V51 = Version{5, 1}
	V52 = Version{5, 2}
	V53 = Version{5, 3}
	V54 = Version{5, 4}
	V56 = Version{5, 6}
	V57 = Version{5, 7}
	V58 = Version{5, 8}
	V60 = Version{6, 0}
)

// Supported returns what the server speaks, highest first.
func Supported() []Version {
	return []Version{V60, V58, V57, V56, V54, V53, V52, V51, V50, V44, V43, V42, V41}
}

// String returns major.minor.
func (v Version) String() string {
	return strconv.Itoa(int(v.Major)) + "." + strconv.Itoa(int(v.Minor))
}

// Compare orders versions.
func (v Version) Compare(w Version) int {
	return cmp.Or(cmp.Compare(v.Major, w.Major), cmp.Compare(v.Minor, w.Minor))
}

// AtLeast reports whether v is w or later.
func (v Version) AtLeast(w Version) bool {
	return v.Major > w.Major || v.Major == w.Major && v.Minor >= w.Minor
}
