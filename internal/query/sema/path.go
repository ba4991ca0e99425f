package sema

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
)

// Group is a variable of a quantified path pattern: Inner stands for one round in the
// pattern itself, Outer for the list of all rounds everywhere else.
type Group struct{ Inner, Outer *Symbol }

// patternRules refuses what may not be combined in one pattern that is looked for.
func (a *analyzer) patternRules(p *ast.Pattern) {
	for _, part := range p.Parts {
		s := part.Select
		switch {
		case s.Function():
			a.functionRules(part)
		case s.Selective() && len(p.Parts) > 1 && !part.Repeatable:
			a.fail(s.At, failure.Syntax("InvalidPathSelector", "a selector needs a MATCH of its own, but this has %d patterns", len(p.Parts)).
				WithHint("put the other patterns into another MATCH, or write MATCH REPEATABLE ELEMENTS"))
		case s != nil && part.Repeatable && s.Mode != ast.Walk && s.Mode != ast.NoMode:
			a.fail(s.At, failure.Syntax("InvalidPathMode", "%s cannot be combined with REPEATABLE ELEMENTS", s.Mode).
				WithHint("leave one of them out"))
		}
		for _, r := range part.Rels {
			if r.Search != nil && s != nil {
				a.fail(r.Search.At, failure.Syntax("InvalidPathSelector", "the path algorithm *%s cannot be combined with a selector",
					r.Search.Algorithm).WithHint("leave one of them out"))
			}
			a.boundedRule(part, r)
		}
	}
}

// boundedRule refuses walks without end: there is no last one.
func (a *analyzer) boundedRule(part *ast.PatternPart, r *ast.RelPattern) {
	if !part.Repeatable || part.Select.Selective() || r.Length == nil || r.Length.Max >= 0 || r.Search != nil {
		return
	}
	a.fail(r.Length.At, failure.Syntax("UnboundedWalk", "where relationships may repeat, a pattern needs a greatest length, but this has none").
		WithHint("write {1,5}, or pick some of the paths with ANY SHORTEST"))
}

// functionRules refuses what shortestPath() cannot look for.
func (a *analyzer) functionRules(part *ast.PatternPart) {
	name := "shortestPath"
	if part.Select.Kind == ast.SelectAllShortestPaths {
		name = "allShortestPaths"
	}
	switch {
	case len(part.Rels) != 1:
		a.fail(part.At, failure.Syntax("InvalidShortestPath", "%s() takes a pattern of one relationship between two nodes, but this has %d relationships",
			name, len(part.Rels)).WithHint("write %s((a)-[:T*]->(b)), or ANY SHORTEST before a longer pattern", name))
	case part.Rels[0].Repeat != nil || part.Where != nil:
		a.fail(part.At, failure.Syntax("InvalidShortestPath", "%s() cannot take a quantified path pattern", name).
			WithHint("write ANY SHORTEST or ALL SHORTEST before the pattern"))
	case part.Rels[0].Search != nil:
		a.fail(part.At, failure.Syntax("InvalidShortestPath", "%s() cannot take a path algorithm or a filter of Memgraph's", name).
			WithHint("leave %s() out, or ask for conditions in WHERE", name))
	case part.Rels[0].Length.Min > 1:
		a.fail(part.Rels[0].Length.At, failure.Syntax("InvalidShortestPath", "the least length in %s() is 0 or 1, but this is %d",
			name, part.Rels[0].Length.Min).WithHint("write ANY SHORTEST (a)-->{%d,}(b)", part.Rels[0].Length.Min))
	}
}

