package function

import (
	"math"
	"math/bits"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// sum is the state of one group of sum or avg. Integers are summed in 128 bits, so that
// only the total can overflow and the order of rows does not matter.
type sum struct {
	lo     uint64
	hi     int64
	float  float64
	ints   int64 // how many integers
	floats int64 // how many floats
}

func (s *sum) addInt(x int64) {
	lo, carry := bits.Add64(s.lo, uint64(x), 0)
	s.lo = lo
	s.hi += x>>63 + int64(carry)
	s.ints++
}

// addInts adds integers, in 64 bits as long as they are far from overflowing these.
func (s *sum) addInts(xs []int64) {
	total, large := int64(0), int64(0)
	for _, x := range xs {
		total += x
		large |= x ^ x>>63
	}
	if len(xs) > 1<<16 || large >= 1<<46 {
		for _, x := range xs {
			s.addInt(x)
		}
		return
	}
	if len(xs) > 0 {
		s.addInt(total)
		s.ints += int64(len(xs)) - 1
	}
}

func (s *sum) addFloat(x float64) {
	s.float += x
	s.floats++
}

// integers returns the sum of the integers as a float.
func (s *sum) integers() float64 {
	if s.hi == int64(s.lo)>>63 {
		return float64(int64(s.lo))
	}
	return math.Ldexp(float64(s.hi), 64) + float64(s.lo)
}

// sums is sum(x) and avg(x).
type sums struct {
	kind      AggregateKind
	of        []sum
	durations []durationSum // of the groups up to the last with any
}

func (a *sums) Grow(groups int) error {
	a.of = extend(a.of, groups)
	return nil
}

func (a *sums) Add(groups []uint32, in *batch.Batch, args []*batch.Vector) error {
	v := args[0]
	switch {
	case v.Kind == batch.Ints && v.Nulls.Empty():
		a.addInts(groups, in, v.Ints)
		return nil
	case v.Kind == batch.Ints:
		a.addPresent(groups, in, v)
		return nil
	case v.Kind == batch.Floats && v.Nulls.Empty():
		a.addFloats(groups, in, v.Floats)
		return nil
	case v.Kind == batch.Values:
		return a.addValues(groups, in, v.Values)
	}
	for i := range in.Rows() {
		g := 0
		if groups != nil {
			g = int(groups[i])
		}
		if err := a.add(g, &a.of[g], v.Value(in.Row(i))); err != nil {
			return err
		}
	}
	return nil
}

func (a *sums) state(groups []uint32, i int) *sum {
	if groups == nil {
		return &a.of[0]
	}
	return &a.of[groups[i]]
}

func (a *sums) addInts(groups []uint32, in *batch.Batch, xs []int64) {
	switch {
	case groups == nil && in.Sel == nil:
		a.of[0].addInts(xs[:in.Len])
	case groups == nil:
		s := a.of[0]
		for _, r := range in.Sel {
			s.addInt(xs[r])
		}
		a.of[0] = s
	default:
		for i, g := range groups {
			a.of[g].addInt(xs[in.Row(i)])
		}
	}
}

// addPresent is addInts where some are null.
func (a *sums) addPresent(groups []uint32, in *batch.Batch, v *batch.Vector) {
	if groups == nil {
		s := a.of[0]
		for i := range in.Rows() {
			if row := in.Row(i); !v.Nulls.Has(row) {
				s.addInt(v.Ints[row])
			}
		}
		a.of[0] = s
		return
	}
	for i, g := range groups {
		if row := in.Row(i); !v.Nulls.Has(row) {
			a.of[g].addInt(v.Ints[row])
		}
	}
}

func (a *sums) addFloats(groups []uint32, in *batch.Batch, xs []float64) {
	if groups == nil && in.Sel == nil {
		s := a.of[0]
		for _, x := range xs[:in.Len] {
			s.addFloat(x)
		}
		a.of[0] = s
		return
	}
	for i := range in.Rows() {
		a.state(groups, i).addFloat(xs[in.Row(i)])
	}
}

func (a *sums) addValues(groups []uint32, in *batch.Batch, xs []value.Value) error {
	if groups == nil {
		s := a.of[0]
		for i := range in.Rows() {
			x := &xs[in.Row(i)]
			if x.Kind() == value.KindInt {
				s.addInt(x.AsInt())
			} else if err := a.add(0, &s, *x); err != nil {
				return err
			}
		}
		a.of[0] = s
		return nil
	}
	for i, g := range groups {
		if err := a.add(int(g), &a.of[g], xs[in.Row(i)]); err != nil {
			return err
		}
	}
	return nil
}

// add adds x to the group g, of which the numbers are summed in s.
func (a *sums) add(g int, s *sum, x value.Value) error {
	switch k := x.Kind(); {
	case k == value.KindInt:
		s.addInt(x.AsInt())
	case k == value.KindFloat:
		s.addFloat(x.AsFloat())
	case k == value.KindDuration:
		a.duration(g).add(x.AsDuration())
	case k != value.KindNull:
		return wrongType(a.name(), "numbers or durations", x)
	}
	return nil
}

func (a *sums) name() string {
	if a.kind == Avg {
		return "avg"
	}
	return "sum"
}

func (a *sums) Merge(from Aggregator, to []uint32) error {
	b := from.(*sums)
	a.of = extend(a.of, targets(to, len(b.of)))
	for g, s := range b.of {
		t := &a.of[target(to, g)]
		lo, carry := bits.Add64(t.lo, s.lo, 0)
		t.lo = lo
		t.hi += s.hi + int64(carry)
		t.float += s.float
		t.ints += s.ints
		t.floats += s.floats
	}
	for g := range b.durations {
		a.duration(target(to, g)).merge(&b.durations[g])
	}
	return nil
}

func (a *sums) Result(group int) (value.Value, error) {
	if v, ok, err := a.durationResult(group); ok || err != nil {
		return v, err
	}
	s := &a.of[group]
	switch {
	case a.kind == Avg && s.ints+s.floats == 0:
		return value.Null, nil
	case a.kind == Avg:
		return value.Float((s.integers() + s.float) / float64(s.ints+s.floats)), nil
	case s.floats > 0:
		return value.Float(s.integers() + s.float), nil
	case s.hi != int64(s.lo)>>63:
		return value.Null, overflow("sum")
	}
	return value.Int(int64(s.lo)), nil
}

func (a *sums) Release() {}
