package exec

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// creation creates the nodes and relationships of a pattern.
type creation struct {
	nodes []newNode
	rels  []newRel
}

// newProps computes the properties of something to create.
type newProps struct {
	keys    []string
	ids     []graph.KeyID
	values  []expr.Evaluator // by key
	whole   expr.Evaluator   // a map instead of single keys; nil for none
	scratch []batch.Vector
	columns []*batch.Vector
	props   []storage.Property
	at      ast.Expr
}

type newNode struct {
	spec   *plan.NewNode
	labels []graph.LabelID
	given  givenNames
	newProps
}

type newRel struct {
	spec  *plan.NewRel
	typ   graph.TypeID
	given givenNames
	newProps
}

// creation compiles what is to be created; the result is a template that clone copies for
// each instance.
func (c *compiler) creation(o *plan.Creation) (*creation, error) {
	t := &creation{}
	for i := range o.Nodes {
		p, err := c.newProps(o.Nodes[i].Props)
		if err != nil {
			return nil, err
		}
		given, err := c.givenNames(o.Nodes[i].Names...)
		if err != nil {
			return nil, err
		}
		t.nodes = append(t.nodes, newNode{spec: &o.Nodes[i], newProps: p, given: given})
	}
	for i := range o.Rels {
		p, err := c.newProps(o.Rels[i].Props)
		if err != nil {
			return nil, err
		}
		given, err := c.givenNames(o.Rels[i].Name)
		if err != nil {
			return nil, err
		}
		t.rels = append(t.rels, newRel{spec: &o.Rels[i], newProps: p, given: given})
	}
	return t, nil
}

func (c *compiler) newProps(e ast.Expr) (p newProps, err error) {
	p.at = e
	switch e := e.(type) {
	case nil:
	case *ast.Map:
		for i, k := range e.Keys {
			var v expr.Evaluator
			if v, err = c.expr(nil, e.Values[i]); err != nil {
				return p, err
			}
			p.keys, p.values = append(p.keys, k.Text), append(p.values, v)
		}
	default:
		p.whole, err = c.expr(nil, e)
	}
	return p, err
}

// clone makes a copy with scratch of its own.
func (t *creation) clone() *creation {
	out := &creation{nodes: append([]newNode(nil), t.nodes...), rels: append([]newRel(nil), t.rels...)}
	for i := range out.nodes {
		out.nodes[i].fresh()
		out.nodes[i].given.fresh()
	}
	for i := range out.rels {
		out.rels[i].fresh()
		out.rels[i].given.fresh()
	}
	return out
}

func (p *newProps) fresh() {
	n := max(1, len(p.values))
	p.scratch, p.columns = make([]batch.Vector, n), make([]*batch.Vector, n)
}

// eval computes the properties for a batch.
func (p *newProps) eval(r *run, in *batch.Batch) (err error) {
	if p.whole != nil {
		p.columns[0], err = expr.View(&r.ec, p.whole, in, &p.scratch[0])
		return err
	}
	for i, e := range p.values {
		if p.columns[i], err = expr.View(&r.ec, e, in, &p.scratch[i]); err != nil {
			return err
		}
	}
	for len(p.ids) < len(p.keys) {
		id, err := r.store.InternKey(p.keys[len(p.ids)])
		if err != nil {
			return err
		}
		p.ids = append(p.ids, id)
	}
	return nil
}

// row returns the properties of a row without nulls. Of a key that stands twice the last
// one counts.
func (p *newProps) row(r *run, row int) ([]storage.Property, error) {
	p.props = p.props[:0]
	if p.whole != nil {
		return p.fromMap(r, p.columns[0].Value(row))
	}
	for i, id := range p.ids {
		if err := p.add(id, p.columns[i].Value(row)); err != nil {
			return nil, err
		}
	}
	return p.props, nil
}

func (p *newProps) fromMap(r *run, v value.Value) ([]storage.Property, error) {
	if v.IsNull() {
		return p.props, nil
	}
	if v.Kind() != value.KindMap {
		return nil, failure.RuntimeType("InvalidArgumentType", "properties must be a map, not a value of type %s", v.Kind()).At(p.at.Span())
	}
	for _, e := range v.AsMap() {
		id, err := r.store.InternKey(e.Key)
		if err != nil {
			return nil, err
		}
		if err := p.add(id, e.Value); err != nil {
			return nil, err
		}
	}
	return p.props, nil
}

func (p *newProps) add(id graph.KeyID, v value.Value) error {
	for i := range p.props {
		if p.props[i].Key == id {
			p.props = append(p.props[:i], p.props[i+1:]...)
			break
		}
	}
	if v.IsNull() {
		return nil
	}
	if err := storable(v); err != nil {
		return err.At(p.at.Span())
	}
	p.props = append(p.props, storage.Property{Key: id, Value: v})
	return nil
}

// storable refuses what cannot be a property: entities, and maps inside of lists.
func storable(v value.Value) *failure.Error {
	if bad := expr.Unstorable(v); bad != value.KindNull {
		return failure.RuntimeType("InvalidPropertyType", "a property cannot hold a value of type %s there", bad)
	}
	return nil
}

