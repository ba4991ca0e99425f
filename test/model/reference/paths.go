package reference

import (
	"cmp"
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/value"
)

// rounds follows a pattern that is repeated, of which some rounds are done: each gives the
// values of the variables inside, which are lists outside.
func (w *walk) rounds(i, n int, done [][]value.Value, t trail, e *env) error {
	p := w.part.Rels[i]
	names := patternNames([]*ast.PatternPart{p.Repeat.Part})
	least, most := 1, 1
	if p.Length != nil {
		least, most = p.Length.Min, p.Length.Max
	}
	if len(done) >= least {
		after := e
		for k, name := range names {
			list := []value.Value{}
			for _, round := range done {
				list = append(list, round[k])
			}
			after = after.with(name, value.List(list))
		}
		if err := w.walkOn(i, n, t, after); err != nil {
			return err
		}
	}
	if most >= 0 && len(done) >= most {
		return nil
	}
	mark := len(w.later)
	inner := &walk{matcher: w.matcher, part: p.Repeat.Part}
	inner.next = func(in *env, way trail) error {
		ok, err := w.roundHolds(p.Repeat, mark, in)
		if err != nil || !ok {
			return err
		}
		var round []value.Value
		for _, name := range names {
			v, _ := in.get(name)
			round = append(round, v)
		}
		later := w.later
		w.later = slices.Clone(later[:mark])
		defer func() { w.later = later }()
		on := trail{nodes: slices.Concat(t.nodes, way.nodes[1:]), edges: slices.Concat(t.edges, way.edges)}
		if len(way.edges) == 0 {
			return unsupported(p.Repeat) // rounds that go nowhere would never end
		}
		return w.rounds(i, way.nodes[len(way.nodes)-1], append(slices.Clip(done), round), on, e)
	}
	return inner.node(0, n, trail{}, e)
}

// roundHolds looks at what is demanded in a round that is complete.
func (w *walk) roundHolds(p *ast.Repeat, mark int, in *env) (bool, error) {
	for _, d := range w.later[mark:] {
		if ok, err := w.r.meets(d, in); err != nil || !ok {
			return false, err
		}
	}
	if p.Where == nil {
		return true, nil
	}
	t, err := w.r.truth(p.Where, scope{env: in}, "WHERE")
	return t == yes, err
}

// candidate is one match of a part, among which a selector chooses.
type candidate struct {
	e *env
	t trail
}

// selected matches the i-th part, which has a selector, and goes on with those of its matches
// that are chosen.
func (m *matcher) selected(i int, e *env) error {
	p := m.parts[i]
	kind := p.Select.Kind
	all, err := m.candidates(p, e)
	if err != nil {
		return err
	}
	k, err := m.chosen(p.Select, e)
	if err != nil {
		return err
	}
	permute(m.r, all)
	slices.SortStableFunc(all, func(a, b candidate) int {
		if c := slices.Compare(a.ends(), b.ends()); c != 0 {
			return c
		}
		if kind == ast.SelectAll || kind == ast.SelectAny {
			return 0
		}
		return cmp.Compare(len(a.t.edges), len(b.t.edges))
	})
	for at := 0; at < len(all); {
		end := at
		for end < len(all) && slices.Equal(all[end].ends(), all[at].ends()) {
			end++
		}
		for _, c := range pick(all[at:end], kind, k) {
			if err := m.goOn(i, c); err != nil {
				return err
			}
		}
		at = end
	}
	return nil
}

// allowed tells whether a path mode lets a path through.
func (t trail) allowed(mode ast.PathMode) bool {
	nodes := t.nodes
	switch mode {
	case ast.NoMode, ast.Trail, ast.Walk:
		return true
	case ast.Simple:
		if len(nodes) > 1 && nodes[0] == nodes[len(nodes)-1] {
			nodes = nodes[1:]
		}
	case ast.Acyclic:
	}
	for i, n := range nodes {
		if slices.Contains(nodes[:i], n) {
			return false
		}
	}
	return true
}

// chosen returns how many paths a selector takes.
func (m *matcher) chosen(s *ast.Selector, e *env) (int, error) {
	if s.Count == nil {
		return 1, nil
	}
	return m.r.count(s.Count, e)
}

func (c candidate) ends() []int { return []int{c.t.nodes[0], c.t.nodes[len(c.t.nodes)-1]} }

