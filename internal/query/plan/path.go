package plan

import (
	"strconv"
	"strings"

	"memgraphd/internal/query/ast"
)

// Test is what the relationships and the nodes of a path have to fulfil while it is looked
// for. Its slots are columns that the operator fills for the conditions alone; no batch
// brings them.
type Test struct {
	// Start, Rel and End are a relationship and its nodes, in the order of the pattern.
	Start, Rel, End int
	Path, Weight    int        // the path up to and with the relationship, and its weight
	Edges           []ast.Expr // of each relationship
	Node            int
	Nodes           []ast.Expr // of each node, the ends included
	// Reads are the columns of the input that the conditions read.
	Reads []int
}

// NewTest returns a test without conditions.
func NewTest() Test {
	return Test{Start: NoSlot, Rel: NoSlot, End: NoSlot, Path: NoSlot, Weight: NoSlot, Node: NoSlot}
}

// Own lists the columns that no batch brings.
func (t *Test) Own() []int { return []int{t.Start, t.Rel, t.End, t.Path, t.Weight, t.Node} }

// Conditions lists what is evaluated.
func (t *Test) Conditions() []ast.Expr { return append(append([]ast.Expr{}, t.Edges...), t.Nodes...) }

// Group is a variable of a path's pattern: a list with an element for each round of a
// repeated pattern, or one relationship or node.
type Group struct {
	Slot    int
	Segment int  // of Found.Hops
	At      int  // the place in a round
	Rel     bool // relationships; nodes otherwise
	Single  bool // not a list: the segment has one round
}

// Found is what an operator makes of a path that it has found.
type Found struct {
	Path   int // slot of the path itself, or NoSlot
	Groups []Group
	// Hops are how many relationships a round of each segment of the pattern has; nil for
	// one segment of one.
	Hops []int
	// Reverse tells that the path is looked for from the last node of the pattern on.
	Reverse bool
}

// Made lists the columns of f.
func (f *Found) Made() []int {
	made := []int{f.Path}
	for _, g := range f.Groups {
		made = append(made, g.Slot)
	}
	return made
}

// Keep forgets the columns that are not needed.
func (f *Found) Keep(need map[int]bool) {
	if !need[f.Path] {
		f.Path = NoSlot
	}
	kept := f.Groups[:0:0]
	for _, g := range f.Groups {
		if need[g.Slot] {
			kept = append(kept, g)
		}
	}
	f.Groups = kept
}

// ShortestPath makes a row of one or of all of the shortest paths between two nodes.
type ShortestPath struct {
	Header
	Hop
	Found
	Test  Test
	Input Op
	// Min and Max bound the length of the shortest path; Max is -1 where there is no limit.
	Min, Max int
	All      bool // of them, not one for each pair of nodes
	Into     bool // To is known already
	// Cycles finds the paths from a node to itself; nil where these do not count. It has
	// no input.
	Cycles *PathSearch
}

// Inputs returns the operator that rows come from.
func (o *ShortestPath) Inputs() []Op { return []Op{o.Input} }

// Name returns the operator's name.
func (o *ShortestPath) Name() string {
	name := "ShortestPath"
	if o.All {
		name = "AllShortestPaths"
	}
	if o.Into {
		name += "Into"
	}
	return name
}

// Detail draws the pattern and the conditions.
func (o *ShortestPath) Detail(p *Plan) string {
	return o.draw(p, length(o.Min, o.Max)) + o.Test.detail(p)
}

// Leg is one relationship of a round, as the search for a path goes.
type Leg struct {
	Hop // only what is asked of the relationship
	// Before, Edge and After are the slots of the node that is known, of the relationship
	// and of the node that it leads to. They are columns that the operator fills for the
	// conditions alone.
	Before, Edge, After int
	// Where are the conditions that read no more than this and what the round has found
	// before.
	Where []ast.Expr
	// Reads are the columns of the input that Where reads, Inner those of the round.
	Reads, Inner []int
}

