package constraint

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
	"memgraphd/internal/storage/value/valuetest"
)

// table gives ids to names.
type table struct{ names []string }

func (t *table) intern(name string) int {
	i := slices.Index(t.names, name)
	if i < 0 {
		i = len(t.names)
		t.names = append(t.names, name)
	}
	return i
}

func (t *table) LabelName(id graph.LabelID) string { return t.names[id] }
func (t *table) KeyName(id graph.KeyID) string     { return t.names[id] }

func (t *table) InternLabel(name string) (graph.LabelID, error) {
	return graph.LabelID(t.intern(name)), nil
}

func (t *table) InternKey(name string) (graph.KeyID, error) { return graph.KeyID(t.intern(name)), nil }

func TestEntries(t *testing.T) {
	names := &table{names: []string{"User", "b", "a", "od d", "x`y"}}
	for _, c := range []struct {
		d    Definition
		name string
	}{
		{Definition{Rule: Unique, Label: 0, Keys: []graph.KeyID{1, 2}}, "unique :User(a, b)"},
		{Definition{Rule: Unique, Label: 3, Keys: []graph.KeyID{4}}, "unique :`od d`(`x``y`)"},
		{Definition{Rule: Exists, Label: 0, Keys: []graph.KeyID{1}}, "exists :User(b)"},
		{Definition{Rule: Typed, Label: 0, Keys: []graph.KeyID{1}, Type: Point}, "data_type :User(b)"},
	} {
		e, d, err := Encode(c.d, names)
		if err != nil || e.Name != c.name || e.Kind != EntryKind {
			t.Errorf("%s: %v %v", c.name, e, err)
		}
		back, err := Decode(e, names)
		if err != nil || !reflect.DeepEqual(back, d) {
			t.Errorf("%s: %+v is not %+v: %v", c.name, back, d, err)
		}
		for i := range e.Data {
			if _, err := Decode(change.Entry{Data: e.Data[:i]}, names); !errors.Is(err, ErrEntry) {
				t.Errorf("%s cut at %d: %v", c.name, i, err)
			}
		}
		if _, err := Decode(change.Entry{Data: append(slices.Clone(e.Data), 0)}, names); !errors.Is(err, ErrEntry) {
			t.Errorf("%s with a byte more: %v", c.name, err)
		}
	}
	for what, d := range map[string]Definition{
		"no key": {Rule: Unique}, "two of one": {Rule: Unique, Keys: []graph.KeyID{1, 1}},
		"no type": {Rule: Typed, Keys: []graph.KeyID{1}}, "a type": {Rule: Exists, Keys: []graph.KeyID{1}, Type: Map},
		"two keys": {Rule: Exists, Keys: []graph.KeyID{1, 2}}, "no rule": {Keys: []graph.KeyID{1}},
		"too many": {Rule: Unique, Keys: make([]graph.KeyID, KeysMax+1)},
	} {
		if _, _, err := Encode(d, names); !errors.Is(err, ErrDefinition) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestDecodeAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "data")
		names := &table{}
		d, err := Decode(change.Entry{Data: data}, names)
		if err != nil {
			return
		}
		e, again, err := Encode(d, names)
		if err != nil || !reflect.DeepEqual(again, d) || Rule(e.Data[1]) != d.Rule {
			t.Fatalf("%+v became %+v: %v", d, again, err)
		}
	})
}

func TestTypes(t *testing.T) {
	names := TypeNames()
	if len(names) != 14 || slices.Contains(names, "unknown") {
		t.Errorf("%v", names)
	}
	for i, name := range names {
		if typ, ok := ParseType(strings.ToLower(name)); !ok || typ != Type(i+1) {
			t.Errorf("%s is %v", name, typ)
		}
	}
	if _, ok := ParseType("unknown"); ok {
		t.Error("unknown is a type")
	}
	for _, v := range valuetest.Samples() {
		n := 0
		for i := range names {
			if Type(i + 1).Holds(v) {
				n++
			}
		}
		if want := 1; v.Kind() == value.KindBytes && n != 0 || v.Kind() != value.KindBytes && !v.IsNull() && n != want {
			t.Errorf("%v is of %d types", v.Kind(), n)
		}
		if Text(v) == "" || len(Text(v)) > textMax+len("…") {
			t.Errorf("text of a %v: %q", v.Kind(), Text(v))
		}
	}
}

func TestKeysOfSameValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		drawn := rapid.SampledFrom(append(valuetest.Samples(), value.Int(1), value.Float(1), value.Float(0), value.Float(-0)))
		a := rapid.SliceOfN(drawn, 1, 2).Draw(t, "a")
		b := rapid.SliceOfN(drawn, len(a), len(a)).Draw(t, "b")
		if SameValues(a, b) && (!value.Same(Key(a), Key(b)) || ClaimOf(1, a) != ClaimOf(1, b)) {
			t.Fatal("the same values have different keys")
		}
	})
}

func TestClaimsExclude(t *testing.T) {
	var c Claims
	c.Init()
	var holders [8]int // by claim; the claim is what guards it
	var workers sync.WaitGroup
	for seed := range uint64(4) {
		workers.Go(func() {
			for i := range uint64(300) {
				taken := c.Take([]uint64{(i * seed) % 8, i % 8, i % 8, (i + seed) % 8})
				for _, claim := range taken {
					holders[claim]++
				}
				c.Give(taken)
			}
		})
	}
	workers.Wait()
	if c.Held() != 0 {
		t.Errorf("%d claims are left", c.Held())
	}
}

func TestGateWaitsForThoseWithin(t *testing.T) {
	var g Gate
	g.Init()
	ctx, cancel := context.WithCancel(t.Context())
	if err := g.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	first := g.Enter()
	cancel()
	if err := g.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	second := g.Enter()
	done := make(chan error)
	go func() { done <- g.Wait(t.Context()) }()
	second.Leave()
	select {
	case err := <-done:
		t.Fatalf("it did not wait for the first: %v", err)
	default:
	}
	first.Leave()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	third := g.Enter()
	defer third.Leave()
	if third.inside.Load() != 1 {
		t.Error("who entered behind the wait is not alone")
	}
}
