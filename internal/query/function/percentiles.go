package function

import (
	"math"
	"slices"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// percentile is the state of one group: the numbers met and the wanted fraction.
type percentile struct {
	numbers  []value.Value
	fraction float64
}

// percentiles is percentileCont(x, p) and percentileDisc(x, p); the first row of a group
// gives p.
type percentiles struct {
	discrete bool
	of       []percentile
	keep     keeper
}

func (a *percentiles) name() string {
	if a.discrete {
		return "percentileDisc"
	}
	return "percentileCont"
}

func (a *percentiles) Grow(groups int) error {
	a.of = extend(a.of, groups)
	return nil
}

func (a *percentiles) Add(groups []uint32, in *batch.Batch, args []*batch.Vector) error {
	g := 0
	for i := range in.Rows() {
		row := in.Row(i)
		x := args[0].Value(row)
		if x.IsNull() {
			continue
		}
		if _, err := argFloat(a.name(), x); err != nil {
			return err
		}
		fraction, err := argFloat(a.name(), args[1].Value(row))
		if err != nil {
			return err
		}
		if !(fraction >= 0 && fraction <= 1) {
			return outOfRange(a.name(), "the percentile must be between 0.0 and 1.0, not %s", FormatFloat(fraction))
		}
		if groups != nil {
			g = int(groups[i])
		}
		if err := a.add(g, x, fraction); err != nil {
			return err
		}
	}
	return nil
}

func (a *percentiles) add(g int, x value.Value, fraction float64) error {
	if err := a.keep.take(2 * valueSize); err != nil {
		return err
	}
	p := &a.of[g]
	if len(p.numbers) == 0 {
		p.fraction = fraction
	}
	p.numbers = append(p.numbers, x)
	return nil
}

func (a *percentiles) Merge(from Aggregator, to []uint32) error {
	b := from.(*percentiles)
	a.of = extend(a.of, targets(to, len(b.of)))
	for g, p := range b.of {
		for _, x := range p.numbers {
			if err := a.add(target(to, g), x, p.fraction); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *percentiles) Result(group int) (value.Value, error) {
	p := &a.of[group]
	n := len(p.numbers)
	if n == 0 {
		return value.Null, nil
	}
	slices.SortFunc(p.numbers, value.Order)
	if a.discrete {
		at := int(math.Ceil(p.fraction*float64(n))) - 1
		return p.numbers[min(max(at, 0), n-1)], nil
	}
	at := p.fraction * float64(n-1)
	low, high := math.Floor(at), math.Ceil(at)
	x, y := p.numbers[int(low)].Number(), p.numbers[int(high)].Number()
	if low == high {
		return value.Float(x), nil
	}
	return value.Float(x*(high-at) + y*(at-low)), nil
}

func (a *percentiles) Release() { a.keep.release() }
