package reference

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/value"
)

// scope is where an expression is computed. With a group, aggregates are computed over its
// rows and everything else at env.
type scope struct {
	env   *env
	group []*env
}

func (s scope) with(name string, v value.Value) scope {
	s.env = s.env.with(name, v)
	return s
}

// eval computes an expression.
func (r *run) eval(e ast.Expr, s scope) (value.Value, error) {
	if err := r.step(1); err != nil {
		return value.Null, err
	}
	switch e := e.(type) {
	case *ast.Literal:
		return e.Value, nil
	case *ast.Param:
		return r.o.Params[e.Name], nil
	case *ast.Variable:
		x := s.env.find(e.Name)
		if x == nil {
			return value.Null, unsupported(e) // not bound yet, or not at all
		}
		return r.force(x)
	case *ast.Property:
		return r.property(e, s)
	case *ast.Subscript:
		return r.subscript(e, s)
	case *ast.Slice:
		return r.charged(r.slice(e, s))
	case *ast.HasLabels:
		return r.hasLabels(e, s)
	case *ast.List:
		return r.list(e, s)
	case *ast.Map:
		return r.mapOf(e, s)
	case *ast.CaseSubject:
		v, _ := s.env.get(caseSubject)
		return v, nil
	case *ast.IsTyped:
		x, err := r.eval(e.X, s)
		return value.Bool(typed(x, e.Type) != e.Not), err
	case *ast.Unary, *ast.Binary, *ast.Comparison, *ast.IsNull, *ast.Case:
		return r.charged(r.operation(e, s))
	case *ast.Call:
		return r.charged(r.call(e, s))
	default:
		return r.scoped(e, s)
	}
}

func (r *run) all(list []ast.Expr, s scope) ([]value.Value, error) {
	out := make([]value.Value, len(list))
	for i, e := range list {
		v, err := r.eval(e, s)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

func (r *run) list(e *ast.List, s scope) (value.Value, error) {
	items, err := r.all(e.Items, s)
	return value.List(items), err
}

func (r *run) mapOf(e *ast.Map, s scope) (value.Value, error) {
	values, err := r.all(e.Values, s)
	if err != nil {
		return value.Null, err
	}
	var entries []value.Entry
	for i, k := range e.Keys {
		entries = append(entries, value.Entry{Key: k.Text, Value: values[i]})
	}
	return value.Map(entries), nil
}

// propsOf returns the properties of an entity or the entries of a map.
func (r *run) propsOf(v value.Value, at ast.Expr) (map[string]value.Value, error) {
	switch k := v.Kind(); k { //nolint:exhaustive // the others are told apart below
	case value.KindNode:
		if n := r.g.Nodes[nodeID(v)]; !n.Deleted {
			return n.Props, nil
		}
		return nil, deleted(at)
	case value.KindEdge:
		if x := r.g.edge(v); !x.Deleted {
			return x.Props, nil
		}
		return nil, deleted(at)
	case value.KindMap:
		out := map[string]value.Value{}
		for _, f := range v.AsMap() {
			out[f.Key] = f.Value
		}
		return out, nil
	}
	return nil, typeError(at, "%s has no properties", v.Kind())
}

func deleted(at ast.Expr) error {
	return fail(at, "EntityNotFound", "the node or relationship was deleted")
}

func (r *run) property(e *ast.Property, s scope) (value.Value, error) {
	x, err := r.eval(e.X, s)
	if err != nil || x.IsNull() {
		return value.Null, err
	}
	if isTemporal(x) || x.Kind() == value.KindPoint {
		return component(x, e.Key.Text, e)
	}
	props, err := r.propsOf(x, e)
	return props[e.Key.Text], err
}

func (r *run) subscript(e *ast.Subscript, s scope) (value.Value, error) {
	x, err := r.eval(e.X, s)
	if err != nil {
		return value.Null, err
	}
	index, err := r.eval(e.Index, s)
	if err != nil || x.IsNull() {
		return value.Null, err
	}
	switch k := x.Kind(); {
	case (isTemporal(x) || k == value.KindPoint) && index.Kind() == value.KindString:
		return component(x, index.AsString(), e)
	case (isTemporal(x) || k == value.KindPoint) && index.IsNull():
		return value.Null, nil
	case k == value.KindList && index.IsNull():
		return value.Null, nil
	case k == value.KindList && index.Kind() == value.KindInt:
		list := x.AsList()
		i := index.AsInt()
		if i < 0 {
			i += int64(len(list))
		}
		if i < 0 || i >= int64(len(list)) {
			return value.Null, nil
		}
		return list[i], nil
	case k != value.KindMap && k != value.KindNode && k != value.KindEdge:
		return value.Null, typeError(e, "%s has no elements", k)
	case index.IsNull():
		return value.Null, nil
	case index.Kind() != value.KindString:
		return value.Null, typeError(e, "%s is no name of an element", index.Kind())
	}
	props, err := r.propsOf(x, e)
	return props[index.AsString()], err
}

func (r *run) slice(e *ast.Slice, s scope) (value.Value, error) {
	x, err := r.eval(e.X, s)
	if err != nil {
		return value.Null, err
	}
	bounds := [2]value.Value{value.Int(0), value.Int(1 << 40)}
	for i, b := range []ast.Expr{e.From, e.To} {
		if b == nil {
			continue
		}
		if bounds[i], err = r.eval(b, s); err != nil {
			return value.Null, err
		}
	}
	if x.IsNull() {
		return value.Null, nil
	}
	if x.Kind() != value.KindList {
		return value.Null, typeError(e, "only a list has slices")
	}
	null := false
	for i, b := range bounds {
		if !b.IsNull() && b.Kind() != value.KindInt {
			return value.Null, typeError(e, "the bound %d of a slice is no integer", i)
		}
		null = null || b.IsNull()
	}
	if null {
		return value.Null, nil
	}
	list := x.AsList()
	var out []value.Value
	for i := range list {
		if within(i, len(list), bounds[0].AsInt(), bounds[1].AsInt()) {
			out = append(out, list[i])
		}
	}
	return value.List(out), nil
}

// within tells whether element i of n is in the slice [from..to].
func within(i, n int, from, to int64) bool {
	if from < 0 {
		from += int64(n)
	}
	if to < 0 {
		to += int64(n)
	}
	return int64(i) >= from && int64(i) < to
}

func (r *run) hasLabels(e *ast.HasLabels, s scope) (value.Value, error) {
	x, err := r.eval(e.X, s)
	if err != nil || x.IsNull() {
		return value.Null, err
	}
	if k := x.Kind(); k != value.KindNode && k != value.KindEdge {
		return value.Null, typeError(e, "%s has no labels", k)
	}
	if x.Kind() == value.KindNode && r.g.Nodes[nodeID(x)].Deleted {
		return value.Null, deleted(e)
	}
	ok, err := r.labelled(x, e.Labels, e.Is, s)
	return value.Bool(ok), err
}

// truth computes a condition.
func (r *run) truth(e ast.Expr, s scope, where string) (truth, error) {
	v, err := r.eval(e, s)
	switch {
	case err != nil:
		return unknown, err
	case v.IsNull():
		return unknown, nil
	case v.Kind() != value.KindBool:
		return unknown, typeError(e, "%s needs a boolean, not %s", where, v.Kind())
	}
	return truthOf(v.AsBool()), nil
}
