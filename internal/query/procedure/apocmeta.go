package procedure

import (
	"maps"
	"slices"

	"memgraphd/internal/query/auth"
	"memgraphd/internal/storage/value"
)

// apocMetaProcedures tell about the graph in the words of APOC, which libraries read before
// they ask.
func apocMetaProcedures() []Procedure {
	config := []Argument{{Name: "config", Type: Map, Optional: true}}
	return []Procedure{
		{
			Name: "apoc.meta.data", Privileges: auth.PrivilegesOf(auth.Match, auth.ModuleRead), About: "A row for each property and each way of being connected of each label and relationship type; looks at the whole graph.",
			Args: config, Call: metaData,
			Results: []Result{
				{"label", String},
				{"property", String},
				{"count", Integer},
				{"unique", Boolean},
				{"index", Boolean},
				{"existence", Boolean},
				{"type", String},
				{"array", Boolean},
				{"sample", ListOf(Any)},
				{"left", Integer},
				{"right", Integer},
				{"other", ListOf(String)},
				{"otherLabels", ListOf(String)},
				{"elementType", String},
			},
		},
		{
			Name: "apoc.meta.schema", Privileges: auth.PrivilegesOf(auth.Match, auth.ModuleRead), About: "The labels and relationship types with their properties as one map; looks at the whole graph.",
			Args: config, Results: []Result{{"value", Map}}, Call: metaSchema,
		},
		{
			Name: "apoc.meta.stats", Privileges: auth.PrivilegesOf(auth.Match, auth.ModuleRead), About: "How many nodes and relationships there are, in all and by label and type.",
			Call: metaStats,
			Results: []Result{
				{"labelCount", Integer},
				{"relTypeCount", Integer},
				{"propertyKeyCount", Integer},
				{"nodeCount", Integer},
				{"relCount", Integer},
				{"labels", Map},
				{"relTypes", Map},
				{"relTypesCount", Map},
				{"stats", Map},
			},
		},
		{
			Name: "apoc.schema.properties.distinct", Privileges: auth.PrivilegesOf(auth.Match, auth.ModuleRead), About: "The values that a property of a label has, each once; looks at every node of the label.",
			Args:    []Argument{{Name: "label", Type: String}, {Name: "key", Type: String}},
			Results: []Result{{"value", ListOf(Any)}}, Call: distinctValues,
		},
	}
}

// rules tells which properties of which labels have an index or a constraint.
type rules struct{ indexed, unique, demanded map[[2]string]bool }

func readRules(c *Context) (rules, error) {
	r := rules{map[[2]string]bool{}, map[[2]string]bool{}, map[[2]string]bool{}}
	indexes, err := shownRows(c, AboutIndexes, "label", "properties")
	if err != nil {
		return r, err
	}
	for _, row := range indexes {
		for _, key := range stringsIn(row[1]) {
			r.indexed[[2]string{row[0].AsString(), key}] = true
		}
	}
	constraints, err := shownRows(c, AboutConstraints, "label", "properties", "type")
	if err != nil {
		return r, err
	}
	for _, row := range constraints {
		keys := stringsIn(row[1])
		for _, key := range keys {
			at := [2]string{row[0].AsString(), key}
			switch row[2].AsString() {
			case "UNIQUENESS":
				r.unique[at] = len(keys) == 1 || r.unique[at]
				r.indexed[at] = true
			case "NODE_PROPERTY_EXISTENCE":
				r.demanded[at] = true
			}
		}
	}
	return r, nil
}

// metaData is apoc.meta.data().
func metaData(c *Context, _ []value.Value) (Rows, error) {
	s, err := look(c)
	if err != nil {
		return nil, err
	}
	r, err := readRules(c)
	if err != nil {
		return nil, err
	}
	var rows [][]value.Value
	for _, l := range s.labels() {
		for _, p := range s.properties(&l.kind) {
			rows = append(rows, r.metaRow(l.name, p, "node"))
		}
		rows = append(rows, s.connections(l, "node")...)
	}
	for _, t := range s.types() {
		for _, p := range s.properties(&t.kind) {
			rows = append(rows, rules{}.metaRow(t.name, p, "relationship"))
		}
		rows = append(rows, s.connections(t, "relationship")...)
	}
	return List(rows), nil
}

