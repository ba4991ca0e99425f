package sema

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/graph"
)

// matchPattern analyses a pattern that is looked for, in the clause or expression of.
func (a *analyzer) matchPattern(p *ast.Pattern, sc *scope, of string) {
	first := len(a.info.Symbols)
	a.patternRules(p)
	for _, part := range p.Parts {
		a.matchPart(part, sc, first, of)
	}
	for _, part := range p.Parts {
		a.partProperties(part, sc, of)
		a.pathConditions(part, sc, of)
	}
}

// matchPart defines the variables of a part; symbols from first on belong to the same
// pattern.
func (a *analyzer) matchPart(part *ast.PatternPart, sc *scope, first int, of string) {
	for i, n := range part.Nodes {
		if i > 0 {
			a.matchRel(part.Rels[i-1], sc, first)
		}
		a.matchNode(n, sc)
	}
	a.freshRels(part)
	if part.Var != nil {
		if sc.find(part.Var.Name) != nil {
			a.alreadyBound(part.Var)
		}
		a.info.Paths[part] = a.define(sc, part.Var, Path)
	}
	a.noParameters(part, of)
}

func (a *analyzer) noParameters(part *ast.PatternPart, of string) {
	for _, n := range part.Nodes {
		a.noParameter(n.Props, of)
	}
	for _, r := range part.Rels {
		a.noParameter(r.Props, of)
	}
}

// noParameter refuses a parameter as all properties of a pattern that is looked for.
func (a *analyzer) noParameter(props ast.Expr, of string) {
	if p, ok := props.(*ast.Param); ok {
		a.fail(p.At, failure.Syntax("InvalidParameterUse", "the parameter $%s cannot stand for all properties in %s", p.Name, of).
			WithHint("name the properties: {key: $%s.key}", p.Name))
	}
}

// matchNode binds a node that may have been bound before.
func (a *analyzer) matchNode(n *ast.NodePattern, sc *scope) {
	if n.Var == nil {
		a.info.Nodes[n] = a.symbol("", Node)
		return
	}
	s := sc.find(n.Var.Name)
	if s == nil {
		a.info.Nodes[n] = a.define(sc, n.Var, Node)
		return
	}
	a.conflict(n.Var, s, Node)
	a.use(n.Var, s)
	a.info.Nodes[n] = s
	a.info.Bound[n] = true
}

// matchRel binds a relationship that may have been bound in an earlier pattern.
func (a *analyzer) matchRel(r *ast.RelPattern, sc *scope, first int) {
	if r.Repeat != nil {
		a.repeat(r, sc, first)
		return
	}
	defer a.total(r, sc)
	t := Edge
	if r.Length != nil {
		t = EdgeList
	}
	if r.Var == nil {
		a.info.Rels[r] = a.symbol("", t)
		return
	}
	s := sc.find(r.Var.Name)
	if s == nil {
		a.info.Rels[r] = a.define(sc, r.Var, t)
		return
	}
	accept := t
	if t == EdgeList {
		accept = EdgeList | List
	}
	a.conflict(r.Var, s, accept)
	switch {
	case s.ID >= first:
		a.repeatedRel(r.Var)
	case r.Search != nil:
		a.alreadyBound(r.Var)
	}
	a.use(r.Var, s)
	a.info.Rels[r] = s
	a.info.Bound[r] = true
}

// conflict fails if the variable s, used as v, cannot be of type t.
func (a *analyzer) conflict(v *ast.Variable, s *Symbol, t Type) {
	if s.Type&t == 0 {
		a.fail(v.At, failure.Syntax("VariableTypeConflict", "variable `%s` is of type %s and cannot be %s", v.Name, s.Type, t).
			WithHint("use another name"))
	}
}

// partProperties analyses the properties, dynamic names and conditions of a part.
func (a *analyzer) partProperties(part *ast.PatternPart, sc *scope, of string) {
	for i, n := range part.Nodes {
		if i > 0 {
			a.relFilling(part.Rels[i-1], sc, of)
		}
		a.labels(n.Is, sc, context{noAggregates: of})
		a.properties(n.Props, sc, of)
		a.predicate(n.Where, sc)
	}
}

func (a *analyzer) properties(props ast.Expr, sc *scope, of string) {
	if props != nil {
		a.expr(props, sc, context{noAggregates: of})
	}
}

