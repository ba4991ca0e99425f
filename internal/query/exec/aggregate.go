package exec

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/function"
	"memgraphd/internal/query/plan"
)

// aggregate makes a row of every group.
type aggregate struct {
	spec  *plan.Aggregate
	input operator
	keys  []expr.Evaluator
	calls []aggregateCall
	out   output

	outer    *argument     // brings the columns to carry; nil where there are none
	parallel *parallel     // nil: one processor does it all
	groups   *batch.Groups // nil without keys
	counter  *groupCounter // nil where rows are not just counted
	held     int64
	ids      []uint32
	scratch  []batch.Vector
	columns  []*batch.Vector
	loaded   bool
	at       int
	total    int
}

// aggregateCall is one aggregate over all groups.
type aggregateCall struct {
	spec  *plan.AggregateCall
	fn    *function.Function
	args  []expr.Evaluator
	same  []argumentOf        // by argument: where its values are, if they are computed before
	state function.Aggregator // nil where rows are counted
	// counts are the rows of each group, where each row counts a number of times.
	counts  []int64
	scratch []batch.Vector
	columns []*batch.Vector
}

// argumentOf is an argument of an aggregate call, or a grouping key.
type argumentOf struct{ call, arg int }

// Values of argumentOf.call that are no number of a call.
const (
	nowhere = -1
	ofKeys  = -2 // arg is the number of a grouping key
)

// computedBefore finds the arguments that are written like a grouping key or an argument of
// an earlier call, so that they need not be computed again.
func (c *compiler) computedBefore(o *plan.Aggregate, calls []aggregateCall) {
	first := map[string]argumentOf{}
	if !c.plan.Info.Volatile {
		for i, column := range o.Groups {
			first[plan.Key(c.plan.Info, column.Expr)] = argumentOf{ofKeys, i}
		}
	}
	for i := range calls {
		call := &calls[i]
		for n := range call.args {
			at, key := argumentOf{call: nowhere}, plan.Key(c.plan.Info, call.spec.Call.Args[n])
			if before, ok := first[key]; ok {
				at = before
			} else if !c.plan.Info.Volatile {
				first[key] = argumentOf{i, n}
			}
			call.same = append(call.same, at)
		}
	}
}

func (c *compiler) aggregate(o *plan.Aggregate) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	keys, err := c.columns(o.Scope, o.Groups)
	if err != nil {
		return nil, err
	}
	calls := make([]aggregateCall, len(o.Calls))
	for i := range o.Calls {
		spec := &o.Calls[i]
		call := aggregateCall{spec: spec}
		if !spec.Star {
			if call.fn, call.args, err = c.aggregateArgs(o.Scope, spec.Call); err != nil {
				return nil, err
			}
		}
		calls[i] = call
	}
	c.computedBefore(o, calls)
	slots, split := c.plan.Slots, c.parallel(o)
	made := func(i *instance) operator {
		a := &aggregate{spec: o, input: in(i), keys: keys, out: newOutput(slots, nil), parallel: split}
		a.counter = newGroupCounter(o, keys)
		if o.Outer != nil && len(o.Carry) > 0 {
			a.outer = i.argument(o.Outer, slots)
		}
		a.scratch, a.columns = make([]batch.Vector, len(keys)), make([]*batch.Vector, len(keys))
		for _, call := range calls {
			call.scratch, call.columns = make([]batch.Vector, len(call.args)), make([]*batch.Vector, len(call.args))
			a.calls = append(a.calls, call)
		}
		return a
	}
	if split != nil {
		split.make = made
	}
	return made, nil
}

func (c *compiler) aggregateArgs(scope *plan.Scope, call *ast.Call) (*function.Function, []expr.Evaluator, error) {
	fn, ok := function.Lookup(call.Name)
	if !ok || !fn.IsAggregate() {
		return nil, nil, failure.Syntax("UnknownFunction", "unknown aggregate `%s`", call.Name).At(call.Span())
	}
	args, err := c.exprs(scope, call.Args...)
	return fn, args, err
}

func (o *aggregate) open(r *run) error {
	o.drop(r)
	if len(o.keys) > 0 {
		if o.groups == nil || o.groups.Len() > 1<<16 {
			o.groups = batch.NewGroups(len(o.keys))
		} else {
			o.groups.Reset()
		}
	}
	o.loaded, o.at, o.total = false, 0, 0
	if o.counter != nil {
		o.counter.missed = 0
	}
	for i := range o.calls {
		call := &o.calls[i]
		call.counts = call.counts[:0]
		if !call.spec.Star {
			distinct := function.All
			if call.spec.Call.Distinct {
				distinct = function.Distinct
			}
			call.state = function.NewAggregator(&r.ec.Call, call.fn.AggregateOf(len(call.args)), distinct)
		}
	}
	return o.input.open(r)
}

func (o *aggregate) drop(r *run) {
	for i := range o.calls {
		if s := o.calls[i].state; s != nil {
			s.Release()
			o.calls[i].state = nil
		}
	}
	r.release(o.held)
	o.held = 0
}

