package query

import (
	"cmp"
	"slices"
	"time"

	"memgraphd/internal/storage/value"
)

// openTransaction is what others may know of a transaction.
type openTransaction struct {
	of         *Session
	id         uint64
	query      string // the statement that runs or ran last; empty before the first
	committing bool
	metadata   value.Value
	started    time.Time
}

// openOf returns what s has open.
func (s *Session) openOf() (o openTransaction, ok bool) {
	s.live.mu.Lock()
	defer s.live.mu.Unlock()
	t := s.live.open
	if t == nil {
		w := &s.live.waiting
		return openTransaction{
			of: s, id: w.id, query: w.text, committing: true, metadata: value.Null, started: s.engine.born.Add(w.started),
		}, w.id != 0
	}
	return openTransaction{
		of: s, id: t.id, query: t.query, committing: t.committing.Load(), metadata: t.metadata, started: t.started,
	}, true
}

// end ends the transaction with a cause, if it is still open.
func (o *openTransaction) end(cause error) {
	o.of.live.mu.Lock()
	defer o.of.live.mu.Unlock()
	if t := o.of.live.open; t != nil && t.id == o.id {
		t.life.end(cause)
	}
}

// runs notes the statement that t runs.
func (t *transaction) runs(text string) {
	t.s.live.mu.Lock()
	defer t.s.live.mu.Unlock()
	t.query = text
}

// open returns the open transactions of all sessions, the oldest first.
func (e *Engine) open() []openTransaction {
	var all []openTransaction
	for _, s := range e.sessions.all() {
		if o, ok := s.openOf(); ok {
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b openTransaction) int { return cmp.Compare(a.id, b.id) })
	return all
}
