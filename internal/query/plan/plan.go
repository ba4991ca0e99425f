// Package plan holds the operators of a query as data.
//
// A plan is a tree of operators. Rows flow from the leaves to the root in batches with
// one column per slot; a slot is filled once on its way up and never changed afterwards.
// Operators that make more or other rows than they take copy the slots that are still
// needed above them (Header.Carry); all others pass their input's batch on.
//
// Slots, not names, tie operators together. A symbol of the query has at most one slot
// (Plan.SymbolSlots); an expression whose value is at hand already, such as an aggregate
// or a grouping key, is found through the Scope of the operator that uses it.
package plan

import (
	"maps"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/sema"
)

// NoSlot stands for a column that nobody needs.
const NoSlot = -1

// Plan is a whole query, or a part of it that runs within an expression.
type Plan struct {
	Root        Op
	Info        *sema.Info
	Slots       int      // columns of every batch
	SlotNames   []string // for people, by slot
	SymbolSlots []int    // by sema.Symbol.ID; NoSlot where a symbol has no column
	Columns     []string // names of the result's columns; nil for a query without RETURN
	Outputs     []int    // the slots of the result's columns, in order
	Writes      bool
	// HopsLimited tells that a HopsLimit is at the root.
	HopsLimited bool
	// Args are the slots that the caller fills before it runs a part of a query; Params
	// are the symbols whose values go there.
	Args     []int
	Params   []*sema.Symbol
	Argument *Argument
	// Asks tells what such a part answers. It runs for a batch of the caller's rows at once
	// where its Argument numbers them (Argument.Row), else for one row after the other.
	Asks Asks
	// Times is the slot of how often a row of a part counts, or NoSlot for once.
	Times int
	// Fixed tells that the answer is the same for all rows of the caller.
	Fixed bool
	// Subplans are the parts that run within expressions.
	Subplans map[ast.Expr]*Plan
	Remarks  []Remark // of a whole query
}

// Asks tells what a part of a query that runs within an expression answers.
type Asks uint8

// The answers.
const (
	AsksExists Asks = iota // whether it gives a row
	AsksCount              // how many rows it gives
	AsksList               // the values of its only column
	AsksFirst              // the value of its only column in the first row, or null
)

// String names the part for people.
func (a Asks) String() string {
	switch a {
	case AsksExists:
		return "ExistsSubquery"
	case AsksCount:
		return "CountSubquery"
	case AsksList:
		return "CollectSubquery"
	case AsksFirst:
		return "FirstSubquery"
	}
	return "Subquery"
}

// Header is what every operator has.
type Header struct {
	// Rows is how many rows the planner expects to leave the operator.
	Rows float64
	// Carry lists the slots that an operator that makes rows copies from its input.
	Carry []int
	// Subplans are the parts of the query that run within the operator's expressions.
	Subplans []*Plan
}

// Head returns the header itself, so that an embedded Header makes an operator.
func (h *Header) Head() *Header { return h }

// Op is one operator. The set of its types is closed.
type Op interface {
	Head() *Header
	// Inputs are the operators that rows come from, in the order in which they run.
	Inputs() []Op
	// Name is the operator's name for people.
	Name() string
	// Detail is what the operator works on, for people.
	Detail(p *Plan) string
}

// Scope tells which expressions have been computed already.
type Scope struct {
	keys map[string]int
}

// NewScope returns a scope without expressions.
func NewScope() *Scope { return &Scope{keys: map[string]int{}} }

// Clone returns a scope that knows what s knows now.
func (s *Scope) Clone() *Scope { return &Scope{keys: maps.Clone(s.keys)} }

// Add makes e, and every expression that is written like it, known to be in slot.
func (s *Scope) Add(info *sema.Info, e ast.Expr, slot int) { s.keys[Key(info, e)] = slot }

// Slot returns the slot that holds the value of e. A nil scope has none.
func (s *Scope) Slot(info *sema.Info, e ast.Expr) (int, bool) {
	if s == nil || len(s.keys) == 0 {
		return 0, false
	}
	switch e.(type) {
	case *ast.Variable, *ast.Literal, *ast.Param:
		return 0, false
	}
	if item := info.Alike[e]; item != nil {
		e = item // which, with variables of its own, has a key of its own
	}
	slot, ok := s.keys[Key(info, e)]
	return slot, ok
}

// Empty reports whether s knows no expression.
func (s *Scope) Empty() bool { return s == nil || len(s.keys) == 0 }

// SymbolSlot returns the slot of a symbol.
func (p *Plan) SymbolSlot(s *sema.Symbol) (int, bool) {
	if s == nil || s.ID >= len(p.SymbolSlots) || p.SymbolSlots[s.ID] == NoSlot {
		return NoSlot, false
	}
	return p.SymbolSlots[s.ID], true
}
