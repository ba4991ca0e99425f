package query

import (
	"time"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/exec"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/value"
)

// prompted is the memory of a session for statements that it answers at once.
type prompted struct {
	tx       storage.Tx
	rows     exec.PromptRows
	entities entities
	reply    batch.Reply
}

// promptOf returns the short form of what was prepared, nil where there is none.
func (p *prepared) promptOf() *exec.Prompt {
	if p.query.Mode != ast.Run || p.info.Writes || p.info.Batches || len(p.program.Plan().Remarks) > 0 {
		return nil
	}
	return p.program.Prompt()
}

// Answer runs a statement from beginning to end in a transaction of its own, if its plan is kept,
// has a short form, and nothing about it is out of the ordinary. It hands all rows to give,
// once. Where it reports false the caller goes on with Run, as if nothing had happened: nothing was
// counted, and Run says what is wrong, if anything is. That is so too where give fails.
//
// It is over within microseconds, so nothing can end it, there is no time limit, it reserves no memory,
// and it is not in the list of transactions.
//
// A statement that writes is answered where wait is not nil, which is called before its commit waits for the log:
// then it is in that list. It returns nothing, so give cannot fail.
func (s *Session) Answer(text string, params value.Value, give func(*batch.Reply) error, wait func()) (took time.Duration, ok bool) {
	s.enter()
	defer s.leave()
	if s.closed || s.expired != nil || s.t != nil || s.trace || s.refused.err != nil || s.interrupted() {
		return 0, false
	}
	e := s.engine
	params, err := e.incoming(params)
	if err != nil {
		return 0, false
	}
	if s.latest == nil || s.latestText != text {
		if s.latest, s.latestText = e.plans.known(text), text; s.latest == nil {
			return 0, false
		}
	}
	p := s.latest.entry.find(&conditions{
		epoch: e.o.Store.SchemaEpoch(), names: e.o.Store.NameCount(), nodes: e.o.Store.NodeCount(), params: params,
	})
	if p == nil || p.prompt == nil && (p.write == nil || wait == nil) {
		return 0, false
	}
	rights := s.rights()
	if require(rights, p.needs) != nil || e.broken() != nil {
		return 0, false
	}
	started := e.o.Since(e.born)
	record := s.audited(text, params)
	rows, kind := 0, Reading
	if p.prompt != nil {
		rows, ok = s.answer(p, params, s.guardOf(rights), give)
	} else {
		kind = kindOf(queryType(p.info))
		ok = s.answerWrite(p, params, started, s.guardOf(rights), give, wait)
	}
	if !ok {
		return 0, false
	}
	took = e.o.Since(e.born) - started
	s.took(kind, took)
	s.tally.outcome(true)
	if record != nil {
		record.Rows = int64(rows)
		s.record(record, nil)
	}
	if l := s.logging(); l.MinDuration >= 0 {
		s.say(l, &said{text: text, params: params, took: took, rows: int64(rows), program: p.program})
	}
	return took, true
}

// answer is Answer without the bookkeeping.
func (s *Session) answer(p *prepared, params value.Value, guard *storage.Guard, give func(*batch.Reply) error) (rows int, ok bool) {
	e := s.engine
	s.live.answering.Store(true) // whoever wants to be alone waits for the end, or is seen
	defer s.live.answering.Store(false)
	if e.shared() != nil {
		return 0, false
	}
	m := s.promptly()
	e.o.Store.BeginIn(&m.tx, storage.TxOptions{ReadOnly: true})
	defer m.tx.Release()
	m.tx.SetGuard(guard)
	if !p.prompt.Run(&m.tx, params, s.latest.literals, &m.rows) {
		return 0, false
	}
	r := &m.reply
	r.Plan, r.Columns, r.Type, r.Cost = p, p.info.Columns, "r", p.cost
	if guard != nil {
		r.Cost = 0
	}
	r.Rows, r.Entities, r.Bookmark = &m.rows.Batch, &m.entities, ""
	return r.Rows.Len, give(r) == nil
}

// promptly returns the memory for statements that are answered at once.
func (s *Session) promptly() *prompted {
	if s.prompted == nil {
		m := &prompted{}
		m.entities.store, m.entities.catalogue, m.entities.tx = s.engine.o.Store, s.engine.catalogue, &m.tx
		s.prompted = m
	}
	return s.prompted
}

// answering reports whether a session is in the middle of Answer.
func (e *Engine) answering() bool {
	for _, s := range e.sessions.all() {
		if s.live.answering.Load() {
			return true
		}
	}
	return false
}
