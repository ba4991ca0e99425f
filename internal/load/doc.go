// Package load runs the statements of a file against a server: dumps of this server and of
// Memgraph, and whatever else is written as statements that end with a semicolon.
//
// Statements are run in their order, many in a transaction. Those that a dump is full of,
//
//	CREATE (:A:B {p: 1})
//	MATCH (u:H), (v:H) WHERE u.k = 0 AND v.k = 1 CREATE (u)-[:T {p: 1}]->(v)
//
// are not sent one by one: runs of them that differ in their values alone become one
// statement with the values as parameters. That gives the same graph, because none of them
// reads what another one makes. The statement that takes the helpers of a dump away runs in
// several transactions.
//
// Data definition cannot be part of a transaction: it ends the batch and runs alone. A
// statement that this server does not have is passed over and told about; any other failure
// ends the load, and it is known which statements are in the database.
package load
