package planner

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/sema"
)

// nameSet is a set of names, or all names.
type nameSet struct {
	all   bool
	names []string
	index map[string]struct{} // of names; nil while they are few
}

// namesFew is up to how many names a set is looked through from end to end.
const namesFew = 12

func (s *nameSet) has(name string) bool {
	if s.index == nil {
		return slices.Contains(s.names, name)
	}
	_, ok := s.index[name]
	return ok
}

func (s *nameSet) add(names ...string) {
	for _, n := range names {
		if s.has(n) {
			continue
		}
		s.names = append(s.names, n)
		switch {
		case s.index != nil:
			s.index[n] = struct{}{}
		case len(s.names) > namesFew:
			s.index = make(map[string]struct{}, 2*len(s.names))
			for _, n := range s.names {
				s.index[n] = struct{}{}
			}
		}
	}
}

func (s *nameSet) addAll(t nameSet) {
	s.all = s.all || t.all
	s.add(t.names...)
}

func (s *nameSet) empty() bool { return !s.all && len(s.names) == 0 }

func (s *nameSet) meets(t *nameSet) bool {
	if s.empty() || t.empty() {
		return false
	}
	return s.all || t.all || slices.ContainsFunc(s.names, t.has)
}

// effects is what clauses read of the graph and write to it.
type effects struct {
	// scans are the label sets of node patterns that are looked for; an empty set means
	// any node.
	scans   [][]string
	expands nameSet // types of relationships followed
	keys    nameSet // properties read
	labels  nameSet // labels read
	// created are the label sets of the nodes created.
	created    [][]string
	connects   nameSet // types of relationships created
	sets       nameSet // properties written
	relabels   nameSet // labels added or removed
	deletes    bool    // deletes row by row
	everything bool    // reads that are not looked into: subqueries
}

func (e *effects) writes() bool {
	return e.deletes || len(e.created) > 0 || !e.connects.empty() || !e.sets.empty() || !e.relabels.empty()
}

// join adds the effects of t.
func (e *effects) join(t *effects) {
	e.scans = append(e.scans, t.scans...)
	e.created = append(e.created, t.created...)
	e.expands.addAll(t.expands)
	e.keys.addAll(t.keys)
	e.labels.addAll(t.labels)
	e.connects.addAll(t.connects)
	e.sets.addAll(t.sets)
	e.relabels.addAll(t.relabels)
	e.deletes = e.deletes || t.deletes
	e.everything = e.everything || t.everything
}

// reads tells whether the graph is read at all.
func (e *effects) reads() bool {
	return e.everything || len(e.scans) > 0 || !e.expands.empty() || !e.keys.empty() || !e.labels.empty()
}

// sees tells whether reads of r could notice writes of w. Its answer does not matter once
// nobody waits for the plan any more.
func (b *builder) sees(r, w *effects) bool {
	if !w.writes() {
		return false
	}
	if w.deletes && r.reads() || r.everything || r.expands.meets(&w.connects) || r.keys.meets(&w.sets) || r.labels.meets(&w.relabels) {
		return true
	}
	for _, scan := range r.scans {
		if b.interrupted() != nil {
			return true
		}
		for _, created := range w.created {
			if !slices.ContainsFunc(scan, func(l string) bool { return !slices.Contains(created, l) }) {
				return true
			}
		}
		if scanned := (nameSet{names: scan}); scanned.meets(&w.relabels) {
			return true
		}
	}
	return false
}

// barrier puts an Eager before clause c where its rows and those of the clauses before
// could otherwise see each other's writes.
func (b *builder) barrier(in plan.Op, c ast.Clause) plan.Op {
	in = b.renewed(in, c)
	if !b.info.Writes {
		return in
	}
	if _, ok := c.(*ast.CallSubquery); ok {
		return in // call does it: it may be that only the clauses inside count
	}
	var e effects
	b.clauseEffects(c, &e)
	return b.fence(in, &e)
}

// fence puts an Eager before what has the effects e, if it could meet what is pending.
func (b *builder) fence(in plan.Op, e *effects) plan.Op {
	at := in
	p := &b.pending
	if b.sees(p, e) || b.sees(e, p) || p.sets.meets(&e.sets) || p.relabels.meets(&e.relabels) ||
		p.deletes && e.writes() || e.deletes && p.writes() {
		at = b.eager(in)
	}
	b.pending.join(e)
	return at
}

func (b *builder) clauseEffects(c ast.Clause, e *effects) {
	switch c := c.(type) {
	case *ast.Match:
		b.patternEffects(c.Pattern.Parts, e)
		b.readEffects(c.Where, e)
	case *ast.Finish:
	case *ast.Unwind:
		b.readEffects(c.List, e)
	case *ast.LoadCSV:
		b.readEffects(c.File, e)
	case *ast.CallProcedure:
		b.callEffects(c, e)
	case *ast.Projection:
		for _, item := range c.Items {
			b.readEffects(item.Expr, e)
		}
		for _, item := range c.OrderBy {
			b.readEffects(item.Expr, e)
		}
		b.readEffects(c.Where, e)
	case *ast.Create:
		b.createEffects(c.Pattern.Parts, e)
	case *ast.Merge:
		b.patternEffects([]*ast.PatternPart{c.Part}, e)
		b.createEffects([]*ast.PatternPart{c.Part}, e)
		b.setEffects(c.OnCreate, e)
		b.setEffects(c.OnMatch, e)
	case *ast.Set:
		b.setEffects(c.Items, e)
	case *ast.Remove:
		for _, item := range c.Items {
			if item.Property != nil {
				e.sets.add(item.Property.Key.Text)
			}
			if item.Dynamic != nil {
				e.sets.all = true
				b.readEffects(item.Dynamic.Index, e)
			}
			e.relabels.addAll(labelNames(item.Labels, item.Is))
			b.nameEffects(item.Is, e)
		}
	case *ast.Delete:
		// The operator takes all rows before it deletes, and gives none before it has.
	case *ast.Foreach:
		b.readEffects(c.List, e)
		for _, inner := range c.Body {
			b.clauseEffects(inner, e)
			if _, ok := inner.(*ast.Delete); ok {
				e.sets.all, e.connects.all, e.created = true, true, append(e.created, nil)
				e.deletes = true
			}
		}
	case *ast.CallSubquery:
		b.subqueryEffects(b.info.Subqueries[c], e)
	}
}

