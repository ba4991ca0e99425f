package model

import (
	"math"
	"slices"
	"strings"

	"memgraphd/internal/storage/value"
)

// Level says how much of an answer is certain, from everything to nothing.
type Level int

// The levels.
const (
	Sequence Level = iota // the rows in their order
	Bag                   // the rows
	Loose                 // the rows, but for the order of elements in lists
	Count                 // how many rows there are
	Nothing
)

// agree tells whether two answers are the same as far as a level goes.
func agree(a, b *Outcome, level Level) bool {
	if a.Graph != b.Graph && level < Nothing {
		return false
	}
	if level >= Count {
		return level == Nothing || len(a.Rows) == len(b.Rows)
	}
	if len(a.Columns) != len(b.Columns) || len(a.Rows) != len(b.Rows) {
		return false
	}
	x, y := a.Rows, b.Rows
	if level == Loose {
		x, y = loosened(x), loosened(y)
	}
	if level == Sequence {
		return slices.EqualFunc(x, y, alikeRows)
	}
	return alikeBags(x, y)
}

// common returns the level up to which all answers agree.
func common(all []*Outcome) Level {
	if len(all) == 0 {
		return Nothing
	}
	for level := range Nothing {
		if level == Sequence && !all[0].Sorted {
			continue
		}
		if !slices.ContainsFunc(all[1:], func(o *Outcome) bool { return !agree(all[0], o, level) }) {
			return level
		}
	}
	return Nothing
}

func alikeRows(a, b []value.Value) bool { return slices.EqualFunc(a, b, alike) }

// alike reports whether two values are the same but for rounding.
func alike(a, b value.Value) bool {
	if a.Kind() != b.Kind() {
		return false
	}
	switch k := a.Kind(); k { //nolint:exhaustive // the others have an order
	case value.KindNull:
		return true
	case value.KindFloat:
		x, y := a.AsFloat(), b.AsFloat()
		return x == y || math.IsNaN(x) && math.IsNaN(y) || math.Abs(x-y) <= 1e-9*max(math.Abs(x), math.Abs(y)) ||
			math.Abs(x-y) < 1e-12
	case value.KindList:
		return slices.EqualFunc(a.AsList(), b.AsList(), alike)
	case value.KindMap:
		return slices.EqualFunc(a.AsMap(), b.AsMap(), func(x, y value.Entry) bool { return x.Key == y.Key && alike(x.Value, y.Value) })
	}
	return value.Order(a, b) == 0
}

func rowText(row []value.Value) string {
	var b strings.Builder
	for _, v := range row {
		appendCanonical(&b, v)
		b.WriteByte('|')
	}
	return b.String()
}

// alikeBags compares rows without regard to their order: sorted by their texts, and one by
// one where rounding has put them into another order.
func alikeBags(x, y [][]value.Value) bool {
	x, y = byText(x), byText(y)
	if slices.EqualFunc(x, y, alikeRows) {
		return true
	}
	if len(x) > 1000 {
		return false
	}
	rest := slices.Clone(y)
	for _, row := range x {
		i := slices.IndexFunc(rest, func(other []value.Value) bool { return alikeRows(row, other) })
		if i < 0 {
			return false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return true
}

func byText(rows [][]value.Value) [][]value.Value {
	type keyed struct {
		text string
		row  []value.Value
	}
	all := make([]keyed, len(rows))
	for i, row := range rows {
		all[i] = keyed{rowText(row), row}
	}
	slices.SortStableFunc(all, func(a, b keyed) int { return strings.Compare(a.text, b.text) })
	out := make([][]value.Value, len(rows))
	for i := range all {
		out[i] = all[i].row
	}
	return out
}

// loosened puts the elements of all lists into one order.
func loosened(rows [][]value.Value) [][]value.Value {
	out := make([][]value.Value, len(rows))
	for i, row := range rows {
		for _, v := range row {
			out[i] = append(out[i], loose(v))
		}
	}
	return out
}

func loose(v value.Value) value.Value {
	switch k := v.Kind(); k { //nolint:exhaustive // the others hold no lists
	case value.KindList:
		var all []value.Value
		for _, x := range v.AsList() {
			all = append(all, loose(x))
		}
		slices.SortFunc(all, func(a, b value.Value) int { return strings.Compare(canonical(a), canonical(b)) })
		return value.List(all)
	case value.KindMap:
		var all []value.Entry
		for _, e := range v.AsMap() {
			all = append(all, value.Entry{Key: e.Key, Value: loose(e.Value)})
		}
		return value.Map(all)
	}
	return v
}
