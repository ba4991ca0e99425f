package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// path makes the value of a named path in the batch of its input.
type path struct {
	spec  *plan.Path
	input operator
}

func (c *compiler) path(o *plan.Path) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	return func(i *instance) operator { return &path{spec: o, input: in(i)} }, nil
}

func (o *path) open(r *run) error { return o.input.open(r) }

func (o *path) next(r *run) (*batch.Batch, error) {
	in, err := o.input.next(r)
	if err != nil || in == nil {
		return nil, err
	}
	out := &in.Columns[o.spec.Slot]
	out.Reset(batch.Values, in.Len)
	for _, row := range r.rowsOf(in.Sel, in.Len) {
		if p := o.build(r, in, int(row)); p != nil {
			out.Values[row] = value.Path(p)
		}
	}
	return in, nil
}

// build makes the path of a row, or nil where a part of it is null.
func (o *path) build(r *run, in *batch.Batch, row int) *value.PathValue {
	first := in.Columns[o.spec.Nodes[0]].Value(row)
	if first.Kind() != value.KindNode {
		return nil
	}
	n := o.edges(in, row)
	p := &value.PathValue{Nodes: append(make([]graph.NodeID, 0, n+1), first.AsNode()), Edges: make([]graph.Edge, 0, n)}
	for _, s := range o.spec.Rels {
		v := in.Columns[s].Value(row)
		switch v.Kind() {
		case value.KindEdge:
			o.extend(r, p, v.AsEdge())
		case value.KindList:
			for _, x := range v.AsList() {
				if x.Kind() != value.KindEdge {
					return nil
				}
				o.extend(r, p, x.AsEdge())
			}
		case value.KindNull, value.KindBool, value.KindInt, value.KindFloat, value.KindString,
			value.KindBytes, value.KindMap, value.KindNode, value.KindPath,
			value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
			return nil
		}
	}
	return p
}

// edges returns how many relationships the path of a row has.
func (o *path) edges(in *batch.Batch, row int) (n int) {
	for _, s := range o.spec.Rels {
		if v := in.Columns[s].Value(row); v.Kind() == value.KindList {
			n += len(v.AsList())
		} else {
			n++
		}
	}
	return n
}

// extend goes over e to the next node.
func (o *path) extend(r *run, p *value.PathValue, e graph.Edge) {
	to := e.Dst
	if p.Nodes[len(p.Nodes)-1] == e.Dst {
		to = r.tx.EdgeSource(e)
	}
	p.Nodes, p.Edges = append(p.Nodes, to), append(p.Edges, e)
}

func (o *path) close(r *run) { o.input.close(r) }

// unequal keeps the rows whose relationships differ.
type unequal struct {
	spec  *plan.Unequal
	input operator
	sel   []uint16
	ids   [2][]graph.Edge
}

func (c *compiler) unequal(o *plan.Unequal) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	return func(i *instance) operator { return &unequal{spec: o, input: in(i)} }, nil
}

func (o *unequal) open(r *run) error { return o.input.open(r) }

func (o *unequal) next(r *run) (*batch.Batch, error) {
	for {
		in, err := o.input.next(r)
		if err != nil || in == nil {
			return nil, err
		}
		o.sel = o.sel[:0]
		for _, row := range r.rowsOf(in.Sel, in.Len) {
			if o.differ(in, int(row)) {
				o.sel = append(o.sel, row)
			}
		}
		if len(o.sel) > 0 {
			in.Sel = o.sel
			return in, nil
		}
	}
}

func (o *unequal) differ(in *batch.Batch, row int) bool {
	for _, pair := range o.spec.Pairs {
		for side, s := range pair {
			o.ids[side] = appendEdges(o.ids[side][:0], in.Columns[s].Value(row))
		}
		for _, x := range o.ids[0] {
			for _, y := range o.ids[1] {
				if x.ID == y.ID {
					return false
				}
			}
		}
	}
	return true
}

func (o *unequal) close(r *run) { o.input.close(r) }
