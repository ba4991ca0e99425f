package procedure

import (
	"slices"
	"strings"
	"testing"

	"memgraphd/internal/query/sema"
	"memgraphd/internal/storage/value"
)

func nothing(*Context, []value.Value) (Rows, error) { return None, nil }

// TestBuiltIn keeps the promise that what is built in only reads, but for merge.go, that it
// says what it does, and that every type has a name that reads back.
func TestBuiltIn(t *testing.T) {
	r, err := NewRegistry("1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSorted(r.Names()) || len(r.Names()) == 0 {
		t.Errorf("names %q", r.Names())
	}
	for _, name := range r.Names() {
		p, ok := r.Lookup(strings.ToUpper(name))
		mode := Read
		if strings.Contains(name, "merge.") || name == "apoc.create.addLabels" {
			mode = Write
		}
		if !ok || p.Mode != mode || !strings.HasSuffix(p.About, ".") {
			t.Errorf("%s: found %t, mode %v", name, ok, p)
		}
		facts, ok := r.Procedure(name)
		if !ok || facts.Writes != (mode == Write) || facts.Name != name {
			t.Errorf("%s: %+v", name, facts)
		}
	}
	for base := Any; base <= Point; base++ {
		for _, typ := range []Type{base, ListOf(base)} {
			if typ.static() == 0 || typ.result()&^typ.static() != 0 {
				t.Errorf("%s: argument %s, result %s", typ, typ.static(), typ.result())
			}
		}
	}
}

func TestSignature(t *testing.T) {
	p := &Procedure{
		Name: "a.b",
		Args: []Argument{
			{Name: "x", Type: Integer}, {Name: "y", Type: ListOf(Number), Optional: true}, {Name: "z", Type: Any, Optional: true},
		},
		Results: []Result{{"r", Relationship}, {"s", Float}},
	}
	const want = "a.b(x :: INTEGER[, y :: LIST OF NUMBER[, z :: ANY]]) :: (r :: RELATIONSHIP, s :: FLOAT)"
	if got := p.Signature(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := (&Procedure{Name: "void"}).Signature(); got != "void() :: ()" {
		t.Error(got)
	}
	if got := p.facts().Results[1].Type; got != sema.Float {
		t.Errorf("the result s is %s", got)
	}
}

func TestConvert(t *testing.T) {
	list := func(v ...value.Value) value.Value { return value.List(v) }
	for _, c := range []struct {
		t    Type
		in   value.Value
		want value.Value
		ok   bool
	}{
		{Integer, value.Null, value.Null, true},
		{Integer, value.Int(1), value.Int(1), true},
		{Integer, value.Float(1), value.Null, false},
		{Float, value.Int(1), value.Float(1), true},
		{Number, value.Int(1), value.Int(1), true},
		{Number, value.Float(1), value.Float(1), true},
		{Number, value.String("1"), value.Null, false},
		{Any, value.String("1"), value.String("1"), true},
		{String, value.True, value.Null, false},
		{ListOf(Float), list(value.Int(1), value.Null), list(value.Float(1), value.Null), true},
		{ListOf(Float), list(value.True), value.Null, false},
		{ListOf(Any), value.Int(1), value.Null, false},
		{Map, value.Map(nil), value.Map(nil), true},
	} {
		got, ok := c.t.Convert(c.in)
		if ok != c.ok || ok && (got.Kind() != c.want.Kind() || value.Order(got, c.want) != 0) {
			t.Errorf("%s of %v: %v, %t", c.t, c.in, got, ok)
		}
	}
}

// TestRegistry refuses descriptions that make no sense.
func TestRegistry(t *testing.T) {
	for name, more := range map[string][]Procedure{
		"two of a name":     {{Name: "a", Call: nothing}, {Name: "A", Call: nothing}},
		"a built-in's name": {{Name: "DB.labels", Call: nothing}},
		"no name":           {{Call: nothing}},
		"nothing to call":   {{Name: "a"}},
		"two arguments":     {{Name: "a", Call: nothing, Args: []Argument{{Name: "x"}, {Name: "x"}}}},
		"two results":       {{Name: "a", Call: nothing, Results: []Result{{Name: "x"}, {Name: "x"}}}},
		"an optional first": {{Name: "a", Call: nothing, Args: []Argument{{Name: "x", Optional: true}, {Name: "y"}}}},
	} {
		if _, err := NewRegistry("", more...); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	var none *Registry
	if _, ok := none.Lookup("db.labels"); ok || none.Names() != nil {
		t.Error("a nil registry has something")
	}
}
