package restore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage/change"
)

// A snapshot is named by the clock. Where the clock was set back before it was made, that time
// is earlier than those of commits that it holds, and only the records of the log tell.

// answer is what the log says of a commit and a moment.
type answer uint8

const (
	unknown answer = iota // the log does not have the commit
	notLater
	perhaps // only the records tell
	later
)

// tooLate reports whether a snapshot holds a commit that is later than the time that was
// asked for, whatever time it is named by.
func (j *job) tooLate(ctx context.Context, img image) (bool, error) {
	said, err := j.lateness(ctx, img)
	if said == later {
		j.o.Log.Warn("a snapshot is passed over: it holds commits that are later than the time in its name, for the clock was set back",
			zap.String("snapshot", img.name), zap.Uint64("commit", uint64(img.index)), zap.Time("named", img.before))
	}
	return said == later, err
}

// lateness asks the log whether a snapshot holds a commit that is later than the target; the
// records of it, which have to be fetched, are only asked where something may be written.
func (j *job) lateness(ctx context.Context, img image) (answer, error) {
	if j.target.Time.IsZero() || img.name == "" || img.index == 0 {
		return unknown, nil
	}
	timeline := img.timeline
	for b := j.v.branches[timeline]; b.parent != 0 && b.parent < timeline && img.index <= b.forked; b = j.v.branches[timeline] {
		timeline = b.parent
	}
	log := j.v.logs[timeline]
	at := len(log) - 1
	for at >= 0 && log[at].first > uint64(img.index) {
		at--
	}
	if at < 0 {
		return unknown, nil
	}
	said, err := j.byHeaders(ctx, &log[at], img.index)
	if err != nil || said == notLater || said == later || j.o.FS == nil || j.o.Mode == ModePlan {
		return said, err
	}
	return j.byRecords(ctx, leg{timeline: timeline, segments: log[at : at+1]}, img.index)
}

// byHeaders asks the headers of a segment's pieces. What cannot be read says nothing: the
// restore will name it if it is needed.
func (j *job) byHeaders(ctx context.Context, s *segment, index change.Index) (answer, error) {
	if s.path != "" || j.o.From == nil {
		return unknown, nil
	}
	pieces, _ := s.cover()
	// The last piece that begins with the commit or one before it.
	found, low, high := object.Header{}, 0, len(pieces)
	for low < high {
		mid := (low + high) / 2
		at, h := mid, object.Header{}
		for ; at >= low; at-- { // pieces without a whole commit have no times
			var err error
			if h, err = object.ReadHeader(ctx, j.o.From, pieces[at].name); err != nil {
				return unknown, context.Cause(ctx)
			}
			if h.FirstCommit != 0 {
				break
			}
		}
		switch {
		case at < low:
			low = mid + 1
		case h.FirstCommit <= uint64(index):
			found, low = h, mid+1
		default:
			high = at
		}
	}
	switch moment := j.target.Time; {
	case found.FirstCommit == 0:
		return unknown, nil
	case found.FirstTime.After(moment):
		return later, nil
	case !found.LastTime.After(moment):
		return notLater, nil
	case uint64(index) >= found.LastCommit:
		return later, nil
	}
	return perhaps, nil
}

// byRecords reads the segment that holds a commit.
func (j *job) byRecords(ctx context.Context, l leg, index change.Index) (said answer, err error) {
	s := newSegments(ctx, j.o.FS, j.temp, l, j.open)
	defer func() { err = errors.Join(err, s.close()) }()
	limit := j.target.Time.UnixMicro()
	_, err = wal.Scan(wal.Options{FS: s, Dir: j.temp, Database: j.v.database, Log: j.o.Log, Copied: true}, 0, func(r wal.Record) error {
		if r.Index > uint64(index) {
			return errBehind
		}
		said = notLater
		if r.Wall > limit {
			said = later
			return errBehind
		}
		return ctx.Err()
	})
	if ctx.Err() != nil {
		return unknown, context.Cause(ctx)
	}
	if _, own := errors.AsType[*tempError](err); own {
		return unknown, err
	}
	return said, nil // damage before the end of what was read is named where it is needed
}

// errBehind ends a scan.
var errBehind = errors.New("the commit is behind")

// onlyLater says that every snapshot that could lead to a time holds something later.
func (v *inventory) onlyLater(t Target) error {
	return &UnreachableError{Where: v.where, Reason: fmt.Sprintf(
		"each snapshot from before %s holds commits that are later, for the clock was set back before it was made; "+
			"ask for a commit (memgraphd inspect lists them), or for something later", t.Time.UTC().Format(time.RFC3339Nano))}
}
