package load_test

import (
	"strings"
	"testing"

	"memgraphd/internal/load"
)

// exported is what APOC exports for cypher-shell.
const exported = `:begin
CREATE RANGE INDEX FOR (n:Person) ON (n.name);
CREATE CONSTRAINT UNIQUE_IMPORT_NAME FOR (node:` + "`UNIQUE IMPORT LABEL`) REQUIRE (node.`UNIQUE IMPORT ID`" + `) IS UNIQUE;
:commit
CALL db.awaitIndexes(300);
:begin
UNWIND [{_id:0, properties:{born:1815, name:"Ada"}}, {_id:1, properties:{name:"Mary"}}] AS row
CREATE (n:` + "`UNIQUE IMPORT LABEL`{`UNIQUE IMPORT ID`" + `: row._id}) SET n += row.properties SET n:Person;
:commit
:begin
UNWIND [{start: {_id:1}, end: {_id:0}, properties:{subject:"mathematics"}}] AS row
MATCH (start:` + "`UNIQUE IMPORT LABEL`{`UNIQUE IMPORT ID`" + `: row.start._id})
MATCH (end:` + "`UNIQUE IMPORT LABEL`{`UNIQUE IMPORT ID`" + `: row.end._id})
CREATE (start)-[r:TAUGHT]->(end) SET r += row.properties;
:commit
:begin
MATCH (n:` + "`UNIQUE IMPORT LABEL`)  WITH n LIMIT 20000 REMOVE n:`UNIQUE IMPORT LABEL` REMOVE n.`UNIQUE IMPORT ID`" + `;
:commit
:begin
DROP CONSTRAINT UNIQUE_IMPORT_NAME;
:commit
`

// TestExport loads what APOC exports: the constraint that it makes for the import is dropped by its name in the end,
// also where the import goes on behind its creation.
func TestExport(t *testing.T) {
	s := newServer(t)
	if _, err := load.Run(t.Context(), options(s, exported)); err != nil {
		t.Fatal(err)
	}
	same := newServer(t)
	for _, text := range []string{
		"CREATE INDEX ON :Person(name)",
		"CREATE (:Person {born: 1815, name: 'Ada'})<-[:TAUGHT {subject: 'mathematics'}]-(:Person {name: 'Mary'})",
	} {
		if _, err := same.Run(t.Context(), text, nil); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := s.graph(t), same.graph(t); got != want {
		t.Errorf("the import makes\n%s\nand not\n%s", got, want)
	}
	if _, err := s.Run(t.Context(), "CREATE CONSTRAINT x FOR (n:`UNIQUE IMPORT LABEL`) REQUIRE n.`UNIQUE IMPORT ID` IS UNIQUE", nil); err != nil {
		t.Fatal(err)
	}
	tail := 1 + strings.Count(exported[:strings.Index(exported, "MATCH (n:")], "\n")
	o := options(s, exported)
	o.FromLine = tail
	if _, err := load.Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if _, err := load.Run(t.Context(), options(s, "DROP CONSTRAINT none;")); err == nil || !strings.Contains(err.Error(), "ConstraintNotFound") {
		t.Error(err)
	}
}
