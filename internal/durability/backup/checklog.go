package backup

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/wal"
)

// contentError marks what an object holds as not being what belongs there.
type contentError struct{ err error }

// Error says what is wrong.
func (e *contentError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *contentError) Unwrap() error { return e.err }

// isContent tells whether an error is about what a whole object holds.
func isContent(err error) bool {
	_, content := errors.AsType[*contentError](err)
	_, damaged := errors.AsType[*wal.DamageError](err)
	_, foreign := errors.AsType[*wal.ForeignError](err)
	_, version := errors.AsType[*wal.VersionError](err)
	_, image := errors.AsType[*snapshot.DamagedError](err)
	_, newer := errors.AsType[*snapshot.NewerFormatError](err)
	return content || damaged || foreign || version || image || newer
}

// checkedSegment is what the good pieces of a segment give.
type checkedSegment struct {
	first  uint64
	run    wal.Run
	before uint32
	opened bool // false: it is encrypted, and nothing of the log is known but what the names say
	whole  bool // no piece begins behind a gap
}

// proves returns where the bytes go: nowhere, once some of them are missing.
func (s *checkedSegment) proves(p *wal.Prover) io.Writer {
	if s.opened {
		return p
	}
	return io.Discard
}

// log checks the pieces of a timeline and finds the stretches without a gap.
func (c *checker) log(ctx context.Context, timeline uint32) error {
	var ranges []Range
	var former *checkedSegment
	for _, first := range slices.Sorted(maps.Keys(c.logs[timeline])) {
		s, err := c.segment(ctx, timeline, first)
		if err != nil {
			return err
		}
		follows := former != nil && former.whole && former.run.Last+1 == first &&
			(former.run.Link == s.before || !former.opened || !s.opened)
		if !follows {
			ranges = append(ranges, Range{First: first, Last: first - 1})
		}
		if r := &ranges[len(ranges)-1]; s.run.Last > r.Last {
			r.Last, r.LastTime = s.run.Last, moment(s.run.LastWall)
		}
		s.run.Last = max(s.run.Last, first-1)
		former = s
	}
	c.ranges[timeline] = ranges
	return nil
}

// segment reads all pieces of a segment. One that is not good is left out, and the rest
// is put together again without it.
func (c *checker) segment(ctx context.Context, timeline uint32, first uint64) (*checkedSegment, error) {
	good := slices.Clone(c.logs[timeline][first])
	for {
		s, bad, err := c.assemble(ctx, first, good)
		if err != nil {
			return nil, err
		}
		if bad == nil {
			c.logs[timeline][first] = good
			return s, c.spares(ctx, good)
		}
		c.through(bad.Name())
		good = slices.DeleteFunc(good, func(p PieceRange) bool { return p == *bad })
	}
}

// assemble proves the segment that pieces make up. bad is a piece that is not good.
func (c *checker) assemble(ctx context.Context, first uint64, pieces Pieces) (s *checkedSegment, bad *PieceRange, err error) {
	s = &checkedSegment{first: first, opened: true}
	prover := wal.NewProver(SegmentFile(first, 0).Name, first, c.report.Database)
	at, end := int64(0), int64(0)
	for _, p := range pieces {
		end = max(end, p.To)
	}
	for at < end {
		p, ok := pieces.Furthest(at)
		if !ok {
			break
		}
		h, opened, err := c.read(ctx, p.Name(), s.proves(prover), at-p.From)
		if err == nil && (h.Kind != object.KindPiece || h.Timeline != p.Timeline || h.Segment != p.Segment || h.From != p.From || h.To != p.To) {
			err = errExchanged
		}
		if err == nil && opened && s.opened && prover.Loose() != 0 {
			err = &contentError{errors.New("it ends within a frame of the log")}
		}
		if errors.Is(err, object.ErrNotFound) {
			return nil, &p, nil
		}
		if err != nil {
			return nil, &p, c.excuse(p.Name(), err)
		}
		s.opened = s.opened && opened
		if !s.opened && h.LastCommit != 0 {
			s.run.Last, s.run.LastWall = h.LastCommit, h.LastTime.UnixMicro()
		}
		at = p.To
	}
	s.whole = at == end
	if s.opened {
		s.run, s.before = prover.Next(), prover.Before()
	}
	return s, nil, nil
}

// spares reads the pieces that were not needed, and counts all.
func (c *checker) spares(ctx context.Context, pieces Pieces) error {
	for _, p := range pieces {
		if _, proved := c.proved[p.Name()]; !proved {
			h, sealed, err := object.Verify(ctx, c.store, p.Name(), c.o.Keys)
			if err == nil && (h.Segment != p.Segment || h.From != p.From || h.To != p.To || h.Timeline != p.Timeline) {
				err = errExchanged
			}
			if err == nil {
				c.proved[p.Name()] = sealed
			}
			if err = c.excuse(p.Name(), err); err != nil {
				return err
			}
		}
		c.through(p.Name())
	}
	return nil
}
