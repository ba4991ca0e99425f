package ast

import "memgraphd/internal/storage/constraint"

// constraintStatement writes a statement about a constraint in the form with ASSERT, which
// knows no names.
func (p *printer) constraintStatement(s *ConstraintStatement) {
	if s.All {
		p.put("DROP ALL CONSTRAINTS")
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
