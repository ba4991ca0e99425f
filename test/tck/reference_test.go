package tck

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/parser"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
	"memgraphd/test/model/reference"
)

// naive is the evaluator against which test/model holds the engine.
type naive struct{ g *reference.Graph }

func (n *naive) run(_ context.Context, text string, params map[string]any) (*rows, error) {
	if strings.HasPrefix(text, "EXPLAIN ") {
		return &rows{}, nil
	}
	given := map[string]value.Value{}
	for name, x := range params {
		v, err := engineValue(x)
		if err != nil {
			return nil, err
		}
		given[name] = v
	}
	tree, err := parser.Parse(text, parser.Options{})
	if err != nil {
		return nil, err
	}
	q, ok := tree.(*ast.Query)
	if !ok {
		return nil, reference.ErrUnsupported
	}
	result, err := reference.Run(q, reference.Options{Graph: n.g, Params: given, Steps: 10_000_000})
	if err != nil {
		return nil, err
	}
	out := &rows{columns: result.Columns}
	if result.Columns == nil {
		return out, nil
	}
	for _, values := range result.Rows {
		row := make([]any, len(values))
		for i, v := range values {
			if row[i], err = (renderer{naiveEntities{n.g}}).value(v); err != nil {
				return nil, err
			}
		}
		out.rows = append(out.rows, row)
	}
	return out, nil
}

func (*naive) fault(error) (fault, bool) { return fault{}, false }

func (*naive) close(*testing.T) {}

// naiveEntities shows what is in a plain graph.
type naiveEntities struct{ *reference.Graph }

func (x naiveEntities) NodeLabels(dst []string, n graph.NodeID) []string {
	if x.Nodes[n].Deleted {
		return dst
	}
	return append(dst, x.Nodes[n].Labels...)
}

func (x naiveEntities) NodeProperties(dst []batch.Property, n graph.NodeID) []batch.Property {
	return properties(dst, x.Nodes[n].Deleted, x.Nodes[n].Props)
}

func (x naiveEntities) EdgeProperties(dst []batch.Property, e graph.Edge) []batch.Property {
	return properties(dst, x.Edge(e.ID).Deleted, x.Edge(e.ID).Props)
}

func properties(dst []batch.Property, deleted bool, props map[string]value.Value) []batch.Property {
	if deleted {
		return dst
	}
	for k, v := range props {
		dst = append(dst, batch.Property{Key: k, Value: v})
	}
	return dst
}

func (x naiveEntities) EdgeSource(e graph.Edge) graph.NodeID {
	return graph.NodeID(x.Edge(e.ID).From)
}
func (x naiveEntities) EdgeType(e graph.Edge) string      { return x.Edge(e.ID).Type }
func (naiveEntities) NodeElementID(n graph.NodeID) string { return strconv.Itoa(int(n)) }
func (naiveEntities) EdgeElementID(e graph.Edge) string   { return strconv.Itoa(int(e.ID)) }

func (naiveEntities) Enum(v value.Value) value.Value { return v }

// TestReference runs what gives rows with the naive evaluator, so that its word counts where
// it and the engine differ. It knows no procedures and few functions of time.
func TestReference(t *testing.T) {
	dir := tckDir(t)
	features, err := readFeatures(filepath.Join(dir, "features"))
	if err != nil {
		t.Fatal(err)
	}
	passed, unknown := 0, 0
	reasons := map[string]int{}
	for _, f := range features {
		for _, s := range f.scenarios {
			if s.raises() {
				continue
			}
			start := s.graph
			if start == "any" {
				start = "empty"
			}
			err := s.play(t.Context(), &naive{&reference.Graph{}}, dir, start)
			switch {
			case errors.Is(err, reference.ErrUnsupported):
				unknown++
				reasons[strings.TrimSpace(err.Error()[strings.LastIndex(err.Error(), "reference:"):])]++
			case err != nil:
				t.Errorf("%s\n%v", s, err)
			default:
				passed++
			}
		}
	}
	t.Log(reasons)
	t.Logf("%d scenarios passed, %d have what is not known", passed, unknown)
	if passed < 2000 {
		t.Error("these are too few")
	}
}

// raises tells whether a query of the scenario has to fail.
func (s *scenario) raises() bool {
	for _, c := range s.checks {
		if c.raised != nil {
			return true
		}
	}
	return false
}
