package ast

// callProcedure writes CALL name [(args)] [YIELD …].
func (p *printer) callProcedure(c *CallProcedure) {
	if c.Optional {
		p.put("OPTIONAL ")
	}
	p.put("CALL ")
	p.put(dotted(c.Name.Text, isPlain))
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
