package plan

import (
	"strings"

	"memgraphd/internal/query/ast"
)

type (
	// Once is the one row without columns that a query begins with.
	Once struct{ Header }
	// Argument gives the rows of an enclosing operator to the plan that it runs.
	Argument struct {
		Header
		Slots []int // what the rows bring
		Row   int   // the slot that gets the number of the outer row, or NoSlot
	}
	// AllNodes makes a row of every node, for each row of its input.
	AllNodes struct {
		Header
		Input Op
		Slot  int
	}
	// LabelScan makes a row of every node with a label, for each row of its input.
	LabelScan struct {
		Header
		Input Op
		Slot  int
		Label string
	}
	// IndexEqual makes a row of every node with a label and a property equal to Value; In
	// tells that Value is a list, of which any element may match.
	IndexEqual struct {
		Header
		Input Op
		Slot  int
		Label string
		Key   string
		Value ast.Expr
		In    bool
	}
	// IndexRange makes a row of every node with a label and a property between two bounds.
	IndexRange struct {
		Header
		Input                    Op
		Slot                     int
		Label                    string
		Key                      string
		Low, High                ast.Expr // nil leaves that end open
		LowInclusive, HighInclus bool
	}
	// IndexPrefix makes a row of every node with a label and a string property that
	// begins with Prefix.
	IndexPrefix struct {
		Header
		Input  Op
		Slot   int
		Label  string
		Key    string
		Prefix ast.Expr
	}
	// UniqueEqual makes a row of the node with a label and properties equal to Values, of
	// which a unique constraint allows one at most.
	UniqueEqual struct {
		Header
		Input  Op
		Slot   int
		Label  string
		Keys   []string
		Values []ast.Expr // by key
	}
	// NodeByID makes a row of the node whose id is ID; In tells that ID is a list.
	NodeByID struct {
		Header
		Input Op
		Slot  int
		ID    ast.Expr
		In    bool
	}
)

// Inputs returns none.
func (*Once) Inputs() []Op { return nil }

// Inputs returns none.
func (*Argument) Inputs() []Op { return nil }

// Inputs returns the operator that rows come from.
func (o *AllNodes) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *LabelScan) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *IndexEqual) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *IndexRange) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *IndexPrefix) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *UniqueEqual) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *NodeByID) Inputs() []Op { return []Op{o.Input} }

// Name returns the operator's name.
func (*Once) Name() string { return "Once" }

// Name returns the operator's name.
func (*Argument) Name() string { return "Argument" }

// Name returns the operator's name.
func (*AllNodes) Name() string { return "ScanAll" }

// Name returns the operator's name.
func (*LabelScan) Name() string { return "ScanAllByLabel" }

// Name returns the operator's name.
func (*IndexEqual) Name() string { return "ScanAllByLabelProperties" }

// Name returns the operator's name.
func (*IndexRange) Name() string { return "ScanAllByLabelPropertyRange" }

// Name returns the operator's name.
func (*IndexPrefix) Name() string { return "ScanAllByLabelPropertyPrefix" }

// Name returns the operator's name.
func (*UniqueEqual) Name() string { return "ScanByUniqueProperties" }

// Name returns the operator's name.
func (*NodeByID) Name() string { return "ScanAllById" }

// Detail returns nothing.
func (*Once) Detail(*Plan) string { return "" }

// Detail names the columns that come in.
func (o *Argument) Detail(p *Plan) string { return p.slots(o.Slots) }

// Detail names the node.
func (o *AllNodes) Detail(p *Plan) string { return "(" + p.slot(o.Slot) + ")" }

// Detail names the node and its label.
func (o *LabelScan) Detail(p *Plan) string { return "(" + p.slot(o.Slot) + " :" + o.Label + ")" }

// Detail names the node, its label and the property.
func (o *IndexEqual) Detail(p *Plan) string {
	op := " ="
	if o.In {
		op = " IN"
	}
	return "(" + p.slot(o.Slot) + " :" + o.Label + " {" + o.Key + op + " …})"
}

// Detail names the node, its label and the property.
func (o *IndexRange) Detail(p *Plan) string {
	text := o.Key
	if o.Low != nil {
		text = "… <" + equals(o.LowInclusive) + " " + text
	}
	if o.High != nil {
		text += " <" + equals(o.HighInclus) + " …"
	}
	return "(" + p.slot(o.Slot) + " :" + o.Label + " {" + text + "})"
}

func equals(inclusive bool) string {
	if inclusive {
		return "="
	}
	return ""
}

// Detail names the node, its label and the property.
func (o *IndexPrefix) Detail(p *Plan) string {
	return "(" + p.slot(o.Slot) + " :" + o.Label + " {" + o.Key + " STARTS WITH …})"
}

// Detail names the node, its label and the properties.
func (o *UniqueEqual) Detail(p *Plan) string {
	return "(" + p.slot(o.Slot) + " :" + o.Label + " {" + strings.Join(o.Keys, " = …, ") + " = …})"
}

// Detail names the node.
func (o *NodeByID) Detail(p *Plan) string { return "(" + p.slot(o.Slot) + ")" }