// patternEffects adds what looking for a pattern reads.
func (b *builder) patternEffects(parts []*ast.PatternPart, e *effects) {
	for _, part := range parts {
		for _, n := range part.Nodes {
			if !b.bound[b.info.Nodes[n]] {
				e.scans = append(e.scans, names(n.Labels))
			}
			e.labels.addAll(labelNames(n.Labels, n.Is))
			b.nameEffects(n.Is, e)
			b.propEffects(n.Props, e)
			b.readEffects(n.Where, e)
		}
		for _, r := range part.Rels {
			e.expands.add(names(r.Types)...)
			e.expands.all = e.expands.all || len(r.Types) == 0
			b.nameEffects(r.Is, e)
			b.propEffects(r.Props, e)
			b.readEffects(r.Where, e)
			b.pathEffects(r, e)
		}
		b.readEffects(part.Where, e)
	}
}

func (b *builder) propEffects(props ast.Expr, e *effects) {
	if m, ok := props.(*ast.Map); ok {
		e.keys.add(names(m.Keys)...)
	}
	b.readEffects(props, e)
}

// createEffects adds what creating a pattern writes and reads.
func (b *builder) createEffects(parts []*ast.PatternPart, e *effects) {
	for _, part := range parts {
		for _, n := range part.Nodes {
			if !b.bound[b.info.Nodes[n]] {
				e.created = append(e.created, names(n.Labels))
				// A scan of any label may find what is created with names that are not known.
				e.relabels.all = e.relabels.all || n.Is != nil
			}
			b.nameEffects(n.Is, e)
			b.readEffects(n.Props, e)
		}
		for _, r := range part.Rels {
			e.connects.add(names(r.Types)...)
			e.connects.all = e.connects.all || r.Is != nil
			b.nameEffects(r.Is, e)
			b.readEffects(r.Props, e)
		}
	}
}

func (b *builder) setEffects(items []ast.SetItem, e *effects) {
	for _, item := range items {
		b.readEffects(item.Value, e)
		switch item.Kind {
		case ast.SetProperty:
			e.sets.add(item.Target.(*ast.Property).Key.Text)
		case ast.SetAll, ast.SetMerge:
			e.sets.all = true
			e.keys.all = e.keys.all || b.isEntity(item.Value)
		case ast.SetLabels:
			e.relabels.addAll(labelNames(item.Labels, item.Is))
			b.nameEffects(item.Is, e)
		case ast.SetDynamic:
			e.sets.all = true
			b.readEffects(item.Target.(*ast.Subscript).Index, e)
		}
	}
}

// nameEffects adds what computing the dynamic names in is, which may be nil, reads.
func (b *builder) nameEffects(is ast.LabelExpr, e *effects) {
	ast.LabelOperands(is, func(x ast.Expr) { b.readEffects(x, e) })
}

// isEntity tells whether e could be a node or a relationship whose properties are copied.
func (b *builder) isEntity(e ast.Expr) bool {
	v, ok := e.(*ast.Variable)
	return ok && b.info.Uses[v].Type&(sema.Node|sema.Edge) != 0
}

// mayBeEntity tells whether e could be a node or a relationship.
func (b *builder) mayBeEntity(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Param:
		return false
	case *ast.Variable:
		s := b.info.Uses[e]
		return s == nil || s.Type == 0 || s.Type&(sema.Node|sema.Edge) != 0
	}
	return true
}

// readEffects adds what evaluating x reads of the graph.
func (b *builder) readEffects(x ast.Expr, e *effects) {
	plan.Walk(x, func(x ast.Expr) bool {
		switch x := x.(type) {
		case *ast.Property:
			if b.mayBeEntity(x.X) {
				e.keys.add(x.Key.Text)
			}
		case *ast.Subscript:
			e.keys.all = true
		case *ast.HasLabels:
			e.labels.addAll(labelNames(x.Labels, x.Is))
		case *ast.MapProjection:
			e.keys.all = true
		case *ast.Call:
			switch {
			case isNamed(x.Name, "labels"):
				e.labels.all = true
			case isNamed(x.Name, "properties"), isNamed(x.Name, "keys"), isNamed(x.Name, "exists"):
				e.keys.all = true
			case isNamed(x.Name, "degree"), isNamed(x.Name, "inDegree"), isNamed(x.Name, "outDegree"):
				e.expands.all = true
			}
		case *ast.PatternPredicate, *ast.PatternComprehension, *ast.Subquery, *ast.ShortestPath:
			e.everything = true
			return false
		}
		return true
	})
}