// pick chooses among matches between the same two nodes, the shortest of which comes first.
func pick(all []candidate, kind ast.SelectorKind, k int) []candidate {
	switch kind {
	case ast.SelectAll:
		return all
	case ast.SelectAny, ast.SelectShortest, ast.SelectShortestPath:
		return all[:min(k, len(all))]
	case ast.SelectGroups, ast.SelectAllShortestPaths:
	}
	lengths := 0
	for i, c := range all {
		if i == 0 || len(c.t.edges) != len(all[i-1].t.edges) {
			if lengths++; lengths > k {
				return all[:i]
			}
		}
	}
	return all
}

// candidates returns all matches of a part by themselves.
func (m *matcher) candidates(p *ast.PatternPart, e *env) ([]candidate, error) {
	var all []candidate
	mark := len(m.later)
	inner := &walk{matcher: m, part: p}
	if p.Select.Function() { // a path of its own, which shares relationships with the others
		used := m.used
		m.used = nil
		defer func() { m.used = used }()
	}
	inner.next = func(in *env, t trail) error {
		for _, d := range m.later[mark:] {
			if ok, err := m.r.meets(d, in); err != nil || !ok {
				return err
			}
		}
		if p.Select.Function() && len(t.edges) > 0 && t.nodes[0] == t.nodes[len(t.nodes)-1] {
			return nil // no way round
		}
		if !t.allowed(p.Select.Mode) {
			return nil
		}
		if p.Var != nil {
			in = in.with(p.Var.Name, m.r.path(t))
		}
		if ok, err := m.partHolds(p, in); err != nil || !ok {
			return err
		}
		all = append(all, candidate{in, t})
		return m.r.step(1)
	}
	return all, inner.node(0, -1, trail{}, e)
}

// partHolds tells whether the condition of a part holds, and for a function what WHERE says
// about its path.
func (m *matcher) partHolds(p *ast.PatternPart, e *env) (bool, error) {
	if p.Where != nil {
		if t, err := m.r.truth(p.Where, scope{env: e}, "WHERE"); err != nil || t != yes {
			return false, err
		}
	}
	if !p.Select.Function() {
		return true, nil
	}
	for _, c := range terms(m.where) {
		if !mentions(c, p) {
			continue
		}
		if t, err := m.r.truth(c, scope{env: e}, "WHERE"); err != nil || t != yes {
			return false, err
		}
	}
	return true, nil
}

// terms returns what is joined by AND.
func terms(e ast.Expr) []ast.Expr {
	if b, ok := e.(*ast.Binary); ok && b.Op == "AND" {
		return append(terms(b.X), terms(b.Y)...)
	}
	if e == nil {
		return nil
	}
	return []ast.Expr{e}
}

// mentions tells whether e names the path of a part or what is repeated in it.
func mentions(e ast.Expr, p *ast.PatternPart) bool {
	if v, ok := e.(*ast.Variable); ok {
		if p.Var != nil && v.Name == p.Var.Name {
			return true
		}
		for _, r := range p.Rels {
			if r.Var != nil && r.Var.Name == v.Name {
				return true
			}
		}
	}
	found := false
	ast.Children(e, func(x ast.Expr) { found = found || mentions(x, p) })
	return found
}

// goOn goes on to the next part with a match that was chosen.
func (m *matcher) goOn(i int, c candidate) error {
	if m.done {
		return nil
	}
	used := m.used
	if !m.parts[i].Select.Function() {
		m.used = slices.Concat(m.used, c.t.edges)
	}
	err := m.part(i+1, c.e)
	m.used = used
	return err
}

// shortestPath computes shortestPath(…) or allShortestPaths(…) as a value.
func (r *run) shortestPath(e *ast.ShortestPath, s scope) (value.Value, error) {
	p := *e.Part
	p.Var = &ast.Variable{Name: " path"}
	var all []value.Value
	err := r.matches([]*ast.PatternPart{&p}, nil, s.env, func(row *env) (bool, error) {
		v, _ := row.get(p.Var.Name)
		all = append(all, v)
		return true, nil
	})
	if err != nil {
		return value.Null, err
	}
	permute(r, all)
	switch {
	case p.Select.Kind == ast.SelectAllShortestPaths:
		return value.List(all), nil
	case len(all) == 0:
		return value.Null, nil
	}
	return all[0], nil
}
