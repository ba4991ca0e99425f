package exec

import (
	"slices"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// varExpand makes a row of every trail: a walk that uses no relationship twice.
//
// It searches in depth, with its own stack: one level holds the relationships of one node
// that are still to be followed.
type varExpand struct {
	hop
	fanOut
	spec  *plan.VarExpand
	props []propertyTest
	where *hopFilter // nil: there is no condition

	from, to []graph.NodeID
	scratch  [2][]graph.NodeID
	busy     bool
	levels   []level // reused; depth of them are in use
	depth    int
	trail    []graph.Edge
	ends     []graph.NodeID            // ends[i] is reached by trail[i]
	used     map[graph.EdgeID]struct{} // trail as a set, once it is long
	held     int64                     // bytes reserved for the stack

	nodes []graph.NodeID
	lists []value.Value
}

// level is a place in the search: what leads on from one node.
type level struct {
	walk  walker
	nodes []graph.NodeID // the run that is being looked at
	edges []graph.EdgeID
	// kept are those of them that fulfil the condition.
	keptNodes []graph.NodeID
	keptEdges []graph.EdgeID
}

// propertyTest demands that a property of a relationship equals a value.
type propertyTest struct {
	key     keyName
	value   expr.Evaluator
	scratch batch.Vector
	column  *batch.Vector
	want    value.Value
}

// setFrom is the length from which a trail is kept as a set too.
const setFrom = 24

func (c *compiler) varExpand(o *plan.VarExpand) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	values := make([]expr.Evaluator, len(o.Props))
	for i, p := range o.Props {
		if values[i], err = c.expr(nil, p.Value); err != nil {
			return nil, err
		}
	}
	tests, err := c.exprs(nil, o.Where...)
	if err != nil {
		return nil, err
	}
	h, err := c.hop(&o.Hop)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		v := &varExpand{hop: h, spec: o, fanOut: newFanOut(in(i), newOutput(slots, o.Carry))}
		v.where = newHopFilter(o, tests, slots)
		for n, p := range o.Props {
			v.props = append(v.props, propertyTest{key: keyName{name: p.Key}, value: values[n]})
		}
		return v
	}, nil
}

func (o *varExpand) open(r *run) error {
	o.rewind()
	o.depth = 0
	if err := o.resolve(r); err != nil {
		return err
	}
	return o.input.open(r)
}

func (o *varExpand) next(r *run) (*batch.Batch, error) { return o.made(r, o) }

func (o *varExpand) begin(r *run, in *batch.Batch) (err error) {
	if _, err = o.refresh(r); err != nil {
		return err
	}
	if o.from, err = r.nodes(&in.Columns[o.spec.From], in, &o.scratch[0], o.spec.Place); err != nil {
		return err
	}
	if o.spec.Into {
		if o.to, err = r.nodes(&in.Columns[o.spec.To], in, &o.scratch[1], o.spec.Place); err != nil {
			return err
		}
	}
	for i := range o.props {
		p := &o.props[i]
		p.key.find(r)
		if p.column, err = expr.View(&r.ec, p.value, in, &p.scratch); err != nil {
			return err
		}
	}
	o.busy = false
	return nil
}

func (o *varExpand) emit(b *batch.Batch) {
	if s := o.spec.To; s != plan.NoSlot && !o.spec.Into {
		v := &b.Columns[s]
		v.Kind, v.Nodes, o.nodes = batch.Nodes, o.nodes, v.Nodes
	}
	if s := o.spec.Rel; s != plan.NoSlot {
		v := &b.Columns[s]
		v.Kind, v.Values, o.lists = batch.Values, o.lists, v.Values
	}
}

// fill searches from as many rows as fit.
func (o *varExpand) fill(r *run) error {
	o.nodes, o.lists = o.nodes[:0], o.lists[:0]
	for o.room(r) {
		row := o.in.Row(o.at)
		if !o.busy {
			o.busy = true
			if err := o.root(r, row); err != nil {
				return err
			}
			continue
		}
		more, err := o.advance(r, row)
		if err != nil {
			return err
		}
		if !more {
			o.at++
			o.busy = false
		}
	}
	return nil
}

// root begins the search from a row.
func (o *varExpand) root(r *run, row int) error {
	o.depth, o.trail, o.ends = 0, o.trail[:0], o.ends[:0]
	clear(o.used)
	start := o.from[row]
	if start == graph.NoNode || o.spec.Into && o.to[row] == graph.NoNode {
		return nil
	}
	o.ban(o.in, row)
	if o.where != nil {
		o.where.start(o.in, row)
	}
	for i := range o.props {
		o.props[i].want = o.props[i].column.Value(row)
	}
	if o.spec.Min == 0 {
		o.give(r, row, start)
	}
	if o.spec.Max != 0 {
		return o.push(r, start)
	}
	return nil
}

