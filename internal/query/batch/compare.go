package batch

import (
	"cmp"
	"strings"

	"memgraphd/internal/storage/value"
)

// Order compares row i of a with row j of b in the total order of ORDER BY.
func Order(a *Vector, i int, b *Vector, j int) int {
	if a.Kind != b.Kind {
		return value.Order(a.Value(i), b.Value(j))
	}
	switch a.Kind {
	case Values:
		return value.Order(a.Values[i], b.Values[j])
	case Nodes:
		return cmp.Compare(a.Nodes[i], b.Nodes[j])
	case Edges:
		return cmp.Compare(a.Edges[i].ID, b.Edges[j].ID)
	case Ints, Floats, Bools, Strings:
	}
	if an, bn := a.Nulls.Has(i), b.Nulls.Has(j); an || bn {
		switch {
		case an && bn:
			return 0
		case an:
			return 1
		}
		return -1
	}
	switch a.Kind {
	case Ints:
		return cmp.Compare(a.Ints[i], b.Ints[j])
	case Floats:
		return value.Order(value.Float(a.Floats[i]), value.Float(b.Floats[j]))
	case Strings:
		return strings.Compare(a.Strings[i], b.Strings[j])
	case Bools, Values, Nodes, Edges:
	}
	return value.Order(value.Bool(a.Bools[i]), value.Bool(b.Bools[j]))
}

// Same reports whether row i of a is the same as row j of b for DISTINCT and grouping.
func Same(a *Vector, i int, b *Vector, j int) bool {
	if a.Kind == b.Kind {
		switch a.Kind {
		case Nodes:
			return a.Nodes[i] == b.Nodes[j]
		case Edges:
			return a.Edges[i].ID == b.Edges[j].ID
		case Ints:
			return a.Ints[i] == b.Ints[j] && a.Nulls.Has(i) == b.Nulls.Has(j) ||
				a.Nulls.Has(i) && b.Nulls.Has(j)
		case Values, Floats, Bools, Strings:
		}
	}
	return Order(a, i, b, j) == 0
}
