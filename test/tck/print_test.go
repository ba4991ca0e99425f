package tck

import (
	"fmt"
	"slices"
	"testing"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/parser"
)

// TestPrint prints every query of the TCK that parses; what is printed must have the same
// tree.
func TestPrint(t *testing.T) {
	features, err := readFeatures(tckDir(t) + "/features")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range features {
		for _, s := range f.scenarios {
			for _, text := range s.queries() {
				if err := printed(text); err != nil {
					t.Errorf("%s\n%s\n%v", s, text, err)
				}
			}
		}
	}
}

// printed tells how the tree of text differs from that of its print.
func printed(text string) error {
	tree, refused := parser.Parse(text, parser.Options{})
	if refused != nil { // what is no query is the business of its scenario
		return nil //nolint:nilerr // see above
	}
	first := ast.String(tree)
	again, err := parser.Parse(first, parser.Options{})
	if err != nil {
		return fmt.Errorf("printed as %s\n%w", first, err)
	}
	if second := ast.String(again); second != first {
		return fmt.Errorf("printed as %s\nand as %s", first, second)
	}
	return nil
}

// queries lists the texts that a scenario runs.
func (s *scenario) queries() []string {
	out := slices.Clone(s.setup)
	for _, c := range s.checks {
		out = append(out, c.query)
	}
	return out
}
