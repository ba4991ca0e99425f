package ast

import (
	"strings"

	"memgraphd/internal/storage/constraint"
)

// constraintStatement writes a statement about a constraint in the form with ASSERT, which
// knows no names.
func (p *printer) constraintStatement(s *ConstraintStatement) {
	if s.All {
		p.put("DROP ALL CONSTRAINTS")
		return
	}
	if s.Drop && s.Name != nil {
		p.put("DROP CONSTRAINT ")
		p.named(*s.Name, s.IfExists)
		return
	}
	if s.Drop {
		p.put("DROP")
	} else {
		p.put("CREATE")
	}
	p.put(" CONSTRAINT ON (n:")
	p.name(s.Label)
	p.put(") ASSERT ")
	if s.Rule == constraint.Exists {
		p.put("EXISTS (")
	}
	for i, k := range s.Properties {
		if i > 0 {
			p.put(", ")
		}
		p.put("n.")
		p.name(k)
	}
	switch s.Rule {
	case constraint.Exists:
		p.put(")")
	case constraint.Unique:
		if s.Key {
			p.put(" IS NODE KEY")
			return
		}
		p.put(" IS UNIQUE")
	case constraint.Typed:
		p.put(" IS TYPED " + s.Type.String())
	}
}

// indexStatement writes a statement about an index in the form with ON :Label.
func (p *printer) indexStatement(s *IndexStatement) {
	switch {
	case s.All:
		p.put("DROP ALL INDEXES")
		return
	case s.Name != nil:
		p.put("DROP INDEX ")
		p.named(*s.Name, s.IfExists)
		return
	case s.Drop:
		p.put("DROP INDEX ON :")
	default:
		p.put("CREATE INDEX ON :")
	}
	p.name(s.Label)
	if s.Property != nil {
		p.put("(")
		p.name(*s.Property)
		p.put(")")
	}
}

// named writes the name of what is dropped, in backticks where it is ON, which would begin
// another form.
func (p *printer) named(n Name, ifExists bool) {
	if strings.EqualFold(n.Text, "ON") {
		p.put("`" + n.Text + "`")
	} else {
		p.name(n)
	}
	if ifExists {
		p.put(" IF EXISTS")
	}
}