// noSelectors refuses in a pattern that is created what picks among matches.
func (a *analyzer) noSelectors(p *ast.Pattern, of string) {
	if len(p.Parts) > 0 && p.Parts[0].Repeatable {
		a.fail(p.At, failure.Syntax("UnexpectedSyntax", "%s cannot have a match mode", of))
	}
	for _, part := range p.Parts {
		switch {
		case part.Select.Function():
			a.fail(part.Select.At, failure.Syntax("InvalidShortestPath", "%s cannot create a shortest path", of).
				WithHint("look for it with MATCH"))
		case part.Select != nil:
			a.fail(part.Select.At, failure.Syntax("InvalidPathSelector", "%s cannot have a selector", of))
		case part.Where != nil:
			a.fail(part.Where.Span(), failure.Syntax("UnexpectedSyntax", "%s cannot have a condition", of))
		}
	}
}

// freshRels refuses relationships that are known already where a selector looks for paths.
func (a *analyzer) freshRels(part *ast.PatternPart) {
	for _, r := range part.Rels {
		if part.Select != nil && a.info.Bound[r] {
			a.alreadyBound(r.Var)
		}
	}
}

// repeat binds the variables of a quantified path pattern, whose symbols from first on
// belong to the same pattern.
func (a *analyzer) repeat(r *ast.RelPattern, sc *scope, first int) {
	a.info.Rels[r] = a.symbol("", EdgeList)
	inner := sc.inner()
	part := r.Repeat.Part
	for i, n := range part.Nodes {
		if i > 0 {
			a.roundRel(part.Rels[i-1], inner, sc, first)
		}
		a.roundNode(n, inner, sc, first)
	}
	if a.rounds == nil {
		a.rounds = map[*ast.Repeat]*scope{}
	}
	a.rounds[r.Repeat] = inner
	if a.elems == nil {
		a.elems = map[*Symbol]Type{}
	}
	groups := make([]Group, 0, len(inner.symbols))
	for _, s := range inner.symbols {
		g := Group{Inner: s, Outer: a.symbol(s.Name, List)}
		if s.Type == Edge {
			g.Outer.Type = EdgeList
		}
		a.elems[g.Outer] = s.Type
		sc.add(g.Outer)
		groups = append(groups, g)
	}
	a.info.Groups[r.Repeat] = groups
}

func (a *analyzer) roundNode(n *ast.NodePattern, inner, sc *scope, first int) {
	switch {
	case n.Var == nil:
		a.info.Nodes[n] = a.symbol("", Node)
	case inner.own(n.Var.Name) != nil:
		s := inner.own(n.Var.Name)
		a.conflict(n.Var, s, Node)
		a.use(n.Var, s)
		a.info.Nodes[n] = s
		a.info.Bound[n] = true
	default:
		a.roundVariable(n.Var, sc, first)
		a.info.Nodes[n] = a.define(inner, n.Var, Node)
	}
}

func (a *analyzer) roundRel(r *ast.RelPattern, inner, sc *scope, first int) {
	switch {
	case r.Var == nil:
		a.info.Rels[r] = a.symbol("", Edge)
		return
	case inner.own(r.Var.Name) != nil:
		a.conflict(r.Var, inner.own(r.Var.Name), Edge)
		a.repeatedRel(r.Var)
	default:
		a.roundVariable(r.Var, sc, first)
	}
	a.info.Rels[r] = a.define(inner, r.Var, Edge)
}

// roundVariable refuses v where it is the name of something outside of its round.
func (a *analyzer) roundVariable(v *ast.Variable, sc *scope, first int) {
	s := sc.find(v.Name)
	switch {
	case s == nil:
	case s.ID >= first:
		a.fail(v.At, failure.Syntax("VariableAlreadyBound",
			"the variable `%s` of a quantified path pattern stands outside of it too, where it would be the list of all rounds", v.Name).
			WithHint("use another name"))
	default:
		a.alreadyBound(v)
	}
}

// repeatedRel refuses a relationship that stands twice in one pattern.
func (a *analyzer) repeatedRel(v *ast.Variable) {
	a.fail(v.At, failure.Syntax("RelationshipUniquenessViolation",
		"the relationship `%s` stands more than once in one pattern, but a pattern uses each relationship once", v.Name).
		WithHint("use another name"))
}

