package function

import (
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// Graph is what expressions ask of the graph, in the view that the statement reads.
//
// Everything works on columns: ids[i] gives dst[i], the two are equally long, and
// graph.NoNode or an edge without id leaves null (false, "" or 0 in typed columns). The
// caller's slices are not kept. Reading the labels or properties of an entity that the
// statement has deleted fails with EntityNotFound, DeletedEntityAccess; the ids, types
// and ends of deleted relationships can still be read.
type Graph interface {
	// NodeProperty reads one property of each node.
	NodeProperty(dst []value.Value, ids []graph.NodeID, key graph.KeyID) error
	// EdgeProperty reads one property of each relationship.
	EdgeProperty(dst []value.Value, edges []graph.Edge, key graph.KeyID) error
	// NodeProperties reads all properties of each node as a map.
	NodeProperties(dst []value.Value, ids []graph.NodeID) error
	// EdgeProperties reads all properties of each relationship as a map.
	EdgeProperties(dst []value.Value, edges []graph.Edge) error
	// NodeLabels reads the labels of each node as a list of strings.
	NodeLabels(dst []value.Value, ids []graph.NodeID) error
	// NodeHasLabels tells whether each node has all of labels.
	NodeHasLabels(dst []bool, ids []graph.NodeID, labels []graph.LabelID) error
	// NodeIsLabelled tells whether each node has any label.
	NodeIsLabelled(dst []bool, ids []graph.NodeID) error
	// EdgeTypes reads the type of each relationship.
	EdgeTypes(dst []graph.TypeID, edges []graph.Edge) error
	// EdgeSources reads the start node of each relationship.
	EdgeSources(dst []graph.NodeID, edges []graph.Edge) error
	// NodeDegrees counts the relationships of each node on one side or both.
	NodeDegrees(dst []int64, ids []graph.NodeID, d graph.Direction) error
	// NodeElementIDs renders the element id of each node.
	NodeElementIDs(dst []string, ids []graph.NodeID) error
	// EdgeElementIDs renders the element id of each relationship.
	EdgeElementIDs(dst []string, edges []graph.Edge) error

	// LookupKey, LookupLabel and LookupType find the number of a name that exists now.
	LookupKey(name string) (graph.KeyID, bool)
	LookupLabel(name string) (graph.LabelID, bool)
	LookupType(name string) (graph.TypeID, bool)
	// TypeName is the name of a relationship type.
	TypeName(t graph.TypeID) string
}
