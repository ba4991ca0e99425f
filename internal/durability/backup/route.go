package backup

import (
	"fmt"
)

// route is a way to rebuild the newest state of a source: a snapshot, or none, and the
// segments of the log that go on from it.
type route struct {
	snapshot *SourceSnapshot
	segments []SourceSegment
}

// NotWholeError reports a source that cannot be rebuilt from its files.
type NotWholeError struct {
	Oldest uint64 // commit that the log begins with; 0: there is none
}

// Error says what is missing.
func (e *NotWholeError) Error() string {
	return fmt.Sprintf("the log begins with commit %d, and no good snapshot reaches as far: run CREATE SNAPSHOT, then begin again", e.Oldest)
}

// after returns the segments that hold what comes after a commit; ok is false where there
// is a gap.
func (d *Description) after(index uint64) (segments []SourceSegment, ok bool) {
	reached := index
	for _, s := range d.Segments {
		if s.Last <= index {
			continue
		}
		if s.First > reached+1 {
			return nil, false
		}
		segments = append(segments, s)
		reached = max(reached, s.Last)
	}
	return segments, true
}

// routes returns the ways to rebuild a source, that of the newest snapshot first.
func (d *Description) routes() ([]route, error) {
	var all []route
	for i := range d.Snapshots {
		if segments, ok := d.after(d.Snapshots[i].Index); ok {
			all = append(all, route{&d.Snapshots[i], segments})
		}
	}
	if segments, ok := d.after(0); ok && (len(segments) > 0 || len(d.Snapshots) == 0) {
		all = append(all, route{nil, segments})
	}
	if len(all) > 0 {
		return all, nil
	}
	e := &NotWholeError{}
	if len(d.Segments) > 0 {
		e.Oldest = d.Segments[0].First
	}
	return nil, e
}