// Repeat makes a row of every path that repeats a pattern of one or more relationships.
type Repeat struct {
	Header
	Hop // Direction, Types and Is are those of the legs
	Found
	Input    Op
	Legs     []*Leg
	Min, Max int // rounds; Max is -1 where there is no limit
	Mode     ast.PathMode
	Into     bool // To is known already
	// Track is the slot of the path so far, for conditions alone, or NoSlot.
	Track int
}

// Inputs returns the operator that rows come from.
func (o *Repeat) Inputs() []Op { return []Op{o.Input} }

// Name returns the operator's name.
func (o *Repeat) Name() string {
	if o.Into {
		return "RepeatInto"
	}
	return "Repeat"
}

// Detail draws the pattern and the conditions.
func (o *Repeat) Detail(p *Plan) string {
	labels := ""
	if len(o.ToLabels) > 0 {
		labels = ":" + strings.Join(o.ToLabels, ":")
	}
	text := "(" + p.slot(o.From) + ")(" + drawLegs(p, o.Legs) + ")" + rounds(o.Min, o.Max) + "(" + p.slot(o.To) + labels + ")"
	if o.Mode != ast.Trail {
		text = o.Mode.String() + " " + text
	}
	return text
}

// Own lists the columns of legs that no batch brings.
func Own(legs []*Leg) []int {
	var own []int
	for _, l := range legs {
		own = append(own, l.Before, l.Edge, l.After)
	}
	return own
}

// drawLegs renders legs and their conditions.
func drawLegs(p *Plan, legs []*Leg) string {
	var b strings.Builder
	var where []string
	for i, l := range legs {
		h := l.Hop
		h.From, h.Rel, h.To = l.Before, l.Edge, l.After
		text := h.draw(p, "")
		if i > 0 {
			text = text[strings.Index(text, ")")+1:]
		}
		b.WriteString(text)
		for _, e := range l.Where {
			where = append(where, Text(p, e))
		}
	}
	if len(where) > 0 {
		b.WriteString(" WHERE " + strings.Join(where, " AND "))
	}
	return b.String()
}

// detail renders the conditions.
func (t *Test) detail(p *Plan) string {
	parts := make([]string, 0, len(t.Edges)+len(t.Nodes))
	for _, e := range t.Conditions() {
		parts = append(parts, Text(p, e))
	}
	if len(parts) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(parts, " AND ")
}

// rounds renders how often a pattern is repeated.
func rounds(low, high int) string {
	text := "{" + strconv.Itoa(low) + ","
	if high >= 0 {
		text += strconv.Itoa(high)
	}
	return text + "}"
}

// PathSearch makes a row of the shortest or of any paths between two nodes that fit a
// pattern of several segments. The search goes from To to From.
type PathSearch struct {
	Header
	Hop // Direction, Types and Is are those of the legs
	Found
	Input    Op
	Segments []*Segment
	Nodes    NodeTest
	Final    Final
	Mode     ast.PathMode
	Count    ast.Expr // how many paths, or lengths; nil for one
	All      bool     // all paths, whatever Count
	ByLength bool     // Count says of how many lengths all paths are wanted
	Apart    bool     // there is no path from a node to itself but of length 0
	Into     bool     // To is known already
}

// Segment is a part of a pattern that is repeated, or that stands there once.
type Segment struct {
	Legs     []*Leg // of one round, in the order of the search
	Min, Max int    // rounds; Max is -1 where there is no limit
	Pattern  int    // the place of the segment in the pattern: of Found.Hops
	// Round are conditions of a round that read more than one relationship and its nodes,
	// RoundReads and RoundInner the columns that they read: of the input and of the round.
	Round                  []ast.Expr
	RoundReads, RoundInner []int
	// Node is the slot of the node after the last round, Check are its conditions.
	Node       int
	Check      []ast.Expr
	CheckReads []int
}

// NodeTest are the conditions of each node of a path, which is in the slot Node.
type NodeTest struct {
	Node  int
	Where []ast.Expr
	Reads []int
}

// Final are the conditions of a path as a whole.
type Final struct {
	Where []ast.Expr
	Reads []int // of the input
	// Found, Rel and To are the columns of the path that the conditions read.
	Found   Found
	Rel, To int
}

// Inputs returns the operator that rows come from.
func (o *PathSearch) Inputs() []Op { return []Op{o.Input} }

