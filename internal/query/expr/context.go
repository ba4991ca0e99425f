package expr

import (
	"regexp"
	"slices"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/function"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// Graph is what expressions ask of the graph.
type Graph = function.Graph

// Context is what the evaluators of one execution share. The embedded Call holds the
// graph, the budget, the clock and so on. A Context is used by one goroutine at a time.
type Context struct {
	function.Call
	Params   value.Value   // the parameters: a map, or null for none
	Literals []value.Value // values of the literals numbered by ast.Literal.Auto, from 1

	vectors  stack[batch.Vector]
	rowLists stack[rowList]
	batches  stack[batch.Batch]
	frames   stack[frame]
	identity []uint16 // 0, 1, 2, …

	// Scratch whose use never nests.
	nodes  []graph.NodeID
	edges  []graph.Edge
	types  []graph.TypeID
	values []value.Value
	bools  []bool
	args   []value.Value

	// subjects are the subjects of the CASE expressions around what is being computed.
	subjects []*operand

	held    int64 // bytes reserved for frames
	regexps map[string]*regexp.Regexp
	sets    map[*membership]*memberSet
}

// framesKept is how many frames a Context keeps for the next statement.
const framesKept = 4

// Finish readies c for another statement with other parameters: it gives back what is
// reserved and lets go of the scratch that is out of the ordinary.
func (c *Context) Finish() {
	c.Call.Finish()
	c.Budget.Release(c.held)
	c.held = 0
	clear(c.sets)
	c.frames.items = slices.Clip(c.frames.items[:min(len(c.frames.items), framesKept)])
	for i, f := range c.frames.items {
		f.reserved = 0
		if len(f.batch.Columns) > framesKept {
			c.frames.items[i] = new(frame)
		}
	}
}

// rowList is a scratch selection.
type rowList struct{ rows []uint16 }

// stack hands out scratch objects, which are given back in reverse order.
type stack[T any] struct {
	items []*T
	top   int
}

func (s *stack[T]) get() *T {
	if s.top == len(s.items) {
		s.items = append(s.items, new(T))
	}
	s.top++
	return s.items[s.top-1]
}

// mark remembers how much scratch is in use.
type mark struct{ vectors, rowLists, batches, frames int }

func (c *Context) mark() mark {
	return mark{c.vectors.top, c.rowLists.top, c.batches.top, c.frames.top}
}

// release gives back the scratch handed out since m.
func (c *Context) release(m mark) {
	c.vectors.top, c.rowLists.top, c.batches.top = m.vectors, m.rowLists, m.batches
	c.frames.top = m.frames
}

// rows returns the rows of in that count.
func (c *Context) rows(in *batch.Batch) []uint16 {
	if in.Sel != nil {
		return in.Sel
	}
	for i := len(c.identity); i < in.Len; i++ {
		c.identity = append(c.identity, uint16(i))
	}
	return c.identity[:in.Len]
}

// noRows selects nothing; a nil selection would be everything.
var noRows [0]uint16

// sub returns a scratch batch with the columns of in, of which only rows count.
func (c *Context) sub(in *batch.Batch, rows []uint16) *batch.Batch {
	if rows == nil {
		rows = noRows[:]
	}
	b := c.batches.get()
	b.Len, b.Sel, b.Columns = in.Len, rows, in.Columns
	return b
}

// resized returns s with length n; what it holds is undefined.
func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, max(n, batch.Size))
	}
	return s[:n]
}
