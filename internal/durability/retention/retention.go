package retention

import (
	"cmp"
	"slices"

	"memgraphd/internal/storage/change"
)

// Snapshot is what Decide has to know of a snapshot file.
type Snapshot struct {
	Path  string
	Index change.Index
	Good  bool // it was read and verified
}

// Segment is what Decide has to know of a segment of the log.
type Segment struct {
	First  change.Index
	Last   change.Index
	Sealed bool
}

// Plan is what may go.
type Plan struct {
	Snapshots  []string       // paths to delete, oldest first
	Quarantine []string       // paths to move to quarantine/
	Segments   []change.Index // first indexes of the segments to give back, oldest first
	Oldest     change.Index   // of the oldest snapshot kept, 0 if there is none
}

// Empty reports whether there is nothing to do.
func (p Plan) Empty() bool { return len(p.Snapshots)+len(p.Quarantine)+len(p.Segments) == 0 }

// Decide says what may go where the newest keep good snapshots stay.
func Decide(keep int, snapshots []Snapshot, segments []Segment) Plan {
	newest := slices.Clone(snapshots)
	slices.SortFunc(newest, func(a, b Snapshot) int {
		return cmp.Or(cmp.Compare(b.Index, a.Index), cmp.Compare(b.Path, a.Path))
	})
	var p Plan
	kept := 0
	for _, s := range newest {
		switch {
		case !s.Good:
			p.Quarantine = append(p.Quarantine, s.Path)
		case kept < max(1, keep):
			kept++
			p.Oldest = s.Index
		default:
			p.Snapshots = append(p.Snapshots, s.Path)
		}
	}
	slices.Reverse(p.Snapshots)
	slices.Reverse(p.Quarantine)
	if kept < max(1, keep) {
		return p
	}
	oldest := slices.Clone(segments)
	slices.SortFunc(oldest, func(a, b Segment) int { return cmp.Compare(a.First, b.First) })
	for _, s := range oldest {
		if !s.Sealed || s.Last > p.Oldest {
			break
		}
		p.Segments = append(p.Segments, s.First)
	}
	return p
}
