// Package spelling finds the known name that is most like one that nobody knows, for the
// errors that ask whether that was meant.
package spelling

import "strings"

// maxLength is the longest name, in bytes, for which a similar one is looked for.
const maxLength = 64

// Nearest returns the known name with the fewest edits from name, letters of either case
// being the same, or "" if none is so like it that it may have been meant.
func Nearest(name string, known []string) string {
	if len(name) > maxLength {
		return ""
	}
	name = strings.ToLower(name)
	var t table
	best, least := "", max(1, len(name)/3)+1
	for _, candidate := range known {
		longer := len(candidate) - len(name)
		if candidate == "" || len(candidate) > maxLength || max(longer, -longer) >= least {
			continue
		}
		if n := t.edits(name, strings.ToLower(candidate)); n < least && n < max(len(name), len(candidate)) {
			best, least = candidate, n
		}
	}
	return best
}

// Edits counts the insertions, deletions, replacements and swaps of neighbours that turn a
// into b, as far as both are names of a usual length; others are as far apart as can be.
func Edits(a, b string) int {
	if max(len(a), len(b)) > maxLength {
		return max(len(a), len(b))
	}
	var t table
	return t.edits(a, b)
}

// table holds the last three rows of the table of edit distances.
type table [3][maxLength + 1]int

func (t *table) edits(a, b string) int {
	before, last, row := &t[0], &t[1], &t[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
