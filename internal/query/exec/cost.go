package exec

import (
	"cmp"
	"math"
	"strconv"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// cost is the weight of a path: the sum of weights that are all numbers or all durations.
// The zero cost is that of no relationship.
type cost struct {
	kind     value.Kind // KindNull, KindInt, KindFloat or KindDuration
	integer  int64
	float    float64 // of integers too
	duration temporal.Duration
}

// compare orders costs that can be added.
func (c *cost) compare(d *cost) int {
	switch {
	case c.kind == value.KindDuration || d.kind == value.KindDuration:
		return c.duration.Compare(d.duration)
	case c.kind == value.KindInt && d.kind == value.KindInt:
		return cmp.Compare(c.integer, d.integer)
	}
	return cmp.Compare(c.float, d.float)
}

// plus returns the cost with one more weight.
func (c *cost) plus(v value.Value) (cost, error) {
	switch kind := v.Kind(); kind {
	case value.KindInt, value.KindFloat:
		if !(v.Number() >= 0) {
			return cost{}, failure.Argument("InvalidArgumentValue", "the weight of a relationship must not be negative, but is %s", describeNumber(v)).
				WithHint("shift the weights, or leave such relationships out with a filter")
		}
		if c.kind == value.KindDuration {
			return cost{}, mixedWeights()
		}
		return c.plusNumber(v)
	case value.KindDuration:
		if c.kind != value.KindNull && c.kind != value.KindDuration {
			return cost{}, mixedWeights()
		}
		return c.plusDuration(v.AsDuration())
	case value.KindNull, value.KindBool, value.KindString, value.KindBytes, value.KindList, value.KindMap, value.KindNode,
		value.KindEdge, value.KindPath, value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime,
		value.KindLocalDateTime, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return cost{}, failure.RuntimeType("InvalidArgumentType", "the weight of a relationship has to be a number or a duration, but is of type %s", v.Kind()).
		WithHint("give a weight to those without, for example coalesce(r.weight, 1)")
}

func (c *cost) plusNumber(v value.Value) (cost, error) {
	sum := cost{kind: value.KindFloat, float: c.float + v.Number()}
	if v.Kind() == value.KindFloat || c.kind == value.KindFloat {
		return sum, nil
	}
	if c.integer > math.MaxInt64-v.AsInt() {
		return cost{}, failure.New(failure.ArithmeticError, failure.Runtime, "IntegerOverflow", "the weight of the path does not fit into an integer").
			WithHint("use toFloat() of the weights")
	}
	sum.kind, sum.integer = value.KindInt, c.integer+v.AsInt()
	return sum, nil
}

func (c *cost) plusDuration(d temporal.Duration) (cost, error) {
	if d.Compare(temporal.Duration{}) < 0 {
		return cost{}, failure.Argument("InvalidArgumentValue", "the weight of a relationship must not be negative, but is %s", d)
	}
	sum, err := c.duration.Add(d)
	if err != nil {
		return cost{}, failure.New(failure.ArithmeticError, failure.Runtime, "TemporalOverflow", "the weight of the path does not fit into a duration")
	}
	return cost{kind: value.KindDuration, duration: sum}, nil
}

func mixedWeights() *failure.Error {
	return failure.RuntimeType("InvalidArgumentType", "the weights of the relationships of a path are numbers and durations, which cannot be added")
}

func describeNumber(v value.Value) string {
	if v.Kind() == value.KindInt {
		return describe(v)
	}
	return strconv.FormatFloat(v.AsFloat(), 'g', -1, 64)
}

// value returns the cost as a query sees it.
func (c *cost) value() value.Value {
	if c.kind == value.KindDuration {
		return value.Duration(c.duration)
	}
	if c.kind == value.KindFloat {
		return value.Float(c.float)
	}
	return value.Int(c.integer)
}
