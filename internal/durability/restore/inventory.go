package restore

import (
	"cmp"
	"slices"
	"time"

	"memgraphd/internal/storage/change"
)

// inventory is what there is to restore from: in a repository, or in a data directory with
// the former generations that it has kept.
type inventory struct {
	where    string
	database [16]byte
	branches map[uint32]branch
	images   []image
	logs     map[uint32][]segment // by their first commit
	ends     []ending             // commits that are known to have been there
}

// branch says where a timeline comes from.
type branch struct {
	parent uint32 // 0: nowhere
	forked change.Index
}

// image is a snapshot.
type image struct {
	timeline uint32
	index    change.Index
	before   time.Time // no commit in it is later
	name     string
	bytes    int64 // as stored
}

// segment is one segment of a log, whole or in pieces.
type segment struct {
	first  uint64
	pieces []piece
	path   string // of the file; "": it is made of the pieces
	size   int64  // of the file
}

// piece is the bytes [from, to) of a segment.
type piece struct {
	name     string
	from, to int64
	bytes    int64 // as stored
}

// ending says that somebody has noted a commit, and what its objects are.
type ending struct {
	timeline uint32
	last     change.Index
	what     string
	objects  []string
}

func newInventory(where string) *inventory {
	return &inventory{where: where, branches: map[uint32]branch{}, logs: map[uint32][]segment{}}
}

// sort brings everything into the order in which it is looked for.
func (v *inventory) sort() {
	slices.SortFunc(v.images, func(a, b image) int {
		return cmp.Or(cmp.Compare(b.index, a.index), cmp.Compare(b.timeline, a.timeline), b.before.Compare(a.before))
	})
	for _, log := range v.logs {
		slices.SortFunc(log, func(a, b segment) int { return cmp.Compare(a.first, b.first) })
	}
}

// newest returns the highest timeline of which there is anything.
func (v *inventory) newest() uint32 {
	var newest uint32
	for t := range v.branches {
		newest = max(newest, t)
	}
	for t := range v.logs {
		newest = max(newest, t)
	}
	for _, img := range v.images {
		newest = max(newest, img.timeline)
	}
	return newest
}

// newestWithData returns the highest timeline that has a snapshot or a log, else newest.
func (v *inventory) newestWithData() uint32 {
	var newest uint32
	for t := range v.logs {
		newest = max(newest, t)
	}
	for _, img := range v.images {
		newest = max(newest, img.timeline)
	}
	return cmp.Or(newest, v.newest())
}

// end is how far the segment reaches.
func (s *segment) end() int64 {
	end := s.size
	for _, p := range s.pieces {
		end = max(end, p.to)
	}
	return end
}

// best returns the piece that reaches furthest of those that hold byte at, but for some.
func (s *segment) best(at int64, without map[string]error) (piece, bool) {
	var best piece
	for _, p := range s.pieces {
		if p.from <= at && p.to > max(at, best.to) && without[p.name] == nil {
			best = p
		}
	}
	return best, best.name != ""
}

// cover returns the pieces that make up the segment, and the place from which on none has
// more; -1 where they reach its end.
func (s *segment) cover() (pieces []piece, gap int64) {
	for at, end := int64(0), s.end(); at < end; {
		p, ok := s.best(at, nil)
		if !ok {
			return pieces, at
		}
		pieces, at = append(pieces, p), p.to
	}
	return pieces, -1
}
