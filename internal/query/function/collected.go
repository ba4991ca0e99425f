package function

import (
	"slices"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// lists is collect(x).
type lists struct {
	of   [][]value.Value
	keep keeper
}

func (a *lists) Grow(groups int) error {
	a.of = extend(a.of, groups)
	return nil
}

func (a *lists) Add(groups []uint32, in *batch.Batch, args []*batch.Vector) error {
	g := 0
	for i := range in.Rows() {
		x := args[0].Value(in.Row(i))
		if x.IsNull() {
			continue
		}
		if groups != nil {
			g = int(groups[i])
		}
		if err := a.add(g, x); err != nil {
			return err
		}
	}
	return nil
}

func (a *lists) add(g int, x value.Value) error {
	list := a.of[g]
	bytes := x.Size()
	if len(list) == cap(list) { // append will take about as much again
		bytes += valueSize * int64(max(len(list), 4))
	}
	if err := a.keep.take(bytes); err != nil {
		return err
	}
	switch {
	case len(list) >= ListMax:
		return failure.New(failure.ResourceError, failure.Runtime, "ListTooLong", "collect() met more than %d values", ListMax)
	case x.Depth() >= DepthMax:
		return TooDeep()
	}
	if list == nil {
		list = make([]value.Value, 0, 4)
	}
	a.of[g] = append(list, x)
	return nil
}

// TooDeep says that lists or maps would be nested more than DepthMax deep.
func TooDeep() *failure.Error {
	return failure.New(failure.ResourceError, failure.Runtime, "NestedTooDeep", "lists and maps can be nested %d deep", DepthMax)
}

func (a *lists) Merge(from Aggregator, to []uint32) error {
	b := from.(*lists)
	a.of = extend(a.of, targets(to, len(b.of)))
	for g, list := range b.of {
		for _, x := range list {
			if err := a.add(target(to, g), x); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *lists) Result(group int) (value.Value, error) {
	return value.List(slices.Clip(a.of[group])), nil
}

func (a *lists) Release() { a.keep.release() }
