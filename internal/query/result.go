package query

import (
	"context"
	"time"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/exec"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/parser"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
)

// rowSource is where a result's batches come from: a running plan, or rows held in memory.
// Next returns nil at the end; a batch is valid until the next call.
type rowSource interface {
	Next() (*batch.Batch, error)
	Close()
}

// Result is the rows of one statement and, after the last of them, its summary.
type Result struct {
	s       *Session
	t       *transaction // nil for statements that need none
	text    string
	planned string // the text that the plan was made from; its errors have places in it
	columns []string
	whole   table // what an administration statement answered, with the columns that YIELD shows
	source  rowSource
	started time.Time
	// finished tells that the last row was made, and ran how long that took; execution ends there.
	finished bool
	ran      time.Duration
	onEnd    func(*Summary) // completes the summary after the last row
	cursor   exec.Cursor    // the source of a plan
	counted  bool           // in the tally of the engine
	commits  bool           // the statement is COMMIT
	executed bool           // the source is cursor, and the summary says nothing of it yet
	again    bool           // the statement runs again, because its MERGE lost
	lone     bool           // its transaction is its own

	pending *batch.Batch // rows not taken yet start at row offset
	offset  int
	done    bool
	err     error
	summary Summary

	params  value.Value   // for the log
	program *exec.Program // nil: it has none
	logged  bool          // whether the log has heard of the end
	audited *Audited      // the record of the statement, until it has ended
	sent    int64         // rows

	kept     held // the rows of a statement that writes
	view     batch.Batch
	sel      []uint16
	entities entities
}

// Columns returns the names of the columns; nil for a statement without RETURN.
func (r *Result) Columns() []string { return r.columns }

// Summary returns what is known after the last row.
func (r *Result) Summary() Summary { return r.summary }

// SummaryView returns what Summary does without copying it; it is valid until Release.
func (r *Result) SummaryView() *Summary { return &r.summary }

// First returns how long it took until the first row could be asked for.
func (r *Result) First() time.Duration { return r.summary.Available }

// Release says that r is not used any more: its memory may be used for another result. Who does
// not call it leaves r to the garbage collector.
func (r *Result) Release() {
	s := r.s
	s.enter()
	defer s.leave()
	if r.lone && r.done && r.t == nil && r.source == nil {
		s.spareResult = r
	}
}

// scratchKept is how many labels or properties of a node the next result has room for.
const scratchKept = 64

// fresh returns a result of a statement that is to run.
func (s *Session) fresh(text string, started time.Time, st *statement) *Result {
	r := s.spareResult
	if r == nil {
		r = &Result{}
	} else {
		s.spareResult = nil
		labels, props := r.entities.labels[:0], r.entities.props
		clear(props)
		if max(cap(labels), cap(props)) > scratchKept {
			labels, props = nil, nil
		}
		sel := r.sel[:0]
		*r = Result{} // in place: a literal with fields would be made elsewhere and copied
		r.sel, r.entities.labels, r.entities.props = sel, labels, props[:0]
	}
	r.s, r.text, r.started = s, text, started
	r.summary.Database, r.summary.ParsingTime, r.summary.PlanningTime = databaseName, st.parsing, st.planning
	return r
}

// Pull hands at most n rows to sink, all of them where n is negative, and tells whether
// more are left. The batch is valid during the call of sink only.
func (r *Result) Pull(ctx context.Context, n int64, sink func(*batch.Batch, batch.Entities) error) (more bool, err error) {
	r.s.enter()
	defer r.s.leave()
	return r.take(ctx, n, sink)
}

// Discard drops at most n rows, all of them where n is negative.
func (r *Result) Discard(ctx context.Context, n int64) (more bool, err error) {
	r.s.enter()
	defer r.s.leave()
	if n < 0 {
		r.finish()
		r.complete()
		return false, nil
	}
	return r.take(ctx, n, func(*batch.Batch, batch.Entities) error { return nil })
}

// Close drops the rest of the rows.
func (r *Result) Close() {
	r.s.enter()
	defer r.s.leave()
	r.finish()
	r.complete()
}

func (r *Result) take(ctx context.Context, n int64, sink func(*batch.Batch, batch.Entities) error) (more bool, err error) {
	if r.err != nil {
		return false, r.err
	}
	if err := r.s.usable(); err != nil {
		return false, r.fail(err)
	}
	for n != 0 {
		if err := r.fill(); err != nil {
			return false, r.fail(err)
		}
		if r.done {
			break
		}
		if ctx.Err() != nil {
			return false, r.fail(context.Cause(ctx))
		}
		count := r.pending.Rows() - r.offset
		if n > 0 {
			count = int(min(int64(count), n))
			n -= int64(count)
		}
		if err := sink(r.slice(count), &r.entities); err != nil {
			return false, r.fail(err)
		}
		r.offset += count
		r.sent += int64(count)
	}
	if err := r.fill(); err != nil {
		return false, r.fail(err)
	}
	if r.done {
		r.complete()
	}
	return !r.done, nil
}

