package ast

// LabelString returns l as String does, without a colon.
func LabelString(l LabelExpr) string {
	var p printer
	p.labelExpr(l, bindNothing)
	return p.b.String()
}

// How strongly the operators of label expressions bind, weakest first.
const (
	bindNothing = iota
	bindAny
	bindAll
	bindNot
)

// labels writes :A:B or, where there is more than names, :A&B&….
func (p *printer) labels(labels []Name, is LabelExpr) {
	before := ":"
	for _, l := range labels {
		p.put(before)
		p.name(l)
		if is != nil {
			before = "&"
		}
	}
	if is == nil {
		return
	}
	p.put(before)
	if len(labels) == 0 {
		p.labelExpr(is, bindNothing)
		return
	}
	p.labelExpr(is, bindAny)
}

// labelExpr writes l, in brackets if it binds no more strongly than what is around it.
func (p *printer) labelExpr(l LabelExpr, around int) {
	switch l := l.(type) {
	case *LabelName:
		p.name(l.Name)
	case *LabelWildcard:
		p.put("%")
	case *LabelNot:
		p.put("!")
		p.labelExpr(l.X, bindNot)
	case *LabelJunction:
		p.junction(l, around)
	case *LabelDynamic:
		if l.Any {
			p.put("$any(")
		} else {
			p.put("$(")
		}
		p.expr(l.X)
		p.put(")")
	}
}

func (p *printer) junction(l *LabelJunction, around int) {
	own, between := bindAll, "&"
	if l.Any {
		own, between = bindAny, "|"
	}
	if own <= around {
		p.put("(")
		defer p.put(")")
	}
	for i, t := range l.Terms {
		if i > 0 {
			p.put(between)
		}
		p.labelExpr(t, own)
	}
}

// condition writes WHERE and e unless e is nil, after a space where something stands before.
func (p *printer) condition(e Expr, after bool) {
	if after {
		p.optional(" WHERE ", e)
	} else {
		p.optional("WHERE ", e)
	}
}
