package ast

import "strings"

// caseOf writes CASE … END.
func (p *printer) caseOf(e *Case) {
	p.put("CASE")
	p.optional(" ", e.Subject)
	for i, w := range e.When {
		p.optional(" WHEN ", w)
		p.optional(" THEN ", e.Then[i])
	}
	p.optional(" ELSE ", e.Else)
	p.put(" END")
}

// caseWhen writes values and conditions; a condition begins with its operator.
func (p *printer) caseWhen(e *CaseWhen) {
	for i, item := range e.Items {
		if i > 0 {
			p.put(", ")
		}
		if !IsCaseCondition(item) {
			p.expr(item)
			continue
		}
		inner := printer{key: p.key}
		inner.expr(item)
		text := inner.b.String()
		p.put(strings.TrimSpace(text[1 : len(text)-1])) // without the brackets
	}
}

// IsCaseCondition reports whether e, an item of a CaseWhen, is a condition on the subject
// and not a value.
func IsCaseCondition(e Expr) bool {
	x := e
	switch e := e.(type) {
	case *HasLabels:
		x = e.X
	case *Binary:
		x = e.X
	case *Comparison:
		x = e.Operands[0]
	case *IsNull:
		x = e.X
	case *IsTyped:
		x = e.X
	case *IsNormalized:
		x = e.X
	default:
	}
	_, ok := x.(*CaseSubject)
	return ok
}
