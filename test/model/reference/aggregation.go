package reference

import (
	"math"
	"math/big"
	"slices"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/value"
)

// isAggregate tells whether a call is one of an aggregate.
func isAggregate(c *ast.Call) bool {
	switch strings.ToLower(c.Name) {
	case "count", "sum", "avg", "min", "max", "collect", "stdev", "stdevp", "percentilecont", "percentiledisc":
		return true
	}
	return false
}

// aggregates tells whether an aggregate is called in e itself.
func aggregates(e ast.Expr) bool {
	if c, ok := e.(*ast.Call); ok && isAggregate(c) {
		return true
	}
	found := false
	ast.Children(e, func(x ast.Expr) { found = found || aggregates(x) })
	return found
}

// groups makes a record for each combination of the values of the items without aggregates.
func (r *run) groups(items []item, t *table, outer *env) ([]*record, error) {
	var out []*record
	var known [][]value.Value
	grouped := false
	for _, row := range t.rows {
		var keys []value.Value
		for _, i := range items {
			if aggregates(i.expr) {
				continue
			}
			grouped = true
			v, err := r.eval(i.expr, scope{env: row})
			if err != nil {
				return nil, err
			}
			keys = append(keys, v)
		}
		if err := r.step(1 + len(out)/8); err != nil {
			return nil, err
		}
		at, err := findRow(known, keys)
		if err != nil {
			return nil, err
		}
		if at < 0 {
			at = len(out)
			known = append(known, keys)
			out = append(out, &record{from: row})
		}
		out[at].group = append(out[at].group, row)
	}
	grouped = grouped || slices.ContainsFunc(items, func(i item) bool { return !aggregates(i.expr) })
	if len(out) == 0 && !grouped {
		out = append(out, &record{from: outer, group: []*env{}})
	}
	permute(r, out)
	return out, nil
}

// aggregate computes the call of an aggregate over the rows of a group.
func (r *run) aggregate(c *ast.Call, group []*env) (value.Value, error) {
	if c.Star {
		return value.Int(int64(len(group))), nil
	}
	var values []value.Value
	var known [][]value.Value // the values so far, of DISTINCT
	fraction := value.Null
	for _, row := range group {
		v, err := r.eval(c.Args[0], scope{env: row})
		if err != nil {
			return value.Null, err
		}
		if v.IsNull() {
			continue
		}
		if c.Distinct {
			at, uncertain := findRow(known, []value.Value{v})
			if uncertain != nil {
				return value.Null, uncertain
			}
			if at >= 0 {
				continue
			}
			known = append(known, []value.Value{v})
		}
		values = append(values, v)
		if len(c.Args) > 1 {
			if fraction, err = r.fraction(c, row); err != nil {
				return value.Null, err
			}
		}
	}
	return r.summary(c, values, fraction)
}

// fraction is the second argument of a percentile.
func (r *run) fraction(c *ast.Call, row *env) (value.Value, error) {
	v, err := r.eval(c.Args[1], scope{env: row})
	if err != nil {
		return v, err
	}
	if !isNumber(v) {
		return v, typeError(c, "a percentile needs a number")
	}
	if f := v.Number(); !(f >= 0 && f <= 1) {
		return v, fail(c, "ArgumentError", "a percentile is between 0 and 1")
	}
	return v, nil
}

func (r *run) summary(c *ast.Call, values []value.Value, fraction value.Value) (value.Value, error) {
	name := strings.ToLower(c.Name)
	switch name {
	case "count":
		return value.Int(int64(len(values))), nil
	case "collect":
		return value.List(values), nil
	case "min", "max":
		if len(values) == 0 {
			return value.Null, nil
		}
		best := values[0]
		for _, v := range values {
			if x := r.order(v, best); x < 0 && name == "min" || x > 0 && name == "max" {
				best = v
			}
		}
		return r.oneOf(best, values), nil
	}
	if len(values) > 0 && values[0].Kind() == value.KindDuration && (name == "sum" || name == "avg") {
		return totalTime(c, values)
	}
	if i := slices.IndexFunc(values, func(v value.Value) bool { return !isNumber(v) }); i >= 0 {
		return value.Null, typeError(c, "%s() needs numbers", c.Name)
	}
	switch name {
	case "sum":
		return sum(c, values)
	case "avg":
		if len(values) == 0 {
			return value.Null, nil
		}
		return value.Float(total(values) / float64(len(values))), nil
	case "stdev":
		return deviation(c, values, 1)
	case "stdevp":
		return deviation(c, values, 0)
	}
	if len(values) == 0 {
		return value.Null, nil
	}
	slices.SortStableFunc(values, order)
	if name == "percentiledisc" {
		at := int(math.Ceil(fraction.Number()*float64(len(values)))) - 1
		return r.oneOf(values[max(at, 0)], values), nil
	}
	return value.Float(between(values, fraction.Number())), nil
}

// oneOf chooses among the values that are equal to v: 1 and 1.0 may both be the smallest,
// and which of them is given is left open.
func (r *run) oneOf(v value.Value, values []value.Value) value.Value {
	for _, other := range values {
		if r.order(other, v) == 0 && (other.Kind() < v.Kind()) == r.o.Order.Reverse && other.Kind() != v.Kind() {
			v = other
		}
	}
	return v
}

// sum adds integers exactly, and as floats where one of them is a float.
func sum(c *ast.Call, values []value.Value) (value.Value, error) {
	if slices.ContainsFunc(values, func(v value.Value) bool { return v.Kind() == value.KindFloat }) {
		return value.Float(total(values)), nil
	}
	all := new(big.Int)
	for _, v := range values {
		all.Add(all, big.NewInt(v.AsInt()))
	}
	if !all.IsInt64() {
		return value.Null, fail(c, "ArithmeticError", "the sum is no 64-bit integer")
	}
	return value.Int(all.Int64()), nil
}

// total is the sum of all integers, plus the floats in turn.
func total(values []value.Value) float64 {
	ints, floats := new(big.Int), 0.0
	for _, v := range values {
		if v.Kind() == value.KindInt {
			ints.Add(ints, big.NewInt(v.AsInt()))
		} else {
			floats += v.AsFloat()
		}
	}
	f, _ := new(big.Float).SetInt(ints).Float64()
	return f + floats
}

// deviation is the standard deviation of values, divided by one less than their number
// where less is 1. Where it is small beside the values, rounding decides, and nothing is said.
func deviation(c *ast.Call, values []value.Value, less int) (value.Value, error) {
	n := len(values)
	if n < 2 {
		return value.Float(0), nil
	}
	mean, largest := 0.0, 0.0
	for _, v := range values {
		mean += v.Number() / float64(n)
		largest = max(largest, math.Abs(v.Number()))
	}
	squares := 0.0
	for _, v := range values {
		squares += (v.Number() - mean) * (v.Number() - mean)
	}
	result := math.Sqrt(squares / float64(n-less))
	if result < largest*1e-6 {
		return value.Null, unsupported(c)
	}
	return value.Float(result), nil
}

// between is the value at a fraction of the way through sorted numbers.
func between(values []value.Value, fraction float64) float64 {
	at := fraction * float64(len(values)-1)
	low := int(at)
	x := values[low].Number()
	if float64(low) == at {
		return x
	}
	y := values[low+1].Number()
	return x*(float64(low+1)-at) + y*(at-float64(low))
}
