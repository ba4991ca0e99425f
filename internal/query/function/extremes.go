package function

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// extremes is min(x) and max(x) in the order of ORDER BY; null where there was no value.
type extremes struct {
	max  bool
	best []value.Value
	keep keeper
}

func (a *extremes) Grow(groups int) error {
	if groups <= len(a.best) {
		return nil
	}
	if err := a.keep.take(int64(groups-len(a.best)) * valueSize); err != nil {
		return err
	}
	a.best = extend(a.best, groups)
	return nil
}

func (a *extremes) Add(groups []uint32, in *batch.Batch, args []*batch.Vector) error {
	v := args[0]
	if groups == nil && in.Rows() > 0 && neverNull(v) {
		switch v.Kind {
		case batch.Ints:
			return a.add(0, value.Int(extremeInt(in, v.Ints, a.max)))
		case batch.Floats:
			return a.add(0, extremeFloat(in, v.Floats, a.max))
		case batch.Values, batch.Nodes, batch.Edges, batch.Bools, batch.Strings:
		}
	}
	switch v.Kind {
	case batch.Values:
		return a.addValues(groups, in, v.Values)
	case batch.Ints:
		return a.addInts(groups, in, v)
	case batch.Nodes, batch.Edges, batch.Floats, batch.Bools, batch.Strings:
	}
	for i := range in.Rows() {
		g := 0
		if groups != nil {
			g = int(groups[i])
		}
		if err := a.add(g, v.Value(in.Row(i))); err != nil {
			return err
		}
	}
	return nil
}

func (a *extremes) addInts(groups []uint32, in *batch.Batch, v *batch.Vector) error {
	g, whole := 0, v.Nulls.Empty()
	for i := range in.Rows() {
		row := in.Row(i)
		if !whole && v.Nulls.Has(row) {
			continue
		}
		if groups != nil {
			g = int(groups[i])
		}
		x := v.Ints[row]
		if b := &a.best[g]; b.Kind() == value.KindInt {
			if m := b.AsInt(); x != m && x > m == a.max {
				*b = value.Int(x)
			}
			continue
		}
		if err := a.add(g, value.Int(x)); err != nil {
			return err
		}
	}
	return nil
}

func (a *extremes) addValues(groups []uint32, in *batch.Batch, xs []value.Value) error {
	g := 0
	for i := range in.Rows() {
		if groups != nil {
			g = int(groups[i])
		}
		x := &xs[in.Row(i)]
		b := &a.best[g]
		if x.Kind() == value.KindInt && b.Kind() == value.KindInt {
			if n, m := x.AsInt(), b.AsInt(); n != m && n > m == a.max {
				*b = *x
			}
			continue
		}
		if err := a.add(g, *x); err != nil {
			return err
		}
	}
	return nil
}

func extremeInt(in *batch.Batch, xs []int64, largest bool) int64 {
	best := xs[in.Row(0)]
	if in.Sel == nil {
		return extremeOf(xs[:in.Len], largest)
	}
	for _, r := range in.Sel {
		if x := xs[r]; x != best && x > best == largest {
			best = x
		}
	}
	return best
}

// extremeOf looks at four rows at a time, which do not wait for each other.
func extremeOf(xs []int64, largest bool) int64 {
	a, b, c, d := xs[0], xs[0], xs[0], xs[0]
	rest := xs
	if largest {
		for ; len(rest) >= 4; rest = rest[4:] {
			a, b, c, d = max(a, rest[0]), max(b, rest[1]), max(c, rest[2]), max(d, rest[3])
		}
		for _, x := range rest {
			a = max(a, x)
		}
		return max(a, b, c, d)
	}
	for ; len(rest) >= 4; rest = rest[4:] {
		a, b, c, d = min(a, rest[0]), min(b, rest[1]), min(c, rest[2]), min(d, rest[3])
	}
	for _, x := range rest {
		a = min(a, x)
	}
	return min(a, b, c, d)
}

// extremeFloat follows the order of ORDER BY, in which NaN stands behind all numbers.
func extremeFloat(in *batch.Batch, xs []float64, largest bool) value.Value {
	best := xs[in.Row(0)]
	for i := range in.Rows() {
		x := xs[in.Row(i)]
		switch {
		case x < best:
			if !largest {
				best = x
			}
		case x > best:
			if largest {
				best = x
			}
		case x != x && largest, best != best && !largest:
			best = x
		}
	}
	return value.Float(best)
}

func (a *extremes) add(g int, x value.Value) error {
	if x.IsNull() {
		return nil
	}
	if b := a.best[g]; !b.IsNull() {
		if c := value.Order(x, b); c == 0 || c > 0 != a.max {
			return nil
		}
	}
	if err := a.keep.take(x.Size() - a.best[g].Size()); err != nil {
		return err
	}
	a.best[g] = x
	return nil
}

func (a *extremes) Merge(from Aggregator, to []uint32) error {
	b := from.(*extremes)
	if err := a.Grow(targets(to, len(b.best))); err != nil {
		return err
	}
	for g, x := range b.best {
		if err := a.add(target(to, g), x); err != nil {
			return err
		}
	}
	return nil
}

func (a *extremes) Result(group int) (value.Value, error) { return a.best[group], nil }

func (a *extremes) Release() { a.keep.release() }
