package ast

// admin writes a statement without operands, or SHOW of a part of a list.
func (p *printer) admin(s *Admin) {
	verb := s.Verb.String()
	if s.Kind == "" {
		p.put(verb)
	} else {
		p.put("SHOW ", s.Kind, verb[len("SHOW"):])
	}
	if len(s.Names) > 0 {
		if s.Verb == ShowStorageInfo {
			p.put(" ON DATABASE")
		}
		p.put(" ")
		p.exprs(s.Names)
	}
}

// show writes SHOW … with what follows it.
func (p *printer) show(s *Show) {
	if s.Explain {
		p.put("EXPLAIN ")
	}
	p.statement(s.Of)
	if s.Yield {
		p.yields(s.Yields)
	}
	if s.With != nil {
		p.ordering(s.With)
		p.optional(" WHERE ", s.With.Where)
	}
	if s.Return != nil {
		p.put(" ")
		p.projection(s.Return)
	}
}

// yields writes YIELD with its items, or with a star where there are none.
func (p *printer) yields(items []YieldItem) {
	if len(items) == 0 {
		p.put(" YIELD *")
	}
	for i, y := range items {
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
}
