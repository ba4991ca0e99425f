package e2e

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"
)

// TestClients replays what tools and libraries send that no test can install: a file of
// testdata/clients for each, over one server with the graph that the first statement of a file
// makes.
//
//	run [db=name]    runs the statement and shows its rows; lines that begin with $ are
//	                 parameters as JSON
//	shape [db=name]  shows the columns, and whether there were rows: they differ from run to run
//	managed          runs as drivers do with executeQuery: in an explicit transaction
func TestClients(t *testing.T) {
	t.Parallel()
	_, d := start(t, filepath.Join(t.TempDir(), "data"))
	datadriven.Walk(t, "testdata/clients", func(t *testing.T, path string) {
		t.Helper()
		s := open(t, d, neo4j.SessionConfig{})
		for _, text := range []string{"MATCH (n) DETACH DELETE n", "DROP ALL CONSTRAINTS", "DROP ALL INDEXES"} {
			consume(t, in(s), text, nil)
		}
		datadriven.RunTest(t, path, func(t *testing.T, c *datadriven.TestData) string {
			t.Helper()
			return replay(t, d, c)
		})
	})
}

// replay runs one statement of a file and shows what it gave.
func replay(t *testing.T, d neo4j.DriverWithContext, c *datadriven.TestData) string {
	t.Helper()
	text, params := parameters(t, c.Input)
	var db string
	c.MaybeScanArgs(t, "db", &db)
	s := d.NewSession(t.Context(), neo4j.SessionConfig{DatabaseName: db})
	defer func() { _ = s.Close(t.Context()) }()
	if c.Cmd == "managed" {
		columns, rows, err := managed(t, s, text, params)
		return answered(columns, rows, err, c.Cmd)
	}
	r, err := s.Run(t.Context(), text, params)
	if err != nil {
		return answered(nil, nil, err, c.Cmd)
	}
	columns, err := r.Keys()
	if err != nil {
		return answered(nil, nil, err, c.Cmd)
	}
	rows, err := r.Collect(t.Context())
	return answered(columns, rows, err, c.Cmd)
}

// managed runs a statement in a transaction that the driver manages.
func managed(t *testing.T, s neo4j.SessionWithContext, text string, params map[string]any) (columns []string, rows []*neo4j.Record, err error) {
	t.Helper()
	_, err = s.ExecuteWrite(t.Context(), func(tx neo4j.ManagedTransaction) (any, error) {
		r, failed := tx.Run(t.Context(), text, params)
		if failed != nil {
			return nil, failed
		}
		if columns, failed = r.Keys(); failed != nil {
			return nil, failed
		}
		rows, failed = r.Collect(t.Context())
		return nil, failed
	})
	return columns, rows, err
}

// answered renders a result.
func answered(columns []string, rows []*neo4j.Record, err error, how string) string {
	if err != nil {
		return strings.TrimPrefix(err.Error(), "Neo4jError: ")
	}
	out := []string{strings.Join(columns, " | ")}
	if how == "shape" {
		if len(rows) > 0 {
			out = append(out, "(rows)")
		}
		return strings.Join(out, "\n")
	}
	for _, row := range rows {
		cells := make([]string, len(row.Values))
		for i, v := range row.Values {
			cells[i] = cell(v)
		}
		out = append(out, strings.Join(cells, " | "))
	}
	return strings.Join(out, "\n")
}

// cell renders a value without what differs between runs: ids.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return fmt.Sprintf("%q", v)
	case dbtype.Node:
		labels := slices.Sorted(slices.Values(v.Labels))
		return strings.TrimSuffix("(:"+strings.Join(labels, ":")+" "+cell(v.Props), " {}") + ")"
	case dbtype.Relationship:
		return strings.TrimSuffix("[:"+v.Type+" "+cell(v.Props), " {}") + "]"
	case dbtype.Path:
		return fmt.Sprintf("a path of %d relationships", len(v.Relationships))
	case []any:
		list := make([]string, len(v))
		for i, e := range v {
			list[i] = cell(e)
		}
		return "[" + strings.Join(list, ", ") + "]"
	case map[string]any:
		list := make([]string, 0, len(v))
		for key, e := range v {
			list = append(list, key+": "+cell(e))
		}
		slices.Sort(list)
		return "{" + strings.Join(list, ", ") + "}"
	}
	return fmt.Sprint(v)
}
