package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
)

// expandReach makes a row of every node that a trail leads to, once for each row of its
// input.
type expandReach struct {
	fanOut
	*reach
	spec *plan.ExpandReach
	// nearest tells that a node counts from one relationship on, so that the nodes up to a
	// distance are looked for: the shortest way to a node is a trail, and so is the shortest
	// way that leads back to the first one.
	nearest bool

	from    []graph.NodeID
	scratch []graph.NodeID
	busy    bool
	ends    []graph.NodeID // of the row that is half done
	given   int            // of ends
	many    []graph.NodeID // memory of ends, where they are of several levels
	found   nodeBits       // what is in many
	labels  []graph.LabelID
	marks   storage.LabelFilter
	picked  []uint16
	missing bool // a label does not exist
	nodes   []graph.NodeID
}

func (c *compiler) expandReach(o *plan.ExpandReach) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	shape, err := c.reach(o.Legs)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		return &expandReach{
			fanOut: newFanOut(in(i), newOutput(slots, o.Carry)), reach: shape.instance(), spec: o,
			nearest: o.First <= 1 && o.First != len(o.Legs) && shape.straight,
		}
	}, nil
}

func (o *expandReach) open(r *run) error {
	o.rewind()
	if err := o.reach.open(r); err != nil {
		return err
	}
	o.findLabels(r)
	return o.input.open(r)
}

// findLabels looks the labels of the last node up.
func (o *expandReach) findLabels(r *run) {
	o.labels, o.missing = o.labels[:0], false
	for _, name := range o.spec.ToLabels {
		id, ok := r.store.LookupLabel(name)
		o.labels = append(o.labels, id)
		o.missing = o.missing || !ok
	}
	o.marks.Ask(o.labels)
}

func (o *expandReach) next(r *run) (*batch.Batch, error) { return o.made(r, o) }

func (o *expandReach) begin(r *run, in *batch.Batch) (err error) {
	if err = o.refresh(r); err != nil {
		return err
	}
	if o.missing {
		o.findLabels(r)
	}
	o.busy = false
	o.from, err = r.nodes(&in.Columns[o.spec.From], in, &o.scratch, o.spec.Legs[0].Place)
	return err
}

func (o *expandReach) emit(b *batch.Batch) {
	if s := o.spec.To; s != plan.NoSlot {
		v := &b.Columns[s]
		v.Kind, v.Nodes, o.nodes = batch.Nodes, o.nodes, v.Nodes
	}
}

func (o *expandReach) fill(r *run) error {
	o.nodes = o.nodes[:0]
	for o.room(r) {
		row := o.in.Row(o.at)
		if !o.busy {
			if err := o.find(r, o.from[row]); err != nil {
				return err
			}
			o.busy, o.given = true, 0
		}
		some := o.ends[o.given:min(len(o.ends), o.given+r.size-len(o.rows))]
		o.given += len(some)
		o.give(r, row, some)
		if o.given == len(o.ends) {
			o.at++
			o.busy = false
		}
		if err := r.step(); err != nil {
			return err
		}
	}
	return nil
}

// room reports whether there is input left, and room for at least one row.
func (o *expandReach) room(r *run) bool { return o.fanOut.room(r) }

// give makes rows of those of ends that have the labels.
func (o *expandReach) give(r *run, row int, ends []graph.NodeID) {
	if len(o.labels) > 0 {
		o.picked = r.tx.AppendLabelled(&o.marks, o.picked[:0], ends)
		for _, i := range o.picked {
			o.nodes, o.rows = append(o.nodes, ends[i]), append(o.rows, uint16(row))
		}
		return
	}
	o.nodes = append(o.nodes, ends...)
	for range ends {
		o.rows = append(o.rows, uint16(row))
	}
}

// find looks for the nodes that trails from n lead to.
func (o *expandReach) find(r *run, n graph.NodeID) error {
	o.ends = nil
	if n == graph.NoNode || o.missing {
		return nil
	}
	if err := o.reach.begin(r, n); err != nil {
		return err
	}
	switch {
	case o.nearest:
		return o.near(r)
	case o.spec.First != len(o.legs):
		return o.several(r)
	}
	for i := range o.legs {
		w := with
		if i == len(o.legs)-1 {
			w = without
		}
		if err := o.level(r, i, w); err != nil || len(o.levels[i+1].nodes) == 0 {
			return err
		}
	}
	o.ends = o.levels[len(o.legs)].nodes
	return nil
}

// near finds the nodes up to the greatest length: each is gone on from once. They are in
// the second level, in the order of their distance.
func (o *expandReach) near(r *run) (err error) {
	first, all := &o.levels[0], &o.levels[1]
	if all.seen, err = o.bits(r, all.seen); err != nil {
		return err
	}
	if o.spec.First == 0 {
		all.addAll(first.nodes)
	}
	list := first.nodes
	for i := range o.legs {
		to := len(all.nodes)
		all.dense = i == len(o.legs)-1 && dense(len(list), len(all.seen))
		for at, n := range list {
			if at%warmRows == 0 && len(list) > warmRows/4 && o.legs[0].possible {
				o.legs[0].warmNodes(r, list[at:min(at+warmRows, len(list))])
			}
			if err := o.onward(r, n); err != nil {
				return err
			}
		}
		list = all.nodes[to:]
	}
	if err := o.list(r, all); err != nil {
		return err
	}
	o.ends = all.nodes
	return nil
}

// onward adds what one relationship leads to from n.
func (o *expandReach) onward(r *run, n graph.NodeID) error {
	leg, all := &o.legs[0], &o.levels[1]
	o.walk.start(r, leg, n)
	for {
		nodes, _ := o.walk.next(r, leg, checkEvery)
		if nodes == nil {
			return nil
		}
		r.hits += int64(len(nodes))
		if err := r.stepBy(len(nodes)); err != nil {
			return err
		}
		if all.dense {
			all.seen.addAll(nodes)
			continue
		}
		if err := o.reach.room(r, all, len(nodes), without); err != nil {
			return err
		}
		all.addAll(nodes)
	}
}

// several finds the ends of the trails of all lengths that are asked for.
func (o *expandReach) several(r *run) (err error) {
	if o.found, err = o.bits(r, o.found); err != nil {
		return err
	}
	clear(o.found)
	all := reachLevel{seen: o.found, nodes: o.many[:0]}
	for i := range len(o.legs) + 1 {
		if i > 0 {
			if err := o.level(r, i-1, with); err != nil {
				return err
			}
		}
		if len(o.levels[i].nodes) == 0 {
			break
		}
		if i < o.spec.First {
			continue
		}
		if err := o.reach.room(r, &all, len(o.levels[i].nodes), without); err != nil {
			return err
		}
		all.addAll(o.levels[i].nodes)
	}
	o.many, o.ends = all.nodes, all.nodes
	return nil
}

func (o *expandReach) close(r *run) {
	o.ends, o.busy = nil, false
	if cap(o.many) > keptNodes || cap(o.found) > keptNodes {
		o.many, o.found = nil, nil
	}
	o.reach.close(r)
	o.input.close(r)
}
