package exec

import (
	"math"
	"slices"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// idSource finds the node, or with a list the nodes, of given ids.
type idSource struct {
	spec    *plan.NodeByID
	id      expr.Evaluator
	scratch batch.Vector
	column  *batch.Vector
	left    []graph.NodeID
}

func (c *compiler) nodeByID(o *plan.NodeByID) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	e, err := c.expr(nil, o.ID)
	if err != nil {
		return nil, err
	}
	return c.newScan(in, o.Carry, o.Slot, func() source { return &idSource{spec: o, id: e} }), nil
}

func (s *idSource) begin(r *run, in *batch.Batch) (err error) {
	s.column, err = expr.View(&r.ec, s.id, in, &s.scratch)
	return err
}

func (s *idSource) start(r *run, row int) (bool, error) {
	s.left = s.left[:0]
	v := s.column.Value(row)
	if !s.spec.In {
		s.add(r, v)
		return len(s.left) > 0, nil
	}
	if v.IsNull() {
		return false, nil
	}
	if v.Kind() != value.KindList {
		return false, failure.RuntimeType("InvalidArgumentType", "IN expects a list, not a value of type %s", v.Kind())
	}
	for _, x := range v.AsList() {
		s.add(r, x)
	}
	slices.Sort(s.left)
	s.left = slices.Compact(s.left)
	return len(s.left) > 0, nil
}

// add notes the node whose id equals v, if it exists.
func (s *idSource) add(r *run, v value.Value) {
	id := int64(-1)
	switch v.Kind() {
	case value.KindInt:
		id = v.AsInt()
	case value.KindFloat:
		if f := v.AsFloat(); f == math.Trunc(f) && f >= 0 && f < float64(graph.NoNode) {
			id = int64(f)
		}
	case value.KindNull, value.KindBool, value.KindString, value.KindBytes, value.KindList,
		value.KindMap, value.KindNode, value.KindEdge, value.KindPath,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	if id >= 0 && id < int64(graph.NoNode) && r.tx.NodeExists(graph.NodeID(id)) {
		s.left = append(s.left, graph.NodeID(id))
	}
}

func (s *idSource) fill(_ *run, dst []graph.NodeID) (int, error) {
	n := copy(dst, s.left)
	s.left = s.left[n:]
	return n, nil
}
