// Package dump writes a database as statements that make it again: what DUMP DATABASE
// answers. The statements are those of Memgraph, in its order, so that either system reads
// the dump of the other:
//
//	CREATE ENUM `E` VALUES { `A`, `B` };
//	CREATE (:__mg_vertex__:`L` {__mg_id__: 0, `p`: 1});
//	CREATE INDEX ON :__mg_vertex__(__mg_id__);
//	MATCH (u:__mg_vertex__), (v:__mg_vertex__) WHERE u.__mg_id__ = 0 AND v.__mg_id__ = 1 CREATE (u)-[:`T` {`p`: 1}]->(v);
//	DROP INDEX ON :__mg_vertex__(__mg_id__);
//	MATCH (u) REMOVE u:__mg_vertex__, u.__mg_id__;
//	CREATE INDEX ON :`L`(`p`);
//	CREATE CONSTRAINT ON (u:`L`) ASSERT EXISTS (u.`p`);
//	SET DESCRIPTION ON LABEL :L "text";
//
// The label and the property by which relationships find their ends get an underscore more
// for as long as a node of the graph has a label or a property of that name.
//
// Everything comes from one view of the graph, and from the catalogue of that moment. Rows
// are made as they are taken: a dump needs no memory that grows with the graph.
package dump
