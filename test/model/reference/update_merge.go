package reference

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/value"
)

// merge finds a pattern or creates it, for one row after the other.
func (r *run) merge(c *ast.Merge, t *table) error {
	var rows []*env
	parts := []*ast.PatternPart{c.Part}
	for _, row := range t.rows {
		if err := r.refuseNulls(c.Part, row); err != nil {
			return err
		}
		var found []*env
		err := r.matches(parts, nil, row, func(e *env) (bool, error) {
			found = append(found, e)
			return true, r.step(1)
		})
		if err != nil {
			return err
		}
		permute(r, found)
		set := c.OnMatch
		if len(found) == 0 {
			made, err := r.create(parts, row)
			if err != nil {
				return err
			}
			found, set = []*env{made}, c.OnCreate
		}
		for _, e := range found {
			if err := r.set(set, e); err != nil {
				return err
			}
		}
		rows = append(rows, found...)
	}
	t.rows = rows
	t.name(patternNames(parts)...)
	return nil
}

// refuseNulls fails where a property of the pattern is null, and where an end is.
func (r *run) refuseNulls(p *ast.PatternPart, row *env) error {
	var all []ast.Expr
	for i, n := range p.Nodes {
		if i > 0 {
			all = append(all, p.Rels[i-1].Props)
		}
		all = append(all, n.Props)
		if v, ok := row.of(n.Var); ok && v.IsNull() {
			return fail(nil, "SemanticError", "MERGE at a node that is null")
		}
	}
	for _, e := range all {
		if e == nil {
			continue
		}
		v, err := r.eval(e, scope{env: row})
		if err != nil {
			return err
		}
		if v.Kind() == value.KindMap && slices.ContainsFunc(v.AsMap(), func(f value.Entry) bool { return f.Value.IsNull() }) {
			return fail(e, "SemanticError", "MERGE with a property that is null")
		}
	}
	return nil
}

// deletedTogether makes one clause of DELETE clauses in a row: what the second deletes may free what the
// first does.
func deletedTogether(clauses []ast.Clause) []ast.Clause {
	var out []ast.Clause
	for _, c := range clauses {
		d, ok := c.(*ast.Delete)
		if ok && len(out) > 0 {
			if before, is := out[len(out)-1].(*ast.Delete); is && before.Detach == d.Detach {
				both := *before
				both.Exprs = slices.Concat(before.Exprs, d.Exprs)
				out[len(out)-1] = &both
				continue
			}
		}
		out = append(out, c)
	}
	return out
}

// delete deletes what its expressions give for all rows: relationships first.
func (r *run) delete(c *ast.Delete, t *table) error {
	var nodes []int
	var edges []*Edge
	for _, row := range t.rows {
		for _, e := range c.Exprs {
			v, err := r.eval(e, scope{env: row})
			if err != nil {
				return err
			}
			if nodes, edges, err = r.doomed(v, e, nodes, edges); err != nil {
				return err
			}
		}
	}
	for _, e := range edges {
		e.Deleted = true
	}
	for _, id := range nodes {
		n := r.g.Nodes[id]
		for _, e := range slices.Concat(n.Out, n.In) {
			if !c.Detach && !r.g.Edges[e].Deleted {
				return fail(c.Exprs[0], "ConstraintVerificationFailed", "the node has relationships")
			}
			r.g.Edges[e].Deleted = true
		}
		n.Deleted = true
	}
	return nil
}

// doomed adds what v holds to what is to be deleted.
func (r *run) doomed(v value.Value, at ast.Expr, nodes []int, edges []*Edge) (n []int, e []*Edge, err error) {
	switch k := v.Kind(); k { //nolint:exhaustive // the others are told apart below
	case value.KindNull:
	case value.KindNode:
		nodes = append(nodes, nodeID(v))
	case value.KindEdge:
		edges = append(edges, r.g.edge(v))
	case value.KindPath, value.KindList:
		list := v
		if k == value.KindPath {
			list = value.List(steps(v.AsPath()))
		}
		for _, x := range list.AsList() {
			if nodes, edges, err = r.doomed(x, at, nodes, edges); err != nil {
				return nil, nil, err
			}
		}
	default:
		return nil, nil, typeError(at, "DELETE of %s", k)
	}
	return nodes, edges, nil
}
