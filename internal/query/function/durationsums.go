package function

import (
	"math/bits"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// durationSum is the state of one group of sum or avg over durations. Each part is summed
// in 128 bits, so that only the total can overflow and the order of rows does not matter.
type durationSum struct {
	months, days, seconds, nanos wide
	count                        int64
}

// wide is an integer of 128 bits in two's complement.
type wide struct {
	lo uint64
	hi int64
}

func (w *wide) add(n int64) { w.merge(wide{uint64(n), n >> 63}) }

func (w *wide) merge(o wide) {
	lo, carry := bits.Add64(w.lo, o.lo, 0)
	w.lo = lo
	w.hi += o.hi + int64(carry)
}

// narrow returns w; ok is false where it does not fit.
func (w *wide) narrow() (n int64, ok bool) { return int64(w.lo), w.hi == int64(w.lo)>>63 }

func (s *durationSum) add(d temporal.Duration) {
	s.months.add(d.Months)
	s.days.add(d.Days)
	s.seconds.add(d.Seconds)
	s.nanos.add(int64(d.Nanos))
	s.count++
}

func (s *durationSum) merge(o *durationSum) {
	s.months.merge(o.months)
	s.days.merge(o.days)
	s.seconds.merge(o.seconds)
	s.nanos.merge(o.nanos)
	s.count += o.count
}

// total returns the sum; ok is false where it does not fit.
func (s *durationSum) total() (d temporal.Duration, ok bool) {
	nanos, fit := s.nanos.narrow() // never negative
	seconds := s.seconds
	seconds.add(nanos / temporal.NanosPerSecond)
	ok = fit
	for _, part := range []struct {
		of *wide
		to *int64
	}{{&s.months, &d.Months}, {&s.days, &d.Days}, {&seconds, &d.Seconds}} {
		*part.to, fit = part.of.narrow()
		ok = ok && fit
	}
	d.Nanos = int32(nanos % temporal.NanosPerSecond)
	return d, ok
}

// duration returns the state of the durations of a group.
func (a *sums) duration(group int) *durationSum {
	a.durations = extend(a.durations, group+1)
	return &a.durations[group]
}

// durationResult returns the sum or average of a group of durations; ok is false where the
// group has none.
func (a *sums) durationResult(group int) (v value.Value, ok bool, err error) {
	if group >= len(a.durations) || a.durations[group].count == 0 {
		return value.Null, false, nil
	}
	if s := &a.of[group]; s.ints+s.floats > 0 {
		return value.Null, true, failure.RuntimeType("InvalidArgumentValue", "%s() was given both numbers and durations", a.name())
	}
	s := &a.durations[group]
	d, fit := s.total()
	if fit && a.kind == Avg {
		d, err = d.Divide(s.count)
	}
	if !fit || err != nil {
		return value.Null, true, failure.New(failure.ArithmeticError, failure.Runtime, "TemporalOverflow",
			"the sum of the durations given to %s() is too long", a.name())
	}
	return value.Duration(d), true, nil
}
