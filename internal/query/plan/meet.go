package plan

// ExpandMeet makes a row of every pair of relationships that lead from two known nodes to
// the same third one: Expand, and ExpandInto after it, in one.
type ExpandMeet struct {
	Header
	// Hop leads from the first known node to the third one.
	Hop
	Input Op
	// Close leads from the other known node, its From, to the third one, its To.
	Close Hop
	// Differ tells that the two relationships must not be the same.
	Differ bool
}

// Inputs returns the operator that rows come from.
func (o *ExpandMeet) Inputs() []Op { return []Op{o.Input} }

// Name returns the operator's name.
func (*ExpandMeet) Name() string { return "ExpandIntersect" }

// Detail draws the pattern.
func (o *ExpandMeet) Detail(p *Plan) string { return o.draw(p, "") + ", " + o.Close.draw(p, "") }
