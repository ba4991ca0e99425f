// Package bulk puts files of nodes and relationships into a running server: files of comma-separated values with the
// headers of neo4j-admin's importer, and JSON as APOC and Memgraph's MAGE write it.
//
// All nodes go in before the first relationship. One goroutine reads and converts rows and gathers those that the same
// statement can create; several connections send such batches, each in a transaction of its own:
//
//	UNWIND $rows AS r CREATE (n:`Person` {`name`: r[0], `born`: date(r[1])}) RETURN collect(id(n)) AS ids
//	UNWIND $rows AS r MATCH (a) WHERE id(a) = r[0] MATCH (b) WHERE id(b) = r[1] CREATE (a)-[:`KNOWS`]->(b)
//
// The ids of the file stay here, beside the ids that the server gave the nodes, so that relationships find their ends
// without an index.
//
// A row that cannot be read, that refers to a node that is not there, or that the server refuses, is a bad row. To find
// those that the server refuses, a batch is halved until one row is left. Bad rows are written to a file and passed over,
// as many as are tolerated; the first one more ends the import. What was committed by then stays in the database, and the
// report says how much that is.
package bulk
