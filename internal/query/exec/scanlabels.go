package exec

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// labelsSource finds every node that may fulfil a label expression: it scans one label
// after the other and leaves out the nodes that have one of the labels before.
type labelsSource struct {
	leaf     plan.Op
	equal    *equalSource // nil where no property is asked for
	is       ast.LabelExpr
	operands []nameOperand

	from, to graph.NodeID
	labels   []graph.LabelID
	at       int  // labels[at] is being scanned
	begun    bool // labels[at], or everything where all is set, is being scanned
	all      bool
	want     value.Value // what the property equals
	cursor   *storage.NodeScan
}

// nameOperand gives a dynamic name at each row.
type nameOperand struct {
	of      *ast.LabelDynamic
	value   expr.Evaluator
	scratch batch.Vector
	column  *batch.Vector
}

func (c *compiler) labelsScan(o *plan.LabelsScan) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	var operands []nameOperand
	ast.WalkLabels(o.Is, func(l ast.LabelExpr) {
		d, ok := l.(*ast.LabelDynamic)
		if !ok || err != nil {
			return
		}
		var e expr.Evaluator
		e, err = c.expr(nil, d.X)
		operands = append(operands, nameOperand{of: d, value: e})
	})
	if err != nil {
		return nil, err
	}
	v, err := c.expr(nil, o.Value)
	if err != nil {
		return nil, err
	}
	return c.newScan(in, o.Carry, o.Slot, func() source {
		s := &labelsSource{leaf: o, is: o.Is, operands: slices.Clone(operands)}
		if v != nil {
			s.equal = &equalSource{indexSource: newIndexSource("", o.Key), value: v}
		}
		return s
	}), nil
}

func (s *labelsSource) begin(r *run, in *batch.Batch) (err error) {
	for i := range s.operands {
		o := &s.operands[i]
		if o.column, err = expr.View(&r.ec, o.value, in, &o.scratch); err != nil {
			return err
		}
	}
	if s.equal != nil {
		return s.equal.begin(r, in)
	}
	return nil
}

func (s *labelsSource) start(r *run, row int) (bool, error) {
	names, all, err := s.names(s.is, row)
	if err != nil {
		return false, err
	}
	s.all, s.at, s.labels, s.cursor = all, -1, s.labels[:0], nil
	s.from, s.to = r.morsel.of(s.leaf)
	if s.equal != nil {
		s.want = s.equal.column.Value(row)
		if !s.equal.key.find(r) || value.Equal(s.want, s.want) != value.Yes {
			return false, nil
		}
	}
	if all {
		s.begun, s.cursor = true, r.tx.ScanNodeRange(s.from, s.to)
		if s.equal != nil {
			s.equal.use(r, s.cursor, true, nil)
			s.equal.keep = func(x value.Value) bool { return value.Equal(x, s.want) == value.Yes }
		}
		return true, nil
	}
	s.begun = false
	for _, name := range names {
		if id, ok := r.store.LookupLabel(name); ok && !slices.Contains(s.labels, id) {
			s.labels = append(s.labels, id)
		}
	}
	return len(s.labels) > 0, nil
}

// names returns labels of which every node that fulfils l has one; all tells that there are
// none such.
func (s *labelsSource) names(l ast.LabelExpr, row int) (names []string, all bool, err error) {
	switch l := l.(type) {
	case *ast.LabelName:
		return []string{l.Text}, false, nil
	case *ast.LabelDynamic:
		return s.dynamic(l, row)
	case *ast.LabelJunction:
		if !l.Any {
			return s.fewest(l, row)
		}
		for _, t := range l.Terms {
			n, every, err := s.names(t, row)
			if err != nil {
				return nil, false, err
			}
			names, all = append(names, n...), all || every
		}
		return names, all, nil
	case *ast.LabelWildcard, *ast.LabelNot:
	}
	return nil, true, nil
}

// dynamic returns the names that an expression gives; one of them is enough where all are
// asked for.
func (s *labelsSource) dynamic(l *ast.LabelDynamic, row int) ([]string, bool, error) {
	i := slices.IndexFunc(s.operands, func(o nameOperand) bool { return o.of == l })
	names, err := expr.AppendNames(nil, s.operands[i].column.Value(row), l.At)
	if l.Any || err != nil {
		return names, false, err
	}
	return names[:min(1, len(names))], len(names) == 0, nil
}

// fewest returns the names of the term of a conjunction that has the fewest.
func (s *labelsSource) fewest(l *ast.LabelJunction, row int) (best []string, all bool, err error) {
	all = true
	for _, t := range l.Terms {
		names, every, err := s.names(t, row)
		if err != nil {
			return nil, false, err
		}
		if !every && (all || len(names) < len(best)) {
			best, all = names, false
		}
	}
	return best, all, nil
}

func (s *labelsSource) fill(r *run, dst []graph.NodeID) (int, error) {
	for {
		if !s.begun {
			if s.at++; s.at >= len(s.labels) {
				return 0, nil
			}
			s.scan(r, s.labels[s.at])
		}
		n, err := s.some(r, dst)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			if s.all {
				return 0, nil
			}
			s.begun = false
			continue
		}
		if kept := s.unseen(r, dst[:n]); kept > 0 {
			return kept, nil
		}
		if err := r.step(); err != nil {
			return 0, err
		}
	}
}

// scan begins with the nodes that have a label.
func (s *labelsSource) scan(r *run, l graph.LabelID) {
	s.begun = true
	if s.equal != nil {
		s.equal.label = labelName{id: l, known: true}
		s.equal.look(r, s.want)
		return
	}
	s.cursor = r.tx.ScanLabelRange(l, s.from, s.to)
}

// some finds further nodes with the label that is being scanned.
func (s *labelsSource) some(r *run, dst []graph.NodeID) (int, error) {
	if s.equal != nil {
		return s.equal.fill(r, dst)
	}
	return s.cursor.Next(dst), nil
}

// unseen moves the nodes that no label before has found to the front of ids and returns
// their number.
func (s *labelsSource) unseen(r *run, ids []graph.NodeID) int {
	if s.all || s.at == 0 {
		return len(ids)
	}
	kept := 0
	for _, id := range ids {
		r.hits++
		if !slices.ContainsFunc(s.labels[:s.at], func(l graph.LabelID) bool { return r.tx.HasLabel(id, l) }) {
			ids[kept] = id
			kept++
		}
	}
	return kept
}
