package reference

import (
	"maps"
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// update carries out a clause that writes, for one row after the other.
func (r *run) update(c ast.Clause, t *table) error {
	if d, ok := c.(*ast.Delete); ok {
		return r.delete(d, t)
	}
	if m, ok := c.(*ast.Merge); ok {
		return r.merge(m, t)
	}
	if r.o.Order.Early && r.early == nil {
		r.prepare(c, t.rows)
		defer func() { r.early = nil }()
	}
	for i, row := range t.rows {
		if err := r.step(10); err != nil {
			return err
		}
		e, err := r.updateRow(c, row)
		if err != nil {
			return err
		}
		t.rows[i] = e
	}
	if create, ok := c.(*ast.Create); ok {
		t.name(patternNames(create.Pattern.Parts)...)
	}
	return nil
}

// earlyKey is an expression at a row.
type earlyKey struct {
	e   ast.Expr
	row *env
}

// prepare computes the expressions of a clause for all rows before it changes anything. What
// cannot be computed yet is left to be computed later.
func (r *run) prepare(c ast.Clause, rows []*env) {
	var all []ast.Expr
	switch c := c.(type) {
	case *ast.Create:
		for _, p := range c.Pattern.Parts {
			for i, n := range p.Nodes {
				if i > 0 {
					all = append(all, p.Rels[i-1].Props)
				}
				all = append(all, n.Props)
			}
		}
	case *ast.Set:
		for i := range c.Items {
			all = append(all, c.Items[i].Value)
		}
	case *ast.Foreach:
		all = append(all, c.List)
	default:
	}
	r.early = map[earlyKey]value.Value{}
	for _, row := range rows {
		for _, e := range all {
			if e == nil {
				continue
			}
			if v, err := r.eval(e, scope{env: row}); err == nil {
				r.early[earlyKey{e, row}] = v
			}
		}
	}
}

// evalAt computes an expression at a row, unless that was done before.
func (r *run) evalAt(e ast.Expr, row *env) (value.Value, error) {
	if v, ok := r.early[earlyKey{e, row}]; ok {
		return v, nil
	}
	return r.eval(e, scope{env: row})
}

func (r *run) updateRow(c ast.Clause, row *env) (*env, error) {
	switch c := c.(type) {
	case *ast.Create:
		return r.create(c.Pattern.Parts, row)
	case *ast.Set:
		return row, r.set(c.Items, row)
	case *ast.Remove:
		return row, r.remove(c.Items, row)
	case *ast.Foreach:
		return row, r.foreach(c, row)
	default:
		return nil, unsupported(c)
	}
}

// foreach carries its clauses out for each element, all of them for one before the next.
func (r *run) foreach(c *ast.Foreach, row *env) error {
	list, err := r.evalAt(c.List, row)
	if err != nil || list.IsNull() {
		return err
	}
	if list.Kind() != value.KindList {
		return typeError(c.List, "FOREACH needs a list, not %s", list.Kind())
	}
	for _, x := range list.AsList() {
		inner := &table{rows: []*env{row.with(c.Var.Name, x)}}
		for _, b := range deletedTogether(c.Body) {
			if err := r.update(b, inner); err != nil {
				return err
			}
		}
	}
	return nil
}

// create makes what a pattern names and is not bound yet: the nodes first.
func (r *run) create(parts []*ast.PatternPart, row *env) (*env, error) {
	e := row
	ends := make([][]int, len(parts))
	for i, p := range parts {
		for _, n := range p.Nodes {
			id, next, err := r.makeNode(n, e, row)
			if err != nil {
				return nil, err
			}
			e = next
			ends[i] = append(ends[i], id)
		}
	}
	for i, p := range parts {
		t := trail{nodes: ends[i]}
		for j, rel := range p.Rels {
			from, to := ends[i][j], ends[i][j+1]
			if rel.Direction == graph.In {
				from, to = to, from
			}
			props, err := r.newProps(rel.Props, e, row)
			if err != nil {
				return nil, err
			}
			typ, err := r.typeOf(rel, e)
			if err != nil {
				return nil, err
			}
			id := r.g.AddEdge(from, to, typ, props)
			t = t.edge(id)
			if rel.Var != nil {
				e = e.with(rel.Var.Name, r.g.edgeValue(id))
			}
		}
		if p.Var != nil {
			e = e.with(p.Var.Name, r.path(t))
		}
	}
	return e, nil
}

// typeOf returns the type of a relationship to create.
func (r *run) typeOf(p *ast.RelPattern, e *env) (string, error) {
	if p.Is == nil {
		return p.Types[0].Text, nil
	}
	names, err := r.given(p.Is, scope{env: e})
	if err == nil && len(names) != 1 {
		err = typeError(nil, "a relationship has one type")
	}
	if err != nil {
		return "", err
	}
	return names[0], nil
}

func (r *run) makeNode(n *ast.NodePattern, e, row *env) (int, *env, error) {
	if v, ok := e.of(n.Var); ok {
		if v.Kind() != value.KindNode {
			return 0, nil, fail(nil, "SemanticError", "a relationship cannot end at %s", v.Kind())
		}
		if r.g.Nodes[nodeID(v)].Deleted {
			return 0, nil, deleted(nil)
		}
		return nodeID(v), e, nil
	}
	props, err := r.newProps(n.Props, e, row)
	if err != nil {
		return 0, nil, err
	}
	labels, err := r.given(n.Is, scope{env: e})
	if err != nil {
		return 0, nil, err
	}
	for _, l := range n.Labels {
		labels = append(labels, l.Text)
	}
	id := r.g.AddNode(labels, props)
	if n.Var != nil {
		e = e.with(n.Var.Name, nodeValue(id))
	}
	return id, e, nil
}

// newProps computes the properties of something to create at a row, over which now has what
// was created for it already.
func (r *run) newProps(e ast.Expr, now, row *env) (map[string]value.Value, error) {
	if e == nil {
		return nil, nil
	}
	v, ok := r.early[earlyKey{e, row}]
	var err error
	if !ok {
		v, err = r.eval(e, scope{env: now})
	}
	if err != nil || v.IsNull() {
		return nil, err
	}
	if v.Kind() != value.KindMap {
		return nil, typeError(e, "properties have to be a map")
	}
	if err := r.weigh(v); err != nil {
		return nil, err
	}
	props := map[string]value.Value{}
	for _, f := range v.AsMap() {
		if !storable(f.Value) {
			return nil, typeError(e, "%s cannot be a property", f.Value.Kind())
		}
		props[f.Key] = f.Value
	}
	return props, nil
}

// storable tells whether a property can hold v: no entities, and no maps inside of lists.
func storable(v value.Value) bool {
	switch k := v.Kind(); k { //nolint:exhaustive // the others are told apart below
	case value.KindNode, value.KindEdge, value.KindPath:
		return false
	case value.KindList:
		return !slices.ContainsFunc(v.AsList(), func(x value.Value) bool { return x.Kind() == value.KindMap || !storable(x) })
	case value.KindMap:
		return !slices.ContainsFunc(v.AsMap(), func(f value.Entry) bool { return !storable(f.Value) })
	}
	return true
}

// set carries out the items of SET for a row.
func (r *run) set(items []ast.SetItem, row *env) error {
	for i := range items {
		item := &items[i]
		target := item.Target
		if p, ok := target.(*ast.Property); ok && item.Kind == ast.SetProperty {
			target = p.X
		}
		if item.Kind == ast.SetDynamic || item.Is != nil {
			return unsupported(item)
		}
		x, err := r.eval(target, scope{env: row})
		if err != nil {
			return err
		}
		v := value.Null
		if item.Value != nil && !x.IsNull() {
			if v, err = r.evalAt(item.Value, row); err != nil {
				return err
			}
		}
		if x.IsNull() {
			continue
		}
		if err := r.assign(item, x, v); err != nil {
			return err
		}
	}
	return nil
}

// assign carries out one item for an entity.
func (r *run) assign(item *ast.SetItem, x, v value.Value) error {
	if err := r.weigh(v); err != nil {
		return err
	}
	if k := x.Kind(); k != value.KindNode && (k != value.KindEdge || item.Kind == ast.SetLabels) {
		return typeError(item.Target, "SET of %s", k)
	}
	props, err := r.propsOf(x, item.Target)
	if err != nil {
		return err
	}
	switch item.Kind {
	case ast.SetProperty:
		if p, ok := item.Target.(*ast.Property); ok {
			return put(props, p.Key.Text, v, item.Value)
		}
	case ast.SetLabels:
		for _, l := range item.Labels {
			r.g.Nodes[nodeID(x)].label(l.Text)
		}
		return nil
	case ast.SetAll, ast.SetMerge, ast.SetDynamic:
	}
	given := map[string]value.Value{}
	if !v.IsNull() {
		if given, err = r.propsOf(v, item.Value); err != nil {
			return err
		}
		given = maps.Clone(given)
	}
	if item.Kind == ast.SetAll {
		clear(props)
	}
	for k, f := range given {
		if err := put(props, k, f, item.Value); err != nil {
			return err
		}
	}
	return nil
}

// put writes a property; null takes it away.
func put(props map[string]value.Value, key string, v value.Value, at ast.Expr) error {
	switch {
	case v.IsNull():
		delete(props, key)
	case !storable(v):
		return typeError(at, "%s cannot be a property", v.Kind())
	default:
		props[key] = v
	}
	return nil
}

func (r *run) remove(items []ast.RemoveItem, row *env) error {
	for _, item := range items {
		target := item.Target
		if item.Dynamic != nil || item.Is != nil {
			return unsupported(item)
		}
		if item.Property != nil {
			target = item.Property.X
		}
		x, err := r.eval(target, scope{env: row})
		if err != nil {
			return err
		}
		if x.IsNull() {
			continue
		}
		props, err := r.propsOf(x, target)
		switch {
		case err != nil:
			return err
		case x.Kind() == value.KindMap:
			return typeError(target, "REMOVE from a map")
		case item.Property != nil:
			delete(props, item.Property.Key.Text)
		case x.Kind() != value.KindNode:
			return typeError(target, "REMOVE of labels of %s", x.Kind())
		default:
			for _, l := range item.Labels {
				r.g.Nodes[nodeID(x)].unlabel(l.Text)
			}
		}
	}
	return nil
}
