package e2e

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// TestVirtualGraph gets nodes and relationships that are in no graph as a client sees them.
func TestVirtualGraph(t *testing.T) {
	t.Parallel()
	s, d := start(t, filepath.Join(t.TempDir(), "data"))
	query(t, d, "CREATE (:P {name: 'Ann'})-[:IN]->(:Team)<-[:IN]-(:P:Q {name: 'Bob'})")
	session := open(t, d, neo4j.SessionConfig{})
	const text = `MATCH p = (a:P)-[:IN]->(:Team)<-[:IN]-(b:P) WHERE a.name < b.name
		RETURN derive(p, {virtualEdgeType: 'PEER', relationshipProperties: {since: 7}, sourceNodeProperties: $props}) AS g`
	g, _ := one(t, in(session), text, map[string]any{"props": map[string]any{"x": []any{int64(1), "a"}}}).(map[string]any)
	nodes, _ := g["nodes"].([]any)
	edges, _ := g["edges"].([]any)
	if len(nodes) != 2 || len(edges) != 1 {
		t.Fatalf("got %v", g)
	}
	from, _ := nodes[0].(neo4j.Node)
	to, _ := nodes[1].(neo4j.Node)
	edge, _ := edges[0].(neo4j.Relationship)
	got := fmt.Sprintln(from.ElementId, from.Labels, from.Props, to.ElementId, to.Labels, to.Props,
		edge.ElementId, edge.Type, edge.Props, edge.StartElementId, edge.EndElementId)
	want := "-1 [P] map[x:[1 a]] -2 [P Q] map[name:Bob] -3 PEER map[since:7] -1 -2\n"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if from.GetId() != -1 || to.GetId() != -2 || edge.GetId() != -3 || edge.StartId != -1 || edge.EndId != -2 { //nolint:staticcheck // what clients of version 4 use
		t.Errorf("the ids are %+v, %+v, %+v", from, to, edge)
	}
	const virtual = "MATCH p = (:P)-[:IN]->() WITH derive(p, {virtualEdgeType: 'X'}) AS g UNWIND g.nodes AS n "
	for _, wrong := range []string{"SET n.x = 1", "DELETE n", "MATCH (n)-->(m) RETURN m", "CREATE (:Y {y: n})", "CREATE (n)-[:Y]->()"} {
		err := attempt(t.Context(), in(session), virtual+wrong, nil)
		wantFailure(t, err, "Neo.ClientError.Statement.TypeError", "VIRTUAL NODE")
	}
	if n := one(t, in(session), "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN count(n) + count(r)", nil); n != int64(5) {
		t.Errorf("%v nodes and relationships are in the graph", n)
	}
	s.Kill()
}
