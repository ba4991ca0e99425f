// Package spelling finds the known name that is nearest to one that nobody knows, for the
// errors that ask whether that was meant.
package spelling

import "strings"

// maxLength is the longest name, in bytes, for which a similar one is looked for.
const maxLength = 64

// Nearest returns the known name with the fewest edits from name, letters of either case
// being the same, or "" when none is near enough to be meant.
func Nearest(name string, known []string) string {
	if len(name) > maxLength {
		return ""
	}
	name = strings.ToLower(name)
	var d distances
	best, least := "", len(name)/3+1
	for _, candidate := range known {
		if gap := len(candidate) - len(name); gap > least || -gap > least || len(candidate) > maxLength {
			continue
		}
		if n := d.between(name, strings.ToLower(candidate)); n < least || n == least && best == "" {
			best, least = candidate, n
		}
	}
	return best
}

// distances holds the last three rows of the table of edit distances.
type distances [3][maxLength + 1]int

// between counts the insertions, deletions, replacements and swaps of neighbours that turn a
// into b.
func (d *distances) between(a, b string) int {
	before, last, row := &d[0], &d[1], &d[2]
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
