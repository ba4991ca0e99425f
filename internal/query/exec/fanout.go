package exec

import "memgraphd/internal/query/batch"

// fanOut is the frame of an operator that makes any number of rows of each row of its input.
type fanOut struct {
	input operator
	out   output

	in   *batch.Batch // what is worked on, nil for nothing
	at   int          // the row of in that comes next, or is half done
	rows []uint16     // one for each row that was made: the row of in that it was made of
}

// fanning is what such an operator does itself.
type fanning interface {
	// begin looks at the next batch of the input.
	begin(r *run, in *batch.Batch) error
	// fill forgets what it made before, and makes rows while there is room and input: it
	// moves at on and adds to rows, and to columns of its own.
	fill(r *run) error
	// emit puts the columns of its own into the batch of the rows.
	emit(b *batch.Batch)
}

func newFanOut(input operator, out output) fanOut { return fanOut{input: input, out: out} }

// rewind is the beginning of open.
func (o *fanOut) rewind() { o.in, o.at = nil, 0 }

// room reports whether there is input left, and room for at least one row.
func (o *fanOut) room(r *run) bool { return len(o.rows) < r.size && o.at < o.in.Rows() }

// made returns the next batch that has rows, nil at the end of the input.
func (o *fanOut) made(r *run, f fanning) (*batch.Batch, error) {
	for {
		if err := r.check(); err != nil {
			return nil, err
		}
		if o.in == nil {
			in, err := o.input.next(r)
			if err != nil || in == nil {
				return nil, err
			}
			if err := f.begin(r, in); err != nil {
				return nil, err
			}
			o.in, o.at = in, 0
		}
		o.rows = o.rows[:0]
		if err := f.fill(r); err != nil {
			return nil, err
		}
		in := o.in
		if o.at >= in.Rows() {
			o.in = nil
		}
		if len(o.rows) > 0 {
			b := o.out.gather(in, o.rows)
			f.emit(b)
			return b, nil
		}
	}
}

func (o *fanOut) close(r *run) { o.input.close(r) }
