package procedure

import (
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// mergeProcedures are MERGE with labels, types and properties that data give, under the names
// that libraries call.
func mergeProcedures() []Procedure {
	empty, merge := value.Map(nil), auth.PrivilegesOf(auth.ModuleWrite, auth.Merge)
	node := []Argument{
		{Name: "labels", Type: ListOf(String)},
		{Name: "identProps", Type: Map},
		{Name: "onCreateProps", Type: Map, Optional: true, Default: empty},
		{Name: "onMatchProps", Type: Map, Optional: true, Default: empty},
	}
	rel := []Argument{
		{Name: "startNode", Type: Node},
		{Name: "relType", Type: String},
		{Name: "identProps", Type: Map},
		{Name: "onCreateProps", Type: Map},
		{Name: "endNode", Type: Node},
		{Name: "onMatchProps", Type: Map, Optional: true, Default: empty},
	}
	nodes, rels := []Result{{"node", Node}}, []Result{{"rel", Relationship}}
	const (
		aboutNode = "Finds the nodes with the labels and properties, or creates one."
		aboutRel  = "Finds the relationships between two nodes with the type and properties, or creates one."
	)
	return []Procedure{
		{Name: "apoc.merge.node", About: aboutNode, Mode: Write, Privileges: merge, Args: node, Results: nodes, Call: mergeNode},
		{Name: "merge.node", About: aboutNode, Mode: Write, Privileges: merge, Args: node, Results: nodes, Call: mergeNode},
		{Name: "apoc.merge.relationship", About: aboutRel, Mode: Write, Privileges: merge, Args: rel, Results: rels, Call: mergeRelationship},
		{Name: "merge.relationship", About: aboutRel, Mode: Write, Privileges: merge, Args: rel, Results: rels, Call: mergeRelationship},
		{
			Name: "apoc.create.addLabels", About: "Gives labels to a node, or to each of a list.", Mode: Write,
			Privileges: auth.PrivilegesOf(auth.ModuleWrite, auth.Set),
			Args:       []Argument{{Name: "nodes", Type: Any}, {Name: "labels", Type: ListOf(String)}},
			Results:    nodes, Call: addLabels,
		},
	}
}

// mergeNode is apoc.merge.node(labels, identProps, onCreateProps, onMatchProps).
func mergeNode(c *Context, args []value.Value) (Rows, error) {
	labels, err := internLabels(c, args[0])
	if err != nil {
		return nil, err
	}
	ident, err := readProperties(c, args[1])
	if err != nil {
		return nil, err
	}
	for _, p := range ident {
		if p.Value.IsNull() {
			return nil, nullIdentity(c, p)
		}
	}
	found, err := findNodes(c, labels, ident)
	if err != nil {
		return nil, err
	}
	if len(found) > 0 {
		more, failed := readProperties(c, args[3])
		if failed != nil {
			return nil, failed
		}
		rows := make([][]value.Value, len(found))
		for i, id := range found {
			for _, p := range more {
				if err = c.Tx.SetNodeProperty(id, p.Key, p.Value); err != nil {
					return nil, err
				}
			}
			rows[i] = []value.Value{value.Node(id)}
		}
		c.Changed(Changes{PropertiesSet: int64(len(more) * len(found))})
		return List(rows), nil
	}
	props, err := withCreated(c, ident, args[2])
	if err != nil {
		return nil, err
	}
	id, err := c.Tx.CreateNode(labels, props)
	if err != nil {
		return nil, err
	}
	c.Tx.NoteMerged(id)
	c.Changed(Changes{NodesCreated: 1, LabelsAdded: int64(len(labels)), PropertiesSet: int64(len(props))})
	return List([][]value.Value{{value.Node(id)}}), nil
}

// findNodes lists the nodes with all labels and properties.
func findNodes(c *Context, labels []graph.LabelID, ident []storage.Property) ([]graph.NodeID, error) {
	scan := c.Tx.ScanNodes()
	if len(labels) > 0 {
		scan = c.Tx.ScanLabel(labels[0])
	}
	for _, l := range labels {
		for _, p := range ident {
			if s, ok := c.Tx.ScanEqual(l, p.Key, p.Value); ok {
				scan = s
			}
		}
	}
	var out []graph.NodeID
	nodes := make([]graph.NodeID, scanned)
	for n := scan.Next(nodes); n > 0; n = scan.Next(nodes) {
		if err := c.Interrupted(); err != nil {
			return nil, err
		}
		before := len(out)
		for _, id := range nodes[:n] {
			if hasAll(c, id, labels, ident) {
				out = append(out, id)
			}
		}
		if err := c.Reserve(int64(len(out)-before) * keyBytes); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func hasAll(c *Context, id graph.NodeID, labels []graph.LabelID, ident []storage.Property) bool {
	for _, l := range labels {
		if !c.Tx.HasLabel(id, l) {
			return false
		}
	}
	for _, p := range ident {
		if value.Equal(c.Tx.NodeProperty(id, p.Key), p.Value) != value.Yes {
			return false
		}
	}
	return true
}

// mergeRelationship is apoc.merge.relationship(start, type, identProps, onCreateProps, end,
// onMatchProps).
func mergeRelationship(c *Context, args []value.Value) (Rows, error) {
	if args[0].IsNull() || args[4].IsNull() || args[1].IsNull() {
		return nil, failure.Argument("InvalidArgumentValue", "a relationship needs both of its nodes and a type").
			WithHint("look why one of them is null")
	}
	name := args[1].AsString()
	if name == "" {
		return nil, failure.Argument("InvalidArgumentValue", "a relationship type cannot be empty")
	}
	kind, err := c.Store.InternType(name)
	if err != nil {
		return nil, err
	}
	ident, err := readProperties(c, args[2])
	if err != nil {
		return nil, err
	}
	from, to := args[0].AsNode(), args[4].AsNode()
	found, err := findEdges(c, from, to, kind, ident)
	if err != nil {
		return nil, err
	}
	if len(found) > 0 {
		more, failed := readProperties(c, args[5])
		if failed != nil {
			return nil, failed
		}
		rows := make([][]value.Value, len(found))
		for i, e := range found {
			for _, p := range more {
				if err = c.Tx.SetEdgeProperty(e, p.Key, p.Value); err != nil {
					return nil, err
				}
			}
			rows[i] = []value.Value{value.Edge(e)}
		}
		c.Changed(Changes{PropertiesSet: int64(len(more) * len(found))})
		return List(rows), nil
	}
	props, err := withCreated(c, ident, args[3])
	if err != nil {
		return nil, err
	}
	e, err := c.Tx.CreateEdge(from, to, kind, props)
	if err != nil {
		return nil, err
	}
	c.Changed(Changes{RelationshipsCreated: 1, PropertiesSet: int64(len(props))})
	return List([][]value.Value{{value.Edge(e)}}), nil
}

// findEdges lists the relationships from one node to another of a type with all properties.
func findEdges(c *Context, from, to graph.NodeID, kind graph.TypeID, ident []storage.Property) ([]graph.Edge, error) {
	var out []graph.Edge
	for _, segment := range c.Tx.Adjacent(nil, from, graph.Out, []graph.TypeID{kind}) {
		if err := c.Interrupted(); err != nil {
			return nil, err
		}
		for i, id := range segment.Edges {
			e := graph.Edge{ID: id, Dst: segment.Nodes[i]}
			if e.Dst != to || !edgeHas(c, e, ident) {
				continue
			}
			if err := c.Reserve(keyBytes); err != nil {
				return nil, err
			}
			out = append(out, e)
		}
	}
	return out, nil
}

func edgeHas(c *Context, e graph.Edge, ident []storage.Property) bool {
	for _, p := range ident {
		if value.Equal(c.Tx.EdgeProperty(e, p.Key), p.Value) != value.Yes {
			return false
		}
	}
	return true
}

// addLabels is apoc.create.addLabels(nodes, labels).
func addLabels(c *Context, args []value.Value) (Rows, error) {
	labels, err := internLabels(c, args[1])
	if err != nil {
		return nil, err
	}
	nodes := []value.Value{args[0]}
	if args[0].Kind() == value.KindList {
		nodes = args[0].AsList()
	}
	var rows [][]value.Value
	added := int64(0)
	for _, n := range nodes {
		if n.IsNull() {
			continue
		}
		if n.Kind() != value.KindNode {
			return nil, failure.RuntimeType("InvalidArgumentType", "apoc.create.addLabels() expects nodes, not a value of type %s", n.Kind())
		}
		for _, l := range labels {
			changed, err := c.Tx.AddLabel(n.AsNode(), l)
			if err != nil {
				return nil, err
			}
			if changed {
				added++
			}
		}
		rows = append(rows, []value.Value{n})
	}
	c.Changed(Changes{LabelsAdded: added})
	return List(rows), nil
}

// internLabels gives ids to the labels of a list, each once.
func internLabels(c *Context, list value.Value) ([]graph.LabelID, error) {
	if list.IsNull() {
		return nil, nil
	}
	var out []graph.LabelID
	seen := map[graph.LabelID]bool{}
	for _, v := range list.AsList() {
		if v.IsNull() || v.AsString() == "" {
			return nil, failure.Argument("InvalidArgumentValue", "a label cannot be empty or null")
		}
		l, err := c.Store.InternLabel(v.AsString())
		if err != nil {
			return nil, err
		}
		if !seen[l] {
			seen[l] = true
			out = append(out, l)
		}
	}
	return out, nil
}

// readProperties gives ids to the keys of a map.
func readProperties(c *Context, m value.Value) ([]storage.Property, error) {
	if m.IsNull() {
		return nil, nil
	}
	out := make([]storage.Property, 0, len(m.AsMap()))
	for _, e := range m.AsMap() {
		if err := c.Storable(e.Value); err != nil {
			return nil, err
		}
		key, err := c.Store.InternKey(e.Key)
		if err != nil {
			return nil, err
		}
		out = append(out, storage.Property{Key: key, Value: e.Value})
	}
	return out, nil
}

// withCreated returns the properties of what is created: those that identify it and more.
func withCreated(c *Context, ident []storage.Property, more value.Value) ([]storage.Property, error) {
	extra, err := readProperties(c, more)
	if err != nil {
		return nil, err
	}
	at := map[graph.KeyID]int{}
	var props []storage.Property
	for _, list := range [][]storage.Property{ident, extra} {
		for _, p := range list {
			i, known := at[p.Key]
			switch {
			case known:
				props[i] = p
			case !p.Value.IsNull():
				at[p.Key] = len(props)
				props = append(props, p)
			}
		}
	}
	kept := props[:0]
	for _, p := range props {
		if !p.Value.IsNull() {
			kept = append(kept, p)
		}
	}
	return kept, nil
}

func nullIdentity(c *Context, p storage.Property) error {
	return failure.New(failure.SemanticError, failure.Runtime, "MergeReadOwnWrites",
		"a merge with null as the property `%s` could never find what it creates", c.Store.KeyName(p.Key)).
		WithHint("leave the property out")
}