// metaRow is the row of a property.
func (r rules) metaRow(label string, p property, element string) []value.Value {
	at := [2]string{label, p.name}
	k := p.oneKind()
	return []value.Value{
		value.String(label), value.String(p.name), value.Int(p.times), value.Bool(r.unique[at]), value.Bool(r.indexed[at]),
		value.Bool(r.demanded[at]), value.String(apocType(k)), value.Bool(k == value.KindList), value.Null, value.Int(0),
		value.Int(0), value.List(nil), value.List(nil), value.String(element),
	}
}

// connections gives a row for each way in which a group is connected: a label by each type, a
// type from each label.
func (s *survey) connections(g *group, element string) [][]value.Value {
	type end struct {
		other []string
		count int64
	}
	ends := map[string]*end{}
	for _, e := range s.edges {
		names := e.from
		if element == "node" {
			names = []string{e.name}
			if !slices.Contains(e.from, g.name) {
				continue
			}
		} else if e.name != g.name {
			continue
		}
		for _, name := range names {
			of := ends[name]
			if of == nil {
				of = &end{}
				ends[name] = of
			}
			of.count += e.total
			for _, to := range e.to {
				if !slices.Contains(of.other, to) {
					of.other = append(of.other, to)
				}
			}
		}
	}
	rows := make([][]value.Value, 0, len(ends))
	for _, name := range slices.Sorted(maps.Keys(ends)) {
		of := ends[name]
		slices.Sort(of.other)
		rows = append(rows, []value.Value{
			value.String(g.name), value.String(name), value.Int(of.count), value.False, value.False, value.False,
			value.String("RELATIONSHIP"), value.True, value.Null, value.Int(of.count / max(g.total, 1)), value.Int(0),
			texts(of.other), value.List(nil), value.String(element),
		})
	}
	return rows
}

// apocType returns what APOC calls a type.
func apocType(k value.Kind) string {
	switch k { //nolint:exhaustive // the others are called as Cypher calls them
	case value.KindBool:
		return "BOOLEAN"
	case value.KindDateTime:
		return "DATE_TIME"
	case value.KindLocalDateTime:
		return "LOCAL_DATE_TIME"
	case value.KindLocalTime:
		return "LOCAL_TIME"
	case value.KindTime:
		return "TIME"
	case value.KindEnum:
		return "STRING"
	default:
		return k.String()
	}
}

// metaSchema is apoc.meta.schema().
func metaSchema(c *Context, _ []value.Value) (Rows, error) {
	s, err := look(c)
	if err != nil {
		return nil, err
	}
	r, err := readRules(c)
	if err != nil {
		return nil, err
	}
	types := map[string]value.Value{}
	var all []value.Entry
	for _, t := range s.types() {
		types[t.name] = s.metaProperties(rules{}, t)
		all = append(all, value.Entry{Key: t.name, Value: mapOf(
			"type", value.String("relationship"), "count", value.Int(t.total), "properties", types[t.name])})
	}
	for _, l := range s.labels() {
		entry := value.Entry{Key: l.name, Value: mapOf(
			"type", value.String("node"), "count", value.Int(l.total), "labels", texts(s.besides(l.name)),
			"properties", s.metaProperties(r, l), "relationships", s.metaRelationships(l.name, types))}
		if at := slices.IndexFunc(all, func(e value.Entry) bool { return e.Key == l.name }); at >= 0 {
			all[at] = entry // a label and a type of one name: the label is told
			continue
		}
		all = append(all, entry)
	}
	return List([][]value.Value{{value.Map(all)}}), nil
}

// besides lists the labels that nodes with a label have too.
func (s *survey) besides(label string) []string {
	var out []string
	for _, n := range s.nodes {
		if !slices.Contains(n.labels, label) {
			continue
		}
		for _, l := range n.labels {
			if l != label && !slices.Contains(out, l) {
				out = append(out, l)
			}
		}
	}
	slices.Sort(out)
	return out
}

