package ast

// HintKind tells the kinds of hints apart.
type HintKind uint8

// The kinds of hints.
const (
	HintIndex HintKind = iota // USING INDEX n:Label(key, …)
	HintScan                  // USING SCAN n:Label
	HintJoin                  // USING JOIN ON n, …
)

// Hint says how to look for a node. One that stands before a query has no variable and is
// meant for every node with the label.
type Hint struct {
	Place
	Kind  HintKind
	Index string // RANGE, TEXT, POINT or BTREE before INDEX, as written; may be empty
	Vars  []*Variable
	Label Name   // not of HintJoin
	Keys  []Name // of HintIndex; none means any
}

// Sugar tells the short forms of WITH apart.
type Sugar uint8

// The forms of a Projection.
const (
	NoSugar Sugar = iota
	Filter        // FILTER cond: WITH * WHERE cond
	Let           // LET x = expr: WITH *, expr AS x
)

func (p *printer) hints(before, after string, hints []Hint) {
	for _, h := range hints {
		p.put(before, "USING ")
		switch h.Kind {
		case HintIndex:
			if h.Index != "" {
				p.put(h.Index, " ")
			}
			p.put("INDEX ")
		case HintScan:
			p.put("SCAN ")
		case HintJoin:
			p.put("JOIN ON ")
		}
		for i, v := range h.Vars {
			if i > 0 {
				p.put(", ")
			}
			p.variable(v)
		}
		if h.Kind != HintJoin {
			p.put(":")
			p.name(h.Label)
		}
		for i, k := range h.Keys {
			if i == 0 {
				p.put("(")
			} else {
				p.put(", ")
			}
			p.name(k)
		}
		if len(h.Keys) > 0 {
			p.put(")")
		}
		p.put(after)
	}
}

// sugar writes FILTER or LET.
func (p *printer) sugar(c *Projection) {
	if c.Sugar == Filter {
		p.optional("FILTER ", c.Where)
		return
	}
	p.put("LET ")
	for i, item := range c.Items {
		if i > 0 {
			p.put(", ")
		}
		p.variable(item.Alias)
		p.optional(" = ", item.Expr)
	}
}
