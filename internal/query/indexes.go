package query

import (
	"context"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/value"
)

// changeIndex creates or drops an index.
func (s *Session) changeIndex(ctx context.Context, schema schemaChanger, r *Result, st *ast.IndexStatement) error {
	store := s.engine.o.Store
	switch {
	case st.All:
		return dropIndexes(ctx, store, schema, r)
	case st.Name != nil:
		return s.dropNamedIndex(ctx, schema, r, st)
	}
	label, err := store.InternLabel(st.Label.Text)
	if err != nil {
		return err
	}
	def := storage.IndexDef{Label: label}
	if st.Property != nil {
		def.HasKey = true
		if def.Key, err = store.InternKey(st.Property.Text); err != nil {
			return err
		}
	}
	what := indexWords(store, def)
	if st.Drop {
		return dropOneIndex(ctx, schema, r, def, what)
	}
	created, err := schema.CreateIndex(ctx, def)
	if err != nil {
		return err
	}
	r.summary.indexNotice(created, "CreateIndex", "Created index "+what+".", "IndexAlreadyExists", "Index "+what+" already exists.")
	if created {
		r.summary.Counters.IndexesAdded = 1
	}
	return nil
}

// dropNamedIndex drops the index that SHOW INDEXES calls by the statement's name.
func (s *Session) dropNamedIndex(ctx context.Context, schema schemaChanger, r *Result, st *ast.IndexStatement) error {
	store := s.engine.o.Store
	for _, x := range store.Indexes() {
		if indexName(store, x.IndexDef) == st.Name.Text && s.seesLabel(store.LabelName(x.Label)) {
			return dropOneIndex(ctx, schema, r, x.IndexDef, indexWords(store, x.IndexDef))
		}
	}
	return notNamed(r, st.Name, st.IfExists, "Index", "index", "SHOW INDEXES")
}

// dropOneIndex drops an index, and says so.
func dropOneIndex(ctx context.Context, schema schemaChanger, r *Result, def storage.IndexDef, what string) error {
	dropped, err := schema.DropIndex(ctx, def)
	if err != nil {
		return err
	}
	r.summary.indexNotice(dropped, "DropIndex", "Dropped index "+what+".", "IndexDoesNotExist", "Index "+what+" doesn't exist.")
	if dropped {
		r.summary.Counters.IndexesRemoved = 1
	}
	return nil
}

// dropIndexes drops every index, each by a commit of its own.
func dropIndexes(ctx context.Context, store *storage.Store, schema schemaChanger, r *Result) error {
	for _, x := range store.Indexes() {
		dropped, err := schema.DropIndex(ctx, x.IndexDef)
		if err != nil {
			return err
		}
		if dropped {
			r.summary.Counters.IndexesRemoved++
		}
	}
	return nil
}

// indexName is how SHOW INDEXES calls an index.
func indexName(store *storage.Store, def storage.IndexDef) string {
	names := []string{store.LabelName(def.Label)}
	if def.HasKey {
		names = append(names, store.KeyName(def.Key))
	}
	return schemaName("index", names)
}

// indexWords is how messages call an index.
func indexWords(store *storage.Store, def storage.IndexDef) string {
	what := ":" + store.LabelName(def.Label)
	if def.HasKey {
		what += "(" + store.KeyName(def.Key) + ")"
	}
	return what
}

func showIndexInfo(_ context.Context, s *Session) (table, error) {
	store := s.engine.o.Store
	t := table{columns: []string{"index type", "label", "property", "count"}}
	whole := s.guard() == nil
	for _, i := range store.Indexes() {
		if !s.seesLabel(store.LabelName(i.Label)) {
			continue
		}
		kind, property, count := "label", value.Null, store.LabelCount(i.Label)
		if i.HasKey {
			kind, property, count = "label+property", value.String(store.KeyName(i.Key)), i.Entries
		}
		counted := value.Int(count)
		if !whole {
			counted = value.Null // it would count what is hidden
		}
		t.rows = append(t.rows, []value.Value{value.String(kind), value.String(store.LabelName(i.Label)), property, counted})
	}
	return t, nil
}

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
