package ast

import "strings"

// callProcedure writes CALL name [(args)] [YIELD …].
func (p *printer) callProcedure(c *CallProcedure) {
	if c.Optional {
		p.put("OPTIONAL ")
	}
	p.put("CALL ")
	for i, part := range strings.Split(c.Name.Text, ".") {
		if i > 0 {
			p.put(".")
		}
		p.put(NameString(part))
	}
	if !c.Implicit {
		p.put("(")
		p.exprs(c.Args)
		p.put(")")
	}
	if c.Star || len(c.Yields) > 0 {
		p.yields(c.Yields)
	}
	p.optional(" WHERE ", c.Where)
}
