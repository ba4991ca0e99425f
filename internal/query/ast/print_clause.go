package ast

// statement writes a whole statement.
func (p *printer) statement(s Statement) {
	switch s := s.(type) {
	case *Query:
		switch s.Mode {
		case Run:
		case Explain:
			p.put("EXPLAIN ")
		case Profile:
			p.put("PROFILE ")
		}
		p.hints("", " ", s.Hints)
		if s.Hops != nil {
			p.optional("USING HOPS LIMIT ", s.Hops)
			p.put(" ")
		}
		p.query(s)
	case *IndexStatement:
		p.indexStatement(s)
	case *ConstraintStatement:
		p.constraintStatement(s)
	case *Admin:
		p.admin(s)
	case *Show:
		p.show(s)
	case *TransactionControl:
		p.put(s.Verb)
	case *TerminateTransactions:
		p.put("TERMINATE TRANSACTIONS ")
		p.exprs(s.IDs)
	case *EnumStatement:
		p.enumStatement(s)
	case *DescriptionStatement:
		p.descriptionStatement(s)
	case *SettingStatement:
		p.settingStatement(s)
	case *SessionStatement:
		p.sessionStatement(s)
	case *StandingStatement:
		p.standingStatement(s)
	case *BackupStatement:
		p.backupStatement(s)
	case *RecoverSnapshot:
		p.recoverSnapshot(s)
	case *UserStatement:
		p.userStatement(s)
	case *RoleStatement:
		p.roleStatement(s)
	case *PrivilegeStatement:
		p.privilegeStatement(s)
	case *ShowAuth:
		p.showAuth(s)
	}
}

func (p *printer) query(q *Query) {
	for i, part := range q.Parts {
		if i > 0 {
			p.put(" UNION ")
			if q.All[i-1] {
				p.put("ALL ")
			}
		}
		p.clauses(part.Clauses)
	}
}

func (p *printer) clauses(list []Clause) {
	for i, c := range list {
		if i > 0 {
			p.put(" ")
		}
		p.clause(c)
	}
}

func (p *printer) clause(c Clause) {
	switch c := c.(type) {
	case *Match:
		if c.Optional {
			p.put("OPTIONAL ")
		}
		p.put("MATCH ")
		p.pattern(c.Pattern)
		p.hints(" ", "", c.Hints)
		p.optional(" WHERE ", c.Where)
	case *Unwind:
		p.optional("UNWIND ", c.List)
		p.put(" AS ")
		p.variable(c.Var)
	case *LoadCSV:
		p.loadCSV(c)
	case *Projection:
		p.projection(c)
	case *Create:
		p.put("CREATE ")
		p.pattern(c.Pattern)
	case *Merge:
		p.put("MERGE ")
		p.part(c.Part)
		p.setItems(" ON CREATE SET ", c.OnCreate)
		p.setItems(" ON MATCH SET ", c.OnMatch)
	case *Set:
		p.setItems("SET ", c.Items)
	case *Remove:
		p.remove(c)
	case *Delete:
		if c.Detach {
			p.put("DETACH ")
		}
		p.put("DELETE ")
		p.exprs(c.Exprs)
	case *Foreach:
		p.put("FOREACH (")
		p.variable(c.Var)
		p.optional(" IN ", c.List)
		p.put(" | ")
		p.clauses(c.Body)
		p.put(")")
	case *Finish:
		p.put("FINISH")
	case *CallSubquery:
		p.callSubquery(c)
	case *CallProcedure:
		p.callProcedure(c)
	}
}

func (p *printer) loadCSV(c *LoadCSV) {
	if c.EmptyNull {
		p.put("LOAD CSV ")
		if c.Header {
			p.put("WITH HEADERS ")
		}
		p.optional("FROM ", c.File)
		p.put(" AS ")
		p.variable(c.Var)
		p.optional(" FIELDTERMINATOR ", c.Delimiter)
		return
	}
	p.optional("LOAD CSV FROM ", c.File)
	if c.Header {
		p.put(" WITH HEADER")
	} else {
		p.put(" NO HEADER")
	}
	if c.IgnoreBad {
		p.put(" IGNORE BAD")
	}
	p.optional(" DELIMITER ", c.Delimiter)
	p.optional(" QUOTE ", c.Quote)
	p.optional(" NULLIF ", c.NullIf)
	p.put(" AS ")
	p.variable(c.Var)
}

func (p *printer) projection(c *Projection) {
	if c.Sugar != NoSugar {
		p.sugar(c)
		return
	}
	if c.Return {
		p.put("RETURN ")
	} else {
		p.put("WITH ")
	}
	if c.Distinct {
		p.put("DISTINCT ")
	}
	if c.Star {
		p.put("*")
	}
	for i, item := range c.Items {
		if i > 0 || c.Star {
			p.put(", ")
		}
		p.expr(item.Expr)
		if item.Alias != nil {
			p.put(" AS ")
			p.variable(item.Alias)
		}
	}
	p.ordering(c)
	p.optional(" WHERE ", c.Where)
}

// ordering writes ORDER BY, SKIP and LIMIT.
func (p *printer) ordering(c *Projection) {
	for i, s := range c.OrderBy {
		if i == 0 {
			p.put(" ORDER BY ")
		} else {
			p.put(", ")
		}
		p.expr(s.Expr)
		if s.Descending {
			p.put(" DESC")
		}
	}
	p.optional(" SKIP ", c.Skip)
	p.optional(" LIMIT ", c.Limit)
}

func (p *printer) setItems(before string, items []SetItem) {
	for i, s := range items {
		if i == 0 {
			p.put(before)
		} else {
			p.put(", ")
		}
		p.expr(s.Target)
		switch s.Kind {
		case SetProperty, SetAll, SetDynamic:
			p.optional(" = ", s.Value)
		case SetMerge:
			p.optional(" += ", s.Value)
		case SetLabels:
			p.labels(s.Labels, s.Is)
		}
	}
}

func (p *printer) remove(c *Remove) {
	p.put("REMOVE ")
	for i, item := range c.Items {
		if i > 0 {
			p.put(", ")
		}
		if item.Property != nil {
			p.expr(item.Property)
			continue
		}
		if item.Dynamic != nil {
			p.expr(item.Dynamic)
			continue
		}
		p.expr(item.Target)
		p.labels(item.Labels, item.Is)
	}
}