// total defines the variable for the total weight of a path algorithm.
func (a *analyzer) total(r *ast.RelPattern, sc *scope) {
	if r.Search == nil || r.Search.Total == nil {
		return
	}
	a.definePlain(sc, r.Search.Total)
}

// pathConditions analyses the conditions inside the part: those of rounds and lambdas.
func (a *analyzer) pathConditions(part *ast.PatternPart, sc *scope, of string) {
	for _, r := range part.Rels {
		if r.Repeat != nil {
			inner := a.rounds[r.Repeat]
			a.noParameters(r.Repeat.Part, of)
			a.partProperties(r.Repeat.Part, inner, of)
			a.predicate(r.Repeat.Where, inner)
		}
		if s := r.Search; s != nil {
			a.lambdaRules(s)
			a.lambda(s.Weight, sc, Any)
			a.lambda(s.Filter, sc, Boolean)
			a.pathCount(s.Count)
		}
	}
	if part.Select != nil {
		a.pathCount(part.Select.Count)
	}
	a.predicate(part.Where, sc)
}

// pathCount analyses how many paths are asked for.
func (a *analyzer) pathCount(e ast.Expr) {
	if e != nil {
		a.expr(e, &scope{}, context{noAggregates: "a path selector"})
	}
}

// lambdaRules refuses variables of lambdas that have no meaning in their place.
func (a *analyzer) lambdaRules(s *ast.Search) {
	refuse := func(v *ast.Variable, what string) {
		if v != nil {
			a.fail(v.At, failure.Syntax("InvalidPathAlgorithm", "there is no %s for the variable `%s` here", what, v.Name).
				WithHint("write (r, n | …)"))
		}
	}
	if s.Weight != nil {
		refuse(s.Weight.Path, "path so far")
	}
	if s.Filter == nil {
		return
	}
	if s.Algorithm == ast.KShortest {
		refuse(s.Filter.Path, "path so far")
	}
	if s.Weight == nil {
		refuse(s.Filter.Weight, "weight")
	}
}

// lambda analyses the filter or the weight of a path algorithm; its variables hide others
// of the same name.
func (a *analyzer) lambda(l *ast.Lambda, sc *scope, accepted Type) {
	if l == nil {
		return
	}
	inner := sc.inner()
	a.define(inner, l.Rel, Edge)
	for i, v := range []*ast.Variable{l.Node, l.Path, l.Weight} {
		if v == nil {
			break
		}
		if inner.own(v.Name) != nil {
			a.alreadyBound(v)
		}
		a.define(inner, v, []Type{Node, Path, Any}[i])
	}
	s := a.expr(l.X, inner, context{noAggregates: "a path algorithm", patterns: accepted == Boolean})
	if accepted == Boolean {
		a.expect(l.X, s, Boolean, "the filter of a path algorithm")
	} else if s.t&^(List|EdgeList|Map|Node|Edge|Path|Boolean|String|Bytes) == 0 {
		a.fail(l.X.Span(), failure.Syntax("InvalidArgumentType", "the weight of a path algorithm expects a number or a duration, but this is %s", s.t))
	}
}

// shortestPath analyses shortestPath(…) as a value, which joins nodes that exist.
func (a *analyzer) shortestPath(e *ast.ShortestPath, sc *scope) static {
	a.info.Reads = true
	for _, n := range e.Part.Nodes {
		if n.Var == nil || sc.find(n.Var.Name) == nil {
			a.fail(n.At, failure.Syntax("UndefinedVariable", "shortestPath() as a value joins two nodes that are known, but this one is not").
				WithHint("look for both nodes with MATCH before"))
		}
	}
	a.inside(e, func() {
		pattern := &ast.Pattern{Place: e.Part.Place, Parts: []*ast.PatternPart{e.Part}}
		a.matchPattern(pattern, sc.inner(), "shortestPath()")
		a.info.Paths[e.Part] = a.symbol("", Path)
	})
	if e.Part.Select.Kind == ast.SelectAllShortestPaths {
		return static{t: List, elem: Path}
	}
	return of(Path)
}
