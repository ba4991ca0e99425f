package plan

import "strings"

type (
	// Branch is a part of a pattern of which only matters how often it matches: the
	// relationships of a node that match Hop, each times what the parts below its other end
	// count.
	Branch struct {
		Hop
		// Optional counts a node without such a relationship once.
		Optional bool
		// Below are the parts that go on from the other end. None of them depends on the row.
		Below []*Branch
	}
	// Counted is a Branch at a node of a row, with conditions on the relationships at that
	// node that depend on the row.
	Counted struct {
		Branch
		// Unequal are slots of nodes that the other end must differ from; where one of them
		// is null, nothing matches.
		Unequal []int
		// Asks are further conditions on the other end.
		Asks []Ask
	}
	// Pair is the second of two relationships that are counted together: a row counts once
	// for each combination of them. It is what they have in common that makes them a pair.
	Pair struct {
		Counted
		// Differ tells that the two must not be the same relationship.
		Differ bool
		// Apart tells that their other ends must not be the same node.
		Apart bool
	}
	// Ask is a condition on the other end of a relationship that is only counted: there is a
	// relationship between it and a known node or, where Negated is set, there is none.
	Ask struct {
		// Hop is what the relationship has to match. Its From is NoSlot, which stands for the
		// other end, and its To the slot of the known node.
		Hop
		Negated bool
	}
)

// drawBelow renders the parts below b.
func (b *Branch) drawBelow(p *Plan, into *strings.Builder) {
	for i, c := range b.Below {
		if len(b.Below) > 1 {
			into.WriteString([2]string{"{", ", "}[min(i, 1)])
		}
		text := c.draw(p, "")
		text = text[strings.IndexByte(text, ')')+1:]
		if c.Optional {
			into.WriteString("?")
		}
		into.WriteString(text)
		c.drawBelow(p, into)
	}
	if len(b.Below) > 1 {
		into.WriteByte('}')
	}
}

// drawConditions renders what is asked of the other end.
func (o *Counted) drawConditions(p *Plan, into *strings.Builder) {
	for _, s := range o.Unequal {
		into.WriteString(" <> " + p.slot(s))
	}
	for _, a := range o.Asks {
		into.WriteString(" AND ")
		if a.Negated {
			into.WriteString("NOT ")
		}
		into.WriteString(a.draw(p, ""))
	}
}

// draw renders the second relationship of a pair.
func (o *Pair) draw(p *Plan, into *strings.Builder) {
	if o == nil {
		return
	}
	into.WriteString(", " + o.Hop.draw(p, ""))
	o.drawBelow(p, into)
	o.drawConditions(p, into)
	switch {
	case o.Differ && o.Apart:
		into.WriteString(" (other relationship, other end)")
	case o.Differ:
		into.WriteString(" (other relationship)")
	case o.Apart:
		into.WriteString(" (other end)")
	}
}

// Reads returns the slots of the row that are read.
func (o *Counted) Reads() []int {
	slots := append([]int{o.From}, o.Distinct...)
	slots = append(slots, o.Unequal...)
	for _, a := range o.Asks {
		slots = append(slots, a.To)
	}
	return slots
}
