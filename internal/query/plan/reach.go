package plan

import (
	"strconv"
	"strings"
)

// ExpandReach makes a row of every node that a trail along its legs leads to, once for each
// row of the input, however many trails lead there. The trails are not made.
type ExpandReach struct {
	Header
	Input    Op
	From, To int // slots
	// Legs are what the relationships of a trail have to match, in order, and the nodes
	// that they lead to. Their slots are not used.
	Legs []Hop
	// First is the number of relationships that the shortest trail may have; where it is not
	// that of all legs, all legs are the same but for the labels, which ToLabels has.
	First int
	// ToLabels are what the last node has to have beyond what the last leg asks for.
	ToLabels []string
}

// Inputs returns the operator that rows come from.
func (o *ExpandReach) Inputs() []Op { return []Op{o.Input} }

// Name returns the operator's name.
func (*ExpandReach) Name() string { return "ExpandDistinct" }

// Detail draws the pattern.
func (o *ExpandReach) Detail(p *Plan) string {
	var b strings.Builder
	b.WriteString("(" + p.slot(o.From) + ")")
	legs, length := o.Legs, ""
	if o.First != len(o.Legs) {
		legs, length = legs[:1], "*"+strconv.Itoa(o.First)+".."+strconv.Itoa(len(o.Legs))
	}
	for i := range legs {
		b.WriteString(drawLeg(p, legs[i], length))
		b.WriteByte('(')
		if i == len(legs)-1 {
			b.WriteString(p.slot(o.To))
		}
		for _, l := range legs[i].ToLabels {
			b.WriteString(":" + l)
		}
		if i < len(legs)-1 {
			b.WriteByte(')')
		}
	}
	for _, l := range o.ToLabels {
		b.WriteString(":" + l)
	}
	b.WriteByte(')')
	return b.String()
}

// drawLeg renders a leg without its nodes.
func drawLeg(p *Plan, h Hop, length string) string {
	h.From, h.To, h.Rel, h.ToLabels = NoSlot, NoSlot, NoSlot, nil
	text := h.draw(p, length)
	return text[strings.IndexByte(text, ')')+1 : strings.LastIndexByte(text, '(')]
}
