package procedure

import (
	"strings"

	"memgraphd/internal/query/sema"
)

// Signature returns the name with its arguments and results and their types, as
// mg.procedures() shows it. Optional arguments stand in brackets.
func (p *Procedure) Signature() string {
	var b strings.Builder
	b.WriteString(p.Name + "(")
	optional := 0
	for i, a := range p.Args {
		if a.Optional {
			b.WriteString("[")
			optional++
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(a.Name + " :: " + a.Type.String())
	}
	b.WriteString(strings.Repeat("]", optional) + ") :: (")
	for i, r := range p.Results {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(r.Name + " :: " + r.Type.String())
	}
	return b.String() + ")"
}

// facts is what package sema needs to know of p.
func (p *Procedure) facts() sema.Procedure {
	f := sema.Procedure{Name: p.Name, Writes: p.Mode == Write}
	for _, a := range p.Args {
		f.Args = append(f.Args, sema.Argument{
			Name: a.Name, Type: a.Type.static(), Optional: a.Optional, Default: a.Default,
		})
	}
	for _, r := range p.Results {
		f.Results = append(f.Results, sema.Result{Name: r.Name, Type: r.Type.result()})
	}
	return f
}
