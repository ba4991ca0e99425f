package query

import (
	"context"
	"errors"
	"time"

	"memgraphd/internal/storage"
	"memgraphd/internal/storage/value"
)

// mergeTriesMax bounds how often a statement is run because its MERGE lost to another one.
const mergeTriesMax = 10

// runAgain runs a query that is its own transaction, and runs it anew where another
// transaction created meanwhile what its MERGE created: nothing of the former run is left
// and nobody has seen any of it, and the next one finds what the other created.
func (s *Session) runAgain(
	ctx context.Context, text string, started time.Time, st *statement, params value.Value, o TxOptions,
) (*Result, error) {
	for tries := 1; ; tries++ {
		r := s.fresh(text, started, st)
		r.again = tries > 1
		automatic := s.t == nil
		err := s.runQuery(ctx, r, st, params, o)
		if err == nil {
			return r, nil
		}
		if !automatic || s.t == nil || st.prepared.info.Batches || tries == mergeTriesMax || !errors.Is(err, storage.ErrMergeLost) {
			return nil, err
		}
		limit := s.engine.timeLimit(o.Timeout)
		late := limit > 0 && s.engine.o.Now().Sub(r.started) >= limit
		if late || s.t.life.Err() != nil {
			return nil, err
		}
		s.endAutomatic()
	}
}
