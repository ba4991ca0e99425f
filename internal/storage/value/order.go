package value

import (
	"bytes"
	"cmp"
	"math"
	"strings"
)

// Ternary is a truth value of three-valued logic.
type Ternary int8

// The truth values.
const (
	No      Ternary = -1
	Unknown Ternary = 0
	Yes     Ternary = 1
)

// Value returns t as a Cypher value: null where it is unknown.
func (t Ternary) Value() Value {
	switch t {
	case Yes:
		return True
	case No:
		return False
	case Unknown:
	}
	return Null
}

// TernaryOf returns Yes or No.
func TernaryOf(b bool) Ternary {
	if b {
		return Yes
	}
	return No
}

// rank is the place of a kind in the order of ORDER BY:
// map < node < virtual node < relationship < virtual relationship < list < path < zoned datetime < local datetime < date <
// zoned time < local time < duration < point < enum < string < bytes < boolean < number < NaN < null.
func rank(v Value) int {
	switch v.k {
	case KindMap:
		return 0
	case KindNode:
		return 1
	case KindVirtualNode:
		return 2
	case KindEdge:
		return 3
	case KindVirtualEdge:
		return 4
	case KindList:
		return 5
	case KindPath:
		return 6
	case KindDateTime:
		return 7
	case KindLocalDateTime:
		return 8
	case KindDate:
		return 9
	case KindTime:
		return 10
	case KindLocalTime:
		return 11
	case KindDuration:
		return 12
	case KindPoint:
		return 13
	case KindEnum:
		return 14
	case KindString:
		return 15
	case KindBytes:
		return 16
	case KindBool:
		return 17
	case KindInt:
		return 18
	case KindFloat:
		if math.IsNaN(v.AsFloat()) {
			return rankNaN
		}
		return 18
	case KindNull:
	}
	return 20
}

// rankNaN is the rank of NaN, which is equal to itself in this order.
const rankNaN = 19

// Order is the total order of ORDER BY, DISTINCT, min and max (openCypher's
// "orderability"): it returns a negative number, zero or a positive number. NaN equals
// NaN, null equals null and sorts last, and 1 equals 1.0.
func Order(a, b Value) int {
	ra, rb := rank(a), rank(b)
	if ra != rb {
		return ra - rb
	}
	switch a.k {
	case KindMap:
		return orderMaps(a.AsMap(), b.AsMap())
	case KindNode, KindEdge:
		return cmp.Compare(uint32(a.n), uint32(b.n))
	case KindVirtualNode, KindVirtualEdge:
		return cmp.Compare(int64(b.n), int64(a.n)) // ids go down from -1: the one made first is first
	case KindList:
		x, y := a.AsList(), b.AsList()
		for i := range min(len(x), len(y)) {
			if c := Order(x[i], y[i]); c != 0 {
				return c
			}
		}
		return len(x) - len(y)
	case KindPath:
		return orderPaths(a.AsPath(), b.AsPath())
	case KindString:
		return strings.Compare(a.AsString(), b.AsString())
	case KindBytes:
		return bytes.Compare(a.AsBytes(), b.AsBytes())
	case KindBool:
		return cmp.Compare(a.n, b.n)
	case KindInt, KindFloat:
		if ra == rankNaN {
			return 0
		}
		return compareNumbers(a, b)
	case KindDate, KindTime, KindLocalTime, KindDateTime, KindLocalDateTime, KindDuration, KindPoint, KindEnum:
		return orderInstants(a, b)
	case KindNull:
	}
	return 0
}

// orderMaps compares the sorted keys first, then the values in key order.
func orderMaps(x, y []Entry) int {
	for i := range min(len(x), len(y)) {
		if c := strings.Compare(x[i].Key, y[i].Key); c != 0 {
			return c
		}
	}
	if len(x) != len(y) {
		return len(x) - len(y)
	}
	for i := range x {
		if c := Order(x[i].Value, y[i].Value); c != 0 {
			return c
		}
	}
	return 0
}

