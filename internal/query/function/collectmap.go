package function

import (
	"slices"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// maps is collect(key, value): a map of every group, in which the last value of a key stays.
// Rows whose key or value is null are left out.
type maps struct {
	of   []mapState
	keep keeper
}

type mapState struct {
	entries []value.Entry
	at      map[string]int
}

func (a *maps) Grow(groups int) error {
	a.of = extend(a.of, groups)
	return nil
}

func (a *maps) Add(groups []uint32, in *batch.Batch, args []*batch.Vector) error {
	g := 0
	for i := range in.Rows() {
		row := in.Row(i)
		key, x := args[0].Value(row), args[1].Value(row)
		if key.IsNull() || x.IsNull() {
			continue
		}
		name, err := argString("collect", key)
		if err != nil {
			return err
		}
		if groups != nil {
			g = int(groups[i])
		}
		if err := a.put(g, name, x); err != nil {
			return err
		}
	}
	return nil
}

// entrySize is about what an entry takes in a list and an index.
const entrySize = 3 * valueSize

func (a *maps) put(g int, key string, x value.Value) error {
	s := &a.of[g]
	at, known := s.at[key]
	bytes := x.Size()
	if !known {
		bytes += entrySize + int64(len(key))
	}
	if err := a.keep.take(bytes); err != nil {
		return err
	}
	switch {
	case x.Depth() >= DepthMax:
		return TooDeep()
	case known:
		s.entries[at].Value = x
		return nil
	case len(s.entries) >= ListMax:
		return failure.New(failure.ResourceError, failure.Runtime, "ListTooLong", "collect() met more than %d keys", ListMax)
	}
	if s.at == nil {
		s.at = map[string]int{}
	}
	s.at[key] = len(s.entries)
	s.entries = append(s.entries, value.Entry{Key: key, Value: x})
	return nil
}

func (a *maps) Merge(from Aggregator, to []uint32) error {
	b := from.(*maps)
	a.of = extend(a.of, targets(to, len(b.of)))
	for g := range b.of {
		for _, e := range b.of[g].entries {
			if err := a.put(target(to, g), e.Key, e.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *maps) Result(group int) (value.Value, error) {
	return value.Map(slices.Clone(a.of[group].entries)), nil
}

func (a *maps) Release() { a.keep.release() }
