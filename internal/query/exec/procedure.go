package exec

import (
	"errors"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/procedure"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
)

// callProcedure calls a procedure for each row of its input and makes a row of each row
// that it gives.
type callProcedure struct {
	spec    *plan.CallProcedure
	called  *procedure.Procedure
	input   operator
	args    []expr.Evaluator
	scratch []batch.Vector
	columns []*batch.Vector // the arguments for the rows of in
	out     output
	context procedure.Context
	held    int64 // bytes that the running call keeps

	in    *batch.Batch
	at    int            // the row of in that is called for
	rows  procedure.Rows // nil before its call
	given bool           // its call has given a row
	from  []uint16       // row of in of each row of the output
}

func (c *compiler) callProcedure(o *plan.CallProcedure) (factory, error) {
	called, ok := c.program.o.Procedures.Lookup(o.Procedure)
	if !ok {
		return nil, failure.New(failure.ProcedureError, failure.CompileTime, "ProcedureNotFound",
			"there is no procedure `%s`", o.Procedure).At(o.At.Span())
	}
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	args, err := c.exprs(o.Scope, o.Args...)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		return &callProcedure{
			spec: o, called: called, input: in(i), args: args, out: newOutput(slots, o.Carry),
			scratch: make([]batch.Vector, len(args)), columns: make([]*batch.Vector, len(args)),
		}
	}, nil
}

func (o *callProcedure) open(r *run) error {
	o.end(r)
	o.in = nil
	o.context = procedure.Context{
		Store: r.store, Tx: r.tx, Interrupted: r.check,
		Reserve: func(n int64) error {
			err := r.reserve(n)
			if err == nil {
				o.held += n
			}
			return err
		},
		Changed: func(c procedure.Changes) { r.stats.add(Stats(c)) },
		Storable: func(v value.Value) error {
			if f := storable(v); f != nil {
				return f.At(o.spec.At.Span())
			}
			return nil
		},
		Server: r.server,
	}
	return o.input.open(r)
}

func (o *callProcedure) next(r *run) (*batch.Batch, error) {
	o.context.Tx = r.tx // CALL { … } IN TRANSACTIONS changes it
	for {
		if err := r.check(); err != nil {
			return nil, err
		}
		if o.in == nil {
			more, err := o.fetch(r)
			if err != nil || !more {
				return nil, err
			}
		}
		if o.spec.Passes {
			return o.pass(r)
		}
		out, err := o.collect(r)
		if err != nil || out != nil {
			return out, err
		}
	}
}

// fetch takes a batch of the input and computes the arguments for its rows.
func (o *callProcedure) fetch(r *run) (more bool, err error) {
	in, err := o.input.next(r)
	if err != nil || in == nil {
		return false, err
	}
	for i, e := range o.args {
		if o.columns[i], err = expr.View(&r.ec, e, in, &o.scratch[i]); err != nil {
			return false, err
		}
	}
	o.in, o.at = in, 0
	return true, nil
}

// collect makes a batch of what the calls give, nil where that is nothing.
func (o *callProcedure) collect(r *run) (*batch.Batch, error) {
	o.from = o.from[:0]
	for _, s := range o.spec.Slots {
		o.out.batch.Columns[s].Reset(batch.Values, 0)
	}
	if err := o.fill(r); err != nil {
		return nil, err
	}
	in := o.in
	if o.at >= in.Rows() {
		o.in = nil
	}
	if len(o.from) == 0 {
		return nil, nil
	}
	for _, s := range o.spec.Slots {
		o.out.batch.Columns[s].Narrow(nil)
	}
	return o.out.gather(in, o.from), nil
}

// pass calls a procedure without results for every row, and passes the rows on.
func (o *callProcedure) pass(r *run) (*batch.Batch, error) {
	in := o.in
	o.in = nil
	for i := range in.Rows() {
		if err := o.begin(r, in.Row(i)); err != nil {
			return nil, err
		}
		for {
			row, err := o.rows()
			if err != nil {
				return nil, o.failed(err)
			}
			if row == nil {
				break
			}
			if err := r.step(); err != nil {
				return nil, err
			}
		}
		o.end(r)
	}
	return in, nil
}

// fill takes as many rows as fit.
func (o *callProcedure) fill(r *run) error {
	for len(o.from) < r.size && o.at < o.in.Rows() {
		if err := r.step(); err != nil {
			return err
		}
		at := o.in.Row(o.at)
		if o.rows == nil {
			if err := o.begin(r, at); err != nil {
				return err
			}
		}
		row, err := o.rows()
		if err != nil {
			return o.failed(err)
		}
		if row == nil {
			alone := o.spec.Optional && !o.given
			o.end(r)
			o.at++
			if !alone {
				continue
			}
		}
		o.given = true
		o.from = append(o.from, uint16(at))
		for i, s := range o.spec.Slots {
			v := value.Null
			if row != nil {
				v = row[o.spec.Results[i]]
			}
			col := &o.out.batch.Columns[s]
			col.Values = append(col.Values, v)
		}
	}
	return nil
}

// begin calls the procedure for a row of in.
func (o *callProcedure) begin(r *run, row int) (err error) {
	args := make([]value.Value, len(o.args))
	for i, col := range o.columns {
		arg := &o.called.Args[i]
		v := col.Value(row)
		var ok bool
		if args[i], ok = arg.Type.Convert(v); !ok {
			return failure.RuntimeType("InvalidArgumentType", "argument `%s` of %s() expects a value of type %s, not of type %s",
				arg.Name, o.called.Name, arg.Type, v.Kind()).At(o.spec.Args[i].Span())
		}
	}
	if o.called.Mode == procedure.Write {
		r.deleted = true // whatever it did, reads look twice from now on
	}
	o.given = false
	if o.rows, err = o.called.Call(&o.context, args); err != nil {
		return o.failed(err)
	}
	return nil
}

// failed makes an error of the procedure one of the statement.
func (o *callProcedure) failed(err error) error {
	var limit *memory.LimitError
	if failure.Of(err) != nil || errors.As(err, &limit) {
		return err
	}
	if f := Failure(err); f.Detail != internalError {
		return f.At(o.spec.At.Span())
	}
	return failure.New(failure.ProcedureError, failure.Runtime, "ProcedureFailed", "%s() failed: %v", o.called.Name, err).
		WithCode("Neo.ClientError.Procedure.ProcedureCallFailed").WithCause(err).At(o.spec.At.Span())
}

// end forgets the running call and what it keeps.
func (o *callProcedure) end(r *run) {
	o.rows = nil
	r.release(o.held)
	o.held = 0
}

func (o *callProcedure) close(r *run) {
	o.end(r)
	o.input.close(r)
}