// Name returns the operator's name.
func (o *PathSearch) Name() string {
	if o.Into {
		return "PathSearchInto"
	}
	return "PathSearch"
}

// Detail draws the segments in the order of the search, and says how many paths are wanted.
func (o *PathSearch) Detail(p *Plan) string {
	count := "1"
	switch {
	case o.All:
		count = "ALL"
	case o.Count != nil:
		count = Text(p, o.Count)
	}
	if o.ByLength {
		count += " GROUPS"
	}
	if o.Mode != ast.Trail {
		count += " " + o.Mode.String()
	}
	var b strings.Builder
	b.WriteString(count + " (" + p.slot(o.To))
	for i, s := range o.Segments {
		b.WriteString(")(" + drawLegs(p, s.Legs))
		for _, e := range s.Round {
			b.WriteString(" AND " + Text(p, e))
		}
		b.WriteString(")" + rounds(s.Min, s.Max) + "(")
		if i+1 < len(o.Segments) {
			b.WriteString(p.slot(s.Node))
		}
		for _, e := range s.Check {
			b.WriteString(" " + Text(p, e))
		}
	}
	b.WriteString(p.slot(o.From) + ")")
	for i, e := range append(append([]ast.Expr{}, o.Nodes.Where...), o.Final.Where...) {
		b.WriteString([]string{" WHERE ", " AND "}[min(i, 1)] + Text(p, e))
	}
	return b.String()
}

// Own lists the columns that no batch brings.
func (o *PathSearch) Own() []int {
	own := append(o.Made(), o.Nodes.Node, o.Rel)
	own = append(own, o.Final.Found.Made()...)
	own = append(own, o.Final.Rel)
	if !o.Into {
		own = append(own, o.To)
	}
	for _, s := range o.Segments {
		own = append(own, Own(s.Legs)...)
		own = append(own, s.Node)
	}
	return own
}

// WeightedPath makes a row of one or of all of the paths of the least weight between two
// nodes.
type WeightedPath struct {
	Header
	Hop
	Found
	Test  Test
	Input Op
	// Weight is the weight of a relationship; WeightReads are the columns of the input that
	// it reads. The relationship and its nodes are those of Test.
	Weight      ast.Expr
	WeightReads []int
	Total       int  // slot of the weight of the path, or NoSlot
	Max         int  // relationships; -1 where there is no limit
	All         bool // of the paths, not one for each pair of nodes
	Into        bool // To is known already
}

// Inputs returns the operator that rows come from.
func (o *WeightedPath) Inputs() []Op { return []Op{o.Input} }

// Name returns the operator's name.
func (o *WeightedPath) Name() string {
	name := "WeightedShortestPath"
	if o.All {
		name = "AllWeightedShortestPaths"
	}
	if o.Into {
		name += "Into"
	}
	return name
}

// Detail draws the pattern, the weight and the conditions.
func (o *WeightedPath) Detail(p *Plan) string {
	return o.draw(p, length(1, o.Max)) + " BY " + Text(p, o.Weight) + o.Test.detail(p)
}

// PathRule keeps the rows whose path repeats no node, or none but the first as the last.
type PathRule struct {
	Header
	Input Op
	Slot  int
	Mode  ast.PathMode // Acyclic or Simple
}

// Inputs returns the operator that rows come from.
func (o *PathRule) Inputs() []Op { return []Op{o.Input} }

// Name returns the operator's name.
func (*PathRule) Name() string { return "PathMode" }

// Detail names the mode and the path.
func (o *PathRule) Detail(p *Plan) string { return o.Mode.String() + " " + p.slot(o.Slot) }

// HopsLimit bounds how many relationships all operators together follow, and passes rows
// on. When the bound is reached, nothing further is found.
type HopsLimit struct {
	Header
	Input Op
	Hops  ast.Expr
}

// Inputs returns the operator that rows come from.
func (o *HopsLimit) Inputs() []Op { return []Op{o.Input} }

// Name returns the operator's name.
func (*HopsLimit) Name() string { return "HopsLimit" }

// Detail is the bound.
func (o *HopsLimit) Detail(p *Plan) string { return Text(p, o.Hops) }
