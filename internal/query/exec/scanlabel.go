package exec

import (
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
)

// allSource finds every node.
type allSource struct {
	cursorSource
	leaf  plan.Op
	zones zones
	links linkFilter
}

func (c *compiler) allNodes(o *plan.AllNodes) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	tests, links := c.zones[o], c.links[o]
	return c.newScan(in, o.Carry, o.Slot, func() source {
		return &allSource{leaf: o, zones: zones{tests: tests}, links: linkFilter{needs: links}}
	}), nil
}

func (s *allSource) start(r *run, _ int) (bool, error) {
	from, to := r.morsel.of(s.leaf)
	s.cursor = r.tx.ScanNodeRange(from, to)
	s.cursor.Skip(s.zones.in(r))
	s.links.begin(r)
	return true, nil
}

func (s *allSource) fill(r *run, dst []graph.NodeID) (int, error) {
	return s.links.next(r, s.cursor, dst)
}

// labelName is a label whose number is looked up until it exists.
type labelName struct {
	name  string
	id    graph.LabelID
	known bool
}

func (l *labelName) find(r *run) bool {
	if !l.known {
		l.id, l.known = r.store.LookupLabel(l.name)
	}
	return l.known
}

// keyName is a property key whose number is looked up until it exists.
type keyName struct {
	name  string
	id    graph.KeyID
	known bool
}

func (k *keyName) find(r *run) bool {
	if !k.known {
		k.id, k.known = r.store.LookupKey(k.name)
	}
	return k.known
}

// labelSource finds every node with a label.
type labelSource struct {
	cursorSource
	leaf  plan.Op
	label labelName
	zones zones
	links linkFilter
}

func (c *compiler) labelScan(o *plan.LabelScan) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	tests, links := c.zones[o], c.links[o]
	return c.newScan(in, o.Carry, o.Slot, func() source {
		return &labelSource{leaf: o, label: labelName{name: o.Label}, zones: zones{tests: tests}, links: linkFilter{needs: links}}
	}), nil
}

func (s *labelSource) start(r *run, _ int) (bool, error) {
	if !s.label.find(r) {
		return false, nil
	}
	from, to := r.morsel.of(s.leaf)
	s.cursor = r.tx.ScanLabelRange(s.label.id, from, to)
	s.cursor.Skip(s.zones.in(r))
	s.links.begin(r)
	return true, nil
}

func (s *labelSource) fill(r *run, dst []graph.NodeID) (int, error) {
	return s.links.next(r, s.cursor, dst)
}
