package exec

import (
	"fmt"
	"math"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/value"
)

// callBatches runs a subquery for each row of its input, a number of rows in a transaction
// of its own.
//
// Rows of the input are gathered in the view of the statement until there are enough for a
// batch. Then the subquery runs for them, one after the other, in the transaction of the
// batch, and its rows are kept. They are given only once the batch is committed; if it is
// not, and the statement goes on, each row of the batch is given once, with nulls. After
// the last batch the statement goes on in a transaction that has them all.
//
// What is kept is one batch: its rows, and what the subquery made of them.
type callBatches struct {
	spec  *plan.CallBatches
	input operator
	body  body
	size  expr.Evaluator
	retry retrying

	most    int  // rows of a batch
	ended   bool // the input has no more rows
	broken  bool // ON ERROR BREAK has struck
	renewed bool
	number  int // batches begun
	done    int // batches committed
	first   int // number of the first row of the batch, from 1

	in      *batch.Batch // rows before at were taken
	at      int
	rows    keep // of the batch
	places  []int
	results keep // what the subquery made of them; unused where it returns nothing
	joined  batch.Batch
	given   int // chunks of the results that were given
	status  value.Value
	out     batch.Batch
}

// batchRows is how many rows make a batch where the query does not say.
const batchRows = 1000

func (c *compiler) callBatches(o *plan.CallBatches) (factory, error) {
	inputs, err := c.ops(o.Input, o.Inner)
	if err != nil {
		return nil, err
	}
	size, err := c.expr(nil, o.Size)
	if err != nil {
		return nil, err
	}
	seconds, err := c.expr(nil, o.RetryFor)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		f := &callBatches{spec: o, input: inputs[0](i), size: size, places: make([]int, slots)}
		f.retry = retrying{spec: o, seconds: seconds}
		inner := inputs[1](i)
		f.body = newBody(inner, i.arguments[o.Argument], slots)
		f.rows.slots = append(f.rows.slots, o.Carry...)
		for _, s := range o.Carry {
			f.places[s] = -1
		}
		for _, s := range o.Argument.Slots {
			if f.places[s] != -1 {
				f.rows.slots = append(f.rows.slots, s)
			}
		}
		for n, s := range f.rows.slots {
			f.places[s] = n
		}
		f.results.slots = append(append(f.results.slots, o.Carry...), o.Binds...)
		f.joined.Columns = make([]batch.Vector, slots)
		f.out.Columns = make([]batch.Vector, slots)
		return f
	}, nil
}

func (o *callBatches) open(r *run) error {
	o.clear(r)
	o.in, o.ended, o.broken, o.renewed = nil, false, false, false
	o.number, o.done, o.first = 0, 0, 1
	if r.batches == nil {
		return failure.New(failure.ClientError, failure.Runtime, "NotInTransaction",
			"CALL { … } IN TRANSACTIONS needs a statement that is its own transaction")
	}
	most, err := o.rowsOfBatch(r)
	if err != nil {
		return err
	}
	o.most = most
	if err := o.retry.open(r); err != nil {
		return err
	}
	return o.input.open(r)
}

// rowsOfBatch computes the operand of OF … ROWS.
func (o *callBatches) rowsOfBatch(r *run) (int, error) {
	if o.size == nil {
		return batchRows, nil
	}
	n, err := count(r, o.size, o.spec.Size, "OF … ROWS")
	if err == nil && n == 0 {
		err = failure.Argument("InvalidArgumentValue", "OF … ROWS needs a number above 0, but this is 0").At(o.spec.Size.Span())
	}
	return int(min(n, math.MaxInt32)), err
}

func (o *callBatches) clear(r *run) {
	o.rows.clear(r)
	o.results.clear(r)
	o.given = 0
}

func (o *callBatches) next(r *run) (*batch.Batch, error) {
	for {
		if from := o.kept(); o.given < from.used {
			from.show(&o.out, o.given)
			if o.spec.Status != plan.NoSlot {
				o.out.Columns[o.spec.Status].Fill(o.status, o.out.Len)
			}
			o.given++
			return &o.out, nil
		}
		if err := o.gather(r); err != nil {
			return nil, err
		}
		if o.rows.rows == 0 {
			return nil, o.renew(r)
		}
		if err := o.batch(r); err != nil {
			return nil, err
		}
		o.first += o.rows.rows
	}
}

// kept returns the rows to give of the batch.
func (o *callBatches) kept() *keep {
	if o.spec.Mode == plan.CallUnit {
		return &o.rows
	}
	return &o.results
}

// gather takes the rows of the next batch.
func (o *callBatches) gather(r *run) error {
	o.clear(r)
	for o.rows.rows < o.most && !o.ended {
		if o.in == nil {
			in, err := o.input.next(r)
			if err != nil {
				return err
			}
			o.in, o.at, o.ended = in, 0, in == nil
			continue
		}
		sel := r.rowsOf(o.in.Sel, o.in.Len)[o.at:]
		n := min(len(sel), o.most-o.rows.rows)
		part := batch.Batch{Len: o.in.Len, Sel: sel[:n], Columns: o.in.Columns}
		if err := o.rows.add(r, &part); err != nil {
			return err
		}
		if o.at += n; o.at == o.in.Rows() {
			o.in = nil
			r.ec.Recycle()
		}
	}
	return nil
}

