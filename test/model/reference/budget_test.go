package reference

import (
	"errors"
	"testing"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/parser"
)

// TestBudget looks that what takes much memory is given up, whatever way it takes it.
func TestBudget(t *testing.T) {
	for text, want := range map[string]error{
		"UNWIND range(1, 100) AS i RETURN i, range(1, 100) AS l":                                     nil,
		"WITH range(1, 5000) AS l UNWIND l AS i RETURN i, l":                                         ErrTooMuch,
		"WITH range(1, 5000) AS l UNWIND l AS i RETURN size(l[1..])":                                 ErrTooMuch,
		"WITH range(1, 5000) AS l UNWIND l AS i CREATE ({l: l})":                                     ErrTooMuch,
		"WITH range(1, 5000) AS l UNWIND l AS i CREATE (n) SET n.l = l":                              ErrTooMuch,
		"RETURN reduce(a = [1], x IN range(1, 60) | [a, a]) AS x":                                    ErrTooMuch,
		"RETURN reduce(a = 'aa', x IN range(1, 60) | a + a) AS x":                                    ErrTooMuch,
		"UNWIND [0.1 + 0.2, 0.3] AS x RETURN DISTINCT x":                                             ErrUnsupported,
		"UNWIND [0.1 + 0.2, 0.3] AS x RETURN count(DISTINCT x)":                                      ErrUnsupported,
		"UNWIND [0.1 + 0.2, 0.3] AS x RETURN x, count(*)":                                            ErrUnsupported,
		"RETURN 0.1 + 0.2 AS x UNION RETURN 0.3 AS x":                                                ErrUnsupported,
		"CALL { RETURN [0.1 + 0.2] AS x UNION RETURN [0.3] AS x } RETURN x":                          ErrUnsupported,
		"UNWIND [0.3, 0.3] AS x RETURN DISTINCT x UNION UNWIND [0.25, 1] AS x RETURN stDevP(x) AS x": nil,
	} {
		tree, err := parser.Parse(text, parser.Options{})
		if err != nil {
			t.Fatal(err)
		}
		q, ok := tree.(*ast.Query)
		if !ok {
			t.Fatal(text)
		}
		if _, err := Run(q, Options{Graph: &Graph{}, Steps: 150_000}); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", text, err, want)
		}
	}
}
