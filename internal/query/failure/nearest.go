package failure

import "strings"

// nearestMax is the longest word for which a similar one is looked for.
const nearestMax = 64

// Nearest returns the candidate most like word, without regard to case, or "" if none is so
// like it that it may have been meant.
func Nearest(word string, candidates []string) string {
	if len(word) > nearestMax {
		return ""
	}
	best, bestDistance := "", max(1, len(word)/3)+1
	word = strings.ToLower(word)
	for _, c := range candidates {
		if c == "" || len(c) > nearestMax {
			continue
		}
		if d := distance(word, strings.ToLower(c)); d < bestDistance && d < max(len(word), len(c)) {
			best, bestDistance = c, d
		}
	}
	return best
}

// distance is the number of insertions, deletions, replacements and swaps of neighbours
// that make a into b.
func distance(a, b string) int {
	before, prev, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := range len(a) {
		cur[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			cur[j+1] = min(prev[j]+cost, prev[j+1]+1, cur[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				cur[j+1] = min(cur[j+1], before[j-1]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(b)]
}
