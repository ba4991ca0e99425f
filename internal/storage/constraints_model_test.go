package storage

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/storage/constraint"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// ruledNode is a node of the model: whether it has the label, and its values by key.
type ruledNode struct {
	labelled bool
	values   [2]value.Value
}

// ruledTx is a transaction beside what it changed; nil is a deleted node.
type ruledTx struct {
	tx      *Tx
	changes map[graph.NodeID]*ruledNode
}

// ruled predicts which commits and which constraints a store accepts: those after which
// what is committed fulfils every constraint.
type ruled struct {
	t     *rapid.T
	s     *Store
	n     testNames
	now   map[graph.NodeID]ruledNode
	open  []*ruledTx
	rules []ConstraintDef
}

// fulfils reports whether a graph fulfils d.
func (m *ruled) fulfils(g map[graph.NodeID]ruledNode, d *ConstraintDef) bool {
	var seen [][]value.Value
	for _, node := range g {
		if !node.labelled {
			continue
		}
		var values []value.Value
		for _, k := range d.Keys {
			if v := node.values[slices.Index(m.n.keys, k)]; !v.IsNull() {
				values = append(values, v)
			}
		}
		switch d.Rule {
		case constraint.Exists:
			if len(values) == 0 {
				return false
			}
		case constraint.Typed:
			if len(values) > 0 && !d.Type.Holds(values[0]) {
				return false
			}
		case constraint.Unique:
			same := func(other []value.Value) bool { return constraint.SameValues(values, other) }
			if len(values) == len(d.Keys) && slices.ContainsFunc(seen, same) {
				return false
			}
			if len(values) == len(d.Keys) {
				seen = append(seen, values)
			}
		}
	}
	return true
}

func (m *ruled) draw() ConstraintDef {
	first := rapid.IntRange(0, 1).Draw(m.t, "key")
	d := ConstraintDef{Label: m.n.labels[0], Keys: []graph.KeyID{m.n.keys[first]}}
	switch d.Rule = rapid.SampledFrom([]constraint.Rule{constraint.Unique, constraint.Unique, constraint.Exists, constraint.Typed}).Draw(m.t, "rule"); d.Rule {
	case constraint.Unique:
		if rapid.Bool().Draw(m.t, "both") {
			d.Keys = []graph.KeyID{m.n.keys[0], m.n.keys[1]}
		}
	case constraint.Typed:
		d.Type = rapid.SampledFrom([]constraint.Type{constraint.Integer, constraint.String}).Draw(m.t, "type")
	case constraint.Exists:
	}
	return d
}

func (m *ruled) value() value.Value {
	return rapid.SampledFrom([]value.Value{
		value.Null, value.Int(1), value.Int(2), value.Float(1), value.Int(3), value.String("x"),
		value.List([]value.Value{value.Int(1)}), value.List([]value.Value{value.Float(1)}), value.List(nil),
	}).Draw(m.t, "value")
}

func (m *ruled) change(x *ruledTx) {
	ids := collect(x.tx.ScanNodes())
	if len(ids) == 0 || rapid.IntRange(0, 2).Draw(m.t, "create") == 0 {
		m.create(x)
		return
	}
	id := rapid.SampledFrom(ids).Draw(m.t, "node")
	node := ruledNode{labelled: x.tx.HasLabel(id, m.n.labels[0])}
	for i := range node.values {
		node.values[i] = deepCopy(x.tx.NodeProperty(id, m.n.keys[i]))
	}
	var err error
	changed := true
	now := &node
	switch rapid.IntRange(0, 5).Draw(m.t, "how") {
	case 0:
		_, err = x.tx.DeleteNode(id)
		now = nil
	case 1:
		changed, err = x.tx.AddLabel(id, m.n.labels[0])
		node.labelled = true
	case 2:
		changed, err = x.tx.RemoveLabel(id, m.n.labels[0])
		node.labelled = false
	default:
		k := rapid.IntRange(0, 1).Draw(m.t, "key")
		was := node.values[k]
		node.values[k] = m.value()
		changed = !was.IsNull() || !node.values[k].IsNull()
		err = x.tx.SetNodeProperty(id, m.n.keys[k], node.values[k])
	}
	switch {
	case errors.Is(err, constraint.ErrViolated):
		if m.wellTyped(now) {
			m.t.Fatalf("%v of %+v", err, now)
		}
	case errors.Is(err, ErrConflict):
	case err != nil:
		m.t.Fatal(err)
	case changed:
		x.changes[id] = now
	}
}

