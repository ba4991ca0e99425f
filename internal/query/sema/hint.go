package sema

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
)

// hints binds the variables of hints, which must belong to the pattern.
func (a *analyzer) hints(c *ast.Match, sc *scope) {
	for i := range c.Hints {
		for _, v := range c.Hints[i].Vars {
			s := sc.find(v.Name)
			if s == nil {
				a.undefined(v, sc)
				return
			}
			if !a.inPattern(c.Pattern, s) {
				a.fail(v.At, failure.Syntax("InvalidHint", "the hint is about `%s`, which is not in the pattern before it", v.Name).
					WithHint("put it behind the MATCH that has the variable"))
			}
			a.use(v, s)
		}
	}
}

// inPattern reports whether s is a node or relationship of p.
func (a *analyzer) inPattern(p *ast.Pattern, s *Symbol) bool {
	for _, part := range p.Parts {
		for _, n := range part.Nodes {
			if a.info.Nodes[n] == s {
				return true
			}
		}
		for _, r := range part.Rels {
			if a.info.Rels[r] == s {
				return true
			}
		}
	}
	return false
}
