package expr

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/value"
)

// chunk is the number of elements that an inner batch aims at.
const chunk = batch.Size

// level is how a scope below another one is filled: the columns captured from above stand
// behind the local variables.
type level struct {
	locals   int
	captured []int
}

// frame is the batch of an inner scope and the row above that each of its rows is for.
type frame struct {
	batch   batch.Batch
	origin  []uint16
	tallies []tally // of a quantifier, by row above
}

// frame returns a scratch frame with columns for l.
func (c *Context) frame(l *level) *frame {
	f := c.frames.get()
	n := l.locals + len(l.captured)
	for len(f.batch.Columns) < n {
		f.batch.Columns = append(f.batch.Columns, batch.Vector{})
	}
	f.origin = f.origin[:0]
	return f
}

// capture fills the columns of f that come from above: a row for each of f.origin.
func (f *frame) capture(l *level, above *batch.Batch) {
	f.batch.Len, f.batch.Sel = len(f.origin), nil
	for i, slot := range l.captured {
		f.batch.Columns[l.locals+i].Gather(&above.Columns[slot], f.origin)
	}
}

// elements walks over the elements of the lists of a batch.
type elements struct {
	lists operand
	rows  []uint16
	next  int // place in rows
	skip  int // elements of that row already taken
}

// newElements checks that all rows hold lists or nulls.
func (c *Context) newElements(e Evaluator, in *batch.Batch, where token.Span, what string) (elements, error) {
	lists, err := c.load(e, in)
	if err != nil {
		return elements{}, err
	}
	rows := c.rows(in)
	for _, r := range rows {
		if x := lists.at(r); x.Kind() != value.KindList && !x.IsNull() {
			return elements{}, typeError(where, what, "a list", x)
		}
	}
	return elements{lists: lists, rows: rows}, nil
}

// list returns the list of a row; none where it is null.
func (s *elements) list(row uint16) []value.Value {
	if x := s.lists.at(row); !x.IsNull() {
		return x.AsList()
	}
	return nil
}

// fill puts the next elements into column 0 of f and captures the rest; it reports false
// at the end.
func (s *elements) fill(f *frame, l *level, above *batch.Batch) bool {
	f.origin = f.origin[:0]
	column := &f.batch.Columns[0]
	column.Reset(batch.Values, 0)
	for s.next < len(s.rows) && len(f.origin) < chunk {
		row := s.rows[s.next]
		rest := s.list(row)[s.skip:]
		n := min(len(rest), chunk-len(f.origin))
		column.Values = append(column.Values, rest[:n]...)
		for range n {
			f.origin = append(f.origin, row)
		}
		if n < len(rest) {
			s.skip += n
			break
		}
		s.next++
		s.skip = 0
	}
	f.capture(l, above)
	return len(f.origin) > 0
}
