package expr

import (
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/function"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// temporal computes one row of which at least one operand is a temporal value:
//
//	instant ± duration, duration + instant   an instant of the same type
//	duration ± duration                      part by part
//	duration * number, number * duration, duration / number
//	instant - instant of the same type       the time between them
func (e *arithmetic) temporal(x, y value.Value) (value.Value, error) {
	xd, yd := x.Kind() == value.KindDuration, y.Kind() == value.KindDuration
	var z value.Value
	var err error
	switch {
	case e.op == add && x.IsInstant() && yd:
		z, err = later(x, y.AsDuration())
	case e.op == add && xd && y.IsInstant():
		z, err = later(y, x.AsDuration())
	case e.op == subtract && x.IsInstant() && yd:
		z, err = earlier(x, y.AsDuration())
	case e.op == subtract && x.IsInstant() && x.Kind() == y.Kind():
		return value.Duration(between(y, x)), nil
	case e.op == add && xd && yd:
		z, err = duration(x.AsDuration().Add(y.AsDuration()))
	case e.op == subtract && xd && yd:
		z, err = duration(x.AsDuration().Sub(y.AsDuration()))
	case e.op == multiply && xd && y.IsNumber():
		z, err = scaled(x.AsDuration(), y)
	case e.op == multiply && x.IsNumber() && yd:
		z, err = scaled(y.AsDuration(), x)
	case e.op == divide && xd && y.IsNumber():
		return e.divided(x.AsDuration(), y)
	default:
		err := failure.RuntimeType("InvalidArgumentType", "the operator %s cannot be applied to values of type %s and %s", e.op, x.Kind(), y.Kind())
		if e.op <= subtract && (x.IsInstant() || y.IsInstant()) {
			err = err.WithHint("an amount of time is written as duration({days: 1}) or duration('P1D')")
		}
		return value.Null, err.At(e.where)
	}
	return z, unrepresentable(err, e.where)
}

// unrepresentable places the error of a computation whose result would be too far away or
// too long.
func unrepresentable(err error, span token.Span) error {
	if err == nil {
		return nil
	}
	return failure.New(failure.ArithmeticError, failure.Runtime, "TemporalOverflow", "%s", err).WithCause(err).At(span)
}

func duration(d temporal.Duration, err error) (value.Value, error) {
	if err != nil {
		return value.Null, err
	}
	return value.Duration(d), nil
}

// later adds a duration to an instant.
func later(x value.Value, d temporal.Duration) (value.Value, error) {
	switch x.Kind() {
	case value.KindDate:
		y, err := x.AsDate().Add(d)
		return value.Date(y), err
	case value.KindTime:
		return value.Time(x.AsTime().Add(d)), nil
	case value.KindLocalTime:
		return value.LocalTime(x.AsLocalTime().Add(d)), nil
	case value.KindDateTime:
		y, err := x.AsDateTime().Add(d)
		return value.DateTime(y), err
	case value.KindLocalDateTime:
		y, err := x.AsLocalDateTime().Add(d)
		return value.LocalDateTime(y), err
	case value.KindNull, value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindBytes, value.KindList,
		value.KindMap, value.KindNode, value.KindEdge, value.KindPath, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return value.Null, nil
}

// earlier subtracts a duration from an instant.
func earlier(x value.Value, d temporal.Duration) (value.Value, error) {
	switch x.Kind() {
	case value.KindDate:
		y, err := x.AsDate().Sub(d)
		return value.Date(y), err
	case value.KindTime:
		return value.Time(x.AsTime().Sub(d)), nil
	case value.KindLocalTime:
		return value.LocalTime(x.AsLocalTime().Sub(d)), nil
	case value.KindDateTime:
		y, err := x.AsDateTime().Sub(d)
		return value.DateTime(y), err
	case value.KindLocalDateTime:
		y, err := x.AsLocalDateTime().Sub(d)
		return value.LocalDateTime(y), err
	case value.KindNull, value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindBytes, value.KindList,
		value.KindMap, value.KindNode, value.KindEdge, value.KindPath, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return value.Null, nil
}

// between is the time from one instant to another of the same type, so that adding it leads
// there: in days and the seconds that are left over where a day always has 24 hours, in
// seconds where there may be a zone whose days have not.
func between(from, to value.Value) temporal.Duration {
	d := temporal.InSeconds(function.PartsOf(from), function.PartsOf(to))
	if from.Kind() == value.KindDateTime {
		return d
	}
	seconds := d.Seconds
	if seconds < 0 && d.Nanos > 0 {
		seconds++
	}
	d.Days = seconds / temporal.SecondsPerDay
	d.Seconds -= d.Days * temporal.SecondsPerDay
	return d
}

// scaled multiplies a duration by a number.
func scaled(d temporal.Duration, n value.Value) (value.Value, error) {
	if n.Kind() == value.KindInt {
		return duration(d.Multiply(n.AsInt()))
	}
	return duration(d.MultiplyFloat(n.AsFloat()))
}

// divided divides a duration by a number.
func (e *arithmetic) divided(d temporal.Duration, n value.Value) (value.Value, error) {
	if n.Number() == 0 {
		return value.Null, failure.New(failure.ArithmeticError, failure.Runtime, "DivisionByZero",
			"a duration cannot be divided by zero").At(e.where)
	}
	if n.Kind() == value.KindInt {
		z, err := duration(d.Divide(n.AsInt()))
		return z, unrepresentable(err, e.where)
	}
	z, err := duration(d.DivideFloat(n.AsFloat()))
	return z, unrepresentable(err, e.where)
}
