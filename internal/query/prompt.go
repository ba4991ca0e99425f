package query

import (
	"time"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/exec"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/value"
)

// prompted is memory for a statement that is answered at once. Sessions share it, so that those that rest have none.
type prompted struct {
	of       *Engine
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
	var a answered
	kind := Reading
	if p.prompt != nil {
		a, ok = s.answer(p, text, params, give)
	} else {
		kind = kindOf(queryType(p.info))
		a, ok = s.answerWrite(p, text, params, give, wait)
	}
	if !ok {
		return 0, false
	}
	took = e.o.Since(e.born) - a.started
	s.took(kind, took)
	s.tally.outcome(true)
	if a.record != nil {
		a.record.Rows = a.rows
		s.record(a.record, nil)
	}
	if l := s.logging(); l.MinDuration >= 0 {
		s.say(l, &said{text: text, params: params, took: took, rows: a.rows, program: p.program})
	}
	return took, true
}

// answered is what answer tells.
type answered struct {
	started time.Duration // when, since the engine was born
	rows    int64
	record  *Audited // nil: none is kept
}

// answer is Answer without the bookkeeping behind it. What does not need the rows stands between the steps of
// the look-up, so that it is done while the processor waits for memory.
func (s *Session) answer(p *prepared, text string, params value.Value, give func(*batch.Reply) error) (a answered, ok bool) {
	e := s.engine
	s.live.answering.Store(true) // whoever wants to be alone waits for the end, or is seen
	defer s.live.answering.Store(false)
	if e.shared() != nil {
		return a, false
	}
	m := e.promptly()
	e.o.Store.BeginIn(&m.tx, storage.TxOptions{ReadOnly: true})
	defer m.end()
	if !p.prompt.Seek(&m.tx, params, s.latest.literals, &m.rows) {
		return a, false
	}
	a.started = e.o.Since(e.born)
	rights := s.rights()
	if require(rights, p.needs) != nil || e.broken() != nil {
		return a, false
	}
	guard := s.guardOf(rights)
	m.tx.SetGuard(guard)
	if !p.prompt.Take(&m.tx, &m.rows) {
		return a, false
	}
	a.record = s.audited(text, params)
	r := &m.reply
	r.Plan, r.Columns, r.Type, r.Cost = p, p.info.Columns, "r", p.cost
	if guard != nil {
		r.Cost = 0
	}
	r.Rows, r.Entities, r.Bookmark = &m.rows.Batch, &m.entities, ""
	if !p.prompt.Run(&m.tx, params, s.latest.literals, &m.rows) {
		return a, false
	}
	a.rows = int64(r.Rows.Len)
	return a, give(r) == nil
}

// promptly returns memory for an answer, until its end.
func (e *Engine) promptly() *prompted {
	if m, ok := e.prompts.Get().(*prompted); ok {
		return m
	}
	m := &prompted{of: e}
	m.entities.store, m.entities.catalogue, m.entities.tx = e.o.Store, e.catalogue, &m.tx
	return m
}

// end ends the transaction of an answer, and its look-up.
func (m *prompted) end() {
	m.rows.End()
	m.tx.Release()
	m.of.prompts.Put(m)
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