// names interns the labels and types.
func (t *creation) names(r *run) error {
	for i := range t.nodes {
		n := &t.nodes[i]
		for len(n.labels) < len(n.spec.Labels) {
			id, err := r.store.InternLabel(n.spec.Labels[len(n.labels)])
			if err != nil {
				return err
			}
			n.labels = append(n.labels, id)
		}
	}
	for i := range t.rels {
		if t.rels[i].spec.Name != nil {
			continue
		}
		id, err := r.store.InternType(t.rels[i].spec.Type)
		if err != nil {
			return err
		}
		t.rels[i].typ = id
	}
	return nil
}

// apply creates the pattern for every row of in that counts and fills the columns of what
// was created.
func (t *creation) apply(r *run, in *batch.Batch) error {
	if err := t.names(r); err != nil {
		return err
	}
	rows := r.rowsOf(in.Sel, in.Len)
	for i := range t.nodes {
		if err := t.nodes[i].create(r, in, rows); err != nil {
			return err
		}
	}
	for i := range t.rels {
		if err := t.rels[i].create(r, in, rows); err != nil {
			return err
		}
	}
	return nil
}

func (n *newNode) create(r *run, in *batch.Batch, rows []uint16) error {
	if err := n.eval(r, in); err != nil {
		return err
	}
	if err := n.given.eval(r, in); err != nil {
		return err
	}
	out := &in.Columns[n.spec.Slot]
	out.Kind, out.Ascending = batch.Nodes, false
	out.Nodes = grown(out.Nodes, in.Len)
	for _, row := range rows {
		props, err := n.row(r, int(row))
		if err != nil {
			return err
		}
		labels, err := n.given.labelsAt(n.labels, int(row), r.internLabel)
		if err != nil {
			return err
		}
		id, err := r.tx.CreateNode(labels, props)
		if err != nil {
			return err
		}
		out.Nodes[row] = id
		r.stats.NodesCreated++
		r.stats.LabelsAdded += int64(len(labels))
		r.stats.PropertiesSet += int64(len(props))
		if err := r.step(); err != nil {
			return err
		}
	}
	return nil
}

func (n *newRel) create(r *run, in *batch.Batch, rows []uint16) error {
	if err := n.eval(r, in); err != nil {
		return err
	}
	if err := n.given.eval(r, in); err != nil {
		return err
	}
	out := &in.Columns[n.spec.Slot]
	out.Kind = batch.Edges
	out.Edges = grown(out.Edges, in.Len)
	from, to := &in.Columns[n.spec.From], &in.Columns[n.spec.To]
	for _, row := range rows {
		src, err := n.end(from, int(row))
		if err != nil {
			return err
		}
		dst, err := n.end(to, int(row))
		if err != nil {
			return err
		}
		props, err := n.row(r, int(row))
		if err != nil {
			return err
		}
		typ := n.typ
		if n.spec.Name != nil {
			if typ, err = n.given.typeAt(r, int(row)); err != nil {
				return err
			}
		}
		e, err := r.tx.CreateEdge(src, dst, typ, props)
		if err != nil {
			return r.failAt(err, n.spec.At)
		}
		out.Edges[row] = e
		r.stats.RelationshipsCreated++
		r.stats.PropertiesSet += int64(len(props))
		if err := r.step(); err != nil {
			return err
		}
	}
	return nil
}

// end returns one end of a relationship to create.
func (n *newRel) end(v *batch.Vector, row int) (graph.NodeID, error) {
	if v.Kind == batch.Nodes && v.Nodes[row] != graph.NoNode {
		return v.Nodes[row], nil
	}
	x := v.Value(row)
	switch x.Kind() {
	case value.KindNode:
		return x.AsNode(), nil
	case value.KindNull:
		return 0, failure.New(failure.SemanticError, failure.Runtime, "NullEndNode",
			"a relationship cannot be created at a node that is null").At(n.spec.At.Span())
	case value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindBytes,
		value.KindList, value.KindMap, value.KindEdge, value.KindPath,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return 0, wrongType("a node", x).At(n.spec.At.Span())
}

// create creates a pattern for each row, in the batch of its input.
type create struct {
	spec  *plan.Create
	input operator
	what  *creation
	row   batch.Batch
	one   [1]uint16
}

func (c *compiler) create(o *plan.Create) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	t, err := c.creation(&o.Creation)
	if err != nil {
		return nil, err
	}
	return func(i *instance) operator { return &create{spec: o, input: in(i), what: t.clone()} }, nil
}

func (o *create) open(r *run) error { return o.input.open(r) }

func (o *create) next(r *run) (*batch.Batch, error) {
	in, err := o.input.next(r)
	if err != nil || in == nil {
		return nil, err
	}
	if !o.spec.RowWise {
		return in, o.what.apply(r, in)
	}
	o.row.Len, o.row.Columns, o.row.Sel = in.Len, in.Columns, o.one[:]
	for _, row := range r.rowsOf(in.Sel, in.Len) {
		o.one[0] = row
		if err := o.what.apply(r, &o.row); err != nil {
			return nil, err
		}
	}
	return in, nil
}

func (o *create) close(r *run) { o.input.close(r) }
