package query

import (
	"context"
	"time"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/exec"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/storage/value"
)

// run is Session.Run without the bookkeeping of failures.
func (s *Session) run(ctx context.Context, text string, params value.Value, started time.Time, o TxOptions) (*Result, error) {
	params, err := s.engine.incoming(params)
	if err != nil {
		return nil, err
	}
	st, err := s.engine.prepare(text, params, started, s.rights(), func() (context.Context, func()) {
		return s.interruptible(ctx, o.Timeout)
	})
	if err != nil {
		return nil, err
	}
	if err = s.engine.admit(st); err != nil {
		return nil, err
	}
	if s.trace {
		s.tracePlan(&st)
	}
	var r *Result
	if st.prepared == nil {
		r = s.fresh(text, started, &st)
		err = s.engine.administering(st.admin, func() error { return s.runAdmin(ctx, r, st.admin, params, o) })
	} else {
		r, err = s.runAgain(ctx, text, started, &st, params, o)
	}
	if err != nil {
		return nil, err
	}
	r.summary.Available = s.engine.o.Since(started)
	return r, nil
}

// runQuery starts a program in the open transaction or in one of its own.
func (s *Session) runQuery(ctx context.Context, r *Result, st *statement, params value.Value, o TxOptions) error {
	p := st.prepared
	r.columns, r.planned = p.info.Columns, p.text
	r.program, s.program = p.program, p.program
	r.summary.Type = queryType(p.info)
	r.summary.Notifications = notes(p.program.Plan().Remarks, p.text, r.text)
	explain := p.query.Mode == ast.Explain
	if !explain || p.info.Implicit { // EXPLAIN needs no parameters
		if err := checkParams(p.info, params); err != nil {
			return r.relocate(err)
		}
	}
	if explain {
		s.explainedBy(r, p.program.Tree())
		return nil
	}
	t, err := s.transactionOf(ctx, r, st, o)
	if err != nil {
		return err
	}
	if t.tx.Guard() == nil {
		r.summary.CostEstimate = p.cost
	}
	if err = t.admit(p); err != nil {
		return err
	}
	t.tx.NewStatement()
	r.t = t
	r.entities.store, r.entities.catalogue, r.entities.tx = s.engine.o.Store, s.engine.catalogue, t.tx
	var own exec.Batches
	if p.info.Batches {
		own = &batches{s: s, t: t}
	}
	at := r.started
	if at.Before(t.started) {
		at = t.started
	}
	p.program.StartIn(&t.life, &r.cursor, &exec.Run{
		Tx: t.tx, Params: params, Literals: st.literals, Budget: t.budget,
		Files: s.engine.o.Files, Server: s, Batches: own, Now: s.engine.o.Now, At: at, Began: t.started, User: s.user(), Roles: s.roles(),
		Profile: p.query.Mode == ast.Profile, Zone: s.engine.o.Zone(), HopsStrict: !s.engine.o.HopsPartial(),
	})
	r.source, r.executed = &r.cursor, true
	t.results = append(prune(t.results), r)
	if !p.info.Writes && !p.info.Batches && p.query.Mode != ast.Profile {
		return nil
	}
	if p.query.Mode == ast.Profile {
		r.columns = nil
	}
	if err = s.runToEnd(ctx, r, t); err != nil {
		r.cursor.Close()
		return r.relocate(err)
	}
	r.entities.tx = t.tx // batches may have moved it on
	if p.query.Mode == ast.Profile {
		r.answer(profileTable(r.summary.Profile))
	}
	return nil
}

// transactionOf returns the transaction that a query runs in: the open one, or one of its own.
func (s *Session) transactionOf(ctx context.Context, r *Result, st *statement, o TxOptions) (*transaction, error) {
	if t := s.t; t != nil {
		t.runs(r.text)
		t.tx.SetGuard(s.guard())
		return t, nil
	}
	now := r.started
	if st.parsing+st.planning != 0 || r.again {
		now = s.engine.o.Now()
	}
	r.lone = !st.prepared.info.Batches
	return s.start(ctx, r.text, now, o)
}

// admit refuses a query that cannot run in t.
func (t *transaction) admit(p *prepared) error {
	switch {
	case t.failed:
		return earlierFailed()
	case t.schema != nil:
		return schemaOnly()
	case p.info.Writes && t.readOnly:
		return readOnly()
	case p.info.Batches && t.explicit:
		return failure.New(failure.ClientError, failure.Runtime, "NotInTransaction",
			"CALL { … } IN TRANSACTIONS is not allowed in multicommand transactions").
			WithHint("send it outside an explicit transaction, for example with session.run of a driver").
			WithCode("Neo.ClientError.Transaction.ForbiddenDueToTransactionType")
	}
	return nil
}

func earlierFailed() error {
	return failure.New(failure.ClientError, failure.Runtime, "TransactionFailed",
		"an earlier statement of this transaction failed").WithHint("roll back and begin a new one").
		WithCode("Neo.ClientError.Transaction.TransactionMarkedAsFailed")
}

// prune drops the results that are done, so that a long transaction does not gather them.
func prune(results []*Result) []*Result {
	open := results[:0]
	for _, r := range results {
		if !r.done {
			open = append(open, r)
		}
	}
	return open
}

// runToEnd takes every row of a statement that writes, commits where the statement is its
// own transaction, and leaves the rows in memory for Pull.
func (s *Session) runToEnd(ctx context.Context, r *Result, t *transaction) error {
	kept := &r.kept
	*kept = held{budget: t.budget}
	for {
		b, err := r.source.Next()
		if err != nil {
			kept.Close()
			return err
		}
		if b == nil {
			break
		}
		if len(r.columns) == 0 {
			continue
		}
		size := heldBytes(b)
		if err := t.budget.Reserve(size); err != nil {
			kept.Close()
			return err
		}
		kept.bytes += size
		kept.batches = append(kept.batches, hold(b))
	}
	r.finish()
	r.done = false
	r.source, r.onEnd = kept, nil
	if t.explicit {
		return nil
	}
	bookmark, err := t.commit(ctx)
	if err != nil {
		kept.Close()
		return err
	}
	r.summary.Bookmark = bookmark
	return nil
}

func queryType(info *sema.Info) string {
	switch {
	case info.Writes && (info.Reads || info.Columns != nil):
		return "rw"
	case info.Writes:
		return "w"
	}
	return "r"
}

func counters(s exec.Stats) Counters {
	return Counters{
		NodesCreated: s.NodesCreated, NodesDeleted: s.NodesDeleted,
		RelationshipsCreated: s.RelationshipsCreated, RelationshipsDeleted: s.RelationshipsDeleted,
		PropertiesSet: s.PropertiesSet, LabelsAdded: s.LabelsAdded, LabelsRemoved: s.LabelsRemoved,
	}
}
