package reference

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/value"
)

// scoped computes the expressions that bring variables of their own.
func (r *run) scoped(e ast.Expr, s scope) (value.Value, error) {
	switch e := e.(type) {
	case *ast.ListComprehension:
		return r.comprehension(e, s)
	case *ast.PatternComprehension:
		return r.patternComprehension(e, s)
	case *ast.Quantifier:
		return r.quantifier(e, s)
	case *ast.Reduce:
		return r.reduce(e, s)
	case *ast.MapProjection:
		return r.mapProjection(e, s)
	case *ast.PatternPredicate:
		return r.exists([]*ast.PatternPart{e.Part}, nil, s)
	case *ast.ShortestPath:
		return r.shortestPath(e, s)
	case *ast.Subquery:
		return r.subquery(e, s)
	default:
		return value.Null, unsupported(e)
	}
}

// elements computes a list; null where it is null.
func (r *run) elements(e ast.Expr, s scope, of string) (list []value.Value, null bool, err error) {
	v, err := r.eval(e, s)
	switch {
	case err != nil || v.IsNull():
		return nil, true, err
	case v.Kind() != value.KindList:
		return nil, true, typeError(e, "%s needs a list, not %s", of, v.Kind())
	}
	return v.AsList(), false, r.step(len(v.AsList()))
}

func (r *run) comprehension(e *ast.ListComprehension, s scope) (value.Value, error) {
	list, null, err := r.elements(e.List, s, "a comprehension")
	if err != nil || null {
		return value.Null, err
	}
	out := []value.Value{}
	for _, x := range list {
		in := s.with(e.Var.Name, x)
		kept := yes
		if e.Where != nil {
			if kept, err = r.truth(e.Where, in, "WHERE"); err != nil {
				return value.Null, err
			}
		}
		if kept != yes {
			continue
		}
		if e.Result != nil {
			if x, err = r.eval(e.Result, in); err != nil {
				return value.Null, err
			}
		}
		out = append(out, x)
	}
	return value.List(out), nil
}

func (r *run) patternComprehension(e *ast.PatternComprehension, s scope) (value.Value, error) {
	out := []value.Value{}
	err := r.matches([]*ast.PatternPart{e.Part}, e.Where, s.env, func(row *env) (bool, error) {
		v, err := r.eval(e.Result, scope{env: row})
		out = append(out, v)
		return true, err
	})
	permute(r, out)
	return value.List(out), err
}

// exists tells whether there is a way to match parts.
func (r *run) exists(parts []*ast.PatternPart, where ast.Expr, s scope) (value.Value, error) {
	found := false
	err := r.matches(parts, where, s.env, func(*env) (bool, error) {
		found = true
		return r.o.Order.Eager, nil
	})
	return value.Bool(found), err
}

func (r *run) quantifier(e *ast.Quantifier, s scope) (value.Value, error) {
	list, null, err := r.elements(e.List, s, e.Kind)
	if err != nil || null {
		return value.Null, err
	}
	count := map[truth]int{}
	for _, x := range list {
		in := s.with(e.Var.Name, x)
		where := e.Where
		if where == nil {
			where = e.Var
		}
		t, err := r.truth(where, in, e.Kind)
		if err != nil {
			return value.Null, err
		}
		count[t]++
		if r.o.Order.Reverse && (e.Kind == "all" && t == no || e.Kind != "all" && t == yes && count[yes] > btoi(e.Kind == "single")) {
			break
		}
	}
	switch e.Kind {
	case "all":
		return negated(some(count[no], count[unknown])).value(), nil
	case "any":
		return some(count[yes], count[unknown]).value(), nil
	case "none":
		return negated(some(count[yes], count[unknown])).value(), nil
	}
	switch {
	case count[yes] > 1:
		return value.False, nil
	case count[unknown] > 0:
		return value.Null, nil
	}
	return value.Bool(count[yes] == 1), nil
}

// some tells whether there is one among those that are there and those that may be.
func some(there, maybe int) truth {
	switch {
	case there > 0:
		return yes
	case maybe > 0:
		return unknown
	}
	return no
}

func negated(t truth) truth { return -t }

func (r *run) reduce(e *ast.Reduce, s scope) (value.Value, error) {
	acc, err := r.eval(e.Init, s)
	if err != nil {
		return value.Null, err
	}
	list, null, err := r.elements(e.List, s, "reduce")
	if err != nil || null {
		return value.Null, err
	}
	for _, x := range list {
		if acc, err = r.eval(e.Result, s.with(e.Acc.Name, acc).with(e.Var.Name, x)); err != nil {
			return value.Null, err
		}
	}
	return acc, nil
}

func (r *run) mapProjection(e *ast.MapProjection, s scope) (value.Value, error) {
	x, err := r.eval(e.X, s)
	if err != nil || x.IsNull() {
		return value.Null, err
	}
	props, err := r.propsOf(x, e)
	if err != nil {
		return value.Null, err
	}
	var entries []value.Entry
	for _, i := range e.Items {
		switch {
		case i.All:
			for k, v := range props {
				entries = append(entries, value.Entry{Key: k, Value: v})
			}
		case i.Value == nil:
			entries = append(entries, value.Entry{Key: i.Key.Text, Value: props[i.Key.Text]})
		default:
			v, err := r.eval(i.Value, s)
			if err != nil {
				return value.Null, err
			}
			entries = append(entries, value.Entry{Key: i.Key.Text, Value: v})
		}
	}
	return value.Map(entries), nil
}
