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
	if c.Star {
		p.put(" YIELD *")
	}
	for i, y := range c.Yields {
		if i == 0 {
			p.put(" YIELD ")
		} else {
			p.put(", ")
		}
		p.name(y.Result)
		if y.Var.Name != y.Result.Text {
			p.put(" AS ")
			p.variable(y.Var)
		}
	}
	p.optional(" WHERE ", c.Where)
}
