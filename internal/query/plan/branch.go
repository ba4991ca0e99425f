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
func (o *ExpandCount) drawConditions(p *Plan, into *strings.Builder) {
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
