package ast

// callSubquery writes CALL { … } with all that belongs to it.
func (p *printer) callSubquery(c *CallSubquery) {
	if c.Optional {
		p.put("OPTIONAL ")
	}
	p.put("CALL ")
	switch c.Scope {
	case ImportWith:
	case ImportListed:
		p.put("(")
		for i, v := range c.Imports {
			if i > 0 {
				p.put(", ")
			}
			p.variable(v)
		}
		p.put(") ")
	case ImportAll:
		p.put("(*) ")
	}
	p.put("{ ")
	p.query(c.Query)
	p.put(" }")
	if c.Batches != nil {
		p.batches(c.Batches)
	}
}

func (p *printer) batches(b *Batches) {
	p.put(" IN ")
	if b.Concurrent {
		if b.Concurrency != nil {
			p.expr(b.Concurrency)
			p.put(" ")
		}
		p.put("CONCURRENT ")
	}
	p.put("TRANSACTIONS")
	if b.Rows != nil {
		p.optional(" OF ", b.Rows)
		p.put(" ROWS")
	}
	if b.Retry {
		p.put(" ON ERROR RETRY")
		if b.RetryFor != nil {
			p.optional(" FOR ", b.RetryFor)
			p.put(" SECONDS")
		}
		p.put(" THEN ", b.OnError.String())
	} else if b.OnError != ErrorFail {
		p.put(" ON ERROR ", b.OnError.String())
	}
	if b.Status != nil {
		p.put(" REPORT STATUS AS ")
		p.variable(b.Status)
	}
}
