package procedure

import (
	"encoding/binary"
	"slices"
	"strings"

	"memgraphd/internal/query/auth"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// schemaProcedures tell which properties nodes and relationships have. They look at every
// one of them.
func schemaProcedures() []Procedure {
	seen := []Result{
		{"propertyName", String},
		{"propertyTypes", ListOf(String)},
		{"mandatory", Boolean},
		{"propertyObservations", Integer},
		{"totalObservations", Integer},
	}
	return []Procedure{
		{
			Name: "schema.node_type_properties", About: "The properties of nodes by their labels; looks at every node.",
			Results: append([]Result{{"nodeType", String}, {"nodeLabels", ListOf(String)}}, seen...),
			Call:    nodeTypeProperties, Privileges: auth.PrivilegesOf(auth.Match),
		},
		{
			Name: "schema.rel_type_properties", About: "The properties of relationships by their type and ends; looks at every relationship.",
			Results: append([]Result{
				{"relType", String}, {"sourceNodeLabels", ListOf(String)}, {"targetNodeLabels", ListOf(String)},
			}, seen...),
			Call: relTypeProperties, Privileges: auth.PrivilegesOf(auth.Match),
		},
	}
}

// scanned is how many nodes or relationships are looked at between two looks at the clock.
const scanned = 1024

// kind is what was seen of the nodes, or relationships, of one kind.
type kind struct {
	head  []value.Value // the columns that name the kind
	total int64
	keys  map[graph.KeyID]*seenKey
}

// seenKey is what was seen of one property.
type seenKey struct {
	times    int64
	byType   [value.KindEnum + 1]int64
	elements uint32 // of lists: a bit for each value.Kind of what is in them
}

// types has a bit for each value.Kind that was seen.
func (s *seenKey) types() uint32 {
	kinds := uint32(0)
	for k, n := range s.byType {
		if n > 0 {
			kinds |= 1 << k
		}
	}
	return kinds
}

// kinds gathers what is seen.
type kinds struct {
	c     *Context
	byKey map[string]*kind // by the numbers of types and labels
	key   []byte
	ids   []graph.LabelID
	props []storage.Property
}

// What the maps take for each entry, roughly.
const (
	kindBytes = 256
	keyBytes  = 256
)

// of returns the kind whose key is k.key; head makes the columns that name it.
func (k *kinds) of(head func() []value.Value) (*kind, error) {
	if found := k.byKey[string(k.key)]; found != nil {
		return found, nil
	}
	made := &kind{head: head(), keys: map[graph.KeyID]*seenKey{}}
	size := int64(kindBytes + len(k.key))
	for _, v := range made.head {
		size += v.Size()
	}
	if err := k.c.Reserve(size); err != nil {
		return nil, err
	}
	k.byKey[string(k.key)] = made
	return made, nil
}

// addLabels appends the labels of n to k.key.
func (k *kinds) addLabels(n graph.NodeID) {
	k.ids = k.c.Tx.AppendLabels(k.ids[:0], n)
	slices.Sort(k.ids)
	k.key = binary.AppendUvarint(k.key, uint64(len(k.ids)))
	for _, id := range k.ids {
		k.key = binary.AppendUvarint(k.key, uint64(id))
	}
}

// see counts k.props, the properties of one more node or relationship.
func (k *kinds) see(of *kind) error {
	of.total++
	for _, p := range k.props {
		seen := of.keys[p.Key]
		if seen == nil {
			if err := k.c.Reserve(keyBytes); err != nil {
				return err
			}
			seen = &seenKey{}
			of.keys[p.Key] = seen
		}
		seen.times++
		seen.byType[p.Value.Kind()]++
		if p.Value.Kind() == value.KindList {
			for _, x := range p.Value.AsList() {
				seen.elements |= 1 << x.Kind()
			}
		}
	}
	return nil
}

// rows gives a row for each property of each kind, and one for a kind without properties.
func (k *kinds) rows() (Rows, error) {
	list := k.sorted()
	count := 0
	for _, of := range list {
		count += max(1, len(of.keys))
	}
	if err := k.c.Reserve(int64(count) * kindBytes); err != nil {
		return nil, err
	}
	rows := make([][]value.Value, 0, count)
	for _, of := range list {
		if len(of.keys) == 0 {
			rows = append(rows, slices.Concat(of.head, []value.Value{
				value.String(""), value.List(nil), value.False, value.Int(0), value.Int(of.total),
			}))
			continue
		}
		first := len(rows)
		for key, seen := range of.keys {
			rows = append(rows, slices.Concat(of.head, []value.Value{
				value.String(k.c.Store.KeyName(key)), typeNames(seen.types()), value.Bool(seen.times == of.total),
				value.Int(seen.times), value.Int(of.total),
			}))
		}
		at := len(of.head)
		slices.SortFunc(rows[first:], func(a, b []value.Value) int {
			return strings.Compare(a[at].AsString(), b[at].AsString())
		})
	}
	return List(rows), nil
}

// typeNames lists the types of the kinds whose bits are set, as Memgraph calls them.
func typeNames(kinds uint32) value.Value {
	var names []string
	for k := value.KindNull; k <= value.KindEnum; k++ {
		if kinds&(1<<k) != 0 {
			names = append(names, typeName(k))
		}
	}
	slices.Sort(names)
	return texts(names)
}

func typeName(k value.Kind) string {
	switch k {
	case value.KindNull:
		return "Null"
	case value.KindBool:
		return "Bool"
	case value.KindInt:
		return "Int"
	case value.KindFloat:
		return "Double"
	case value.KindString:
		return "String"
	case value.KindBytes:
		return "Bytes"
	case value.KindList:
		return "List[Any]"
	case value.KindMap:
		return "Map[Any]"
	case value.KindNode, value.KindVirtualNode:
		return "Vertex"
	case value.KindEdge, value.KindVirtualEdge:
		return "Edge"
	case value.KindPath:
		return "Path"
	case value.KindDate:
		return "Date"
	case value.KindTime:
		return "ZonedTime"
	case value.KindLocalTime:
		return "LocalTime"
	case value.KindDateTime:
		return "ZonedDateTime"
	case value.KindLocalDateTime:
		return "LocalDateTime"
	case value.KindDuration:
		return "Duration"
	case value.KindPoint:
		return "Point"
	case value.KindEnum:
		return "Enum"
	}
	return k.String()
}

// labelsOf returns the names of a node's labels, sorted.
func (k *kinds) labelsOf(n graph.NodeID) []string {
	var names []string
	for _, l := range k.c.Tx.AppendLabels(nil, n) {
		names = append(names, k.c.Store.LabelName(l))
	}
	slices.Sort(names)
	return names
}

// quoted renders names as a pattern has them: :`A`:`B`.
func quoted(names []string) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteString(":`" + name + "`")
	}
	return b.String()
}

