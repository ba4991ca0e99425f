package ast

import "strconv"

// selector writes what stands before a part, or the function around it.
func (p *printer) selector(s *Selector) {
	switch s.Kind {
	case SelectAll:
		p.put("ALL")
		p.mode(s.Mode)
	case SelectAny:
		p.put("ANY ")
		p.count(s.Count)
		p.mode(s.Mode)
	case SelectShortest:
		p.put("SHORTEST ")
		p.count(s.Count)
		p.mode(s.Mode)
	case SelectGroups:
		p.put("SHORTEST ")
		p.count(s.Count)
		p.mode(s.Mode)
		p.put(" GROUPS")
	case SelectShortestPath:
		p.put("shortestPath")
	case SelectAllShortestPaths:
		p.put("allShortestPaths")
	}
	if !s.Function() {
		p.put(" ")
	}
}

func (p *printer) count(e Expr) {
	if e == nil {
		p.put("1")
		return
	}
	p.expr(e)
}

func (p *printer) mode(m PathMode) {
	if m != NoMode {
		p.put(" ", m.String())
	}
}

// chain writes nodes and relationships.
func (p *printer) chain(part *PatternPart) {
	for i, n := range part.Nodes {
		if i > 0 {
			p.rel(part.Rels[i-1])
		}
		p.node(n)
	}
}

// repeat writes a quantified path pattern.
func (p *printer) repeat(r *RelPattern) {
	p.put("(")
	p.chain(r.Repeat.Part)
	p.optional(" WHERE ", r.Repeat.Where)
	p.put("){", strconv.Itoa(r.Length.Min))
	if r.Length.Max != r.Length.Min {
		p.put(",")
	}
	if r.Length.Max >= 0 && r.Length.Max != r.Length.Min {
		p.put(strconv.Itoa(r.Length.Max))
	}
	p.put("}")
}

// search writes a path algorithm and its bounds, up to the properties.
func (p *printer) search(l *Length, s *Search) {
	p.put("*", s.Algorithm.String())
	bounds := l.bounds()
	if s.Weight != nil && l.Max >= 0 {
		bounds = strconv.Itoa(l.Max)
	}
	if bounds != "" {
		p.put(" ", bounds)
	}
	p.lambda(s.Weight)
	if s.Total != nil {
		p.put(" ")
		p.variable(s.Total)
	}
	p.lambda(s.Filter)
	p.optional(" | ", s.Count)
}

func (p *printer) lambda(l *Lambda) {
	if l == nil {
		return
	}
	p.put(" (")
	for i, v := range []*Variable{l.Rel, l.Node, l.Path, l.Weight} {
		if v == nil {
			break
		}
		if i > 0 {
			p.put(", ")
		}
		p.variable(v)
	}
	p.optional(" | ", l.X)
	p.put(")")
}

// bounds returns the bounds as they stand after *, nothing for one or more.
func (l *Length) bounds() string {
	switch {
	case l.Min == l.Max:
		return strconv.Itoa(l.Min)
	case l.Max >= 0:
		return strconv.Itoa(l.Min) + ".." + strconv.Itoa(l.Max)
	case l.Min != 1:
		return strconv.Itoa(l.Min) + ".."
	}
	return ""
}
