package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// finder looks for paths.
type finder interface {
	// open begins an execution.
	open(r *run) error
	// refresh looks again for names that the statement itself may have made.
	refresh(r *run) error
	// begin begins to look for the paths of a row. to is graph.NoNode where any node is
	// looked for; neither is null.
	begin(r *run, in *batch.Batch, row int, from, to graph.NodeID) error
	// next finds the next path, or reports false.
	next(r *run) (bool, error)
	// end is the node that the path found last leads to.
	end() graph.NodeID
	// trace makes the path found last, in the order in which it was looked for.
	trace(found *track)
	// total is the weight of the path that was found last.
	total() value.Value
	// close gives memory back.
	close(r *run)
}

// pathfind makes a row of every path that a finder finds.
type pathfind struct {
	fanOut
	f    finder
	hop  *plan.Hop
	spec *plan.Found
	into bool
	ends hop // for the labels of the other end

	from, to []graph.NodeID
	scratch  [2][]graph.NodeID
	busy     bool
	found    track
	nodes    []graph.NodeID
	columns  []pathColumn
}

// pathColumn is a column that is made of the paths found.
type pathColumn struct {
	slot   int
	kind   pathColumnKind
	group  *plan.Group
	values []value.Value
}

type pathColumnKind uint8

const (
	columnEdges pathColumnKind = iota // the list of relationships
	columnPath
	columnGroup
	columnTotal
)

// newPathfind makes the operator around a finder.
func newPathfind(f finder, h *plan.Hop, spec *plan.Found, input operator, out output) *pathfind {
	p := &pathfind{fanOut: newFanOut(input, out), f: f, hop: h, spec: spec, ends: hop{spec: h}}
	if h.Rel != plan.NoSlot {
		p.columns = append(p.columns, pathColumn{slot: h.Rel, kind: columnEdges})
	}
	if spec.Path != plan.NoSlot {
		p.columns = append(p.columns, pathColumn{slot: spec.Path, kind: columnPath})
	}
	for i := range spec.Groups {
		p.columns = append(p.columns, pathColumn{slot: spec.Groups[i].Slot, kind: columnGroup, group: &spec.Groups[i]})
	}
	return p
}

// weighed adds the column of the weight.
func (o *pathfind) weighed(slot int) *pathfind {
	if slot != plan.NoSlot {
		o.columns = append(o.columns, pathColumn{slot: slot, kind: columnTotal})
	}
	return o
}

func (o *pathfind) open(r *run) error {
	o.rewind()
	if err := o.ends.resolve(r); err != nil {
		return err
	}
	if err := o.f.open(r); err != nil {
		return err
	}
	return o.input.open(r)
}

func (o *pathfind) next(r *run) (*batch.Batch, error) { return o.made(r, o) }

func (o *pathfind) begin(r *run, in *batch.Batch) (err error) {
	if _, err = o.ends.refresh(r); err != nil {
		return err
	}
	if err = o.f.refresh(r); err != nil {
		return err
	}
	if o.from, err = r.nodes(&in.Columns[o.hop.From], in, &o.scratch[0], o.hop.Place); err != nil {
		return err
	}
	if o.into {
		if o.to, err = r.nodes(&in.Columns[o.hop.To], in, &o.scratch[1], o.hop.Place); err != nil {
			return err
		}
	}
	o.busy = false
	return nil
}

func (o *pathfind) emit(b *batch.Batch) {
	if s := o.hop.To; s != plan.NoSlot && !o.into {
		v := &b.Columns[s]
		v.Kind, v.Nodes, o.nodes = batch.Nodes, o.nodes, v.Nodes
	}
	for i := range o.columns {
		c := &o.columns[i]
		v := &b.Columns[c.slot]
		v.Kind, v.Values, c.values = batch.Values, c.values, v.Values
	}
}

// fill finds the paths of as many rows as fit.
func (o *pathfind) fill(r *run) error {
	o.nodes = o.nodes[:0]
	for i := range o.columns {
		o.columns[i].values = o.columns[i].values[:0]
	}
	for o.room(r) {
		row := o.in.Row(o.at)
		if !o.busy {
			started, err := o.start(r, row)
			if err != nil {
				return err
			}
			if !started {
				o.at++
				continue
			}
			o.busy = true
		}
		ok, err := o.f.next(r)
		if err != nil {
			return err
		}
		if ok {
			o.give(r, row)
			continue
		}
		o.at++
		o.busy = false
	}
	return nil
}

// start begins with a row; it reports false where a null ends the search at once.
func (o *pathfind) start(r *run, row int) (bool, error) {
	to := graph.NoNode
	if o.into {
		to = o.to[row]
	}
	if o.from[row] == graph.NoNode || o.into && to == graph.NoNode {
		return false, nil
	}
	return true, o.f.begin(r, o.in, row, o.from[row], to)
}

// give makes a row of the path found.
func (o *pathfind) give(r *run, row int) {
	end := o.f.end()
	if !o.into && (len(o.ends.labels) < len(o.hop.ToLabels) || !r.hasLabels(end, o.ends.labels)) {
		return
	}
	o.rows = append(o.rows, uint16(row))
	o.nodes = append(o.nodes, end)
	if len(o.columns) == 0 {
		return
	}
	o.f.trace(&o.found)
	if o.spec.Reverse {
		o.found.turn()
	}
	for i := range o.columns {
		c := &o.columns[i]
		var v value.Value
		switch c.kind {
		case columnEdges:
			v = o.found.list()
		case columnPath:
			v = o.found.path()
		case columnGroup:
			v = o.found.group(c.group, o.spec.Hops)
		case columnTotal:
			v = o.f.total()
		}
		c.values = append(c.values, v)
	}
}

func (o *pathfind) close(r *run) {
	o.f.close(r)
	o.input.close(r)
}