// texts returns a list of strings.
func texts(names []string) value.Value {
	list := make([]value.Value, len(names))
	for i, name := range names {
		list[i] = value.String(name)
	}
	return value.List(list)
}

// nodeTypeProperties looks at every node; those with the same labels are of one kind.
func nodeTypeProperties(c *Context, _ []value.Value) (Rows, error) {
	k, err := nodeKinds(c, func(labels []string) []value.Value {
		return []value.Value{value.String(quoted(labels)), texts(labels)}
	})
	if err != nil {
		return nil, err
	}
	return k.rows()
}

// nodeKinds looks at every node; head makes the columns that name those with some labels.
func nodeKinds(c *Context, head func(labels []string) []value.Value) (*kinds, error) {
	k := &kinds{c: c, byKey: map[string]*kind{}}
	nodes := make([]graph.NodeID, scanned)
	scan := c.Tx.ScanNodes()
	for n := scan.Next(nodes); n > 0; n = scan.Next(nodes) {
		if err := c.Interrupted(); err != nil {
			return nil, err
		}
		for _, id := range nodes[:n] {
			k.key = k.key[:0]
			k.addLabels(id)
			of, err := k.of(func() []value.Value { return head(k.labelsOf(id)) })
			if err != nil {
				return nil, err
			}
			k.props = c.Tx.AppendNodeProperties(k.props[:0], id)
			if err := k.see(of); err != nil {
				return nil, err
			}
		}
	}
	return k, nil
}

// relTypeProperties looks at every relationship; those of the same type between nodes with
// the same labels are of one kind.
func relTypeProperties(c *Context, _ []value.Value) (Rows, error) {
	k, err := relKinds(c, func(name string, from, to []string) []value.Value {
		return []value.Value{value.String(quoted([]string{name})), texts(from), texts(to)}
	})
	if err != nil {
		return nil, err
	}
	return k.rows()
}

// relKinds looks at every relationship; head makes the columns that name those of a type
// between nodes with some labels.
func relKinds(c *Context, head func(name string, from, to []string) []value.Value) (*kinds, error) {
	k := &kinds{c: c, byKey: map[string]*kind{}}
	edges := make([]graph.Edge, scanned)
	scan := c.Tx.ScanEdges(nil)
	for n := scan.Next(edges); n > 0; n = scan.Next(edges) {
		if err := c.Interrupted(); err != nil {
			return nil, err
		}
		for _, e := range edges[:n] {
			from, kind := c.Tx.EdgeSource(e), c.Tx.EdgeType(e)
			k.key = binary.AppendUvarint(k.key[:0], uint64(kind))
			k.addLabels(from)
			k.addLabels(e.Dst)
			of, err := k.of(func() []value.Value {
				return head(c.Store.TypeName(kind), k.labelsOf(from), k.labelsOf(e.Dst))
			})
			if err != nil {
				return nil, err
			}
			k.props = c.Tx.AppendEdgeProperties(k.props[:0], e)
			if err := k.see(of); err != nil {
				return nil, err
			}
		}
	}
	return k, nil
}
