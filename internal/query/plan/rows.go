package plan

import (
	"strconv"
	"strings"

	"memgraphd/internal/query/ast"
)

// Column is an expression and the slot that its value goes to.
type Column struct {
	Expr ast.Expr
	Slot int
	Name string
}

// SortKey is one key of an order.
type SortKey struct {
	Slot       int
	Descending bool
}

type (
	// Filter keeps the rows for which every predicate is true.
	Filter struct {
		Header
		Input      Op
		Predicates []ast.Expr
		Scope      *Scope
	}
	// Project computes columns.
	Project struct {
		Header
		Input   Op
		Columns []Column
		Scope   *Scope
	}
	// Aggregate makes a row of every group of rows.
	Aggregate struct {
		Header
		Input  Op
		Groups []Column
		Calls  []AggregateCall
		Scope  *Scope
		// Times is the slot of how often a row counts, or NoSlot for once.
		Times int
		// Outer brings the row of the subquery that the groups are made in; its columns in
		// Carry can be read behind them. Nil: there is none.
		Outer *Argument
	}
	// Distinct keeps the first of the rows that are equal in Slots.
	Distinct struct {
		Header
		Input Op
		Slots []int
	}
	// Sort orders the rows.
	Sort struct {
		Header
		Input Op
		Keys  []SortKey
	}
	// Top orders the rows and keeps the first Skip+Limit of them.
	Top struct {
		Header
		Input       Op
		Keys        []SortKey
		Skip, Limit ast.Expr // Skip may be nil
	}
	// Skip drops the first rows.
	Skip struct {
		Header
		Input Op
		Count ast.Expr
	}
	// Limit keeps the first rows. Exhaust tells that something below writes, so that the
	// rest of the rows is taken and dropped.
	Limit struct {
		Header
		Input   Op
		Count   ast.Expr
		Exhaust bool
	}
	// Unwind makes a row of every element of a list.
	Unwind struct {
		Header
		Input Op
		List  ast.Expr
		Slot  int
		Scope *Scope
	}
	// Eager takes all rows before it gives the first one.
	Eager struct {
		Header
		Input Op
	}
	// Produce gives the rows to the client; Slots are the result's columns.
	Produce struct {
		Header
		Input Op
		Slots []int
	}
	// Empty takes all rows and gives none.
	Empty struct {
		Header
		Input Op
	}
)

// AggregateCall is one aggregate and the slot that its value goes to.
type AggregateCall struct {
	Call *ast.Call
	Slot int
	Star bool // counts every row once
}

// Inputs returns the operator that rows come from.
func (o *Filter) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *Project) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *Aggregate) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *Distinct) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *Sort) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *Top) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *Skip) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *Limit) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *Unwind) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *Eager) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *Produce) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *Empty) Inputs() []Op { return []Op{o.Input} }

// Name returns the operator's name.
func (*Filter) Name() string { return "Filter" }

// Name returns the operator's name.
func (*Project) Name() string { return "Project" }

// Name returns the operator's name.
func (*Aggregate) Name() string { return "Aggregate" }

// Name returns the operator's name.
func (*Distinct) Name() string { return "Distinct" }

// Name returns the operator's name.
func (*Sort) Name() string { return "OrderBy" }

// Name returns the operator's name.
func (*Top) Name() string { return "Top" }

// Name returns the operator's name.
func (*Skip) Name() string { return "Skip" }

// Name returns the operator's name.
func (*Limit) Name() string { return "Limit" }

// Name returns the operator's name.
func (*Unwind) Name() string { return "Unwind" }

// Name returns the operator's name.
func (*Eager) Name() string { return "Eager" }

// Name returns the operator's name.
func (*Produce) Name() string { return "Produce" }

// Name returns the operator's name.
func (*Empty) Name() string { return "EmptyResult" }

// Detail tells how many predicates there are and which columns they read.
func (o *Filter) Detail(p *Plan) string {
	texts := make([]string, 0, len(o.Predicates))
	for _, e := range o.Predicates {
		texts = append(texts, Text(p, e))
	}
	return strings.Join(texts, ", ")
}

// Detail names the columns.
func (o *Project) Detail(p *Plan) string { return columns(p, o.Columns) }

func columns(p *Plan, list []Column) string {
	names := make([]string, 0, len(list))
	for _, c := range list {
		names = append(names, p.slot(c.Slot))
	}
	return "{" + strings.Join(names, ", ") + "}"
}

// Detail names the aggregates and the keys of the groups.
func (o *Aggregate) Detail(p *Plan) string {
	names := make([]string, 0, len(o.Calls))
	for _, c := range o.Calls {
		names = append(names, p.slot(c.Slot))
	}
	return "{" + strings.Join(names, ", ") + "} " + columns(p, o.Groups)
}

// Detail names the columns.
func (o *Distinct) Detail(p *Plan) string { return p.slots(o.Slots) }

// Detail names the keys.
func (o *Sort) Detail(p *Plan) string { return keys(p, o.Keys) }

// Detail names the keys.
func (o *Top) Detail(p *Plan) string { return keys(p, o.Keys) }

func keys(p *Plan, list []SortKey) string {
	names := make([]string, 0, len(list))
	for _, k := range list {
		name := p.slot(k.Slot)
		if k.Descending {
			name += " DESC"
		}
		names = append(names, name)
	}
	return "{" + strings.Join(names, ", ") + "}"
}

// Detail returns nothing.
func (*Skip) Detail(*Plan) string { return "" }

// Detail returns nothing.
func (*Limit) Detail(*Plan) string { return "" }

// Detail names the element.
func (o *Unwind) Detail(p *Plan) string { return "{" + p.slot(o.Slot) + "}" }

// Detail returns nothing.
func (*Eager) Detail(*Plan) string { return "" }

// Detail names the columns.
func (o *Produce) Detail(p *Plan) string { return p.slots(o.Slots) }

// Detail returns nothing.
func (*Empty) Detail(*Plan) string { return "" }

// slot returns the name of a slot for people.
func (p *Plan) slot(s int) string {
	if s < 0 || s >= len(p.SlotNames) || p.SlotNames[s] == "" {
		return "anon" + strconv.Itoa(s)
	}
	return p.SlotNames[s]
}

func (p *Plan) slots(list []int) string {
	names := make([]string, 0, len(list))
	for _, s := range list {
		names = append(names, p.slot(s))
	}
	return "{" + strings.Join(names, ", ") + "}"
}
