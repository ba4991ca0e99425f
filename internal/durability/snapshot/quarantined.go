package snapshot

import (
	"strconv"
	"strings"
)

// IsQuarantined reports whether a name in quarantine/ is that of a snapshot, which may
// have a number behind it there.
func IsQuarantined(name string) bool {
	at := strings.LastIndex(name, Suffix)
	if at < 0 {
		return false
	}
	name, number := name[:at+len(Suffix)], name[at+len(Suffix):]
	if number != "" {
		if _, err := strconv.ParseUint(strings.TrimPrefix(number, "."), 10, 32); err != nil || number[0] != '.' {
			return false
		}
	}
	_, _, ok := ParseName(name)
	return ok
}
