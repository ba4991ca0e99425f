package function_test

import (
	"slices"
	"strings"
	"testing"

	"memgraphd/internal/query/function"
	"memgraphd/internal/query/sema"
)

// TestTypesAreThoseOfSema holds the bits of the two type sets together.
func TestTypesAreThoseOfSema(t *testing.T) {
	for f, s := range map[function.Type]sema.Type{
		function.Boolean: sema.Boolean, function.Integer: sema.Integer, function.Float: sema.Float,
		function.String: sema.String, function.Bytes: sema.Bytes, function.List: sema.List,
		function.Map: sema.Map, function.Node: sema.Node, function.Edge: sema.Edge,
		function.Path: sema.Path, function.EdgeList: sema.EdgeList, function.Any: sema.Any,
		function.Date: sema.Date, function.Time: sema.Time, function.LocalTime: sema.LocalTime,
		function.DateTime: sema.DateTime, function.LocalDateTime: sema.LocalDateTime, function.Duration: sema.Duration,
		function.Temporal: sema.Temporal,
	} {
		if uint32(f) != uint32(s) {
			t.Errorf("%b is not %b", f, s)
		}
	}
}

func TestCatalogue(t *testing.T) {
	names := function.Names()
	if !slices.IsSorted(names) {
		t.Error("the names are not sorted")
	}
	for _, name := range names {
		f, ok := function.Lookup(strings.ToUpper(name))
		switch {
		case !ok || f.Name != name:
			t.Errorf("%s is not found without regard to case", name)
		case f.IsAggregate() != (f.Eval == nil):
			t.Errorf("%s is neither a function nor an aggregate", name)
		case f.MaxArgs != function.Variadic && (f.MinArgs > f.MaxArgs || f.MaxArgs > 0 && len(f.Args) == 0):
			t.Errorf("%s has no sound signature", name)
		}
	}
	for _, alias := range []string{"upper", "rels", "ln", "stdevp"} {
		if _, ok := function.Lookup(alias); !ok {
			t.Errorf("%s is not found", alias)
		}
	}
	if _, ok := function.Lookup("nothing"); ok {
		t.Error("a function that does not exist is found")
	}
}
