package function

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// AggregateKind tells the aggregates apart.
type AggregateKind uint8

// The aggregates. CountStar is count(*), which has no argument.
const (
	NotAggregate AggregateKind = iota
	CountStar
	Count
	Sum
	Avg
	Min
	Max
	Collect
	StDev
	StDevP
	PercentileCont
	PercentileDisc
	CollectMap // collect(key, value)
	Projected  // project(path), project(nodes, edges)
	Derived    // derive(path, config)
)

// Aggregator holds the states of one aggregate call for the groups 0..n-1.
//
// A new Aggregator has no group. Errors are *failure.Error without a place, or the
// refusal of a memory budget already turned into one.
type Aggregator interface {
	// Grow makes sure that the groups [0, groups) exist; new ones are empty.
	Grow(groups int) error
	// Add folds the rows of in that count into their groups: groups[i] is the group of
	// the i-th of them, nil means that all belong to group 0. args are columns of
	// in.Len physical rows, one an argument; none for count(*).
	Add(groups []uint32, in *batch.Batch, args []*batch.Vector) error
	// Merge folds the groups of another Aggregator of the same call in: its group g
	// goes to group to[g] here. Nil means that group numbers are the same.
	Merge(from Aggregator, to []uint32) error
	// Result returns the value of a group.
	Result(group int) (value.Value, error)
	// Release gives the reserved memory back.
	Release()
}

// NewAggregator returns the states of one call of the aggregate kind, with DISTINCT if
// distinct is Distinct.
func NewAggregator(c *Call, kind AggregateKind, distinct Distinctness) Aggregator {
	var a Aggregator
	switch kind {
	case CountStar, Count:
		a = &counts{star: kind == CountStar}
	case Sum, Avg:
		a = &sums{kind: kind}
	case Min, Max:
		a = &extremes{max: kind == Max, keep: keeper{budget: c.Budget}}
	case Collect:
		a = &lists{keep: keeper{budget: c.Budget}}
	case CollectMap:
		a = &maps{keep: keeper{budget: c.Budget}}
	case Projected:
		a = &projected{keep: keeper{budget: c.Budget}}
	case Derived:
		a = &derived{call: c, keep: keeper{budget: c.Budget}}
	case StDev, StDevP:
		a = &deviations{population: kind == StDevP}
	case PercentileCont, PercentileDisc:
		a = &percentiles{discrete: kind == PercentileDisc, keep: keeper{budget: c.Budget}}
	case NotAggregate:
	}
	if a == nil {
		panic("function: no aggregate of this kind")
	}
	if distinct == Distinct && kind != CountStar && kind != Min && kind != Max {
		return &distincts{into: a, keep: keeper{budget: c.Budget}}
	}
	return a
}

// AggregateOf returns the kind of an aggregate that is called with a number of arguments.
func (f *Function) AggregateOf(args int) AggregateKind {
	if f.Aggregate == Collect && args == 2 {
		return CollectMap
	}
	return f.Aggregate
}

// Distinctness tells whether equal values of a group count once.
type Distinctness uint8

// The two ways to aggregate.
const (
	All Distinctness = iota
	Distinct
)

// aggregateFunctions are the aggregates. count(*) is count with CountStar.
func aggregateFunctions() []Function {
	return []Function{
		{Name: "count", MinArgs: 1, MaxArgs: 1, Args: []Type{Any}, Result: Integer, Aggregate: Count},
		{Name: "sum", MinArgs: 1, MaxArgs: 1, Args: []Type{Number | Duration}, Result: Number | Duration, Aggregate: Sum},
		{Name: "avg", MinArgs: 1, MaxArgs: 1, Args: []Type{Number | Duration}, Result: Float | Duration, Aggregate: Avg},
		{Name: "min", MinArgs: 1, MaxArgs: 1, Args: []Type{Any}, Result: Any, Aggregate: Min},
		{Name: "max", MinArgs: 1, MaxArgs: 1, Args: []Type{Any}, Result: Any, Aggregate: Max},
		{Name: "collect", MinArgs: 1, MaxArgs: 2, Args: []Type{Any}, Result: List | Map, Aggregate: Collect},
		{Name: "project", MinArgs: 1, MaxArgs: 2, Args: []Type{Path | Lists}, Result: Map, Aggregate: Projected},
		{Name: "derive", MinArgs: 2, MaxArgs: 2, Args: []Type{Path, Map}, Result: Map, Aggregate: Derived},
		{Name: "stDev", MinArgs: 1, MaxArgs: 1, Args: []Type{Number}, Result: Float, Aggregate: StDev},
		{Name: "stDevP", MinArgs: 1, MaxArgs: 1, Args: []Type{Number}, Result: Float, Aggregate: StDevP},
		{Name: "percentileCont", MinArgs: 2, MaxArgs: 2, Args: []Type{Number}, Result: Float, Aggregate: PercentileCont},
		{Name: "percentileDisc", MinArgs: 2, MaxArgs: 2, Args: []Type{Number}, Result: Number, Aggregate: PercentileDisc},
	}
}