// orderPaths compares node by node and edge by edge along the walks.
func orderPaths(x, y *PathValue) int {
	for i := range min(len(x.Nodes), len(y.Nodes)) {
		if c := cmp.Compare(x.Nodes[i], y.Nodes[i]); c != 0 {
			return c
		}
		if i < len(x.Edges) && i < len(y.Edges) {
			if c := cmp.Compare(x.Edges[i].ID, y.Edges[i].ID); c != 0 {
				return c
			}
		}
	}
	return len(x.Nodes) - len(y.Nodes)
}

// compareNumbers compares integers and floats by their exact mathematical value.
// Neither may be NaN.
func compareNumbers(a, b Value) int {
	switch {
	case a.k == KindInt && b.k == KindInt:
		return cmp.Compare(int64(a.n), int64(b.n))
	case a.k == KindFloat && b.k == KindFloat:
		return cmp.Compare(a.AsFloat(), b.AsFloat())
	case a.k == KindInt:
		return compareIntFloat(int64(a.n), b.AsFloat())
	default:
		return -compareIntFloat(int64(b.n), a.AsFloat())
	}
}

// compareIntFloat compares without losing the low bits of a large integer.
func compareIntFloat(i int64, f float64) int {
	switch {
	case f >= 1<<63:
		return -1
	case f < -1<<63:
		return 1
	}
	whole := math.Trunc(f)
	if c := cmp.Compare(i, int64(whole)); c != 0 {
		return c
	}
	return cmp.Compare(0, f-whole)
}

// Compare is the ordering of the operators <, <=, > and >=. ok is false where the result
// is null: a null, or values that have no order between them, as durations, points
// and values of different enums have none. nan is true where the
// operands are numbers of which one is NaN, so that every operator gives false.
func Compare(a, b Value) (c int, nan, ok bool) {
	switch {
	case a.IsNumber() && b.IsNumber():
		if isNaN(a) || isNaN(b) {
			return 0, true, true
		}
		return compareNumbers(a, b), false, true
	case a.k != b.k:
		return 0, false, false
	case a.k == KindString, a.k == KindBool, a.k == KindBytes, a.IsInstant():
		return Order(a, b), false, true
	case a.k == KindList:
		return compareLists(a.AsList(), b.AsList())
	case a.k == KindEnum:
		return Order(a, b), false, a.n>>32 == b.n>>32
	}
	return 0, false, false
}

// compareLists compares element by element; an undecided pair makes the result null.
func compareLists(x, y []Value) (c int, nan, ok bool) {
	for i := range min(len(x), len(y)) {
		if Equal(x[i], y[i]) == Yes {
			continue
		}
		return Compare(x[i], y[i])
	}
	return len(x) - len(y), false, true
}

func isNaN(v Value) bool { return v.k == KindFloat && math.IsNaN(v.AsFloat()) }

// Equal is the operator = in three-valued logic: unknown where a null takes part and
// decides, No across kinds, NaN equal to nothing.
func Equal(a, b Value) Ternary {
	switch {
	case a.k == KindNull || b.k == KindNull:
		return Unknown
	case a.IsNumber() && b.IsNumber():
		return TernaryOf(!isNaN(a) && !isNaN(b) && compareNumbers(a, b) == 0)
	case a.k != b.k:
		return No
	case a.k == KindList:
		return equalLists(a.AsList(), b.AsList())
	case a.k == KindMap:
		return equalMaps(a.AsMap(), b.AsMap())
	}
	return TernaryOf(Order(a, b) == 0)
}

func equalLists(x, y []Value) Ternary {
	if len(x) != len(y) {
		return No
	}
	result := Yes
	for i := range x {
		result = min(result, Equal(x[i], y[i]))
		if result == No {
			break
		}
	}
	return result
}

func equalMaps(x, y []Entry) Ternary {
	if len(x) != len(y) {
		return No
	}
	result := Yes
	for i := range x {
		if x[i].Key != y[i].Key {
			return No
		}
		result = min(result, Equal(x[i].Value, y[i].Value))
	}
	return result
}

// Same reports equivalence, as DISTINCT and grouping use it: null is the same as null and
// NaN as NaN.
func Same(a, b Value) bool { return Order(a, b) == 0 }
