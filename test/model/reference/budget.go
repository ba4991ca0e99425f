package reference

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"memgraphd/internal/storage/value"
)

// Work is counted in steps, and so is memory: what one step stands for is a few words.

// charged counts the size of what was made as work, without what it shares with others.
func (r *run) charged(v value.Value, err error) (value.Value, error) {
	switch v.Kind() { //nolint:exhaustive // the others are small
	case value.KindString:
		return v, cmp.Or(err, r.step(len(v.AsString())/16))
	case value.KindList:
		return v, cmp.Or(err, r.step(len(v.AsList())/4))
	case value.KindMap:
		return v, cmp.Or(err, r.step(len(v.AsMap())/2))
	}
	return v, err
}

// weigh counts the whole size of a value as work: of one that is copied with all that it
// shares with others.
func (r *run) weigh(v value.Value) error {
	if _, err := r.charged(v, nil); err != nil {
		return err
	}
	switch v.Kind() { //nolint:exhaustive // the others hold no values
	case value.KindList:
		for _, x := range v.AsList() {
			if err := r.weighInner(x); err != nil {
				return err
			}
		}
	case value.KindMap:
		for _, f := range v.AsMap() {
			if err := r.weighInner(f.Value); err != nil {
				return err
			}
		}
	case value.KindPath:
		return r.step(len(v.AsPath().Edges) / 2)
	}
	return nil
}

// weighInner counts one step more for what holds values, so that nesting ends.
func (r *run) weighInner(v value.Value) error {
	switch v.Kind() { //nolint:exhaustive // the others hold no values
	case value.KindList, value.KindMap, value.KindPath:
		if err := r.step(1); err != nil {
			return err
		}
	}
	return r.weigh(v)
}

// findRow returns the place of the row that is the same as row, or -1. Rows that differ by
// no more than rounding may be one elsewhere or two, which leaves the answer open.
func findRow(rows [][]value.Value, row []value.Value) (int, error) {
	near := false
	at := slices.IndexFunc(rows, func(x []value.Value) bool {
		if slices.EqualFunc(x, row, same) {
			return true
		}
		near = near || slices.EqualFunc(x, row, nearly)
		return false
	})
	if at < 0 && near {
		return at, fmt.Errorf("%w: rows that differ by rounding", ErrUnsupported)
	}
	return at, nil
}

// nearly tells whether two values are the same but for the rounding of floats.
func nearly(a, b value.Value) bool {
	if a.Kind() == value.KindList && b.Kind() == value.KindList {
		return slices.EqualFunc(a.AsList(), b.AsList(), nearly)
	}
	if isNumber(a) && isNumber(b) && (a.Kind() == value.KindFloat || b.Kind() == value.KindFloat) {
		x, y := a.Number(), b.Number()
		return x == y || math.Abs(x-y) <= 1e-9*max(math.Abs(x), math.Abs(y))
	}
	return same(a, b)
}
