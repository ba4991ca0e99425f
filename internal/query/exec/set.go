package exec

import (
	"slices"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// assigns carries out assignments for rows, one row after the other: an assignment sees
// what the rows before it have written.
type assigns struct {
	items []assign
	one   [1]uint16
	row   batch.Batch
}

// assign is one assignment.
type assign struct {
	spec   *plan.Assign
	target expr.Evaluator
	value  expr.Evaluator
	// still tells that the value does not read the graph, so that it may be computed for a
	// whole batch before anything is written.
	still   bool
	key     graph.KeyID
	labels  []graph.LabelID
	given   givenNames
	scratch [2]batch.Vector
	column  *batch.Vector
}

func (c *compiler) assigns(list []plan.Assign) ([]assign, error) {
	out := make([]assign, len(list))
	for i := range list {
		a := &list[i]
		target, err := c.expr(nil, a.Target)
		if err != nil {
			return nil, err
		}
		v, err := c.expr(nil, a.Value)
		if err != nil {
			return nil, err
		}
		given, err := c.givenNames(append([]ast.Expr{a.Name}, a.Names...)...)
		if err != nil {
			return nil, err
		}
		out[i] = assign{spec: a, target: target, value: v, given: given, still: !readsGraph(c.plan, a.Value)}
	}
	return out, nil
}

func newAssigns(template []assign) assigns {
	a := assigns{items: append([]assign(nil), template...)}
	for i := range a.items {
		a.items[i].given.fresh()
	}
	return a
}

// readsGraph tells whether e might read properties, labels or patterns.
func readsGraph(p *plan.Plan, e ast.Expr) bool {
	found := false
	plan.Walk(e, func(x ast.Expr) bool {
		switch x := x.(type) {
		case *ast.Property:
			if v, ok := x.X.(*ast.Variable); !ok || mayBeEntity(p, v) {
				found = true
			}
		case *ast.Variable:
			// A whole node may be copied into properties.
			found = found || mayBeEntity(p, x)
		case *ast.Call:
			found = found || slices.Contains(readers(), strings.ToLower(x.Name))
		case *ast.Subscript, *ast.HasLabels, *ast.MapProjection,
			*ast.PatternPredicate, *ast.PatternComprehension, *ast.Subquery, *ast.ShortestPath:
			found = true
		}
		return !found
	})
	return found
}

// readers are the functions that read what statements change.
func readers() []string {
	return []string{"properties", "keys", "labels", "degree", "indegree", "outdegree", "exists"}
}

func mayBeEntity(p *plan.Plan, v *ast.Variable) bool {
	s := p.Info.Uses[v]
	return s == nil || s.Type == 0 || s.Type&entityTypes != 0
}

// apply carries the assignments out for the given rows of in.
func (a *assigns) apply(r *run, in *batch.Batch, rows []uint16) error {
	if len(a.items) == 0 {
		return nil
	}
	a.row.Len, a.row.Columns = in.Len, in.Columns
	for i := range a.items {
		if err := a.items[i].prepare(r, &a.row, rows); err != nil {
			return err
		}
	}
	for _, row := range rows {
		a.one[0] = row
		a.row.Sel = a.one[:]
		for i := range a.items {
			if err := a.items[i].apply(r, &a.row, int(row)); err != nil {
				return a.items[i].placed(r, err)
			}
		}
		if err := r.step(); err != nil {
			return err
		}
	}
	return nil
}

func (a *assign) placed(r *run, err error) error {
	if f := failure.Of(r.fail(err)); f != nil {
		return f.At(a.spec.At.Span())
	}
	return err
}

// prepare finds names and what can be computed for all rows at once.
func (a *assign) prepare(r *run, in *batch.Batch, rows []uint16) (err error) {
	switch a.spec.Kind {
	case plan.AssignProperty:
		if a.key, err = r.store.InternKey(a.spec.Key); err != nil {
			return err
		}
	case plan.RemoveProperty:
		a.key = noKey
		if id, ok := r.store.LookupKey(a.spec.Key); ok {
			a.key = id
		}
	case plan.AddLabels:
		for len(a.labels) < len(a.spec.Labels) {
			var id graph.LabelID
			if id, err = r.store.InternLabel(a.spec.Labels[len(a.labels)]); err != nil {
				return err
			}
			a.labels = append(a.labels, id)
		}
	case plan.RemoveLabels:
		a.labels = a.labels[:0]
		for _, name := range a.spec.Labels {
			if id, ok := r.store.LookupLabel(name); ok {
				a.labels = append(a.labels, id)
			}
		}
	case plan.AssignAll, plan.AssignMerge, plan.AssignDynamic, plan.RemoveDynamic:
	}
	a.column = nil
	if a.value != nil && a.still {
		in.Sel = rows
		a.column, err = expr.View(&r.ec, a.value, in, &a.scratch[0])
	}
	return err
}

// noKey is the number of no property key.
const noKey = graph.KeyID(graph.KeysMax)

// apply carries the assignment out for one row.
func (a *assign) apply(r *run, in *batch.Batch, row int) error {
	target, err := expr.View(&r.ec, a.target, in, &a.scratch[1])
	if err != nil {
		return err
	}
	x := target.Value(row)
	if x.IsNull() {
		return nil
	}
	if x.Kind() != value.KindNode && x.Kind() != value.KindEdge {
		return wrongType("a node or a relationship", x)
	}
	v := value.Null
	if a.value != nil {
		col := a.column
		if col == nil {
			if col, err = expr.View(&r.ec, a.value, in, &a.scratch[0]); err != nil {
				return err
			}
		}
		v = col.Value(row)
	}
	e := entityOf(x)
	if !e.exists(r) {
		return storage.ErrNotFound
	}
	if len(a.given.values) > 0 {
		return a.applyGiven(r, in, row, e, v)
	}
	switch a.spec.Kind {
	case plan.AssignProperty:
		return e.set(r, a.key, v)
	case plan.RemoveProperty:
		if a.key == noKey {
			return nil
		}
		return e.set(r, a.key, value.Null)
	case plan.AssignAll:
		return e.replace(r, v)
	case plan.AssignMerge:
		return e.merge(r, v)
	case plan.AddLabels:
		return e.label(r, a.labels)
	case plan.RemoveLabels:
		return e.unlabel(r, a.labels)
	case plan.AssignDynamic, plan.RemoveDynamic:
		panic("exec: the name of a property is not given")
	}
	return nil
}

// applyGiven is apply where expressions give the names.
func (a *assign) applyGiven(r *run, in *batch.Batch, row int, e entity, v value.Value) error {
	if err := a.given.eval(r, in); err != nil {
		return err
	}
	switch a.spec.Kind {
	case plan.AddLabels, plan.RemoveLabels:
		find := r.internLabel
		if a.spec.Kind == plan.RemoveLabels {
			find = r.knownLabel
		}
		labels, err := a.given.labelsAt(a.labels, row, find)
		if err != nil {
			return err
		}
		if a.spec.Kind == plan.RemoveLabels {
			return e.unlabel(r, labels)
		}
		return e.label(r, labels)
	case plan.AssignDynamic:
		name, err := a.given.keyAt(row)
		if err != nil {
			return err
		}
		key, err := r.store.InternKey(name)
		if err != nil {
			return err
		}
		return e.set(r, key, v)
	case plan.RemoveDynamic:
		name, err := a.given.keyAt(row)
		if err != nil {
			return err
		}
		if key, ok := r.store.LookupKey(name); ok {
			return e.set(r, key, value.Null)
		}
	case plan.AssignProperty, plan.AssignAll, plan.AssignMerge, plan.RemoveProperty:
	}
	return nil
}

// set carries out SET or REMOVE for each row of its input.
type set struct {
	input operator
	assigns
}

func (c *compiler) set(o *plan.Set) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	items, err := c.assigns(o.Items)
	if err != nil {
		return nil, err
	}
	return func(i *instance) operator { return &set{input: in(i), assigns: newAssigns(items)} }, nil
}

func (o *set) open(r *run) error { return o.input.open(r) }

func (o *set) next(r *run) (*batch.Batch, error) {
	in, err := o.input.next(r)
	if err != nil || in == nil {
		return nil, err
	}
	return in, o.apply(r, in, r.rowsOf(in.Sel, in.Len))
}

func (o *set) close(r *run) { o.input.close(r) }
