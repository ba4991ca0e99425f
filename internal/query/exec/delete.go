package exec

import (
	"errors"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// remove takes all rows, deletes the relationships and then the nodes that they name, and
// gives the rows.
type remove struct {
	spec    *plan.Delete
	input   operator
	exprs   []expr.Evaluator
	scratch batch.Vector
	rows    keep
	out     output
	edges   map[graph.EdgeID]graph.Edge
	nodes   map[graph.NodeID]struct{}
	orderE  []graph.Edge
	orderN  []graph.NodeID
	segs    []storage.Segment
	held    int64
	loaded  bool
	chunk   int
}

func (c *compiler) delete(o *plan.Delete) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	exprs, err := c.exprs(o.Scope, o.Exprs...)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		return &remove{
			spec: o, input: in(i), exprs: exprs, rows: keep{slots: o.Carry}, out: newOutput(slots, nil),
			edges: map[graph.EdgeID]graph.Edge{}, nodes: map[graph.NodeID]struct{}{},
		}
	}, nil
}

func (o *remove) open(r *run) error {
	o.drop(r)
	o.loaded, o.chunk = false, 0
	return o.input.open(r)
}

func (o *remove) drop(r *run) {
	o.rows.clear(r)
	r.release(o.held)
	o.held = 0
	clear(o.edges)
	clear(o.nodes)
	o.orderE, o.orderN = o.orderE[:0], o.orderN[:0]
}

func (o *remove) next(r *run) (*batch.Batch, error) {
	if !o.loaded {
		o.loaded = true
		if err := o.load(r); err != nil {
			return nil, err
		}
		if err := o.delete(r); err != nil {
			return nil, err
		}
	}
	if o.chunk == o.rows.used {
		return nil, nil
	}
	o.rows.show(&o.out.batch, o.chunk)
	o.chunk++
	return &o.out.batch, nil
}

// load takes every row and notes what is to be deleted.
func (o *remove) load(r *run) error {
	for {
		in, err := o.input.next(r)
		if err != nil || in == nil {
			return err
		}
		before := len(o.orderE) + len(o.orderN)
		for i, e := range o.exprs {
			v, err := expr.View(&r.ec, e, in, &o.scratch)
			if err != nil {
				return err
			}
			for _, row := range r.rowsOf(in.Sel, in.Len) {
				if err := o.note(v.Value(int(row)), o.spec.Exprs[i]); err != nil {
					return err
				}
			}
		}
		bytes := int64(len(o.orderE)+len(o.orderN)-before) * 48
		if err := r.reserve(bytes); err != nil {
			return err
		}
		o.held += bytes
		if err := o.rows.add(r, in); err != nil {
			return err
		}
		r.ec.Recycle()
	}
}

// note adds what v holds to what is to be deleted.
func (o *remove) note(v value.Value, at ast.Expr) error {
	switch v.Kind() {
	case value.KindNull:
	case value.KindNode:
		o.noteNode(v.AsNode())
	case value.KindEdge:
		o.noteEdge(v.AsEdge())
	case value.KindPath:
		p := v.AsPath()
		for _, e := range p.Edges {
			o.noteEdge(e)
		}
		for _, n := range p.Nodes {
			o.noteNode(n)
		}
	case value.KindList:
		for _, x := range v.AsList() {
			if err := o.note(x, at); err != nil {
				return err
			}
		}
	case value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindBytes, value.KindMap,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
		return wrongType("a node, a relationship or a path", v).At(at.Span())
	}
	return nil
}

func (o *remove) noteNode(n graph.NodeID) {
	if _, known := o.nodes[n]; !known {
		o.nodes[n] = struct{}{}
		o.orderN = append(o.orderN, n)
	}
}

func (o *remove) noteEdge(e graph.Edge) {
	if _, known := o.edges[e.ID]; !known {
		o.edges[e.ID] = e
		o.orderE = append(o.orderE, e)
	}
}

// delete deletes the relationships first. What is gone already is left alone.
func (o *remove) delete(r *run) error {
	r.deleted = r.deleted || len(o.orderE)+len(o.orderN) > 0
	for _, e := range o.orderE {
		if err := o.deleteEdge(r, e); err != nil {
			return err
		}
	}
	for _, n := range o.orderN {
		if !r.tx.NodeExists(n) {
			continue
		}
		if o.spec.Detach {
			if err := o.detach(r, n); err != nil {
				return err
			}
		}
		done, err := r.tx.DeleteNode(n)
		if errors.Is(err, storage.ErrConnected) {
			return connected().At(o.spec.Exprs[0].Span()).WithCause(err)
		}
		if err != nil {
			return err
		}
		if done {
			r.stats.NodesDeleted++
		}
		if err := r.step(); err != nil {
			return err
		}
	}
	return nil
}

func (o *remove) deleteEdge(r *run, e graph.Edge) error {
	if !r.tx.EdgeExists(e) {
		return nil
	}
	done, err := r.tx.DeleteEdge(e)
	if err != nil {
		return err
	}
	if done {
		r.stats.RelationshipsDeleted++
	}
	return r.step()
}

// detach deletes the relationships of a node.
func (o *remove) detach(r *run, n graph.NodeID) error {
	o.orderE = o.orderE[:0]
	for _, d := range []graph.Direction{graph.Out, graph.In} {
		o.segs = r.tx.Adjacent(o.segs[:0], n, d, nil)
		for _, s := range o.segs {
			for i, id := range s.Edges {
				e := graph.Edge{ID: id, Dst: n}
				if d == graph.Out {
					e.Dst = s.Nodes[i]
				}
				o.orderE = append(o.orderE, e)
			}
		}
	}
	for _, e := range o.orderE {
		if err := o.deleteEdge(r, e); err != nil {
			return err
		}
	}
	return nil
}

func (o *remove) close(r *run) {
	o.drop(r)
	o.input.close(r)
}