func (s *survey) metaProperties(r rules, g *group) value.Value {
	var out []value.Entry
	for _, p := range s.properties(&g.kind) {
		at := [2]string{g.name, p.name}
		k := p.oneKind()
		out = append(out, value.Entry{Key: p.name, Value: mapOf(
			"type", value.String(apocType(k)), "array", value.Bool(k == value.KindList), "existence", value.Bool(r.demanded[at]),
			"indexed", value.Bool(r.indexed[at]), "unique", value.Bool(r.unique[at]))})
	}
	return value.Map(out)
}

// metaRelationships maps each type at a label to its direction, the labels of the other end
// and its properties. A type in both directions is told as one that goes out.
func (s *survey) metaRelationships(label string, types map[string]value.Value) value.Value {
	var out []value.Entry
	for _, direction := range []string{"out", "in"} {
		others, numbers := map[string][]string{}, map[string]int64{}
		for _, e := range s.edges {
			own, other := e.from, e.to
			if direction == "in" {
				own, other = e.to, e.from
			}
			if !slices.Contains(own, label) {
				continue
			}
			numbers[e.name] += e.total
			for _, l := range other {
				if !slices.Contains(others[e.name], l) {
					others[e.name] = append(others[e.name], l)
				}
			}
		}
		for _, name := range slices.Sorted(maps.Keys(numbers)) {
			if slices.ContainsFunc(out, func(e value.Entry) bool { return e.Key == name }) {
				continue
			}
			slices.Sort(others[name])
			out = append(out, value.Entry{Key: name, Value: mapOf(
				"direction", value.String(direction), "count", value.Int(numbers[name]), "labels", texts(others[name]),
				"properties", types[name])})
		}
	}
	return value.Map(out)
}

// metaStats is apoc.meta.stats().
func metaStats(c *Context, _ []value.Value) (Rows, error) {
	s, err := look(c)
	if err != nil {
		return nil, err
	}
	nodes, edges := int64(0), int64(0)
	for _, n := range s.nodes {
		nodes += n.total
	}
	var labels, types, ways []value.Entry
	for _, l := range s.labels() {
		labels = append(labels, value.Entry{Key: l.name, Value: value.Int(l.total)})
	}
	for _, t := range s.types() {
		edges += t.total
		types = append(types, value.Entry{Key: t.name, Value: value.Int(t.total)})
		ways = append(ways, value.Entry{Key: "()-[:" + t.name + "]->()", Value: value.Int(t.total)})
	}
	sums := map[string]int64{}
	for _, e := range s.edges {
		for _, l := range e.from {
			sums["(:"+l+")-[:"+e.name+"]->()"] += e.total
		}
		for _, l := range e.to {
			sums["()-[:"+e.name+"]->(:"+l+")"] += e.total
		}
	}
	for _, way := range slices.Sorted(maps.Keys(sums)) {
		ways = append(ways, value.Entry{Key: way, Value: value.Int(sums[way])})
	}
	properties := value.Int(int64(len(c.Store.Keys())))
	row := []value.Value{
		value.Int(int64(len(labels))), value.Int(int64(len(types))), properties, value.Int(nodes), value.Int(edges),
		value.Map(labels), value.Map(ways), value.Map(types),
	}
	row = append(row, mapOf("labelCount", row[0], "relTypeCount", row[1], "propertyKeyCount", row[2], "nodeCount", row[3],
		"relCount", row[4], "labels", row[5], "relTypes", row[6]))
	return List([][]value.Value{row}), nil
}

// distinctValues is apoc.schema.properties.distinct(label, key).
func distinctValues(c *Context, args []value.Value) (Rows, error) {
	var found []value.Value
	if args[0].IsNull() || args[1].IsNull() {
		return None, nil
	}
	label, known := c.Store.LookupLabel(args[0].AsString())
	key, used := c.Store.LookupKey(args[1].AsString())
	if known && used {
		seen := map[uint64][]value.Value{}
		err := eachNode(c, c.Tx.ScanLabel(label), func(v value.Value) error {
			if v.IsNull() {
				return nil
			}
			h := value.Hash(v)
			if slices.ContainsFunc(seen[h], func(x value.Value) bool { return value.Same(x, v) }) {
				return nil
			}
			if err := c.Reserve(2 * v.Size()); err != nil {
				return err
			}
			seen[h] = append(seen[h], v)
			found = append(found, v)
			return nil
		}, key)
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(found, value.Order)
	return List([][]value.Value{{value.List(found)}}), nil
}
