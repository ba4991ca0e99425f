package query

import (
	"strconv"
	"time"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/exec"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/value"
)

// promptParamsMax is how many bytes the parameters of a statement take at most that is written at once: no
// memory is reserved for it.
const promptParamsMax = 4 << 10

// refused is a statement that was to be answered at once and could not be committed. Run tells why.
type refused struct {
	text string
	err  error // nil: there is none
}

// promptWriteOf returns the short form of what was prepared, nil where there is none.
func (p *prepared) promptWriteOf() *exec.PromptWrite {
	if p.query.Mode != ast.Run || !p.info.Writes || p.info.Batches || p.info.Columns != nil || len(p.program.Plan().Remarks) > 0 {
		return nil
	}
	return p.program.PromptWrite()
}

// answerWrite is answer for a statement that writes, which commits it. It calls wait before it waits for the
// log, and give when the commit is durable.
func (s *Session) answerWrite(
	p *prepared, text string, params value.Value, give func(*batch.Reply) error, wait func(),
) (a answered, ok bool) {
	e := s.engine
	rights := s.rights()
	if require(rights, p.needs) != nil || e.broken() != nil || params.Size() > promptParamsMax || checkParams(p.info, params) != nil {
		return a, false
	}
	a.started, a.record = e.o.Since(e.born), s.audited(text, params)
	guard := s.guardOf(rights)
	s.live.answering.Store(true) // whoever wants to be alone waits for the end, or is seen
	defer s.live.answering.Store(false)
	if e.shared() != nil {
		return a, false
	}
	m := e.promptly()
	e.o.Store.BeginIn(&m.tx, storage.TxOptions{})
	defer m.end()
	m.tx.SetGuard(guard)
	did, ok, err := p.write.Change(&m.tx, params, s.latest.literals)
	if err != nil || !ok { // undone, and Run says what is wrong
		return a, false
	}
	ran := e.o.Since(e.born)
	s.waits(a.started)
	wait()
	index, err := m.tx.Commit()
	s.waitsNoMore()
	if err != nil {
		s.refused = refused{s.latest.text, err}
		return a, false
	}
	r := &m.reply
	r.Plan, r.Columns, r.Type, r.Cost = p, nil, queryType(p.info), p.cost
	if guard != nil {
		r.Cost = 0
	}
	m.rows.Batch.Len, m.rows.Batch.Columns = 0, m.rows.Batch.Columns[:0]
	r.Rows, r.Entities = &m.rows.Batch, &m.entities
	r.Bookmark, r.Counters, r.Execution = bookmarkOf(index), counters(did), ran-a.started
	_ = give(r) // there is no row that it could not take, and what is committed cannot be tried again
	return a, true
}

// refusal returns why a statement that Answer has declined could not be committed, once.
func (s *Session) refusal(text string) error {
	r := s.refused
	s.refused = refused{}
	if r.text != text {
		return nil
	}
	return r.err
}

// bookmarkOf returns the bookmark of a commit.
func bookmarkOf(index change.Index) string {
	var room [len(bookmarkPrefix) + 20]byte
	return string(strconv.AppendUint(append(room[:0], bookmarkPrefix...), uint64(index), 10))
}

// waiting is a statement answered at once that waits for the log, as others may know it.
type waiting struct {
	id      uint64 // of its transaction; 0: there is none
	text    string
	started time.Duration // since the engine was born
}

// waits notes that the statement of Answer waits for the log.
func (s *Session) waits(started time.Duration) {
	id := s.engine.nextTransaction.Add(1)
	s.live.mu.Lock()
	defer s.live.mu.Unlock()
	s.live.waiting = waiting{id, s.latest.text, started}
}

// waitsNoMore notes the end of that.
func (s *Session) waitsNoMore() {
	s.live.mu.Lock()
	defer s.live.mu.Unlock()
	s.live.waiting.id = 0
}
