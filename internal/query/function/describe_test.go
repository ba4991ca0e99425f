package function

import (
	"slices"
	"strings"
	"testing"
)

// TestDescriptions keeps the list of functions and what is said about them together.
func TestDescriptions(t *testing.T) {
	names := Names()
	for _, name := range names {
		f, _ := Lookup(name)
		d, ok := Describe(name)
		if !ok || !strings.HasSuffix(d.Text, ".") {
			t.Errorf("%s is described as %+v", name, d)
		}
		if f.IsAggregate() != (d.Category == "Aggregating") {
			t.Errorf("%s is in the category %s", name, d.Category)
		}
	}
	for name := range descriptions() {
		if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
			t.Errorf("%s is described and does not exist", name)
		}
	}
}
