package generate

import (
	"math"
	"math/rand/v2"

	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
	"memgraphd/test/model/reference"
)

// The words that graphs and queries are made of. The last of each are in queries only.
var (
	labels = [...]string{"A", "B", "C", "D"}
	types  = [...]string{"X", "Y", "Z", "W"}
)

// The keys of properties, each with the kind of values that it holds in most places.
const (
	keyInt    = "i" // small integers
	keyFloat  = "f" // floats, and integers that are equal to some
	keyString = "s"
	keyBool   = "b"
	keyList   = "l" // lists of integers
	keyTime   = "t" // dates, and other temporal values
	keyPoint  = "q" // points
	keyMixed  = "m" // anything
	keyAbsent = "u" // nothing
)

// Graph makes a graph of at most 40 nodes and 120 relationships.
func Graph(r *rand.Rand) *reference.Graph {
	g := &reference.Graph{}
	n := 0
	if r.IntN(20) > 0 { // a graph without anything now and then
		bounds := [...]int{1, 3, 6, 10, 20, 41}
		size := one(r, 0, 1, 1, 2, 2, 2, 3, 3, 3, 4)
		n = bounds[size] + r.IntN(bounds[size+1]-bounds[size])
	}
	full := r.Float64()
	for range n {
		var of []string
		for _, l := range labels[:3] {
			if r.IntN(5) < 2 {
				of = append(of, l)
			}
		}
		g.AddNode(of, properties(r, full))
	}
	if n == 0 {
		return g
	}
	edges := min(r.IntN(n+1)+r.IntN(2*n+1), 120)
	for range edges {
		from, to := r.IntN(n), r.IntN(n)
		switch k := r.IntN(10); {
		case k == 0: // a loop
			to = from
		case k < 3 && len(g.Edges) > 0: // a parallel one
			e := g.Edges[r.IntN(len(g.Edges))]
			from, to = e.From, e.To
		}
		g.AddEdge(from, to, types[r.IntN(3)], properties(r, full))
	}
	return g
}

// properties makes properties, more of them where full is near to 1.
func properties(r *rand.Rand, full float64) map[string]value.Value {
	out := map[string]value.Value{}
	for _, k := range []string{keyInt, keyFloat, keyString, keyBool, keyList, keyTime, keyPoint, keyMixed} {
		if r.Float64() < full*0.9+0.05 {
			out[k] = property(r, k)
		}
	}
	return out
}

func property(r *rand.Rand, key string) value.Value {
	switch key {
	case keyInt:
		return value.Int(int64(r.IntN(6)) - 1)
	case keyFloat:
		return one(r, value.Float(0.5), value.Float(1), value.Float(2), value.Float(-1.5), value.Int(1), value.Int(2),
			value.Float(math.NaN()), value.Float(2.25))
	case keyString:
		return value.String(one(r, "", "a", "b", "ab", "abc", "B", "é", "it's"))
	case keyBool:
		return value.Bool(r.IntN(2) == 0)
	case keyList:
		list := make([]value.Value, r.IntN(4))
		for i := range list {
			list[i] = value.Int(int64(r.IntN(4)))
		}
		return value.List(list)
	}
	switch key {
	case keyTime:
		return moment(r)
	case keyPoint:
		return one(r, value.Point(value.PointValue{SRID: value.Cartesian, X: float64(r.IntN(3)), Y: float64(r.IntN(3))}),
			value.Point(value.PointValue{SRID: value.Cartesian3D, X: 1, Z: float64(r.IntN(2))}),
			value.Point(value.PointValue{SRID: value.WGS84, X: 12.5, Y: float64(r.IntN(2))}))
	}
	return mixed(r, 2)
}

// moment makes a temporal value, a date in most cases.
func moment(r *rand.Rand) value.Value {
	switch r.IntN(10) {
	case 0:
		return value.LocalTime(temporal.LocalTime{Nanos: int64(r.IntN(3)) * 3_600_000_000_000})
	case 1:
		return value.Time(temporal.Time{Nanos: int64(r.IntN(3)) * 3_600_000_000_000, Offset: int32(r.IntN(3)-1) * 3600})
	case 2:
		return value.LocalDateTime(temporal.LocalDateTime{Seconds: int64(r.IntN(4)) * 43_200})
	case 3:
		at, err := temporal.ParseDateTime(one(r, "2020-03-29T01:30Z", "2020-03-29T02:30+01:00", "2020-03-29T03:30[Europe/Berlin]",
			"1999-12-31T23:59:59.999Z"), nil)
		if err != nil {
			panic(err)
		}
		return value.DateTime(at)
	case 4, 5:
		return value.Duration(one(r, temporal.Duration{Days: 1}, temporal.Duration{Seconds: 86_400}, temporal.Duration{Months: 1},
			temporal.Duration{Days: 30, Seconds: 37_746}, temporal.Duration{Seconds: -1, Nanos: 500_000_000}))
	}
	return value.Date(temporal.Date{Days: one(r, int64(0), 1, 31, -1, 18_321, 365_000)})
}

// mixed makes a value of any kind that can be stored.
func mixed(r *rand.Rand, depth int) value.Value {
	switch k := r.IntN(12); {
	case k < 6:
		return property(r, one(r, keyInt, keyFloat, keyString, keyBool, keyList, keyTime, keyPoint))
	case k < 8:
		return one(r, value.Float(math.Inf(1)), value.Float(math.Inf(-1)), value.Int(math.MaxInt64), value.Int(math.MinInt64),
			value.Int(1<<53+1), value.Float(1<<53), value.Float(math.Copysign(0, -1)), value.Float(1e300))
	case k < 10 && depth > 0:
		list := make([]value.Value, r.IntN(3))
		for i := range list {
			list[i] = mixed(r, 0)
		}
		return value.List(list)
	case depth > 1:
		return value.Map([]value.Entry{{Key: "k", Value: mixed(r, 0)}})
	}
	return value.Int(int64(r.IntN(3)))
}

// one picks one of list.
func one[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }
