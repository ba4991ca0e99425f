package restore

import (
	"context"
	"slices"
	"time"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/storage/change"
)

// foresee says how far a way leads, by the headers of its pieces, from the last one back.
// Where the moment that was asked for lies within a piece, it says what is reached at least.
func (j *job) foresee(ctx context.Context, w way) error {
	for _, l := range slices.Backward(w.legs) {
		for i := range slices.Backward(l.segments) {
			pieces, _ := l.segments[i].cover()
			for _, p := range slices.Backward(pieces) {
				h, err := object.ReadHeader(ctx, j.o.From, p.name)
				if err != nil {
					return err
				}
				if j.foreseen(&h, l.until) {
					return nil
				}
			}
		}
	}
	return nil
}

// foreseen notes how far a piece leads; it reports false where that is not to the target.
func (j *job) foreseen(h *object.Header, until change.Index) bool {
	first, last := change.Index(h.FirstCommit), change.Index(h.LastCommit)
	moment := j.target.Time
	if first == 0 || until > 0 && first > until || !moment.IsZero() && h.FirstTime.After(moment) {
		return false
	}
	r := &j.report
	switch {
	case !moment.IsZero() && h.LastTime.After(moment):
		r.Commit, r.Time = max(r.Commit, first), h.FirstTime
	case until > 0 && last > until:
		r.Commit, r.Time = until, time.Time{}
	default:
		r.Commit, r.Time = max(r.Commit, last), h.LastTime
	}
	return true
}
