package query

import (
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/constraint"
	"memgraphd/internal/storage/value"
)

// columnsOf splits the names of columns.
func columnsOf(names string) []string { return strings.Fields(names) }

// listIndexes shows the indexes with the columns of SHOW INDEX INFO and then those that
// Neo4j has.
func listIndexes(s *Session, st *ast.Admin, _ value.Value) (table, error) {
	store := s.engine.o.Store
	t := table{
		columns: append([]string{"index type"}, columnsOf(`label property count name state populationPercent type entityType
			labelsOrTypes properties indexProvider owningConstraint id lastRead readCount trackedSince options failureMessage
			createStatement`)...),
		further: 7,
	}
	for i, x := range store.Indexes() {
		label := store.LabelName(x.Label)
		if !s.seesLabel(label) {
			continue
		}
		old, kind, provider := "label", "LOOKUP", "token-lookup-1.0"
		property, count, keys := value.Null, store.LabelCount(x.Label), []string{}
		create := "CREATE INDEX ON :" + ast.NameString(label)
		if x.HasKey {
			key := store.KeyName(x.Key)
			old, kind, provider = "label+property", "RANGE", "range-1.0"
			property, count, keys = value.String(key), x.Entries, []string{key}
			create += "(" + ast.NameString(key) + ")"
		}
		if st.Kind != "" && st.Kind != kind {
			continue
		}
		state, percent := "ONLINE", 100.0
		if !x.Ready {
			state, percent = "POPULATING", 0
		}
		t.rows = append(t.rows, []value.Value{
			value.String(old), value.String(label), property, s.counted(count),
			value.String(indexName(store, x.IndexDef)),
			value.String(state), value.Float(percent), value.String(kind), value.String("NODE"),
			texts([]string{label}), texts(keys), value.String(provider), value.Null,
			value.Int(int64(i) + 1), value.Null, value.Null, value.Null, value.Map(nil), value.String(""), value.String(create),
		})
	}
	return t, nil
}

// counted is a number of nodes, or null where it would count what the user may not see.
func (s *Session) counted(n int64) value.Value {
	if s.guard() != nil {
		return value.Null
	}
	return value.Int(n)
}

// listConstraints shows the constraints with the columns of SHOW CONSTRAINT INFO and then
// those that Neo4j has.
func listConstraints(s *Session, st *ast.Admin, _ value.Value) (table, error) {
	store := s.engine.o.Store
	t := table{
		columns: append([]string{"constraint type"}, columnsOf(`label properties data_type name type entityType labelsOrTypes
			ownedIndex propertyType id options createStatement`)...),
		further: 3,
	}
	for i, c := range store.Constraints() {
		label := store.LabelName(c.Label)
		if !s.seesLabel(label) {
			continue
		}
		keys := make([]string, len(c.Keys))
		for k, key := range c.Keys {
			keys[k] = store.KeyName(key)
		}
		kind, demand := constraintWords(c.Rule)
		if !ofKind(st.Kind, kind) {
			continue
		}
		typ, typeName := value.Null, ""
		if c.Rule == constraint.Typed {
			typeName = c.Type.String()
			typ = value.String(typeName)
			demand += typeName
		}
		t.rows = append(t.rows, []value.Value{
			value.String(c.Rule.String()), value.String(label), texts(keys), value.String(typeName),
			value.String(constraintName(store, &c.ConstraintDef)),
			value.String(kind), value.String("NODE"), texts([]string{label}), value.Null, typ, value.Int(int64(i) + 1), value.Map(nil),
			value.String("CREATE CONSTRAINT FOR (n:" + ast.NameString(label) + ") REQUIRE " + required(keys) + demand),
		})
	}
	return t, nil
}

// constraintWords returns what Neo4j calls a kind of constraint, and the end of the statement
// that makes one.
func constraintWords(r constraint.Rule) (kind, demand string) {
	switch r {
	case constraint.Unique:
		return "UNIQUENESS", " IS UNIQUE"
	case constraint.Exists:
		return "NODE_PROPERTY_EXISTENCE", " IS NOT NULL"
	case constraint.Typed:
		return "NODE_PROPERTY_TYPE", " IS :: "
	}
	return "UNKNOWN", ""
}

// required writes (n.a, n.b), or n.a.
func required(keys []string) string {
	list := make([]string, len(keys))
	for i, k := range keys {
		list[i] = "n." + ast.NameString(k)
	}
	if len(list) == 1 {
		return list[0]
	}
	return "(" + strings.Join(list, ", ") + ")"
}

// ofKind reports whether a constraint is one of those that the words before CONSTRAINTS ask
// for. None is on relationships.
func ofKind(asked, kind string) bool {
	words := strings.Fields(asked)
	if len(words) == 0 {
		return true
	}
	if strings.HasPrefix(words[0], "REL") {
		return false
	}
	switch words[len(words)-1] {
	case "UNIQUE", "UNIQUENESS":
		return kind == "UNIQUENESS"
	case "EXIST", "EXISTENCE":
		return kind == "NODE_PROPERTY_EXISTENCE"
	case "TYPE":
		return kind == "NODE_PROPERTY_TYPE"
	}
	return false
}
