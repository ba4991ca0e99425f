package query

import (
	"context"
	"slices"
	"strconv"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage"
)

// schemaChanger carries out what statements about indexes and constraints ask for.
type schemaChanger interface {
	CreateIndex(ctx context.Context, def storage.IndexDef) (created bool, err error)
	DropIndex(ctx context.Context, def storage.IndexDef) (dropped bool, err error)
	CreateConstraint(ctx context.Context, def storage.ConstraintDef) (created bool, err error)
	DropConstraint(ctx context.Context, def storage.ConstraintDef) (dropped bool, err error)
}

// forecast is a schemaChanger that changes nothing: it tells what would be changed.
type forecast struct{ store *storage.Store }

// CreateIndex reports whether there is no such index.
func (f forecast) CreateIndex(_ context.Context, def storage.IndexDef) (bool, error) {
	return !f.hasIndex(def), nil
}

// DropIndex reports whether there is such an index.
func (f forecast) DropIndex(_ context.Context, def storage.IndexDef) (bool, error) {
	return f.hasIndex(def), nil
}

// CreateConstraint reports whether there is no such constraint.
func (f forecast) CreateConstraint(_ context.Context, def storage.ConstraintDef) (bool, error) {
	return !f.hasConstraint(def), nil
}

// DropConstraint reports whether there is such a constraint.
func (f forecast) DropConstraint(_ context.Context, def storage.ConstraintDef) (bool, error) {
	return f.hasConstraint(def), nil
}

func (f forecast) hasIndex(def storage.IndexDef) bool {
	return slices.ContainsFunc(f.store.Indexes(), func(x storage.IndexInfo) bool { return x.IndexDef == def })
}

func (f forecast) hasConstraint(def storage.ConstraintDef) bool {
	return slices.ContainsFunc(f.store.Constraints(), func(x storage.ConstraintInfo) bool {
		return x.Rule == def.Rule && x.Label == def.Label && x.Type == def.Type && slices.Equal(x.Keys, def.Keys)
	})
}

// changeSchema runs a statement about indexes or constraints. Outside of explicit transactions
// that is done at once. In one, where drivers put every statement of executeQuery, it is
// told what will be done, and COMMIT does it; the transaction may have nothing else in it,
// since a change of schema and one of data are no single commit. what is how messages call it.
func (s *Session) changeSchema(
	ctx context.Context, r *Result, st ast.Statement, o TxOptions, what string,
	change func(ctx context.Context, schema schemaChanger, r *Result) error,
) error {
	t := s.t
	explicit := t != nil && t.explicit
	switch {
	case explicit && t.failed:
		return earlierFailed()
	case explicit && t.readOnly, !explicit && o.ReadOnly:
		return readOnly().At(st.Span())
	case !explicit:
		return change(ctx, s.engine.o.Store, r)
	case t.query != "" || t.schema != nil:
		return failure.New(failure.ClientError, failure.Runtime, "NotInTransaction",
			"%s is not allowed in multicommand transactions", what).At(st.Span()).
			WithHint("send it outside an explicit transaction, or as the only statement of one").
			WithCode("Neo.ClientError.Transaction.ForbiddenDueToTransactionType")
	}
	if err := change(ctx, forecast{s.engine.o.Store}, r); err != nil {
		return err
	}
	text := r.text
	t.runs(text)
	t.schema = func(ctx context.Context) error {
		err := s.engine.administering(st, func() error { return change(ctx, s.engine.o.Store, &Result{}) })
		if f := failure.Of(err); f != nil {
			located := *f
			return located.Locate(text)
		}
		return err
	}
	return nil
}

// commitSchema ends the transaction and does what its statement about the schema asked for.
func (s *Session) commitSchema(ctx context.Context) (bookmark string, err error) {
	change := s.t.schema
	s.t.tallied = true
	s.end()
	err = change(ctx)
	s.tally.outcome(err == nil)
	if err != nil {
		return "", err
	}
	return bookmarkPrefix + strconv.FormatUint(uint64(s.engine.o.Store.LastCommitted()), 10), nil
}

// schemaOnly refuses a query in a transaction that changes the schema.
func schemaOnly() error {
	return failure.New(failure.ClientError, failure.Runtime, "NotInTransaction",
		"this transaction changes indexes or constraints, and can do nothing else").
		WithHint("commit it, and run this in another transaction").
		WithCode("Neo.ClientError.Transaction.ForbiddenDueToTransactionType")
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

// notNamed tells that nothing of a kind has a name: as a notification where IF EXISTS says that
// this may be.
func notNamed(r *Result, name *ast.Name, mayMiss bool, kind, word, list string) error {
	hint := "names that were given when it was created are not kept; " + list + " tells its name"
	if mayMiss {
		r.summary.Notifications = append(r.summary.Notifications, Notification{
			Code: kind + "DoesNotExist", Title: "There is no " + word + " called `" + name.Text + "`.",
			Description: hint, Severity: "INFORMATION", Category: "SCHEMA",
		})
		return nil
	}
	return failure.New(failure.ClientError, failure.Runtime, kind+"NotFound", "there is no %s called `%.100s`", word, name.Text).
		At(name.At).WithHint("%s", hint).WithCode("Neo.ClientError.Schema." + kind + "NotFound")
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

// constraintName is how SHOW CONSTRAINTS calls a constraint.
func constraintName(store *storage.Store, def *storage.ConstraintDef) string {
	names := []string{store.LabelName(def.Label)}
	for _, k := range def.Keys {
		names = append(names, store.KeyName(k))
	}
	return schemaName(def.Rule.String(), names)
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
