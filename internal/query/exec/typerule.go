package exec

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
)

// typeRule is a label expression that the type of a relationship must fulfil. Its dynamic
// names are the same throughout an execution.
type typeRule struct {
	is       ast.LabelExpr
	operands map[*ast.LabelDynamic]expr.Evaluator
}

// hop makes the template of what follows a relationship pattern.
func (c *compiler) hop(o *plan.Hop) (hop, error) {
	h := hop{spec: o}
	if o.Is == nil {
		return h, nil
	}
	h.rule = &typeRule{is: o.Is, operands: map[*ast.LabelDynamic]expr.Evaluator{}}
	var err error
	ast.WalkLabels(o.Is, func(l ast.LabelExpr) {
		d, ok := l.(*ast.LabelDynamic)
		if !ok || err != nil {
			return
		}
		h.rule.operands[d], err = c.expr(nil, d.X)
	})
	return h, err
}

// chooseTypes finds the types that fulfil the rule among those that exist now.
func (h *hop) chooseTypes(r *run) error {
	var given map[*ast.LabelDynamic][]string
	if len(h.rule.operands) > 0 {
		given = map[*ast.LabelDynamic][]string{}
	}
	for d, e := range h.rule.operands {
		v, err := expr.Const(&r.ec, e)
		if err != nil {
			return err
		}
		names, err := expr.AppendNames(nil, v, d.At)
		if err != nil {
			return err
		}
		given[d] = names
	}
	// New types may appear as long as the statement runs.
	h.types, h.resolved, h.settled = h.types[:0], false, len(h.rule.operands) == 0
	all := r.store.Types()
	for id, name := range all {
		if fulfils(h.rule.is, name, given) {
			h.types = append(h.types, graph.TypeID(id))
		}
	}
	h.possible = len(h.types) > 0
	return nil
}

// fulfils tells whether a relationship of the type called name fulfils l.
func fulfils(l ast.LabelExpr, name string, given map[*ast.LabelDynamic][]string) bool {
	switch l := l.(type) {
	case *ast.LabelName:
		return l.Text == name
	case *ast.LabelWildcard:
		return true
	case *ast.LabelNot:
		return !fulfils(l.X, name, given)
	case *ast.LabelJunction:
		for _, t := range l.Terms {
			if fulfils(t, name, given) == l.Any {
				return l.Any
			}
		}
		return !l.Any
	case *ast.LabelDynamic:
		is := func(s string) bool { return s == name }
		if l.Any {
			return slices.ContainsFunc(given[l], is)
		}
		return !slices.ContainsFunc(given[l], func(s string) bool { return s != name })
	}
	return false
}
