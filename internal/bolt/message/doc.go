// Package message is what client and server say to each other, one file per message.
//
// A message is one PackStream structure; its tag says which:
//
//	client                                         since  until
//	01 HELLO      extra
//	6A LOGON      auth                              5.1
//	6B LOGOFF                                       5.1
//	54 TELEMETRY  api                               5.4
//	02 GOODBYE
//	0F RESET
//	10 RUN        query, parameters, extra
//	2F DISCARD    {n, qid}
//	3F PULL       {n, qid}
//	11 BEGIN      extra
//	12 COMMIT
//	13 ROLLBACK
//	66 ROUTE      routing, bookmarks, extra         4.3    (in 4.3 the name of a database instead of extra)
//
//	server
//	70 SUCCESS    metadata
//	71 RECORD     [values]
//	7E IGNORED
//	7F FAILURE    {code, message}                          5.6
//	   FAILURE    {neo4j_code, message, gql_status, description, diagnostic_record [, cause]}
//	                                                5.7
//
// Requests are decoded into structs that a connection uses again and again; replies are
// appended to its output buffer. A request keeps nothing of the bytes it was decoded
// from. When a message may come is decided by the state package; what it does, by the
// server.
//
// Entities of the graph are structures inside a RECORD, whose last fields in brackets
// exist from 5.0 on:
//
//	4E Node          id, [label], {properties} [, element id]
//	52 Relationship  id, start id, end id, type, {properties} [, element id, start element id, end element id]
//	50 Path          [nodes], [relationships without ends], [indices]
//	72 Relationship without ends, in a path: id, type, {properties} [, element id]
//
// A node or relationship that a query made with derive() and that is in no graph has the
// same structure. Its id is below 0, and its element id is the id as text.
//
// The indices of a path alternate: relationship, node, relationship, node … A
// relationship index begins at 1 and is negative where the relationship is followed
// against its direction; a node index begins at 0; the first node is always node 0.
package message
