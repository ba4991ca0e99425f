package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// uniqueSource finds the node with the values of a unique constraint.
type uniqueSource struct {
	label   labelName
	keys    []keyName
	ids     []graph.KeyID
	values  []expr.Evaluator // by key
	scratch []batch.Vector
	columns []*batch.Vector
	asked   []value.Value
	// cursor walks the constraint or, where it is gone, the label; then all are compared.
	cursor  *storage.NodeScan
	compare bool
}

func (c *compiler) uniqueEqual(o *plan.UniqueEqual) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	values, err := c.exprs(nil, o.Values...)
	if err != nil {
		return nil, err
	}
	return c.newScan(in, o.Carry, o.Slot, func() source {
		n := len(o.Keys)
		s := &uniqueSource{
			label: labelName{name: o.Label}, keys: make([]keyName, n), ids: make([]graph.KeyID, n), values: values,
			scratch: make([]batch.Vector, n), columns: make([]*batch.Vector, n), asked: make([]value.Value, n),
		}
		for i, k := range o.Keys {
			s.keys[i].name = k
		}
		return s
	}), nil
}

func (s *uniqueSource) begin(r *run, in *batch.Batch) (err error) {
	for i, e := range s.values {
		if s.columns[i], err = expr.View(&r.ec, e, in, &s.scratch[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *uniqueSource) start(r *run, row int) (bool, error) {
	if !s.label.find(r) {
		return false, nil
	}
	for i := range s.keys {
		v := s.columns[i].Value(row)
		if !s.keys[i].find(r) || value.Equal(v, v) != value.Yes {
			return false, nil
		}
		s.asked[i], s.ids[i] = v, s.keys[i].id
	}
	cursor, ok := r.tx.ScanUnique(s.label.id, s.ids, s.asked)
	if !ok {
		cursor = r.tx.ScanLabel(s.label.id)
	}
	s.cursor, s.compare = cursor, !ok
	return true, nil
}

func (s *uniqueSource) fill(r *run, dst []graph.NodeID) (int, error) {
	for {
		n := s.cursor.Next(dst)
		if n == 0 || !s.compare {
			return n, nil
		}
		kept := 0
		for _, id := range dst[:n] {
			if s.matches(r, id) {
				dst[kept] = id
				kept++
			}
		}
		if kept > 0 {
			return kept, nil
		}
		if err := r.step(); err != nil {
			return 0, err
		}
	}
}

func (s *uniqueSource) matches(r *run, id graph.NodeID) bool {
	for i, k := range s.ids {
		if value.Equal(r.tx.NodeProperty(id, k), s.asked[i]) != value.Yes {
			return false
		}
	}
	return true
}
