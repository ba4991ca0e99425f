package constraint

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// Rule says what a constraint demands.
type Rule uint8

// The rules. Their numbers are those of the catalogue.
const (
	Exists Rule = iota + 1 // each node of the label has the property
	Unique                 // no two nodes of the label have the same values, none of them null
	Typed                  // the property, where there is one, is of a type
)

// String returns the name that SHOW CONSTRAINT INFO gives the rule.
func (r Rule) String() string {
	switch r {
	case Exists:
		return "exists"
	case Unique:
		return "unique"
	case Typed:
		return "data_type"
	}
	return "unknown"
}

// Words returns what messages call a constraint with the rule.
func (r Rule) Words() string {
	switch r {
	case Exists:
		return "existence"
	case Unique:
		return "unique"
	case Typed:
		return "data type"
	}
	return "unknown"
}

// KeysMax is how many properties a constraint may have.
const KeysMax = 32

// Definition is a constraint as the store keeps it.
type Definition struct {
	Rule  Rule
	Label graph.LabelID
	Keys  []graph.KeyID // of Unique one or several, else one; in the order of their names
	Type  Type          // of Typed
}

// Names gives the text of labels and keys.
type Names interface {
	LabelName(id graph.LabelID) string
	KeyName(id graph.KeyID) string
}

// Interner gives ids to labels and keys.
type Interner interface {
	InternLabel(name string) (graph.LabelID, error)
	InternKey(name string) (graph.KeyID, error)
}

// Target renders the label and properties of d, for example ":User(first, last)".
func Target(d *Definition, names Names) string {
	keys := make([]string, len(d.Keys))
	for i, k := range d.Keys {
		keys[i] = quoted(names.KeyName(k))
	}
	return ":" + quoted(names.LabelName(d.Label)) + "(" + strings.Join(keys, ", ") + ")"
}

// quoted renders a name as Cypher writes it.
func quoted(name string) string {
	plain := name != ""
	for i, r := range name {
		plain = plain && (r == '_' || unicode.IsLetter(r) || i > 0 && unicode.IsDigit(r))
	}
	if plain {
		return name
	}
	return "`" + strings.ReplaceAll(name, "`", "``") + "`"
}

// normalized returns d with its keys in the order of their names, each once.
func normalized(d Definition, names Names) Definition {
	d.Keys = slices.Clone(d.Keys)
	slices.SortFunc(d.Keys, func(a, b graph.KeyID) int {
		return cmp.Or(strings.Compare(names.KeyName(a), names.KeyName(b)), cmp.Compare(a, b))
	})
	d.Keys = slices.Compact(d.Keys)
	return d
}

// Key returns the one value that the tree of a unique constraint holds for the values of
// a node: the value itself where there is one, a number made of all where there are
// several. Nodes with the same values have the same key; with several values, others may
// have it too.
func Key(values []value.Value) value.Value {
	if len(values) == 1 {
		return values[0]
	}
	const exactBits = 53 // so that the number is exact as a float, which the tree keeps in one word
	return value.Int(int64(hashOf(values) >> (64 - exactBits)))
}

func hashOf(values []value.Value) uint64 {
	h := uint64(len(values))
	for _, v := range values {
		h = value.Combine(h, value.Hash(v))
	}
	return h
}

// SameValues reports whether two nodes with these values collide.
func SameValues(a, b []value.Value) bool { return slices.EqualFunc(a, b, value.Same) }