func (o *aggregate) next(r *run) (*batch.Batch, error) {
	if !o.loaded {
		o.loaded = true
		if err := o.load(r); err != nil {
			return nil, err
		}
	}
	if o.at == o.total {
		return nil, nil
	}
	return o.emit(r)
}

// load folds every row into its group.
func (o *aggregate) load(r *run) error {
	if o.groups == nil {
		o.total = 1
		if err := o.grow(); err != nil {
			return err
		}
	}
	if o.parallel.worth(r) {
		return o.loadParallel(r)
	}
	return o.drain(r)
}

// drain folds what the input still has.
func (o *aggregate) drain(r *run) error {
	for {
		in, err := o.input.next(r)
		if err != nil || in == nil {
			return err
		}
		if err := o.fold(r, in); err != nil {
			return err
		}
		r.ec.Recycle()
	}
}

func (o *aggregate) fold(r *run, in *batch.Batch) error {
	var ids []uint32
	if o.groups != nil {
		if o.countGroups(r, in) {
			return nil
		}
		var err error
		if ids, err = o.assign(r, in); err != nil {
			return err
		}
	}
	for i := range o.calls {
		call := &o.calls[i]
		if call.state == nil {
			o.count(call, ids, in)
			continue
		}
		for n, e := range call.args {
			var err error
			switch from := call.same[n]; from.call {
			case nowhere:
				if call.columns[n], err = expr.View(&r.ec, e, in, &call.scratch[n]); err != nil {
					return err
				}
			case ofKeys:
				call.columns[n] = o.columns[from.arg]
			default:
				call.columns[n] = o.calls[from.call].columns[from.arg]
			}
		}
		if err := call.state.Add(ids, in, call.columns); err != nil {
			return placed(err, call.spec.Call)
		}
	}
	return nil
}

// placed gives an error of an aggregate the place of its call.
func placed(err error, call *ast.Call) error {
	if f := failure.Of(err); f != nil {
		return f.At(call.Span())
	}
	return err
}

// assign finds the group of each row.
func (o *aggregate) assign(r *run, in *batch.Batch) ([]uint32, error) {
	for i, e := range o.keys {
		var err error
		if o.columns[i], err = expr.View(&r.ec, e, in, &o.scratch[i]); err != nil {
			return nil, err
		}
	}
	return o.number(r, in)
}

// number finds the group of each row of in, whose keys are in columns.
func (o *aggregate) number(r *run, in *batch.Batch) ([]uint32, error) {
	o.ids = o.groups.Assign(o.ids[:0], in, o.columns)
	if o.total = o.groups.Len(); o.groups.Bytes() > o.held+1<<16 {
		more := o.groups.Bytes() - o.held
		if err := r.reserve(more); err != nil {
			return nil, err
		}
		o.held += more
	}
	return o.ids, o.grow()
}

// grow makes room for all groups.
func (o *aggregate) grow() error {
	for i := range o.calls {
		call := &o.calls[i]
		if call.state != nil {
			if err := call.state.Grow(o.total); err != nil {
				return err
			}
			continue
		}
		for len(call.counts) < o.total {
			call.counts = append(call.counts, 0)
		}
	}
	return nil
}

// count counts rows.
func (o *aggregate) count(call *aggregateCall, ids []uint32, in *batch.Batch) {
	if o.spec.Times == plan.NoSlot {
		if ids == nil {
			call.counts[0] += int64(in.Rows())
			return
		}
		counts := call.counts
		for _, g := range ids {
			counts[g]++
		}
		return
	}
	times := in.Columns[o.spec.Times].Ints
	if ids == nil {
		sum := int64(0)
		for i := range in.Rows() {
			sum += times[in.Row(i)]
		}
		call.counts[0] += sum
		return
	}
	for i, g := range ids {
		call.counts[g] += times[in.Row(i)]
	}
}

// emit makes the rows of the next groups.
func (o *aggregate) emit(r *run) (*batch.Batch, error) {
	from, to := o.at, min(o.at+r.size, o.total)
	o.at = to
	b := &o.out.batch
	b.Len, b.Sel = to-from, nil
	if o.outer != nil {
		at := o.outer.only()
		for _, s := range o.spec.Carry {
			b.Columns[s].Repeat(&o.outer.out.batch.Columns[s], at, b.Len)
		}
	}
	for i, c := range o.spec.Groups {
		col := &b.Columns[c.Slot]
		col.Reset(o.groups.Key(i).Kind, 0)
		appendRange(col, o.groups.Key(i), from, to)
	}
	for i := range o.calls {
		call := &o.calls[i]
		col := &b.Columns[call.spec.Slot]
		if call.state == nil {
			col.Reset(batch.Ints, b.Len)
			copy(col.Ints, call.counts[from:to])
			continue
		}
		col.Reset(batch.Values, 0)
		for g := from; g < to; g++ {
			v, err := call.state.Result(g)
			if err != nil {
				return nil, placed(err, call.spec.Call)
			}
			col.AppendValue(v)
		}
	}
	return b, nil
}

func (o *aggregate) close(r *run) {
	o.drop(r)
	o.input.close(r)
}
