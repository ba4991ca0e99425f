package restore

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"memgraphd/internal/storage/change"
)

// timelinesMax bounds how many timelines follow each other.
const timelinesMax = 10000

// leg is a stretch of log on one timeline.
type leg struct {
	timeline uint32
	until    change.Index // its last commit that counts; 0: no bound
	segments []segment
}

// way is how a target is reached from one snapshot.
type way struct {
	image image // no name: from the empty graph
	legs  []leg // in the order in which they are replayed
}

// lineage returns the target's timeline and those that it comes from, newest first, each with
// the commit at which the next one left it.
func (v *inventory) lineage(timeline uint32) ([]leg, error) {
	legs := []leg{{timeline: timeline}}
	until := change.Index(0)
	for {
		b := v.branches[timeline]
		if b.parent == 0 {
			return legs, nil
		}
		if b.parent >= timeline || len(legs) > timelinesMax {
			return nil, fmt.Errorf("%s: timeline %d says that it comes from timeline %d, which cannot be", v.where, timeline, b.parent)
		}
		if until == 0 || b.forked < until {
			until = b.forked
		}
		timeline = b.parent
		legs = append(legs, leg{timeline: timeline, until: until})
	}
}

// ways lists how a target can be reached, best first: from the newest snapshot that is not
// behind it. Later ones are for snapshots that turn out to be damaged.
func (v *inventory) ways(t Target) ([]way, error) {
	legs, err := v.lineage(t.Timeline)
	if err != nil {
		return nil, err
	}
	for len(legs) > 1 && t.Commit > 0 && t.Commit <= legs[1].until {
		legs = legs[1:]
	}
	for i := range legs {
		if t.Commit > 0 && (legs[i].until == 0 || t.Commit < legs[i].until) {
			legs[i].until = t.Commit
		}
	}
	var list []way
	for _, img := range v.images {
		at := slices.IndexFunc(legs, func(l leg) bool { return l.timeline == img.timeline })
		if at < 0 || legs[at].until > 0 && img.index > legs[at].until || !t.Time.IsZero() && img.before.After(t.Time) {
			continue
		}
		list = append(list, way{image: img, legs: v.after(legs[:at+1], img.index)})
	}
	root := legs[len(legs)-1].timeline
	if log := v.logs[root]; len(log) > 0 && log[0].first == 1 {
		list = append(list, way{legs: v.after(legs, 0)})
	}
	if len(list) == 0 {
		return nil, v.unreachable(legs, t)
	}
	return list, nil
}

// after returns the legs, oldest first, with the segments that hold what follows a commit.
func (v *inventory) after(legs []leg, index change.Index) []leg {
	var out []leg
	for _, l := range slices.Backward(legs) {
		log := v.logs[l.timeline]
		begin, _ := slices.BinarySearchFunc(log, uint64(index)+2, func(s segment, first uint64) int { return cmp.Compare(s.first, first) })
		begin = max(0, begin-1)
		end := len(log)
		for l.until > 0 && end > begin && change.Index(log[end-1].first) > l.until {
			end--
		}
		l.segments = log[min(begin, end):end]
		out = append(out, l)
	}
	return out
}

// unreachable says why nothing leads to a target, and what can be had.
func (v *inventory) unreachable(legs []leg, t Target) error {
	var oldest *image
	for i := range v.images {
		img := &v.images[i]
		on := slices.ContainsFunc(legs, func(l leg) bool { return l.timeline == img.timeline })
		if on && (oldest == nil || img.before.Before(oldest.before)) {
			oldest = img
		}
	}
	if oldest == nil {
		return &UnreachableError{Where: v.where, Reason: fmt.Sprintf("it has no snapshot of timeline %d or of those before it, and no log from commit 1 on", t.Timeline)}
	}
	return &UnreachableError{Where: v.where, Reason: fmt.Sprintf(
		"the oldest snapshot holds commit %d and was made at %s: ask for that or something later",
		oldest.index, oldest.before.UTC().Format(time.RFC3339Nano))}
}

// gaps returns an error where the names alone show that commits are missing.
func (w *way) gaps(where string) error {
	at := w.image.index
	for _, l := range w.legs {
		first := uint64(l.until) + 1
		if len(l.segments) > 0 {
			first = l.segments[0].first
		}
		if first > uint64(at)+1 && (len(l.segments) > 0 || l.until > 0) {
			return &BrokenError{
				Where: where, Reached: at,
				Err: fmt.Errorf("commits %d to %d of timeline %d are missing", at+1, first-1, l.timeline),
			}
		}
		at = max(at, l.until)
	}
	return nil
}

// holes returns an error where the names show that a segment is not whole. What stands before
// the hole can be restored all the same.
func (w *way) holes(where string) error {
	for _, l := range w.legs {
		for i := range l.segments {
			s := &l.segments[i]
			if s.path != "" {
				continue
			}
			if _, gap := s.cover(); gap >= 0 {
				return &BrokenError{Where: where, Err: s.missing(l.timeline, gap)}
			}
		}
	}
	return nil
}

// missing says which bytes of a segment no object has.
func (s *segment) missing(timeline uint32, at int64) error {
	next := s.end()
	for _, p := range s.pieces {
		if p.from > at {
			next = min(next, p.from)
		}
	}
	return fmt.Errorf("bytes %d to %d of the segment that begins with commit %d of timeline %d are in no object: an object is missing", at, next, s.first, timeline)
}
