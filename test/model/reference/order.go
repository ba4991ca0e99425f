package reference

import (
	"cmp"
	"math"
	"math/big"
	"strings"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// truth is a truth value of three-valued logic.
type truth int8

const (
	no      truth = -1
	unknown truth = 0
	yes     truth = 1
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (t truth) value() value.Value {
	switch t {
	case yes:
		return value.True
	case no:
		return value.False
	case unknown:
	}
	return value.Null
}

func isNumber(v value.Value) bool {
	return v.Kind() == value.KindInt || v.Kind() == value.KindFloat
}

func isNaN(v value.Value) bool { return v.Kind() == value.KindFloat && math.IsNaN(v.AsFloat()) }

// number returns v, which is a number but not NaN, exactly; inf is its sign where it is
// infinite.
func exact(v value.Value) (f *big.Float, inf int) {
	if v.Kind() == value.KindInt {
		return new(big.Float).SetPrec(128).SetInt64(v.AsInt()), 0
	}
	switch x := v.AsFloat(); {
	case math.IsInf(x, 1):
		return nil, 1
	case math.IsInf(x, -1):
		return nil, -1
	default:
		return new(big.Float).SetPrec(128).SetFloat64(x), 0
	}
}

// compareNumbers compares two numbers that are not NaN.
func compareNumbers(a, b value.Value) int {
	if a.Kind() == value.KindInt && b.Kind() == value.KindInt {
		return cmp.Compare(a.AsInt(), b.AsInt())
	}
	x, xInf := exact(a)
	y, yInf := exact(b)
	if xInf != 0 || yInf != 0 {
		return cmp.Compare(xInf, yInf)
	}
	return x.Cmp(y)
}

// Equal is the operator = of the language.
func equals(a, b value.Value) truth {
	switch {
	case a.IsNull() || b.IsNull():
		return unknown
	case isNumber(a) && isNumber(b):
		return truthOf(!isNaN(a) && !isNaN(b) && compareNumbers(a, b) == 0)
	case a.Kind() != b.Kind():
		return no
	case a.Kind() == value.KindList:
		return equalLists(a.AsList(), b.AsList())
	case a.Kind() == value.KindMap:
		return equalMaps(a.AsMap(), b.AsMap())
	}
	return truthOf(order(a, b) == 0)
}

func equalLists(x, y []value.Value) truth {
	if len(x) != len(y) {
		return no
	}
	all := yes
	for i := range x {
		all = min(all, equals(x[i], y[i]))
	}
	return all
}

func equalMaps(x, y []value.Entry) truth {
	if len(x) != len(y) {
		return no
	}
	all := yes
	for i := range x {
		if x[i].Key != y[i].Key {
			return no
		}
		all = min(all, equals(x[i].Value, y[i].Value))
	}
	return all
}

// less tells for one of <, <=, > and >= whether it holds between a and b.
func compares(op string, a, b value.Value) truth {
	switch {
	case a.IsNull() || b.IsNull():
		return unknown
	case isNumber(a) && isNumber(b):
		if isNaN(a) || isNaN(b) {
			return no
		}
		return holds(op, compareNumbers(a, b))
	case a.Kind() != b.Kind():
		return unknown
	case a.Kind() == value.KindList:
		return comparesLists(op, a.AsList(), b.AsList())
	case a.Kind() == value.KindString || a.Kind() == value.KindBool || isInstant(a):
		return holds(op, order(a, b))
	}
	return unknown
}

// comparesLists decides by the first pair of elements that are not equal.
func comparesLists(op string, x, y []value.Value) truth {
	for i := range x {
		if i == len(y) {
			break
		}
		if equals(x[i], y[i]) == yes {
			continue
		}
		return compares(op, x[i], y[i])
	}
	return holds(op, cmp.Compare(len(x), len(y)))
}

func holds(op string, c int) truth {
	switch op {
	case "<":
		return truthOf(c < 0)
	case "<=":
		return truthOf(c <= 0)
	case ">":
		return truthOf(c > 0)
	}
	return truthOf(c >= 0)
}

// place returns where values of v's kind stand in the order of ORDER BY.
func place(v value.Value) int {
	order := [...]value.Kind{
		value.KindMap, value.KindNode, value.KindEdge, value.KindList, value.KindPath,
		value.KindDateTime, value.KindLocalDateTime, value.KindDate, value.KindTime, value.KindLocalTime,
		value.KindDuration, value.KindPoint, value.KindEnum,
		value.KindString, value.KindBool, value.KindInt,
	}
	k := v.Kind()
	if isNaN(v) {
		return len(order)
	}
	if k == value.KindFloat {
		k = value.KindInt
	}
	for i, x := range order {
		if x == k {
			return i
		}
	}
	return len(order) + 1
}

// order compares as ORDER BY does: it is total, NaN equals NaN and null equals null.
func order(a, b value.Value) int {
	if c := cmp.Compare(place(a), place(b)); c != 0 {
		return c
	}
	switch k := a.Kind(); {
	case isNaN(a), k == value.KindNull:
		return 0
	case isNumber(a):
		return compareNumbers(a, b)
	case k == value.KindString:
		return strings.Compare(a.AsString(), b.AsString())
	case k == value.KindBool:
		return cmp.Compare(btoi(a.AsBool()), btoi(b.AsBool()))
	case k == value.KindNode:
		return cmp.Compare(nodeID(a), nodeID(b))
	case k == value.KindEdge:
		return cmp.Compare(edgeID(a), edgeID(b))
	case k == value.KindList:
		return orderLists(a.AsList(), b.AsList())
	case k == value.KindMap:
		return orderMaps(a.AsMap(), b.AsMap())
	case k == value.KindPath:
		return orderLists(steps(a.AsPath()), steps(b.AsPath()))
	}
	return orderTemporal(a, b)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func orderLists(x, y []value.Value) int {
	for i := range x {
		if i == len(y) {
			break
		}
		if c := order(x[i], y[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(x), len(y))
}

// orderMaps compares the keys first and then the values.
func orderMaps(x, y []value.Entry) int {
	keys := func(m []value.Entry) (out []value.Value) {
		for _, e := range m {
			out = append(out, value.String(e.Key))
		}
		return out
	}
	if c := orderLists(keys(x), keys(y)); c != 0 {
		return c
	}
	for i := range x {
		if c := order(x[i].Value, y[i].Value); c != 0 {
			return c
		}
	}
	return 0
}

// steps returns the nodes and relationships of a path in turn.
func steps(p *value.PathValue) []value.Value {
	out := []value.Value{value.Node(p.Nodes[0])}
	for i, e := range p.Edges {
		out = append(out, value.Edge(e), value.Node(p.Nodes[i+1]))
	}
	return out
}

// same is the equivalence of DISTINCT and grouping.
func same(a, b value.Value) bool { return order(a, b) == 0 }

// order is the order of ORDER BY, min and max in a run. The language does not say how the ids
// of what the query has created lie to each other: Order.Reverse turns them round.
func (r *run) order(a, b value.Value) int {
	if r.o.Order.Reverse && (len(r.g.Nodes) > r.nodes || len(r.g.Edges) > r.edges) {
		a, b = r.turned(a), r.turned(b)
	}
	return order(a, b)
}

// turned replaces the ids of what is new by others in the opposite order.
func (r *run) turned(v value.Value) value.Value {
	switch k := v.Kind(); {
	case k == value.KindNode && nodeID(v) >= r.nodes:
		return nodeValue(1<<31 - nodeID(v))
	case k == value.KindEdge && edgeID(v) >= newEdges:
		return value.Edge(graph.Edge{ID: graph.EdgeID(3*newEdges - edgeID(v))})
	case k == value.KindPath:
		return r.turned(value.List(steps(v.AsPath())))
	case k == value.KindList:
		var out []value.Value
		for _, x := range v.AsList() {
			out = append(out, r.turned(x))
		}
		return value.List(out)
	case k == value.KindMap:
		var out []value.Entry
		for _, e := range v.AsMap() {
			out = append(out, value.Entry{Key: e.Key, Value: r.turned(e.Value)})
		}
		return value.Map(out)
	}
	return v
}
