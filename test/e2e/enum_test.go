package e2e

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// TestEnums sends values of enums as the map that stands for them, and finds them again after
// a crash, in the log and in a snapshot.
func TestEnums(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s, d := start(t, dir)
	query(t, d, "CREATE ENUM Status VALUES { Good, Okay, Bad }")
	query(t, d, "CREATE ENUM Level VALUES { Low }")
	query(t, d, "CREATE INDEX ON :N(s)")
	query(t, d, "SET DESCRIPTION ON PROPERTY code VALUE 'HR' 'Croatia'")
	good := map[string]any{"__type": "mg_enum", "__value": "Status::Good"}
	session := open(t, d, neo4j.SessionConfig{})
	consume(t, in(session), "CREATE (:N {s: $x, list: [$x, Level::Low]})-[:T {s: Status::Bad}]->()", map[string]any{"x": good})
	for _, c := range []struct{ text, want string }{
		{"RETURN valueType($x)", "ENUM"},
		{"RETURN valueType($rows[0].x)", "ENUM"},
		{"RETURN $x", fmt.Sprint(good)},
		{"RETURN $x < Status::Bad", "true"},
	} {
		params := map[string]any{"x": good, "rows": []any{map[string]any{"x": good}}}
		if got := fmt.Sprint(one(t, in(session), c.text, params)); got != c.want {
			t.Errorf("%s: got %s, want %s", c.text, got, c.want)
		}
	}
	for _, wrong := range []string{"Status::Gone", "Nothing::Good", "Good"} {
		err := attempt(t.Context(), in(session), "RETURN $x", map[string]any{"x": map[string]any{"__type": "mg_enum", "__value": wrong}})
		wantFailure(t, err, "Neo.ClientError.Statement.ArgumentError", "UnknownEnum")
	}
	query(t, d, "ALTER ENUM Status UPDATE VALUE Good TO Great")
	check := func(d neo4j.DriverWithContext) {
		t.Helper()
		session := open(t, d, neo4j.SessionConfig{})
		for text, want := range map[string]string{
			"MATCH (n:N) RETURN n.s":                                       "map[__type:mg_enum __value:Status::Great]",
			"MATCH (n:N {s: Status::Great}) RETURN toString(n.list[0])":    "Status::Great",
			"MATCH (n:N) RETURN toString(n.list[1])":                       "Level::Low",
			"MATCH (:N)-[r]->() RETURN properties(r)":                      "map[s:map[__type:mg_enum __value:Status::Bad]]",
			"RETURN description('code', 'HR')":                             "Croatia",
			"MATCH (n:N) WHERE n.s < Status::Okay RETURN n.s = n.list[0]":  "true",
			"MATCH (n:N) RETURN n.s IN [Level::Low, Status::Great] AS yes": "true",
		} {
			if got := fmt.Sprint(one(t, in(session), text, nil)); got != want {
				t.Errorf("%s: got %s, want %s", text, got, want)
			}
		}
		n, _ := one(t, in(session), "MATCH (n:N) RETURN n", nil).(neo4j.Node)
		if got := fmt.Sprint(n.Props["s"]); got != "map[__type:mg_enum __value:Status::Great]" {
			t.Errorf("the node has %s", got)
		}
	}
	check(d)
	s.Kill()
	s, d = start(t, dir)
	check(d)
	query(t, d, "CREATE SNAPSHOT")
	query(t, d, "ALTER ENUM Status ADD VALUE Ugly")
	s.Kill()
	_, d = start(t, dir)
	check(d)
	if got := one(t, in(open(t, d, neo4j.SessionConfig{})), "RETURN Status::Ugly > Status::Bad", nil); got != true {
		t.Errorf("got %v", got)
	}
}
