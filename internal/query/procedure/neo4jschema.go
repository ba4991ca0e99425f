package procedure

import (
	"slices"
	"strings"

	"memgraphd/internal/query/auth"
	"memgraphd/internal/storage/value"
)

// neo4jSchemaProcedures tell about the graph what schema.go tells, in the words of Neo4j.
func neo4jSchemaProcedures() []Procedure {
	seen := []Result{{"propertyName", String}, {"propertyTypes", ListOf(String)}, {"mandatory", Boolean}}
	drawn := []Result{{"nodes", ListOf(Node)}, {"relationships", ListOf(Relationship)}}
	return []Procedure{
		{
			Name: "db.schema.nodeTypeProperties", Privileges: auth.PrivilegesOf(auth.Match, auth.ModuleRead), About: "The properties of nodes by their labels; looks at every node.",
			Results: append([]Result{{"nodeType", String}, {"nodeLabels", ListOf(String)}}, seen...),
			Call:    nodeProperties,
		},
		{
			Name: "db.schema.relTypeProperties", Privileges: auth.PrivilegesOf(auth.Match, auth.ModuleRead), About: "The properties of relationships by their type; looks at every relationship.",
			Results: append([]Result{{"relType", String}}, seen...),
			Call:    relProperties,
		},
		{
			Name: "db.schema.visualization", Privileges: auth.PrivilegesOf(auth.Match, auth.ModuleRead), About: "A virtual node for each label and a virtual relationship for each way that they are connected.",
			Results: drawn, Call: drawSchema,
		},
		{
			Name: "apoc.meta.graph", Privileges: auth.PrivilegesOf(auth.Match, auth.ModuleRead), About: "A virtual node for each label and a virtual relationship for each way that they are connected.",
			Args: []Argument{{Name: "config", Type: Map, Optional: true}}, Results: drawn, Call: drawSchema,
		},
		{
			Name: "apoc.meta.graphSample", Privileges: auth.PrivilegesOf(auth.Match, auth.ModuleRead), About: "A virtual node for each label and a virtual relationship for each way that they are connected.",
			Args: []Argument{{Name: "config", Type: Map, Optional: true}}, Results: drawn, Call: drawSchema,
		},
	}
}

// nodeProperties is db.schema.nodeTypeProperties().
func nodeProperties(c *Context, _ []value.Value) (Rows, error) {
	s, err := look(c)
	if err != nil {
		return nil, err
	}
	var rows [][]value.Value
	for _, n := range s.nodes {
		rows = append(rows, s.neo4jRows(n.kind, value.String(quoted(n.labels)), texts(n.labels))...)
	}
	return List(rows), nil
}

// relProperties is db.schema.relTypeProperties().
func relProperties(c *Context, _ []value.Value) (Rows, error) {
	s, err := look(c)
	if err != nil {
		return nil, err
	}
	var rows [][]value.Value
	for _, t := range s.types() {
		rows = append(rows, s.neo4jRows(&t.kind, value.String(quoted([]string{t.name})))...)
	}
	return List(rows), nil
}

// neo4jRows gives a row for each property of a kind, and one for a kind without properties.
func (s *survey) neo4jRows(k *kind, head ...value.Value) [][]value.Value {
	if len(k.keys) == 0 {
		return [][]value.Value{append(slices.Clone(head), value.Null, value.Null, value.False)}
	}
	var rows [][]value.Value
	for _, p := range s.properties(k) {
		rows = append(rows, append(slices.Clone(head),
			value.String(p.name), texts(p.neo4jTypes()), value.Bool(p.times == k.total)))
	}
	return rows
}

// neo4jTypes lists the types of a property as the tools of Neo4j know them.
func (s *seenKey) neo4jTypes() []string {
	var names []string
	for k := value.KindBool; k <= value.KindEnum; k++ {
		if s.byType[k] == 0 {
			continue
		}
		if k != value.KindList {
			names = append(names, neo4jType(k))
			continue
		}
		element := "Any"
		for e := value.KindBool; e <= value.KindEnum; e++ {
			if s.elements == 1<<e {
				element = neo4jType(e)
			}
		}
		names = append(names, element+"Array")
	}
	slices.Sort(names)
	return names
}