// push opens a level at node n.
func (o *varExpand) push(r *run, n graph.NodeID) error {
	if o.depth == len(o.levels) {
		if o.depth%64 == 0 {
			const bytes = 64 * 256
			if err := r.reserve(bytes); err != nil {
				return err
			}
			o.held += bytes
		}
		o.levels = append(o.levels, level{})
	}
	l := &o.levels[o.depth]
	o.depth++
	l.walk.start(r, &o.hop, n)
	l.nodes, l.edges = nil, nil
	return nil
}

// pop leaves the innermost level and the relationship that led to it.
func (o *varExpand) pop() {
	o.depth--
	if n := len(o.trail); n > 0 {
		if len(o.used) > 0 {
			delete(o.used, o.trail[n-1].ID)
		}
		o.trail, o.ends = o.trail[:n-1], o.ends[:n-1]
	}
}

// advance follows one relationship, or leaves one level; it reports false at the end.
func (o *varExpand) advance(r *run, row int) (bool, error) {
	if err := r.step(); err != nil {
		return false, err
	}
	if o.depth == 0 {
		return false, nil
	}
	l := &o.levels[o.depth-1]
	if len(l.nodes) == 0 {
		if l.nodes, l.edges = l.walk.next(r, &o.hop, int(graph.NoEdge)); l.nodes == nil {
			o.pop()
			return o.depth > 0, nil
		}
		if o.where != nil {
			return true, o.filter(r, l)
		}
	}
	n, id := l.nodes[0], l.edges[0]
	l.nodes, l.edges = l.nodes[1:], l.edges[1:]
	r.hits++
	e := l.walk.edge(id, n)
	if l.walk.skips(&o.hop, n) || !o.allowed(id) || o.inTrail(id) || !o.passes(r, e) {
		return true, nil
	}
	o.follow(e, n)
	if len(o.trail) >= o.spec.Min {
		o.give(r, row, n)
	}
	if o.spec.Max >= 0 && len(o.trail) >= o.spec.Max {
		o.unfollow()
		return true, nil
	}
	return true, o.push(r, n)
}

// filter leaves those relationships in a level that fulfil the condition.
func (o *varExpand) filter(r *run, l *level) error {
	l.keptNodes, l.keptEdges = l.keptNodes[:0], l.keptEdges[:0]
	before := cap(l.keptNodes)
	if err := o.where.keep(r, &l.walk, l.nodes, l.edges, l); err != nil {
		return err
	}
	l.nodes, l.edges = l.keptNodes, l.keptEdges
	const bytes = 8 // a node and an edge
	grown := int64(cap(l.keptNodes)-before) * bytes
	if err := r.reserve(grown); err != nil {
		return err
	}
	o.held += grown
	return nil
}

// follow appends a relationship to the trail.
func (o *varExpand) follow(e graph.Edge, n graph.NodeID) {
	o.trail, o.ends = append(o.trail, e), append(o.ends, n)
	switch {
	case len(o.trail) == setFrom:
		if o.used == nil {
			o.used = map[graph.EdgeID]struct{}{}
		}
		for _, x := range o.trail {
			o.used[x.ID] = struct{}{}
		}
	case len(o.trail) > setFrom:
		o.used[e.ID] = struct{}{}
	}
}

// unfollow takes the last relationship back, below which no level was opened.
func (o *varExpand) unfollow() {
	n := len(o.trail)
	if len(o.used) > 0 {
		delete(o.used, o.trail[n-1].ID)
	}
	o.trail, o.ends = o.trail[:n-1], o.ends[:n-1]
}

func (o *varExpand) inTrail(id graph.EdgeID) bool {
	if len(o.trail) < setFrom {
		return slices.ContainsFunc(o.trail, func(e graph.Edge) bool { return e.ID == id })
	}
	_, ok := o.used[id]
	return ok
}

// passes tests the properties of a relationship.
func (o *varExpand) passes(r *run, e graph.Edge) bool {
	for i := range o.props {
		p := &o.props[i]
		if !p.key.known || value.Equal(r.tx.EdgeProperty(e, p.key.id), p.want) != value.Yes {
			return false
		}
	}
	return true
}

// give makes a row of the trail if it ends where it should.
func (o *varExpand) give(r *run, row int, end graph.NodeID) {
	if o.spec.Into && end != o.to[row] || !r.hasLabels(end, o.labels) || !o.possible && len(o.spec.ToLabels) > len(o.labels) {
		return
	}
	o.rows = append(o.rows, uint16(row))
	o.nodes = append(o.nodes, end)
	if o.spec.Rel == plan.NoSlot {
		return
	}
	list := make([]value.Value, len(o.trail))
	for i, e := range o.trail {
		list[i] = value.Edge(e)
	}
	if o.spec.Reverse {
		slices.Reverse(list)
	}
	o.lists = append(o.lists, value.List(list))
}

func (o *varExpand) close(r *run) {
	r.release(o.held)
	o.held = 0
	o.levels = o.levels[:0:0]
	o.input.close(r)
}
