package pokec

import "slices"

// Ends returns the ends of all trails of least to most relationships that start at a user: of
// paths that take no relationship twice. It enumerates them.
func (g *Graph) Ends(from uint32, least, most int) []uint32 {
	t := trails{g: g, least: least, most: most, seen: make([]bool, g.Users)}
	t.walk(from)
	var list []uint32
	for u, is := range t.seen {
		if is {
			list = append(list, uint32(u))
		}
	}
	return list
}

// trails is one enumeration.
type trails struct {
	g           *Graph
	least, most int
	taken       []uint32 // relationships of the trail
	seen        []bool   // ends
}

func (t *trails) walk(at uint32) {
	if len(t.taken) >= t.least {
		t.seen[at] = true
	}
	if len(t.taken) == t.most {
		return
	}
	first := t.g.First(at)
	for i, to := range t.g.Friends(at) {
		edge := first + uint32(i)
		if slices.Contains(t.taken, edge) {
			continue
		}
		t.taken = append(t.taken, edge)
		t.walk(to)
		t.taken = t.taken[:len(t.taken)-1]
	}
}

// Distance returns how many relationships the shortest path between two users has, all but the
// first of whose users are allowed, and how many paths there are of that length. allowed may be
// nil. A path of none is not asked for: -1 where there is no path.
func (g *Graph) Distance(from, to uint32, allowed func(u uint32) bool) (length int, count int64) {
	level, ways := []uint32{from}, map[uint32]int64{from: 1}
	reached := map[uint32]bool{from: true}
	for length = 1; len(level) > 0; length++ {
		next := map[uint32]int64{}
		for _, u := range level {
			for _, v := range g.Friends(u) {
				if !reached[v] && (allowed == nil || allowed(v)) {
					next[v] += ways[u]
				}
			}
		}
		level = level[:0]
		for v := range next {
			reached[v] = true
			level = append(level, v)
		}
		if n := next[to]; n > 0 {
			return length, n
		}
		ways = next
	}
	return -1, 0
}

// Mutual returns the friends of a user who name him too.
func (g *Graph) Mutual(u uint32) []uint32 {
	var list []uint32
	for _, v := range g.Friends(u) {
		if _, is := slices.BinarySearch(g.Friends(v), u); is {
			list = append(list, v)
		}
	}
	return list
}

// Triangles returns how many paths of three relationships lead from a user back to him.
func (g *Graph) Triangles(u uint32) int64 {
	n := int64(0)
	for _, v := range g.Friends(u) {
		for _, w := range g.Friends(v) {
			if _, is := slices.BinarySearch(g.Friends(w), u); is && w != u {
				n++
			}
		}
	}
	return n
}
