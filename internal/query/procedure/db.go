package procedure

import (
	"slices"

	"memgraphd/internal/query/auth"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// dbProcedures list the names that the graph uses, sorted.
func dbProcedures() []Procedure {
	match := auth.PrivilegesOf(auth.Match)
	return []Procedure{
		{Name: "db.labels", About: "The labels in use.", Results: []Result{{"label", String}}, Call: labels, Privileges: match},
		{
			Name: "db.relationshipTypes", About: "The relationship types in use.",
			Results: []Result{{"relationshipType", String}}, Call: relationshipTypes, Privileges: match,
		},
		{
			Name: "db.propertyKeys", About: "The names that properties have or had.",
			Results: []Result{{"propertyKey", String}}, Call: propertyKeys, Privileges: match,
		},
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

// propertyKeys lists the keys that properties have, or had: names are never forgotten. Who may
// not see everything gets those of what is visible.
func propertyKeys(c *Context, _ []value.Value) (Rows, error) {
	keys := c.Store.Keys()
	if c.Tx.Guard() != nil {
		var err error
		if keys, err = visibleKeys(c); err != nil {
			return nil, err
		}
	}
	slices.Sort(keys)
	return words(keys), nil
}

// visibleKeys lists the keys of the properties that the transaction may read. It looks at
// all of them.
func visibleKeys(c *Context) ([]string, error) {
	var keys []string
	seen := map[graph.KeyID]bool{}
	note := func(props []storage.Property) {
		for _, p := range props {
			if !seen[p.Key] {
				seen[p.Key] = true
				keys = append(keys, c.Store.KeyName(p.Key))
			}
		}
	}
	var props []storage.Property
	nodes, scan := make([]graph.NodeID, scanned), c.Tx.ScanNodes()
	for n := scan.Next(nodes); n > 0; n = scan.Next(nodes) {
		if err := c.Interrupted(); err != nil {
			return nil, err
		}
		for _, id := range nodes[:n] {
			props = c.Tx.AppendNodeProperties(props[:0], id)
			note(props)
		}
	}
	edges, walk := make([]graph.Edge, scanned), c.Tx.ScanEdges(nil)
	for n := walk.Next(edges); n > 0; n = walk.Next(edges) {
		if err := c.Interrupted(); err != nil {
			return nil, err
		}
		for _, e := range edges[:n] {
			props = c.Tx.AppendEdgeProperties(props[:0], e)
			note(props)
		}
	}
	return keys, nil
}