// fill makes pending hold at least one row, or done true.
func (r *Result) fill() error {
	for !r.done && (r.pending == nil || r.offset >= r.pending.Rows()) {
		next, err := r.source.Next()
		if err != nil {
			return err
		}
		r.pending, r.offset = next, 0
		if next == nil {
			r.finish()
		}
	}
	return nil
}

// slice returns the next count rows of pending without copying them.
func (r *Result) slice(count int) *batch.Batch {
	if r.offset == 0 && count == r.pending.Rows() {
		return r.pending
	}
	r.view.Len, r.view.Columns = r.pending.Len, r.pending.Columns
	if r.pending.Sel != nil {
		r.view.Sel = r.pending.Sel[r.offset : r.offset+count]
		return &r.view
	}
	r.sel = r.sel[:0]
	for i := range count {
		r.sel = append(r.sel, uint16(r.offset+i))
	}
	r.view.Sel = r.sel
	return &r.view
}

// finish lets go of what produces the rows.
func (r *Result) finish() {
	r.done = true
	r.pending = nil
	if r.source != nil {
		r.source.Close()
		r.source = nil
		r.finished, r.ran = true, r.s.engine.o.Since(r.started)
		if r.executed {
			r.executed = false
			r.account()
		}
		if r.onEnd != nil {
			r.onEnd(&r.summary)
		}
	}
}

// account completes the summary of a plan that has come to its end.
func (r *Result) account() {
	sum := &r.summary
	sum.Counters = counters(r.cursor.Stats())
	if profile := r.cursor.Profile(); profile != nil {
		sum.Profile = r.s.shown(profile)
	}
	sum.ExecutionTime = r.ran - sum.ParsingTime - sum.PlanningTime
}

// complete ends the statement's own transaction and stamps the summary, once.
func (r *Result) complete() {
	r.count()
	r.tell(nil)
	r.ended(nil)
	if r.s == nil || r.t == nil {
		return
	}
	t := r.t
	r.t = nil
	r.summary.Consumed = max(0, r.ran-r.summary.Available)
	if !t.explicit && r.s.t == t {
		r.s.end()
	}
}

// fail ends the statement with err and returns it explained.
func (r *Result) fail(err error) error {
	r.err = r.s.explain(r.relocate(err), r.text)
	r.counted = true
	r.s.tally.failedPulls.Add(1)
	r.s.tally.failedWith(r.err)
	r.tell(r.err)
	r.ended(r.err)
	if r.t != nil {
		r.t.failed = true
	}
	r.finish()
	r.complete()
	return r.err
}

// held is a list of batches in memory.
type held struct {
	batches []*batch.Batch
	at      int
	budget  *memory.Budget // gets their bytes back; nil: they were not reserved
	bytes   int64
}

// Next returns the next batch.
func (h *held) Next() (*batch.Batch, error) {
	if h.at == len(h.batches) {
		return nil, nil //nolint:nilnil // the end of the rows, as the interface says
	}
	h.at++
	return h.batches[h.at-1], nil
}

// Close gives the memory back.
func (h *held) Close() {
	h.batches = nil
	if h.budget != nil {
		h.budget.Release(h.bytes)
		h.budget = nil
	}
}

// relocate moves the place of an error from the text that was planned to the one that runs.
func (r *Result) relocate(err error) error {
	f := failure.Of(err)
	if f == nil || !f.Placed || r.planned == "" || r.planned == r.text {
		return err
	}
	moved := *f
	moved.Span = parser.Relocate(f.Span, r.planned, r.text)
	return &moved
}

// hold returns a copy of the rows of b that count.
func hold(b *batch.Batch) *batch.Batch {
	c := &batch.Batch{Len: b.Rows(), Columns: make([]batch.Vector, len(b.Columns))}
	for i := range b.Columns {
		c.Columns[i].Gather(&b.Columns[i], b.Sel)
	}
	return c
}

// heldBytes is what hold(b) takes, what its values point at included.
func heldBytes(b *batch.Batch) int64 {
	var size int64
	for i := range b.Columns {
		v := &b.Columns[i]
		size += int64(b.Rows()) * valueBytes
		if v.Kind != batch.Values && v.Kind != batch.Strings {
			continue
		}
		for row := range b.Rows() {
			size += v.Value(b.Row(row)).Size()
		}
	}
	return size
}

// valueBytes is the size of a value without what it points at.
const valueBytes = 24
