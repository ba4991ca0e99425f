package procedure

import (
	"maps"
	"slices"
	"strings"

	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// survey is what was seen of the graph, by label and by relationship type.
type survey struct {
	c     *Context
	nodes []nodeKind
	edges []edgeKind
}

// nodeKind are the nodes with one set of labels.
type nodeKind struct {
	*kind
	labels []string
}

// edgeKind are the relationships of one type between nodes with one set of labels each.
type edgeKind struct {
	*kind
	name     string
	from, to []string
}

// look looks at every node and every relationship.
func look(c *Context) (*survey, error) {
	s := &survey{c: c}
	nodes, err := nodeKinds(c, func(labels []string) []value.Value { return []value.Value{texts(labels)} })
	if err != nil {
		return nil, err
	}
	edges, err := relKinds(c, func(name string, from, to []string) []value.Value {
		return []value.Value{value.String(name), texts(from), texts(to)}
	})
	if err != nil {
		return nil, err
	}
	for _, k := range nodes.sorted() {
		s.nodes = append(s.nodes, nodeKind{k, stringsIn(k.head[0])})
	}
	for _, k := range edges.sorted() {
		s.edges = append(s.edges, edgeKind{k, k.head[0].AsString(), stringsIn(k.head[1]), stringsIn(k.head[2])})
	}
	return s, nil
}

// sorted lists the kinds by what names them.
func (k *kinds) sorted() []*kind {
	return slices.SortedFunc(maps.Values(k.byKey), func(a, b *kind) int {
		return slices.CompareFunc(a.head, b.head, value.Order)
	})
}

// stringsIn returns the strings of a list.
func stringsIn(list value.Value) []string {
	out := make([]string, len(list.AsList()))
	for i, v := range list.AsList() {
		out[i] = v.AsString()
	}
	return out
}

// group is what was seen of all nodes with a label, or all relationships of a type.
type group struct {
	name string
	kind
}

// add adds what was seen of a kind.
func (g *group) add(k *kind) {
	g.total += k.total
	for key, seen := range k.keys {
		of := g.keys[key]
		if of == nil {
			of = &seenKey{}
			g.keys[key] = of
		}
		of.times += seen.times
		of.elements |= seen.elements
		for i, n := range seen.byType {
			of.byType[i] += n
		}
	}
}

// labels groups the nodes by each of their labels.
func (s *survey) labels() []*group {
	byName := map[string]*group{}
	for _, n := range s.nodes {
		for _, l := range n.labels {
			groupOf(byName, l).add(n.kind)
		}
	}
	return groups(byName)
}

// types groups the relationships by their type.
func (s *survey) types() []*group {
	byName := map[string]*group{}
	for _, e := range s.edges {
		groupOf(byName, e.name).add(e.kind)
	}
	return groups(byName)
}

func groupOf(byName map[string]*group, name string) *group {
	g := byName[name]
	if g == nil {
		g = &group{name: name, kind: kind{keys: map[graph.KeyID]*seenKey{}}}
		byName[name] = g
	}
	return g
}

func groups(byName map[string]*group) []*group {
	return slices.SortedFunc(maps.Values(byName), func(a, b *group) int { return strings.Compare(a.name, b.name) })
}

// triple is how the nodes of two labels are connected.
type triple struct{ from, name, to string }

// triples counts the relationships of each type from each label to each label, in order. A
// node without labels counts as one with the label "".
func (s *survey) triples() ([]triple, map[triple]int64) {
	counts := map[triple]int64{}
	for _, e := range s.edges {
		for _, from := range orNone(e.from) {
			for _, to := range orNone(e.to) {
				counts[triple{from, e.name, to}] += e.total
			}
		}
	}
	order := slices.SortedFunc(maps.Keys(counts), func(a, b triple) int {
		return slices.Compare([]string{a.from, a.name, a.to}, []string{b.from, b.name, b.to})
	})
	return order, counts
}

func orNone(labels []string) []string {
	if len(labels) == 0 {
		return []string{""}
	}
	return labels
}

// property is a property of a group with its name.
type property struct {
	name string
	*seenKey
}

// properties lists what was seen of the properties of a group, by name.
func (s *survey) properties(k *kind) []property {
	out := make([]property, 0, len(k.keys))
	for key, seen := range k.keys {
		out = append(out, property{s.c.Store.KeyName(key), seen})
	}
	slices.SortFunc(out, func(a, b property) int { return strings.Compare(a.name, b.name) })
	return out
}

// oneKind returns the type of a property that was seen most often.
func (s *seenKey) oneKind() value.Kind {
	best := value.KindNull
	for k, n := range s.byType {
		if n > s.byType[best] {
			best = value.Kind(k)
		}
	}
	return best
}

// mapOf makes a map of pairs of a name and a value.
func mapOf(pairs ...any) value.Value {
	entries := make([]value.Entry, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		v, _ := pairs[i+1].(value.Value)
		entries = append(entries, value.Entry{Key: name, Value: v})
	}
	return value.Map(entries)
}

// eachNode hands the property key of each node of a scan to see.
func eachNode(c *Context, scan *storage.NodeScan, see func(v value.Value) error, key graph.KeyID) error {
	nodes := make([]graph.NodeID, scanned)
	for n := scan.Next(nodes); n > 0; n = scan.Next(nodes) {
		if err := c.Interrupted(); err != nil {
			return err
		}
		for _, id := range nodes[:n] {
			if err := see(c.Tx.NodeProperty(id, key)); err != nil {
				return err
			}
		}
	}
	return nil
}
