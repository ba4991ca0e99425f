package exec

import (
	"strings"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/value"
)

// prefixSource finds the nodes with a string property that begins with a prefix.
type prefixSource struct {
	indexSource
	prefix  expr.Evaluator
	scratch batch.Vector
	column  *batch.Vector
}

func (c *compiler) indexPrefix(o *plan.IndexPrefix) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	e, err := c.expr(nil, o.Prefix)
	if err != nil {
		return nil, err
	}
	return c.newScan(in, o.Carry, o.Slot, func() source {
		return &prefixSource{indexSource: newIndexSource(o.Label, o.Key), prefix: e}
	}), nil
}

func (s *prefixSource) begin(r *run, in *batch.Batch) (err error) {
	s.column, err = expr.View(&r.ec, s.prefix, in, &s.scratch)
	return err
}

func (s *prefixSource) start(r *run, row int) (bool, error) {
	v := s.column.Value(row)
	if v.Kind() != value.KindString || !s.find(r) {
		return false, nil
	}
	prefix := v.AsString()
	cursor, ok := r.tx.ScanPrefix(s.label.id, s.key.id, prefix)
	s.use(r, cursor, ok, func(x value.Value) bool {
		return x.Kind() == value.KindString && strings.HasPrefix(x.AsString(), prefix)
	})
	return true, nil
}
