package exec

import (
	"slices"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
)

// source finds the candidate nodes of a scan for each row of its input.
type source interface {
	// begin is called once for each batch of the input.
	begin(r *run, in *batch.Batch) error
	// start begins with a row and reports whether there can be any candidate.
	start(r *run, row int) (bool, error)
	// fill finds further candidates; 0 means there are no more.
	fill(r *run, dst []graph.NodeID) (int, error)
}

// ender is a source that may know, after fill, that there are no more candidates.
type ender interface{ ended() bool }

// scan makes a row of each candidate, for each row of its input.
type scan struct {
	input operator
	out   output
	slot  int
	from  source
	ender ender // from, nil where it never knows

	in   *batch.Batch
	at   int // place among the rows of in that count
	busy bool
	rows []uint16

	ordered bool // from gives the candidates of a row by ascending ids
	parts   int  // rows of in that the batch in work has candidates of
	part    int  // the last of them
}

func (c *compiler) newScan(input factory, carry []int, slot int, begin func() source) factory {
	slots := c.plan.Slots
	return func(i *instance) operator {
		o := &scan{input: input(i), out: newOutput(slots, carry), slot: slot, from: begin()}
		o.ender, _ = o.from.(ender)
		switch o.from.(type) {
		case *allSource, *labelSource:
			o.ordered = true
		}
		return o
	}
}

func (o *scan) open(r *run) error {
	o.in, o.busy = nil, false
	return o.input.open(r)
}

func (o *scan) next(r *run) (*batch.Batch, error) {
	nodes := &o.out.batch.Columns[o.slot]
	for {
		if err := r.check(); err != nil {
			return nil, err
		}
		if o.in == nil {
			in, err := o.input.next(r)
			if err != nil || in == nil {
				return nil, err
			}
			if err := o.from.begin(r, in); err != nil {
				return nil, err
			}
			o.in, o.at, o.busy = in, 0, false
		}
		nodes.Kind, nodes.Ascending = batch.Nodes, false
		nodes.Nodes = grown(nodes.Nodes, r.size)[:r.size]
		o.rows, o.parts = o.rows[:0], 0
		if err := o.fill(r, nodes.Nodes); err != nil {
			return nil, err
		}
		n := len(o.rows)
		nodes.Nodes = nodes.Nodes[:n]
		nodes.Ascending = o.ordered && o.parts == 1
		r.hits += int64(n)
		in := o.in
		if o.at >= in.Rows() {
			o.in = nil
		}
		if n > 0 {
			return o.out.gather(in, o.rows), nil
		}
	}
}

// fill finds candidates of as many rows as fit.
func (o *scan) fill(r *run, dst []graph.NodeID) error {
	for len(o.rows) < len(dst) && o.at < o.in.Rows() {
		row := o.in.Row(o.at)
		if !o.busy {
			some, err := o.from.start(r, row)
			if err != nil {
				return err
			}
			if !some {
				o.at++
				continue
			}
			o.busy = true
		}
		n, err := o.from.fill(r, dst[len(o.rows):])
		if err != nil {
			return err
		}
		if n > 0 && (o.parts == 0 || o.part != o.at) {
			o.part = o.at
			o.parts++
		}
		if n == 0 || o.ender != nil && o.ender.ended() {
			o.at++
			o.busy = false
		}
		o.repeat(uint16(row), n)
		if err := r.step(); err != nil {
			return err
		}
	}
	return nil
}

// over tells that next has nothing more, if that is known without asking it.
func (o *scan) over() bool {
	one, ok := o.input.(*once)
	return ok && one.done && o.in == nil
}

// repeat notes that n rows were made of a row. Which one that is is of no interest where
// nothing of it is carried on.
func (o *scan) repeat(row uint16, n int) {
	at := len(o.rows)
	o.rows = slices.Grow(o.rows, n)[:at+n]
	if len(o.out.carry) > 0 {
		for i := range o.rows[at:] {
			o.rows[at+i] = row
		}
	}
}

func (o *scan) close(r *run) { o.input.close(r) }

// cursorSource is the part that all scans of the store share.
type cursorSource struct{ cursor *storage.NodeScan }

func (s *cursorSource) begin(*run, *batch.Batch) error { return nil }
