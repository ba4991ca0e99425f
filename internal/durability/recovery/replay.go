package recovery

import (
	"context"
	"fmt"
	"sync"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
)

// KindCommit is a record that holds a commit; its payload is that of package codec.
const KindCommit = wal.KindCommit

// Bounds of what is read ahead of the commits being applied.
const (
	batchBytes   = 1 << 20
	batchRecords = 4096
	batchAhead   = 4
	// failedMax bounds the commits in a row that failed while their records were being
	// written: no more can be under way at once.
	failedMax = 1 << 20
)

// batch is a run of records with their payloads.
type batch struct {
	records []wal.Record
	buf     []byte
}

// replayer applies records on a goroutine of its own, while the log is being read and
// checked on another.
//
// An index that is missing inside the log is a commit that failed while its record was
// being written: the log's chain proves that no record was lost. It becomes an empty
// commit.
type replayer struct {
	r       *run
	ctx     context.Context
	cancel  context.CancelCauseFunc
	current *batch
	queue   chan *batch
	done    sync.WaitGroup

	// Of the applying goroutine until finish.
	decoder *codec.Decoder
	commit  change.Commit
	applied int64
}

func newReplayer(ctx context.Context, r *run) *replayer {
	p := &replayer{r: r, queue: make(chan *batch, batchAhead), decoder: codec.NewDecoder(r.o.Store)}
	p.ctx, p.cancel = context.WithCancelCause(ctx)
	p.done.Go(p.apply)
	return p
}

// record takes one record from the log.
func (p *replayer) record(rec wal.Record) error {
	if rec.Kind != KindCommit {
		return fmt.Errorf("unknown kind of record %d: written by a newer version", rec.Kind)
	}
	if p.current == nil {
		p.current = &batch{buf: make([]byte, 0, max(batchBytes, len(rec.Payload)))}
	}
	if len(p.current.buf)+len(rec.Payload) > cap(p.current.buf) || len(p.current.records) == batchRecords {
		if err := p.send(); err != nil {
			return err
		}
		p.current = &batch{buf: make([]byte, 0, max(batchBytes, len(rec.Payload)))}
	}
	at := len(p.current.buf)
	p.current.buf = append(p.current.buf, rec.Payload...)
	rec.Payload = p.current.buf[at:len(p.current.buf):len(p.current.buf)]
	p.current.records = append(p.current.records, rec)
	return nil
}

func (p *replayer) send() error {
	select {
	case p.queue <- p.current:
		p.current = nil
		return nil
	case <-p.ctx.Done():
		return context.Cause(p.ctx)
	}
}

// finish waits for the last commit, and returns why it could not be applied.
func (p *replayer) finish() error {
	if p.current != nil {
		// A failure to hand it over is the context's, and returned below.
		_ = p.send()
	}
	close(p.queue)
	p.done.Wait()
	err := context.Cause(p.ctx)
	p.cancel(nil)
	return err
}

// apply is the goroutine.
func (p *replayer) apply() {
	for b := range p.queue {
		if p.ctx.Err() != nil {
			continue
		}
		if err := p.batch(b); err != nil {
			p.cancel(err)
		}
	}
}

func (p *replayer) batch(b *batch) error {
	store := p.r.o.Store
	for _, rec := range b.records {
		index := change.Index(rec.Index)
		if last := store.LastCommitted(); index > last+failedMax {
			return fmt.Errorf("commit %d follows commit %d: no server fails so many commits in a row", index, last)
		}
		if err := fill(store, index, rec.Timeline, rec.Wall); err != nil {
			return err
		}
		if err := p.decoder.Decode(rec.Payload, &p.commit); err != nil {
			return &CommitError{Index: index, What: "decoded", Err: err}
		}
		p.commit.Index, p.commit.Term, p.commit.Timeline, p.commit.Wall = index, rec.Term, rec.Timeline, rec.Wall
		if err := store.Apply(&p.commit); err != nil {
			return &CommitError{Index: index, What: "applied", Err: err}
		}
		p.applied++
	}
	p.r.progress(Progress{Phase: PhaseLog, Commits: p.applied})
	return nil
}

// fill puts empty commits where there is none before an index.
func fill(store *storage.Store, index change.Index, timeline uint32, wall int64) error {
	for next := store.LastCommitted() + 1; next < index; next++ {
		if err := store.Apply(&change.Commit{Index: next, Timeline: timeline, Wall: wall}); err != nil {
			return fmt.Errorf("commit %d, which failed: %w", next, err)
		}
	}
	return nil
}