func (m *ruled) create(x *ruledTx) {
	node := &ruledNode{labelled: rapid.IntRange(0, 3).Draw(m.t, "label") > 0}
	var labels []graph.LabelID
	if node.labelled {
		labels = m.n.labels[:1]
	}
	var props []Property
	for i := range node.values {
		node.values[i] = m.value()
		props = append(props, Property{Key: m.n.keys[i], Value: node.values[i]})
	}
	id, err := x.tx.CreateNode(labels, props)
	if well := m.wellTyped(node); well != (err == nil) {
		m.t.Fatalf("%+v: %v", node, err)
	}
	if err == nil {
		x.changes[id] = node
	}
}

// wellTyped reports whether a node fulfils the data type constraints in force.
func (m *ruled) wellTyped(node *ruledNode) bool {
	for i := range m.rules {
		d := &m.rules[i]
		if d.Rule == constraint.Typed && !m.fulfils(map[graph.NodeID]ruledNode{0: *node}, d) {
			return false
		}
	}
	return true
}

func (m *ruled) finish(i int, commit bool) {
	x := m.open[i]
	m.open = slices.Delete(m.open, i, i+1)
	defer x.tx.Release()
	if !commit {
		return
	}
	next := maps.Clone(m.now)
	for id, node := range x.changes {
		delete(next, id)
		if node != nil {
			next[id] = *node
		}
	}
	broken := slices.IndexFunc(m.rules, func(d ConstraintDef) bool { return !m.fulfils(next, &d) })
	_, err := x.tx.Commit()
	switch {
	case broken < 0 && err == nil:
		m.now = next
	case broken < 0 || !errors.Is(err, constraint.ErrViolated):
		m.t.Fatalf("rule %d is broken, and the commit said %v", broken, err)
	}
}

func (m *ruled) schema() {
	d := m.draw()
	at := slices.IndexFunc(m.rules, func(o ConstraintDef) bool { return o.Rule == d.Rule && slices.Equal(o.Keys, d.Keys) })
	if at >= 0 && m.rules[at].Type == d.Type {
		dropped, err := m.s.DropConstraint(context.Background(), d)
		if !dropped || err != nil {
			m.t.Fatalf("dropped %v: %v", dropped, err)
		}
		m.rules = slices.Delete(m.rules, at, at+1)
		return
	}
	_, err := m.s.CreateConstraint(context.Background(), d)
	switch fulfilled := m.fulfils(m.now, &d); {
	case at >= 0:
		if !errors.Is(err, ErrConstraintType) {
			m.t.Fatal(err)
		}
	case fulfilled && err == nil:
		m.rules = append(m.rules, d)
	case fulfilled || !errors.Is(err, constraint.ErrViolated):
		m.t.Fatalf("%+v holds: %v; and it said %v", d, fulfilled, err)
	}
}

// TestConstraintsAgainstModel interleaves transactions and changes of the schema.
func TestConstraintsAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &ruled{t: t, s: New(Options{}), now: map[graph.NodeID]ruledNode{}}
		m.n = internNames(t, m.s)
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			step := rapid.IntRange(0, 11).Draw(t, "step")
			switch {
			case step == 0:
				m.schema()
			case len(m.open) == 0 || step == 1 && len(m.open) < 4:
				m.open = append(m.open, &ruledTx{tx: m.s.Begin(TxOptions{}), changes: map[graph.NodeID]*ruledNode{}})
			case step < 4:
				m.finish(rapid.IntRange(0, len(m.open)-1).Draw(t, "tx"), rapid.IntRange(0, 5).Draw(t, "commit") > 0)
			default:
				m.change(m.open[rapid.IntRange(0, len(m.open)-1).Draw(t, "tx")])
			}
		}
		for len(m.open) > 0 {
			m.finish(0, true)
		}
		for i := range m.rules {
			if !m.fulfils(m.now, &m.rules[i]) {
				t.Fatalf("%+v does not hold", m.rules[i])
			}
		}
		if got := len(m.s.Constraints()); got != len(m.rules) {
			t.Fatalf("%d constraints, want %d", got, len(m.rules))
		}
		closeStore(t, m.s)
	})
}