func neo4jType(k value.Kind) string {
	switch k { //nolint:exhaustive // the others are called as Memgraph calls them
	case value.KindBool:
		return "Boolean"
	case value.KindInt:
		return "Long"
	case value.KindFloat:
		return "Double"
	case value.KindBytes:
		return "ByteArray"
	case value.KindMap:
		return "Map"
	case value.KindTime:
		return "Time"
	case value.KindDateTime:
		return "DateTime"
	case value.KindEnum:
		return "String"
	default:
		return strings.TrimSuffix(typeName(k), "[Any]")
	}
}

// drawSchema is db.schema.visualization() and its like.
func drawSchema(c *Context, _ []value.Value) (Rows, error) {
	s, err := look(c)
	if err != nil {
		return nil, err
	}
	indexed, constrained, err := schemaWords(c)
	if err != nil {
		return nil, err
	}
	id := int64(0)
	next := func() int64 { id--; return id }
	drawn := map[string]*value.VirtualNode{}
	var nodes, edges []value.Value
	node := func(label string, count int64) {
		n := &value.VirtualNode{ID: next(), Labels: orNone([]string{label}), Properties: mapOf(
			"name", value.String(label), "count", value.Int(count), "indexes", texts(indexed[label]), "constraints", texts(constrained[label]))}
		if label == "" {
			n.Labels = nil
		}
		drawn[label] = n
		nodes = append(nodes, value.OfVirtualNode(n))
	}
	for _, l := range s.labels() {
		node(l.name, l.total)
	}
	order, counts := s.triples()
	for _, t := range order {
		for _, end := range []string{t.from, t.to} {
			if drawn[end] == nil {
				node(end, s.unlabelled())
			}
		}
		edges = append(edges, value.OfVirtualEdge(&value.VirtualEdge{
			ID: next(), Type: t.name, From: drawn[t.from], To: drawn[t.to],
			Properties: mapOf("name", value.String(t.name), "type", value.String(t.name), "count", value.Int(counts[t])),
		}))
	}
	return List([][]value.Value{{value.List(nodes), value.List(edges)}}), nil
}

// unlabelled counts the nodes without labels.
func (s *survey) unlabelled() int64 {
	for _, n := range s.nodes {
		if len(n.labels) == 0 {
			return n.total
		}
	}
	return 0
}

// schemaWords returns for each label the properties with an index, and the constraints.
func schemaWords(c *Context) (indexed, constrained map[string][]string, err error) {
	indexed, constrained = map[string][]string{}, map[string][]string{}
	if c.Server == nil {
		return indexed, constrained, nil
	}
	for _, x := range []struct {
		topic  Topic
		column string
		into   map[string][]string
	}{{AboutIndexes, "properties", indexed}, {AboutConstraints, "createStatement", constrained}} {
		rows, err := shownRows(c, x.topic, "label", x.column)
		if err != nil {
			return nil, nil, err
		}
		for _, row := range rows {
			label := row[0].AsString()
			if row[1].Kind() == value.KindString {
				x.into[label] = append(x.into[label], row[1].AsString())
			} else {
				x.into[label] = append(x.into[label], stringsIn(row[1])...)
			}
		}
	}
	return indexed, constrained, nil
}

// shownRows returns some columns of a list that the server shows.
func shownRows(c *Context, what Topic, columns ...string) ([][]value.Value, error) {
	if c.Server == nil {
		return nil, nil
	}
	names, rows, err := c.Server.Show(what)
	if err != nil {
		return nil, err
	}
	out := make([][]value.Value, len(rows))
	for i, row := range rows {
		out[i] = make([]value.Value, len(columns))
		for to, name := range columns {
			if at := slices.Index(names, name); at >= 0 {
				out[i][to] = row[at]
			}
		}
	}
	return out, nil
}
