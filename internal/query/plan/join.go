package plan

import "strings"

// ApplyMode says what an Apply does with the rows that its inner plan gives for an outer one.
type ApplyMode uint8

// The modes of Apply.
const (
	// Inner makes a row of each.
	Inner ApplyMode = iota
	// Optional makes a row of each, and one with nulls where there is none.
	Optional
	// Semi keeps the outer rows that have at least one.
	Semi
	// Anti keeps the outer rows that have none.
	Anti
)

type (
	// Apply runs an inner plan for the rows of the outer one, a batch at a time: the rows
	// of a batch come to the inner plan through its Argument, and what it gives carries the
	// number of the outer row.
	Apply struct {
		Header
		Outer, Inner Op
		Argument     *Argument
		Mode         ApplyMode
		// Binds are the slots that the inner plan adds.
		Binds []int
		// RowWise runs the inner plan for one outer row at a time and, where the mode is
		// Semi or Anti, stops at its first row.
		RowWise bool
	}
	// HashJoin makes a row of each pair of a left and a right row whose keys are equal.
	HashJoin struct {
		Header
		Left, Right         Op // the right side is held in memory
		LeftKeys, RightKeys []Column
		// RightSlots are the slots that the right side adds.
		RightSlots []int
		Scope      *Scope
	}
	// Product makes a row of each pair of a left and a right row.
	Product struct {
		Header
		Left, Right Op // the right side is held in memory
		RightSlots  []int
	}
	// Unequal keeps the rows in which each pair of slots holds different relationships, or
	// lists of relationships that have none in common.
	Unequal struct {
		Header
		Input Op
		Pairs [][2]int
	}
	// Union gives the rows of all its inputs.
	Union struct {
		Header
		Parts []Op
		From  [][]int // slots of the columns, for each part
		To    []int   // slots of the columns of the result
	}
)

// Inputs returns the two sides.
func (o *Apply) Inputs() []Op { return []Op{o.Outer, o.Inner} }

// Inputs returns the two sides.
func (o *HashJoin) Inputs() []Op { return []Op{o.Left, o.Right} }

// Inputs returns the two sides.
func (o *Product) Inputs() []Op { return []Op{o.Left, o.Right} }

// Inputs returns the operator that rows come from.
func (o *Unequal) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the parts.
func (o *Union) Inputs() []Op { return o.Parts }

// Name returns the operator's name.
func (o *Apply) Name() string {
	switch o.Mode {
	case Inner:
		return "Apply"
	case Optional:
		return "Optional"
	case Semi:
		return "SemiApply"
	case Anti:
		return "AntiSemiApply"
	}
	return "Apply"
}

// Name returns the operator's name.
func (*HashJoin) Name() string { return "HashJoin" }

// Name returns the operator's name.
func (*Product) Name() string { return "Cartesian" }

// Name returns the operator's name.
func (*Unequal) Name() string { return "EdgeUniquenessFilter" }

// Name returns the operator's name.
func (*Union) Name() string { return "Union" }

// Detail returns nothing.
func (*Apply) Detail(*Plan) string { return "" }

// Detail names the keys.
func (o *HashJoin) Detail(p *Plan) string {
	texts := make([]string, len(o.LeftKeys))
	for i := range o.LeftKeys {
		texts[i] = Text(p, o.LeftKeys[i].Expr) + " = " + Text(p, o.RightKeys[i].Expr)
	}
	return "{" + strings.Join(texts, ", ") + "}"
}

// Detail returns nothing.
func (*Product) Detail(*Plan) string { return "" }

// Detail names the pairs.
func (o *Unequal) Detail(p *Plan) string {
	texts := make([]string, len(o.Pairs))
	for i, pair := range o.Pairs {
		texts[i] = p.slot(pair[0]) + " <> " + p.slot(pair[1])
	}
	return "{" + strings.Join(texts, ", ") + "}"
}

// Detail names the columns.
func (o *Union) Detail(p *Plan) string { return p.slots(o.To) }
