package exec

import (
	"slices"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// followBound checks a relationship that is known, or a list of them, against a pattern.
type followBound struct {
	hop
	fanOut
	spec *plan.FollowBound

	from, to  []graph.NodeID // nil where that end is not known
	scratch   [2][]graph.NodeID
	edgeSpace []graph.Edge
	ends      [2][]graph.NodeID
}

func (c *compiler) followBound(o *plan.FollowBound) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	h, err := c.hop(&o.Hop)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		return &followBound{hop: h, spec: o, fanOut: newFanOut(in(i), newOutput(slots, o.Carry))}
	}, nil
}

func (o *followBound) open(r *run) error {
	o.rewind()
	if err := o.resolve(r); err != nil {
		return err
	}
	return o.input.open(r)
}

func (o *followBound) next(r *run) (*batch.Batch, error) { return o.made(r, o) }

func (o *followBound) begin(r *run, in *batch.Batch) (err error) {
	if _, err = o.refresh(r); err != nil {
		return err
	}
	o.from, o.to = nil, nil
	if o.spec.FromKnown {
		if o.from, err = r.nodes(&in.Columns[o.spec.From], in, &o.scratch[0], o.spec.Place); err != nil {
			return err
		}
	}
	if o.spec.ToKnown {
		if o.to, err = r.nodes(&in.Columns[o.spec.To], in, &o.scratch[1], o.spec.Place); err != nil {
			return err
		}
	}
	return nil
}

func (o *followBound) emit(b *batch.Batch) {
	for side, known := range [2]bool{o.spec.FromKnown, o.spec.ToKnown} {
		if known {
			continue
		}
		slot := o.spec.From
		if side == 1 {
			slot = o.spec.To
		}
		v := &b.Columns[slot]
		v.Kind, v.Nodes, o.ends[side] = batch.Nodes, o.ends[side], v.Nodes
	}
}

func (o *followBound) fill(r *run) error {
	o.ends[0], o.ends[1] = o.ends[0][:0], o.ends[1][:0]
	rel := &o.in.Columns[o.spec.Rel]
	for len(o.rows) < max(1, r.size-1) && o.at < o.in.Rows() {
		row := o.in.Row(o.at)
		o.at++
		o.ban(o.in, row)
		v := rel.Value(row)
		switch v.Kind() {
		case value.KindNull:
		case value.KindEdge:
			o.single(r, row, v.AsEdge())
		case value.KindList:
			if err := o.list(r, row, v.AsList()); err != nil {
				return err
			}
		case value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindBytes,
			value.KindMap, value.KindNode, value.KindPath,
			value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
			return wrongType("a relationship", v).At(o.spec.Span())
		}
	}
	return nil
}

// single adds the ways in which one relationship matches.
func (o *followBound) single(r *run, row int, e graph.Edge) {
	if !o.usable(r, e) {
		return
	}
	src := r.tx.EdgeSource(e)
	if o.spec.Direction != graph.In {
		o.add(row, src, e.Dst)
	}
	if o.spec.Direction != graph.Out && (src != e.Dst || o.spec.Direction == graph.In) {
		o.add(row, e.Dst, src)
	}
}

// usable tells whether a relationship exists, has the right type and is not used yet.
func (o *followBound) usable(r *run, e graph.Edge) bool {
	if !o.possible || !o.allowed(e.ID) || !r.tx.EdgeExists(e) {
		return false
	}
	return len(o.types) == 0 || slices.Contains(o.types, r.tx.EdgeType(e))
}

func (o *followBound) add(row int, from, to graph.NodeID) {
	if o.from != nil && o.from[row] != from || o.to != nil && o.to[row] != to || o.spec.From == o.spec.To && from != to {
		return
	}
	o.rows = append(o.rows, uint16(row))
	o.ends[0], o.ends[1] = append(o.ends[0], from), append(o.ends[1], to)
}

// list adds the match of a list of relationships, which begins at a known node.
func (o *followBound) list(r *run, row int, list []value.Value) error {
	if len(list) < o.spec.Min || o.spec.Max >= 0 && len(list) > o.spec.Max || o.from[row] == graph.NoNode {
		return nil
	}
	at := o.from[row]
	o.edgeSpace = o.edgeSpace[:0]
	for i := range list {
		v := list[i]
		if o.spec.Reverse {
			v = list[len(list)-1-i]
		}
		if v.Kind() != value.KindEdge {
			return wrongType("a list of relationships", v).At(o.spec.Span())
		}
		e := v.AsEdge()
		if slices.Contains(o.edgeSpace, e) || !o.usable(r, e) {
			return nil
		}
		o.edgeSpace = append(o.edgeSpace, e)
		src := r.tx.EdgeSource(e)
		switch {
		case src == at && o.spec.Direction != graph.In:
			at = e.Dst
		case e.Dst == at && o.spec.Direction != graph.Out:
			at = src
		default:
			return nil
		}
	}
	o.add(row, o.from[row], at)
	return nil
}
