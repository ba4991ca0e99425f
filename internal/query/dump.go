package query

import (
	"context"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/dump"
	"memgraphd/internal/query/failure"
)

// dumpTries is how often DUMP DATABASE looks for a moment at which the catalogue does not
// change.
const dumpTries = 10

// dump carries out DUMP DATABASE: in the open transaction, or in one of its own that lasts
// until the last row is taken. The catalogue has no versions, so it is read between two
// looks at its epoch, of which the first is older than the view.
func (s *Session) dump(ctx context.Context, r *Result, st *ast.Admin, o TxOptions) error {
	t, schema, err := s.dumpable(ctx, r, st, o)
	if err != nil {
		return err
	}
	t.runs(r.text)
	t.tx.SetGuard(s.guard())
	schema.KeepLabels(s.engine.o.Store, s.seesLabel)
	if !s.may(auth.ServerSideDescriptions) {
		schema.DropDescriptions()
	}
	r.t, r.columns = t, []string{"QUERY"}
	r.summary.Type = "r"
	r.entities = entities{store: s.engine.o.Store, catalogue: s.engine.catalogue, tx: t.tx}
	r.source = dump.New(&t.life, s.engine.o.Store, t.tx, schema)
	r.onEnd = func(sum *Summary) { sum.ExecutionTime = r.ran - sum.ParsingTime }
	t.results = append(prune(t.results), r)
	return nil
}

// dumpable returns a transaction and the catalogue that belongs to its view.
func (s *Session) dumpable(ctx context.Context, r *Result, st *ast.Admin, o TxOptions) (*transaction, *dump.Schema, error) {
	for range dumpTries {
		t := s.t
		if t == nil {
			var err error
			if t, err = s.start(ctx, r.text, r.started, o); err != nil {
				return nil, nil, err
			}
		}
		if t.failed {
			return nil, nil, earlierFailed()
		}
		schema, err := dump.ReadSchema(s.engine.o.Store, s.engine.catalogue)
		if err != nil {
			return nil, nil, failure.New(failure.DatabaseError, failure.Runtime, "CatalogueUnreadable",
				"the database is not dumped: %s", err).At(st.At).WithCause(err)
		}
		if s.engine.o.Store.SchemaEpoch() == t.epoch {
			return t, schema, nil
		}
		if t.explicit {
			break
		}
		s.end()
	}
	return nil, nil, failure.New(failure.TransactionError, failure.Runtime, "CatalogueChanged",
		"an index, a constraint, an enum or a description was changed since the transaction began").At(st.At).
		WithHint("run DUMP DATABASE in a new transaction").WithCode("Neo.TransientError.Transaction.Outdated")
}
