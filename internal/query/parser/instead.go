package parser

import "strings"

// instead says what there is in place of statements that exist elsewhere only, by what they
// begin with; the longest beginning counts.
//
//nolint:gochecknoglobals // a table
var instead = []struct{ words, hint string }{
	{"CREATE DATABASE", anotherServer},
	{"DROP DATABASE", anotherServer},
	{"RENAME DATABASE", anotherServer},
	{"STORAGE MODE", "every database is IN_MEMORY_TRANSACTIONAL: no mode gives up what was committed"},
	{"EDGE IMPORT MODE", "LOAD CSV and memgraphd import are quick without a mode"},
	{"DROP GRAPH", "MATCH (n) DETACH DELETE n deletes everything; CALL (n) { DETACH DELETE n } IN TRANSACTIONS in portions"},
	{"ANALYZE GRAPH", "nothing has to be analyzed: what the planner counts by is kept up to date"},
	{"SET GLOBAL", oneLevel},
	{"SET SESSION", oneLevel},
	{"SET NEXT TRANSACTION", oneLevel},
	{"USING PERIODIC COMMIT", "CALL (row) { … } IN TRANSACTIONS OF 1000 ROWS commits in portions"},
	{"CREATE TRIGGER", "a client that writes can do in the same transaction what a trigger would"},
	{"CREATE TEXT INDEX", "an index on a label and a property serves equality, ranges and STARTS WITH; CONTAINS and =~ look at every node of the label"},
	{"CREATE FULLTEXT INDEX", "an index on a label and a property serves equality, ranges and STARTS WITH; CONTAINS and =~ look at every node of the label"},
	{"CREATE LOOKUP INDEX", "nothing has to be made: nodes are found by their labels, and relationships from their ends, without one"},
	{"CREATE OR REPLACE", "drop it before: DROP … IF EXISTS"},
	{"CREATE POINT INDEX", "point.distance() and point.withinBBox() look at every node of the label"},
	{"CREATE VECTOR", "keep vectors in a system that searches them, and the ids that it answers in properties here"},
	{"CREATE EDGE INDEX", "patterns begin at nodes: an index on a label and a property of one end is what helps"},
	{"CREATE GLOBAL", "patterns begin at nodes with a label: CREATE INDEX ON :Label(property)"},
	{"ENABLE TTL", "a timer that runs a statement through memgraphd shell can delete what is old"},
	{"CREATE KAFKA STREAM", oneClient},
	{"CREATE PULSAR STREAM", oneClient},
	{"GRANT DATABASE", "a server has one database: GRANT and DENY of privileges say who may do what in it"},
	{"DENY DATABASE", "a server has one database: GRANT and DENY of privileges say who may do what in it"},
	{"REGISTER REPLICA", standsAlone},
	{"SET REPLICATION ROLE", standsAlone},
	{"REGISTER INSTANCE", standsAlone},
	{"ADD COORDINATOR", standsAlone},
	{"SHOW INSTANCES", standsAlone},
	{"SHOW REPLICATION", "SHOW REPLICATION ROLE answers main: a server stands alone"},
	{"SHOW RUNNING TRANSACTIONS", "SHOW TRANSACTIONS lists all, with their state"},
	{"SHOW COMMITTING TRANSACTIONS", "SHOW TRANSACTIONS lists all, with their state"},
	{"SHOW ABORTING TRANSACTIONS", "SHOW TRANSACTIONS lists all, with their state"},
	{"SET PARAMETER", ownParameters},
	{"SHOW PARAMETERS", ownParameters},
	{"USING PARALLEL EXECUTION", "leave it out: statements that read much use several processors by themselves"},
	{"UPDATE CONFIG", "SET DATABASE SETTING changes what can be changed while the server runs; SHOW DATABASE SETTINGS lists it"},
}

const (
	anotherServer = "a server has one database, memgraph; start another server, with a data directory and a port of its own, for another one"
	oneLevel      = "all transactions have the level of --isolation-level, which is SNAPSHOT_ISOLATION unless it says otherwise"
	ownParameters = "parameters come with each statement; memgraphd shell keeps some with :param"
	oneClient     = "a client that reads the stream can write what it reads with a driver"
	standsAlone   = "a server stands alone; --storage-archive and memgraphd backup keep its data on another machine"
)

// insteadOf says what there is in place of a statement that exists elsewhere only; "" for nothing.
func insteadOf(words string) string {
	longest, hint := 0, ""
	for _, i := range instead {
		if len(i.words) > longest && strings.HasPrefix(words, i.words) {
			longest, hint = len(i.words), i.hint
		}
	}
	return hint
}
