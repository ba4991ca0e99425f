package query

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

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

// schemaName is the name by which lists call an index or a constraint, which have none of
// their own: what it is, its label and its properties. Where these have other characters than
// letters and digits, a number at the end keeps two of them apart.
func schemaName(kind string, names []string) string {
	plain := true
	clean := make([]string, len(names))
	for i, name := range names {
		clean[i] = strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' {
				return r
			}
			plain = false
			return '_'
		}, name)
	}
	name := kind + "_" + strings.Join(clean, "_")
	if plain {
		return name
	}
	h := fnv.New32a()
	for _, n := range names {
		_, _ = fmt.Fprintf(h, "%d:%s", len(n), n)
	}
	return name + "_" + strconv.FormatUint(uint64(h.Sum32()), 16)
}

// indexNotice tells what an index statement did.
func (s *Summary) indexNotice(changed bool, code, title, otherCode, otherTitle string) {
	n := Notification{Code: code, Title: title, Severity: "INFORMATION", Category: "SCHEMA"}
	if !changed {
		n.Code, n.Title = otherCode, otherTitle
	}
	s.Notifications = append(s.Notifications, n)
}
