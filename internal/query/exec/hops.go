package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/value"
)

// hopsLimit bounds the relationships that are followed in an execution.
type hopsLimit struct {
	spec  *plan.HopsLimit
	input operator
	count expr.Evaluator
}

func (c *compiler) hopsLimit(o *plan.HopsLimit) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	count, err := c.expr(nil, o.Hops)
	if err != nil {
		return nil, err
	}
	return func(i *instance) operator { return &hopsLimit{spec: o, input: in(i), count: count} }, nil
}

func (o *hopsLimit) open(r *run) error {
	v, err := expr.Const(&r.ec, o.count)
	if err != nil {
		return err
	}
	if v.Kind() != value.KindInt || v.AsInt() < 1 {
		return failure.Argument("InvalidArgumentValue", "the limit of hops has to be an integer of at least 1, but is %s", describe(v)).
			At(o.spec.Hops.Span())
	}
	r.hops = hops{limited: true, strict: r.hops.strict, left: v.AsInt()}
	return o.input.open(r)
}

func (o *hopsLimit) next(r *run) (*batch.Batch, error) {
	b, err := o.input.next(r)
	if err == nil && r.hops.strict && r.hops.passed {
		return nil, failure.New(failure.ClientError, failure.Runtime, "HopsLimitReached", "the query follows more relationships than its limit of %d", r.hops.taken).
			At(o.spec.Hops.Span()).
			WithHint("raise the limit, or let such queries return what they have found: --hops-limit-partial-results, or the setting hops_limit_partial_results")
	}
	return b, err
}

func (o *hopsLimit) close(r *run) { o.input.close(r) }

// hops are the relationships that may still be followed, where that is limited.
type hops struct {
	limited     bool
	strict      bool // to pass the limit is an error
	passed      bool // there was more than the limit allows
	left, taken int64
}

// count returns how many relationships were followed; null where that is not limited.
func (h *hops) count() value.Value {
	if !h.limited {
		return value.Null
	}
	return value.Int(h.taken)
}

// take returns how many of n relationships may be followed, and counts them.
func (h *hops) take(n int) int {
	if !h.limited {
		return n
	}
	if int64(n) > h.left {
		n, h.passed = int(h.left), true
	}
	h.left -= int64(n)
	h.taken += int64(n)
	return n
}