// createPattern analyses a pattern that is created. The properties of a part see what was
// there before the clause and the nodes of the parts before it: nodes are created first,
// in order, then relationships.
func (a *analyzer) createPattern(p *ast.Pattern, sc *scope) {
	a.noSelectors(p, "CREATE")
	a.creating = &creation{p}
	for _, part := range p.Parts {
		a.makeable(part, "CREATE")
		a.partProperties(part, sc, "CREATE")
		for _, n := range part.Nodes {
			a.makeNode(n, sc, len(part.Rels) > 0)
		}
	}
	a.creating = nil
	for _, part := range p.Parts {
		for _, r := range part.Rels {
			a.makeRel(r, sc, "CREATE")
		}
		a.makePath(part, sc)
	}
}

// creation is a pattern that is being created.
type creation struct{ pattern *ast.Pattern }

// defines reports whether a variable of the pattern is called name.
func (c *creation) defines(name string) bool {
	if c == nil {
		return false
	}
	is := func(v *ast.Variable) bool { return v != nil && v.Name == name }
	for _, part := range c.pattern.Parts {
		if is(part.Var) || slices.ContainsFunc(part.Nodes, func(n *ast.NodePattern) bool { return is(n.Var) }) ||
			slices.ContainsFunc(part.Rels, func(r *ast.RelPattern) bool { return is(r.Var) }) {
			return true
		}
	}
	return false
}

// mergePattern analyses the pattern of MERGE.
func (a *analyzer) mergePattern(part *ast.PatternPart, sc *scope) {
	a.noSelectors(&ast.Pattern{Place: part.Place, Parts: []*ast.PatternPart{part}}, "MERGE")
	a.makeable(part, "MERGE")
	a.partProperties(part, sc, "MERGE")
	for i, n := range part.Nodes {
		if i > 0 {
			r := part.Rels[i-1]
			a.makeRel(r, sc, "MERGE")
			a.noParameter(r.Props, "MERGE")
		}
		a.makeNode(n, sc, len(part.Rels) > 0)
		a.noParameter(n.Props, "MERGE")
	}
	a.makePath(part, sc)
}

// makeNode binds a node that is created, or one end of a relationship that was there.
func (a *analyzer) makeNode(n *ast.NodePattern, sc *scope, connected bool) {
	if n.Var == nil {
		a.info.Nodes[n] = a.symbol("", Node)
		return
	}
	s := sc.find(n.Var.Name)
	if s == nil {
		a.info.Nodes[n] = a.define(sc, n.Var, Node)
		return
	}
	if !connected || n.Labels != nil || n.Is != nil || n.Props != nil {
		a.fail(n.Var.At, failure.Syntax("VariableAlreadyBound", "variable `%s` exists already and cannot be created again", n.Var.Name).
			WithHint("inside a relationship's pattern write (%s) alone to refer to it", ast.NameString(n.Var.Name)))
	}
	a.conflict(n.Var, s, Node)
	a.use(n.Var, s)
	a.info.Nodes[n] = s
	a.info.Bound[n] = true
}

// makeRel binds a relationship that is created.
func (a *analyzer) makeRel(r *ast.RelPattern, sc *scope, of string) {
	if r.Var != nil && sc.find(r.Var.Name) != nil {
		a.fail(r.Var.At, failure.Syntax("VariableAlreadyBound", "variable `%s` exists already and cannot be created again", r.Var.Name).
			WithHint("use another name"))
	}
	if r.Length != nil {
		a.fail(r.Length.At, failure.Syntax("CreatingVarLength", "%s cannot create relationships of variable length", of))
	}
	a.oneType(r, of)
	if r.Direction == graph.Both && of == "CREATE" {
		a.fail(r.At, failure.Syntax("RequiresDirectedRelationship", "a relationship in CREATE needs one direction").
			WithHint("write -[:TYPE]-> or <-[:TYPE]-"))
	}
	if r.Var == nil {
		a.info.Rels[r] = a.symbol("", Edge)
		return
	}
	a.info.Rels[r] = a.define(sc, r.Var, Edge)
}

func (a *analyzer) makePath(part *ast.PatternPart, sc *scope) {
	if part.Var == nil {
		return
	}
	if sc.find(part.Var.Name) != nil {
		a.alreadyBound(part.Var)
	}
	a.info.Paths[part] = a.define(sc, part.Var, Path)
}
