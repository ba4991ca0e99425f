package exec

import (
	"math"
	"slices"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// indexSource is what the look-ups in an index of label(key) share.
type indexSource struct {
	label labelName
	key   keyName
	// cursor walks the index or, where it is gone, the label; then keep decides.
	cursor *storage.NodeScan
	keep   func(value.Value) bool
	walk   storage.NodeScan // memory for cursor
}

func newIndexSource(label, key string) indexSource {
	return indexSource{label: labelName{name: label}, key: keyName{name: key}}
}

func (s *indexSource) find(r *run) bool { return s.label.find(r) && s.key.find(r) }

// use takes the cursor of an index, or falls back to a walk over the label.
func (s *indexSource) use(r *run, cursor *storage.NodeScan, ok bool, keep func(value.Value) bool) {
	s.cursor, s.keep = cursor, nil
	if !ok {
		s.cursor, s.keep = r.tx.ScanLabel(s.label.id), keep
	}
}

func (s *indexSource) fill(r *run, dst []graph.NodeID) (int, error) {
	for {
		n := s.cursor.Next(dst)
		if n == 0 || s.keep == nil {
			return n, nil
		}
		kept := 0
		for _, id := range dst[:n] {
			if s.keep(r.tx.NodeProperty(id, s.key.id)) {
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

// equalSource finds the nodes with a property equal to a value.
type equalSource struct {
	indexSource
	value   expr.Evaluator
	scratch batch.Vector
	column  *batch.Vector
}

// inSource finds the nodes with a property equal to any element of a list.
type inSource struct {
	equalSource
	left []value.Value
}

func (c *compiler) indexEqual(o *plan.IndexEqual) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	e, err := c.expr(nil, o.Value)
	if err != nil {
		return nil, err
	}
	return c.newScan(in, o.Carry, o.Slot, func() source {
		s := equalSource{indexSource: newIndexSource(o.Label, o.Key), value: e}
		if o.In {
			return &inSource{equalSource: s}
		}
		return &s
	}), nil
}

func (s *equalSource) begin(r *run, in *batch.Batch) (err error) {
	s.column, err = expr.View(&r.ec, s.value, in, &s.scratch)
	return err
}

func (s *equalSource) start(r *run, row int) (bool, error) {
	if !s.find(r) {
		return false, nil
	}
	return s.look(r, s.column.Value(row)), nil
}

// look begins with the nodes whose property equals v.
func (s *equalSource) look(r *run, v value.Value) bool {
	if value.Equal(v, v) != value.Yes {
		return false // null, NaN, or a list or map with one of them inside: equal to nothing
	}
	if r.tx.ScanEqualIn(&s.walk, s.label.id, s.key.id, v) {
		s.cursor, s.keep = &s.walk, nil
		return true
	}
	s.use(r, nil, false, func(x value.Value) bool { return value.Equal(x, v) == value.Yes })
	return true
}

// ended tells that the last fill found the last candidates.
func (s *equalSource) ended() bool { return s.keep == nil && s.cursor.Ended() }

// ended is false: another element of the list may follow.
func (s *inSource) ended() bool { return false }

func (s *inSource) start(r *run, row int) (bool, error) {
	s.left, s.cursor = s.left[:0], nil
	v := s.column.Value(row)
	if v.IsNull() || !s.find(r) {
		return false, nil
	}
	if v.Kind() != value.KindList {
		return false, failure.RuntimeType("InvalidArgumentType", "IN expects a list, not a value of type %s", v.Kind())
	}
	s.left = append(s.left, v.AsList()...)
	slices.SortFunc(s.left, value.Order)
	s.left = slices.CompactFunc(s.left, value.Same)
	return true, nil
}

func (s *inSource) fill(r *run, dst []graph.NodeID) (int, error) {
	for {
		if s.cursor != nil {
			n, err := s.indexSource.fill(r, dst)
			if n > 0 || err != nil {
				return n, err
			}
			s.cursor = nil
		}
		if len(s.left) == 0 {
			return 0, nil
		}
		v := s.left[0]
		s.left = s.left[1:]
		if !s.look(r, v) {
			s.cursor = nil
		}
	}
}

// rangeSource finds the nodes with a property between two bounds.
type rangeSource struct {
	indexSource
	spec      *plan.IndexRange
	low, high expr.Evaluator // nil: open
	scratch   [2]batch.Vector
	column    [2]*batch.Vector
}

func (c *compiler) indexRange(o *plan.IndexRange) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	bounds, err := c.exprs(nil, o.Low, o.High)
	if err != nil {
		return nil, err
	}
	return c.newScan(in, o.Carry, o.Slot, func() source {
		return &rangeSource{indexSource: newIndexSource(o.Label, o.Key), spec: o, low: bounds[0], high: bounds[1]}
	}), nil
}

func (s *rangeSource) begin(r *run, in *batch.Batch) (err error) {
	for i, e := range []expr.Evaluator{s.low, s.high} {
		if e == nil {
			continue
		}
		if s.column[i], err = expr.View(&r.ec, e, in, &s.scratch[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *rangeSource) start(r *run, row int) (bool, error) {
	if !s.find(r) {
		return false, nil
	}
	lo := storage.Bound{Inclusive: s.spec.LowInclusive}
	hi := storage.Bound{Inclusive: s.spec.HighInclus}
	if s.low != nil {
		if lo.Value = s.column[0].Value(row); !orderable(lo.Value) {
			return false, nil
		}
	}
	if s.high != nil {
		if hi.Value = s.column[1].Value(row); !orderable(hi.Value) {
			return false, nil
		}
	}
	sameEnum(&lo, &hi)
	if s.low != nil && s.high != nil {
		if _, _, ok := value.Compare(lo.Value, hi.Value); !ok {
			return false, nil
		}
	}
	cursor, ok := r.tx.ScanRange(s.label.id, s.key.id, lo, hi)
	s.use(r, cursor, ok, func(x value.Value) bool { return within(x, lo, hi) })
	return true, nil
}

// sameEnum bounds the open side of a range of values of an enum by the ends of the enum,
// because values of others are neither less nor greater.
func sameEnum(lo, hi *storage.Bound) {
	switch {
	case lo.Value.Kind() == value.KindEnum && hi.Value.IsNull():
		enum, _ := lo.Value.AsEnum()
		*hi = storage.Bound{Value: value.Enum(enum, math.MaxUint32), Inclusive: true}
	case hi.Value.Kind() == value.KindEnum && lo.Value.IsNull():
		enum, _ := hi.Value.AsEnum()
		*lo = storage.Bound{Value: value.Enum(enum, 0), Inclusive: true}
	}
}

// orderable tells whether anything can be less or greater than v.
func orderable(v value.Value) bool {
	_, nan, ok := value.Compare(v, v)
	return ok && !nan || v.Kind() == value.KindList
}

func within(x value.Value, lo, hi storage.Bound) bool {
	if !lo.Value.IsNull() {
		c, nan, ok := value.Compare(x, lo.Value)
		if !ok || nan || c < 0 || c == 0 && !lo.Inclusive {
			return false
		}
	}
	if !hi.Value.IsNull() {
		c, nan, ok := value.Compare(x, hi.Value)
		if !ok || nan || c > 0 || c == 0 && !hi.Inclusive {
			return false
		}
	}
	return true
}
