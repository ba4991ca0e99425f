package reference

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/value"
)

// labelled tells whether an entity has all of some labels and passes a label expression,
// which may be nil. The only label of a relationship is its type.
func (r *run) labelled(entity value.Value, names []ast.Name, is ast.LabelExpr, s scope) (bool, error) {
	var have []string
	if entity.Kind() == value.KindNode {
		have = r.g.Nodes[nodeID(entity)].Labels
	} else {
		have = []string{r.g.edge(entity).Type}
	}
	for _, n := range names {
		if !slices.Contains(have, n.Text) {
			return false, nil
		}
	}
	if is == nil {
		return true, nil
	}
	return r.passes(have, is, s)
}

// passes tells whether a label expression holds of some labels.
func (r *run) passes(have []string, is ast.LabelExpr, s scope) (bool, error) {
	switch is := is.(type) {
	case *ast.LabelName:
		return slices.Contains(have, is.Text), nil
	case *ast.LabelWildcard:
		return len(have) > 0, nil
	case *ast.LabelNot:
		ok, err := r.passes(have, is.X, s)
		return !ok, err
	case *ast.LabelJunction:
		found := !is.Any
		for _, t := range is.Terms {
			ok, err := r.passes(have, t, s)
			if err != nil {
				return false, err
			}
			if ok == is.Any {
				found = is.Any
			}
		}
		return found, nil
	case *ast.LabelDynamic:
		names, err := r.names(is, s)
		if err != nil {
			return false, err
		}
		for _, n := range names {
			if slices.Contains(have, n) == is.Any {
				return is.Any, nil
			}
		}
		return !is.Any, nil
	default:
		return false, unsupported(is)
	}
}

// names computes the names that an expression gives.
func (r *run) names(d *ast.LabelDynamic, s scope) ([]string, error) {
	v, err := r.eval(d.X, s)
	if err != nil {
		return nil, err
	}
	list := []value.Value{v}
	if v.Kind() == value.KindList {
		list = v.AsList()
	}
	var out []string
	for _, x := range list {
		if x.Kind() != value.KindString {
			return nil, typeError(d.X, "the name of a label is %s", x.Kind())
		}
		out = append(out, x.AsString())
	}
	return out, nil
}

// given computes all names that a label expression of CREATE, SET or REMOVE gives.
func (r *run) given(is ast.LabelExpr, s scope) ([]string, error) {
	var out []string
	var err error
	ast.WalkLabels(is, func(l ast.LabelExpr) {
		if d, ok := l.(*ast.LabelDynamic); ok && err == nil {
			var names []string
			names, err = r.names(d, s)
			out = append(out, names...)
		}
	})
	return out, err
}
