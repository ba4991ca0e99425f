package backup

import (
	"context"

	"memgraphd/internal/durability/object"
)

// Pieces are those of one segment.
type Pieces []PieceRange

// Furthest returns the piece that reaches furthest of those that hold byte at.
func (p Pieces) Furthest(at int64) (best PieceRange, ok bool) {
	for _, one := range p {
		if one.From <= at && one.To > max(at, best.To) {
			best, ok = one, true
		}
	}
	return best, ok
}

// Cover returns the pieces that together hold bytes [from, to), in order, and the first
// byte that none holds: to, where they hold all.
func (p Pieces) Cover(from, to int64) (pieces Pieces, at int64) {
	at = from
	for at < to {
		one, ok := p.Furthest(at)
		if !ok {
			return pieces, at
		}
		pieces, at = append(pieces, one), one.To
	}
	return pieces, to
}

// listPieces returns the pieces of the log of a timeline, by the first commit of their
// segment. Names that are none of a piece are passed over: they may be of a later version.
func listPieces(ctx context.Context, s object.Store, timeline uint32) (map[uint64]Pieces, error) {
	all := map[uint64]Pieces{}
	err := s.List(ctx, TimelineLog(timeline), func(info object.Info) error {
		if p, ok := ParsePieceName(info.Name); ok {
			all[p.Segment] = append(all[p.Segment], p)
		}
		return nil
	})
	return all, err
}
