package procedure

import (
	"slices"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// dbProcedures list the names that the graph uses, sorted.
func dbProcedures() []Procedure {
	return []Procedure{
		{Name: "db.labels", Results: []Result{{"label", String}}, Call: labels},
		{Name: "db.relationshipTypes", Results: []Result{{"relationshipType", String}}, Call: relationshipTypes},
		{Name: "db.propertyKeys", Results: []Result{{"propertyKey", String}}, Call: propertyKeys},
	}
}

// labels lists the labels that some node has.
func labels(c *Context, _ []value.Value) (Rows, error) {
	var used []string
	var one [1]graph.NodeID
	for i, name := range c.Store.Labels() {
		if err := c.Interrupted(); err != nil {
			return nil, err
		}
		if c.Tx.ScanLabel(graph.LabelID(i)).Next(one[:]) > 0 {
			used = append(used, name)
		}
	}
	slices.Sort(used)
	return words(used), nil
}

// relationshipTypes lists the types that some relationship has.
func relationshipTypes(c *Context, _ []value.Value) (Rows, error) {
	var used []string
	var one [1]graph.Edge
	for i, name := range c.Store.Types() {
		if err := c.Interrupted(); err != nil {
			return nil, err
		}
		if c.Tx.ScanEdges([]graph.TypeID{graph.TypeID(i)}).Next(one[:]) > 0 {
			used = append(used, name)
		}
	}
	slices.Sort(used)
	return words(used), nil
}

// propertyKeys lists the keys that properties have, or had: names are never forgotten.
func propertyKeys(c *Context, _ []value.Value) (Rows, error) {
	keys := c.Store.Keys()
	slices.Sort(keys)
	return words(keys), nil
}
