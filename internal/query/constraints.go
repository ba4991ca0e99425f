package query

import (
	"context"
	"errors"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/constraint"
	"memgraphd/internal/storage/value"
)

// changeConstraint creates or drops a constraint.
func (s *Session) changeConstraint(ctx context.Context, schema schemaChanger, r *Result, st *ast.ConstraintStatement) error {
	store := s.engine.o.Store
	switch {
	case st.All:
		return dropConstraints(ctx, store, schema, r)
	case st.Drop && st.Name != nil:
		return s.dropNamedConstraint(ctx, schema, r, st)
	}
	def, err := definitionOf(store, st)
	if err != nil {
		return err
	}
	if st.Name != nil {
		r.summary.Notifications = append(r.summary.Notifications, Notification{
			Code: "IndexConstraintNameIgnored", Title: "The name `" + st.Name.Text + "` of the constraint is not kept.",
			Description: "it is dropped by what it demands", Severity: "WARNING", Category: "SCHEMA",
		})
	}
	defs := []storage.ConstraintDef{def}
	if st.Key {
		defs = keyParts(def)
	}
	if st.Drop {
		return dropEach(ctx, store, schema, r, defs)
	}
	return createEach(ctx, store, schema, r, st, defs)
}

// keyParts are the constraints that a node key is: each property exists, and all together are
// unique.
func keyParts(key storage.ConstraintDef) []storage.ConstraintDef {
	parts := make([]storage.ConstraintDef, 0, len(key.Keys)+1)
	for i := range key.Keys {
		parts = append(parts, storage.ConstraintDef{Rule: constraint.Exists, Label: key.Label, Keys: key.Keys[i : i+1 : i+1]})
	}
	return append(parts, key)
}

// words says what a constraint is.
func words(store *storage.Store, d *storage.ConstraintDef) string {
	return d.Rule.Words() + " constraint on " + constraint.Target(d, store)
}

func dropEach(ctx context.Context, store *storage.Store, schema schemaChanger, r *Result, defs []storage.ConstraintDef) error {
	for i := range defs {
		dropped, err := schema.DropConstraint(ctx, defs[i])
		if err != nil {
			return err
		}
		what := words(store, &defs[i])
		r.summary.indexNotice(dropped, "DropConstraint", "Dropped "+what+".", "ConstraintDoesNotExist", capital(what)+" doesn't exist.")
		if dropped {
			r.summary.Counters.ConstraintsRemoved++
		}
	}
	return nil
}

// createEach creates constraints; where one cannot be, those before it go again.
func createEach(
	ctx context.Context, store *storage.Store, schema schemaChanger, r *Result, st *ast.ConstraintStatement, defs []storage.ConstraintDef,
) error {
	var made []storage.ConstraintDef
	for i := range defs {
		what := words(store, &defs[i])
		created, err := schema.CreateConstraint(ctx, defs[i])
		if err != nil {
			failed := error(constraintError(err, what).At(st.At))
			for _, d := range made {
				_, err = schema.DropConstraint(context.WithoutCancel(ctx), d)
				failed = errors.Join(failed, err)
			}
			return failed
		}
		r.summary.indexNotice(created, "CreateConstraint", "Created "+what+".", "ConstraintAlreadyExists", capital(what)+" already exists.")
		if created {
			made = append(made, defs[i])
			r.summary.Counters.ConstraintsAdded++
		}
	}
	return nil
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// definitionOf gives the names of a statement their ids.
func definitionOf(store *storage.Store, st *ast.ConstraintStatement) (storage.ConstraintDef, error) {
	def := storage.ConstraintDef{Rule: st.Rule, Type: st.Type}
	var err error
	if def.Label, err = store.InternLabel(st.Label.Text); err != nil {
		return def, err
	}
	for _, p := range st.Properties {
		key, err := store.InternKey(p.Text)
		if err != nil {
			return def, err
		}
		def.Keys = append(def.Keys, key)
	}
	return def, nil
}

// constraintError says why a constraint was not created.
func constraintError(err error, what string) *failure.Error {
	switch {
	case errors.Is(err, storage.ErrConstraintType):
		return failure.New(failure.ConstraintValidationFailed, failure.Runtime, "ConstraintExists",
			"the %s was not created: there is one that demands another type", what).
			WithHint("SHOW CONSTRAINT INFO tells which; drop it first").WithCause(err)
	case errors.Is(err, constraint.ErrViolated):
		return failure.New(failure.ConstraintValidationFailed, failure.Runtime, "ConstraintCreationFailed",
			"the constraint was not created: %s", err).
			WithHint("change or delete the node, which MATCH (n) WHERE id(n) = … finds, and try again").WithCause(err)
	}
	return fromStorage(err)
}

// dropConstraints drops every constraint, each by a commit of its own.
func dropConstraints(ctx context.Context, store *storage.Store, schema schemaChanger, r *Result) error {
	for _, c := range store.Constraints() {
		dropped, err := schema.DropConstraint(ctx, c.ConstraintDef)
		if err != nil {
			return err
		}
		if dropped {
			r.summary.Counters.ConstraintsRemoved++
		}
	}
	return nil
}

func showConstraintInfo(_ context.Context, s *Session) (table, error) {
	store := s.engine.o.Store
	t := table{columns: []string{"constraint type", "label", "properties", "data_type"}}
	for _, c := range store.Constraints() {
		if !s.seesLabel(store.LabelName(c.Label)) {
			continue
		}
		keys := make([]string, len(c.Keys))
		for i, k := range c.Keys {
			keys[i] = store.KeyName(k)
		}
		properties, typ := value.String(keys[0]), ""
		switch c.Rule {
		case constraint.Unique:
			properties = texts(keys)
		case constraint.Typed:
			typ = c.Type.String()
		case constraint.Exists:
		}
		t.rows = append(t.rows, []value.Value{
			value.String(c.Rule.String()), value.String(store.LabelName(c.Label)), properties, value.String(typ),
		})
	}
	return t, nil
}

// dropNamedConstraint drops the constraint that SHOW CONSTRAINTS calls by the statement's name.
func (s *Session) dropNamedConstraint(ctx context.Context, schema schemaChanger, r *Result, st *ast.ConstraintStatement) error {
	store := s.engine.o.Store
	for _, c := range store.Constraints() {
		if constraintName(store, &c.ConstraintDef) == st.Name.Text && s.seesLabel(store.LabelName(c.Label)) {
			return dropEach(ctx, store, schema, r, []storage.ConstraintDef{c.ConstraintDef})
		}
	}
	return notNamed(r, st.Name, st.IfExists, "Constraint", "constraint", "SHOW CONSTRAINTS")
}

// constraintName is how SHOW CONSTRAINTS calls a constraint.
func constraintName(store *storage.Store, def *storage.ConstraintDef) string {
	names := []string{store.LabelName(def.Label)}
	for _, k := range def.Keys {
		names = append(names, store.KeyName(k))
	}
	return schemaName(def.Rule.String(), names)
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
