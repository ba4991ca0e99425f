package function

import (
	"math"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// deviation is the running mean and the sum of squared distances from it (Welford).
type deviation struct {
	n        int64
	mean, m2 float64
}

// deviations is stDev(x) and stDevP(x); 0 for fewer than two values.
type deviations struct {
	population bool
	of         []deviation
}

func (a *deviations) name() string {
	if a.population {
		return "stDevP"
	}
	return "stDev"
}

func (a *deviations) Grow(groups int) error {
	a.of = extend(a.of, groups)
	return nil
}

func (a *deviations) Add(groups []uint32, in *batch.Batch, args []*batch.Vector) error {
	g := 0
	for i := range in.Rows() {
		x := args[0].Value(in.Row(i))
		if x.IsNull() {
			continue
		}
		f, err := argFloat(a.name(), x)
		if err != nil {
			return err
		}
		if groups != nil {
			g = int(groups[i])
		}
		d := &a.of[g]
		d.n++
		delta := f - d.mean
		d.mean += delta / float64(d.n)
		d.m2 += delta * (f - d.mean)
	}
	return nil
}

func (a *deviations) Merge(from Aggregator, to []uint32) error {
	b := from.(*deviations)
	a.of = extend(a.of, targets(to, len(b.of)))
	for g, y := range b.of {
		if y.n == 0 {
			continue
		}
		x := &a.of[target(to, g)]
		n := x.n + y.n
		delta := y.mean - x.mean
		x.mean += delta * float64(y.n) / float64(n)
		x.m2 += y.m2 + delta*delta*float64(x.n)*float64(y.n)/float64(n)
		x.n = n
	}
	return nil
}

func (a *deviations) Result(group int) (value.Value, error) {
	d := a.of[group]
	switch {
	case d.n < 2:
		return value.Float(0), nil
	case a.population:
		return value.Float(math.Sqrt(d.m2 / float64(d.n))), nil
	}
	return value.Float(math.Sqrt(d.m2 / float64(d.n-1))), nil
}

func (a *deviations) Release() {}