// renew lets the statement go on in a transaction that has all batches, once.
func (o *callBatches) renew(r *run) error {
	if o.renewed {
		return nil
	}
	o.renewed = true
	former := KeepFormer
	if o.spec.Moving {
		former = DropFormer
	}
	tx, err := r.batches.Renew(former)
	if err == nil {
		r.use(tx)
	}
	return err
}

// batch runs the subquery for the rows of the batch.
func (o *callBatches) batch(r *run) error {
	if o.broken {
		o.status = batchStatus("", nil)
		return o.nulls(r)
	}
	o.number++
	stats, deleted := r.stats, r.deleted
	id, err := o.inTransaction(r)
	o.retry.begin()
	for err != nil {
		r.stats, r.deleted = stats, deleted
		if fatal := r.check(); fatal != nil {
			return fatal
		}
		again, fatal := o.retry.wait(r, err)
		if fatal != nil {
			return fatal
		}
		if !again {
			break
		}
		o.results.clear(r)
		id, err = o.inTransaction(r)
	}
	if err != nil {
		if o.spec.OnError == ast.ErrorFail {
			return o.named(r, err)
		}
		o.broken = o.spec.OnError == ast.ErrorBreak
		o.status = batchStatus(id, r.fail(err))
		return o.nulls(r)
	}
	o.done++
	r.deleted = deleted || r.stats.NodesDeleted > stats.NodesDeleted || r.stats.RelationshipsDeleted > stats.RelationshipsDeleted
	o.status = batchStatus(id, nil)
	if !o.spec.Moving {
		return nil
	}
	tx, err := r.batches.Renew(DropFormer)
	if err == nil {
		r.use(tx)
	}
	return err
}

// inTransaction runs the batch in its transaction and returns the name of that, "" where
// none was begun.
func (o *callBatches) inTransaction(r *run) (id string, err error) {
	outer := r.tx
	// What the rows outside hold stays reserved while the subquery recycles.
	before := r.ec.Hold()
	defer func() {
		r.use(outer)
		r.ec.Recycle()
		r.ec.Unhold(before)
	}()
	inner, id, err := r.batches.Begin()
	if err != nil {
		return "", err
	}
	r.use(inner)
	r.deleted = true // the view of the batch may miss what the rows outside have
	for i := range o.rows.rows {
		if err := o.row(r, i); err != nil {
			r.batches.Rollback()
			return id, err
		}
	}
	return id, r.batches.Commit()
}

// row runs the subquery for one row.
func (o *callBatches) row(r *run, i int) error {
	if err := r.step(); err != nil {
		return err
	}
	chunk, at := o.rows.at(r, i)
	if err := o.body.begin(r, at, func(s int) *batch.Vector { return &chunk.Columns[o.places[s]] }); err != nil {
		return err
	}
	if o.spec.Mode == plan.CallUnit {
		return drain(r, o.body.inner)
	}
	found := false
	for {
		b, err := o.body.inner.next(r)
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		found = true
		for _, s := range o.spec.Binds {
			o.joined.Columns[s].Gather(&b.Columns[s], b.Sel)
		}
		if err := o.join(r, i, b.Rows()); err != nil {
			return err
		}
		r.ec.Recycle()
	}
	if !found && o.spec.Mode == plan.CallOptional {
		return o.null(r, i)
	}
	return nil
}

// join adds n rows to the results: row i with what stands in joined.
func (o *callBatches) join(r *run, i, n int) error {
	chunk, at := o.rows.at(r, i)
	for _, s := range o.spec.Carry {
		o.joined.Columns[s].Repeat(&chunk.Columns[o.places[s]], at, n)
	}
	o.joined.Len, o.joined.Sel = n, nil
	return o.results.add(r, &o.joined)
}

// null adds row i to the results with nulls.
func (o *callBatches) null(r *run, i int) error {
	for _, s := range o.spec.Binds {
		o.joined.Columns[s].Fill(value.Null, 1)
	}
	return o.join(r, i, 1)
}

// nulls makes the results of a batch that was not committed.
func (o *callBatches) nulls(r *run) error {
	o.results.clear(r)
	if o.spec.Mode == plan.CallUnit {
		return nil
	}
	for i := range o.rows.rows {
		if err := o.null(r, i); err != nil {
			return err
		}
	}
	return nil
}

// named tells in which batch err happened.
func (o *callBatches) named(r *run, err error) error {
	f := failure.Of(r.fail(err))
	if f == nil {
		return err
	}
	named := *f
	tried := ""
	if o.retry.attempts > 1 {
		tried = fmt.Sprintf(" after %d attempts", o.retry.attempts)
	}
	named.Message = fmt.Sprintf("%s (batch %d, rows %d to %d, was undone%s; batches committed before it: %d)",
		f.Message, o.number, o.first, o.first+o.rows.rows-1, tried, o.done)
	return &named
}

// batchStatus is the value of REPORT STATUS: id is "" where the batch was not begun.
func batchStatus(id string, err error) value.Value {
	name, message := value.Null, value.Null
	if id != "" {
		name = value.String(id)
	}
	if f := failure.Of(err); f != nil {
		message = value.String(f.Error())
	}
	return value.Map([]value.Entry{
		{Key: "committed", Value: value.Bool(id != "" && err == nil)},
		{Key: "errorMessage", Value: message},
		{Key: "started", Value: value.Bool(id != "")},
		{Key: "transactionId", Value: name},
	})
}

func (o *callBatches) close(r *run) {
	o.clear(r)
	o.input.close(r)
	o.body.inner.close(r)
}
