package valuetest

import (
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/storage/value"
)

func TestSamplesAscend(t *testing.T) {
	samples := Samples()
	for i, a := range samples {
		for j, b := range samples {
			if order := value.Order(a, b); (order < 0) != (i < j) || (order == 0) != (i == j) {
				t.Errorf("samples %d and %d of kind %s: order %d", i, j, a.Kind(), order)
			}
		}
	}
}

func TestOrderIsTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := Instants().Draw(t, "a"), Instants().Draw(t, "b"), Instants().Draw(t, "c")
		ab, bc, ac := value.Order(a, b), value.Order(b, c), value.Order(a, c)
		if (ab < 0) != (value.Order(b, a) > 0) || ab <= 0 && bc <= 0 && ac > 0 {
			t.Fatalf("orders %d, %d and %d", ab, bc, ac)
		}
		if ab == 0 && value.Hash(a) != value.Hash(b) {
			t.Fatal("the same value has two hashes")
		}
		if value.Equal(a, a) != value.Yes || !value.Same(a, a) {
			t.Fatal("a value differs from itself")
		}
	})
}
