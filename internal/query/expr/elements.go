package expr

import (
	"unsafe"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/function"
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

	reserved int64 // bytes accounted for in this statement
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
func (f *frame) capture(c *Context, l *level, above *batch.Batch) error {
	bytes := int64(len(f.origin)) * int64(l.locals+len(l.captured)) * int64(unsafe.Sizeof(value.Value{}))
	if grown := bytes - f.reserved; grown > 0 && c.Budget != nil {
		if err := c.Budget.Reserve(grown); err != nil {
			return function.LimitReached(err)
		}
		c.held += grown
		f.reserved = bytes
	}
	f.batch.Len, f.batch.Sel = len(f.origin), nil
	for i, slot := range l.captured {
		f.batch.Columns[l.locals+i].Gather(&above.Columns[slot], f.origin)
	}
	return nil
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

// each calls do for one inner batch in f after the other, until all elements were in one.
// Between them it looks whether the statement has been interrupted.
func (s *elements) each(c *Context, f *frame, l *level, above *batch.Batch, do func() error) error {
	for s.fill(f) {
		if err := c.Check(); err != nil {
			return err
		}
		if err := f.capture(c, l, above); err != nil {
			return err
		}
		step := c.mark()
		if err := do(); err != nil {
			return err
		}
		c.release(step)
	}
	return nil
}

// fill puts the next elements into column 0 of f; it reports false at the end.
func (s *elements) fill(f *frame) bool {
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
	return len(f.origin) > 0
}
