package expr

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/sema"
)

// scope finds the columns of variables for one level of batches.
//
// The outermost scope is that of the plan: its columns are what Env says. A comprehension
// opens a scope below it, whose columns are numbered anew: first the local variables,
// then those columns of the scope above that are used inside, in the order of first use.
//
// Example: in "[x IN n.list | [y IN x | y + k]]" with n in column 3 and k in column 5, the
// inner scopes have the columns x, k (captured from column 5) and y, k (captured from
// column 1 of the scope above).
type scope struct {
	env      *Env
	above    *scope
	locals   []*sema.Symbol
	captured []int // column locals+i is column captured[i] of the scope above
	depth    int
}

// open returns a scope below s with the given local variables.
func (s *scope) open(locals ...*sema.Symbol) *scope {
	return &scope{env: s.env, above: s, locals: locals, depth: s.depth}
}

// symbol returns the column of a variable.
func (s *scope) symbol(x *sema.Symbol) (int, bool) {
	for i, local := range s.locals {
		if local == x {
			return i, true
		}
	}
	if s.above == nil {
		if s.env.SymbolSlot == nil {
			return 0, false
		}
		return s.env.SymbolSlot(x)
	}
	slot, ok := s.above.symbol(x)
	if !ok {
		return 0, false
	}
	return s.capture(slot), true
}

// computed returns the column that holds the value of a whole expression already.
func (s *scope) computed(e ast.Expr) (int, bool) {
	if s.above == nil {
		if s.env.Slot == nil {
			return 0, false
		}
		return s.env.Slot(e)
	}
	slot, ok := s.above.computed(e)
	if !ok {
		return 0, false
	}
	return s.capture(slot), true
}

// capture returns the column of s that holds column slot of the scope above.
func (s *scope) capture(slot int) int {
	for i, c := range s.captured {
		if c == slot {
			return len(s.locals) + i
		}
	}
	s.captured = append(s.captured, slot)
	return len(s.locals) + len(s.captured) - 1
}
