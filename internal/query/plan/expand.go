package plan

import (
	"strconv"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/graph"
)

// Hop is one relationship pattern to follow from a known node.
type Hop struct {
	ast.Place     // of the pattern that it is made of
	From      int // slot of the node that is known
	To        int // slot of the other node; NoSlot where nobody needs it
	Rel       int // slot of the relationship; NoSlot where nobody needs it
	Direction graph.Direction
	Types     []string // any of them; none means all
	// Is is what the type must fulfil instead of being one of Types; nil for nothing. It
	// reads no columns.
	Is       ast.LabelExpr
	ToLabels []string // all of them, on the other node
	// Distinct are slots of relationships, or of lists of them, found earlier in the same
	// MATCH, which the relationship must differ from.
	Distinct []int
}

type (
	// Expand makes a row of every relationship of a node.
	Expand struct {
		Header
		Hop
		Input Op
		// Optional keeps rows without a relationship, with nulls.
		Optional bool
	}
	// ExpandInto makes a row of every relationship between two known nodes.
	ExpandInto struct {
		Header
		Hop
		Input Op
	}
	// ExpandCount multiplies how often a row counts with the number of relationships that
	// Expand would find, and drops rows that have none.
	ExpandCount struct {
		Header
		Counted
		Input Op
		// Times is the slot of how often the row counts after this; Before is the slot
		// that said so until now, or NoSlot for once.
		Times, Before int
		// Pair is a second relationship that is counted together with the first, or nil.
		Pair *Pair
	}
	// ExpandExists keeps the rows for which Expand or, where To is a slot, ExpandInto
	// would find at least one relationship; Negated keeps the others.
	ExpandExists struct {
		Header
		Hop
		Input   Op
		Negated bool
	}
	// VarExpand makes a row of every trail of Min to Max relationships.
	VarExpand struct {
		Header
		Hop
		Input    Op
		Min, Max int // Max is -1 where there is no limit
		// Props must hold for every relationship: key equals the value of the expression.
		Props []PropertyValue
		// Where must hold for every relationship, which is in the slot Each; Reads are the
		// slots of the input that it reads.
		Where []ast.Expr
		Each  int
		Reads []int
		Scope *Scope
		// Into tells that To is known already.
		Into bool
		// Reverse puts the relationships into the list from the last to the first.
		Reverse bool
	}
	// FollowBound checks a relationship, or a list of them where List is set, that is known
	// already against the pattern, and binds both of its ends.
	FollowBound struct {
		Header
		Hop
		Input Op
		List  bool
		// FromKnown and ToKnown tell which ends are known; From may be unknown only for a
		// single relationship.
		FromKnown, ToKnown bool
		Min, Max           int // List only
		// Reverse walks the list from the last to the first.
		Reverse bool
	}
	// Path makes the value of a named path out of its nodes and relationships.
	Path struct {
		Header
		Input Op
		Slot  int
		Nodes []int // slots
		Rels  []int // slots of relationships or of lists of them, one fewer
	}
)

// PropertyValue is key: value.
type PropertyValue struct {
	Key   string
	Value ast.Expr
}

// Inputs returns the operator that rows come from.
func (o *Expand) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *ExpandInto) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *ExpandCount) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *ExpandExists) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *VarExpand) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *FollowBound) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *Path) Inputs() []Op { return []Op{o.Input} }

// Name returns the operator's name.
func (o *Expand) Name() string {
	if o.Optional {
		return "OptionalExpand"
	}
	return "Expand"
}

// Name returns the operator's name.
func (*ExpandInto) Name() string { return "ExpandInto" }

// Name returns the operator's name.
func (o *ExpandCount) Name() string {
	if o.Optional {
		return "OptionalExpandCount"
	}
	return "ExpandCount"
}

// Name returns the operator's name.
func (o *ExpandExists) Name() string {
	switch {
	case o.Negated && o.To != NoSlot:
		return "AntiExpandInto"
	case o.Negated:
		return "AntiExpand"
	case o.To != NoSlot:
		return "SemiExpandInto"
	}
	return "SemiExpand"
}

// Name returns the operator's name.
func (o *VarExpand) Name() string {
	if o.Into {
		return "ExpandVariableInto"
	}
	return "ExpandVariable"
}

// Name returns the operator's name.
func (*FollowBound) Name() string { return "FollowBound" }

// Name returns the operator's name.
func (*Path) Name() string { return "ConstructNamedPath" }

// Detail draws the pattern.
func (o *Expand) Detail(p *Plan) string { return o.draw(p, "") }

// Detail draws the pattern.
func (o *ExpandInto) Detail(p *Plan) string { return o.draw(p, "") }

// Detail draws the pattern.
func (o *ExpandCount) Detail(p *Plan) string {
	var b strings.Builder
	b.WriteString(o.draw(p, ""))
	o.drawBelow(p, &b)
	o.drawConditions(p, &b)
	o.Pair.draw(p, &b)
	return b.String()
}

// Detail draws the pattern.
func (o *ExpandExists) Detail(p *Plan) string { return o.draw(p, "") }

// Detail draws the pattern.
func (o *VarExpand) Detail(p *Plan) string { return o.draw(p, length(o.Min, o.Max)) }

// Detail draws the pattern.
func (o *FollowBound) Detail(p *Plan) string {
	if o.List {
		return o.draw(p, length(o.Min, o.Max))
	}
	return o.draw(p, "")
}

// Detail names the path.
func (o *Path) Detail(p *Plan) string { return p.slot(o.Slot) }

func length(low, high int) string {
	text := "*" + strconv.Itoa(low) + ".."
	if high >= 0 {
		text += strconv.Itoa(high)
	}
	return text
}

// draw renders the hop as a pattern.
func (h *Hop) draw(p *Plan, length string) string {
	var b strings.Builder
	b.WriteString("(" + p.slot(h.From) + ")")
	if h.Direction == graph.In {
		b.WriteByte('<')
	}
	rel := ""
	if h.Rel != NoSlot {
		rel = p.slot(h.Rel)
	}
	if len(h.Types) > 0 {
		rel += ":" + strings.Join(h.Types, "|")
	}
	if h.Is != nil {
		rel += ":" + ast.LabelString(h.Is)
	}
	if rel += length; rel == "" {
		b.WriteString("--")
	} else {
		b.WriteString("-[" + rel + "]-")
	}
	if h.Direction == graph.Out {
		b.WriteByte('>')
	}
	b.WriteByte('(')
	if h.To != NoSlot {
		b.WriteString(p.slot(h.To))
	}
	for _, l := range h.ToLabels {
		b.WriteString(":" + l)
	}
	b.WriteByte(')')
	return b.String()
}
