package recovery

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
)

// KindCommit is a record that holds a commit; its payload is that of package codec.
const KindCommit = wal.KindCommit

// Bounds of what is read ahead of the commits being applied: each worker may have two
// batches under way.
const (
	batchBytes   = 512 << 10
	batchRecords = 2048
	workersMax   = 4
	warmCommits  = 32 // whose nodes are loaded before the first of them is applied
	// failedMax bounds the commits in a row that failed while their records were being
	// written: no more can be under way at once.
	failedMax = 1 << 20
)

// batch is a run of records with their payloads, and what they decode to.
type batch struct {
	records []wal.Record
	buf     []byte

	decoded chan struct{}   // holds one message when the fields below are there
	commits []change.Commit // of the records, as many as could be decoded
	err     error           // of the record after them
}

// replayer takes records through three stages, on goroutines of their own: the log is
// read and checked on that of its caller, a few workers decode batches of records in any
// order, and one goroutine applies the batches in theirs.
//
// An index that is missing inside the log is a commit that failed while its record was
// being written: the log's chain proves that no record was lost. It becomes an empty
// commit.
type replayer struct {
	r       *run
	ctx     context.Context
	cancel  context.CancelCauseFunc
	current *batch
	free    chan *batch // used ones
	work    chan *batch // to be decoded
	queue   chan *batch // to be applied, in order
	done    sync.WaitGroup
	read    atomic.Int64 // bytes of the log
	total   atomic.Int64

	applied int64 // of the applying goroutine until finish
}

func newReplayer(ctx context.Context, r *run) *replayer {
	workers := min(runtime.GOMAXPROCS(0), workersMax)
	ahead := 2 * workers
	p := &replayer{
		r: r, free: make(chan *batch, ahead), work: make(chan *batch, ahead), queue: make(chan *batch, ahead),
	}
	p.ctx, p.cancel = context.WithCancelCause(ctx)
	for range workers {
		p.done.Go(p.decode)
	}
	p.done.Go(p.apply)
	return p
}

// scanned hears how far the log is read.
func (p *replayer) scanned(read, total int64) {
	p.read.Store(read)
	p.total.Store(total)
}

// record takes one record from the log.
func (p *replayer) record(rec wal.Record) error {
	if rec.Kind != KindCommit {
		return fmt.Errorf("unknown kind of record %d: written by a newer version", rec.Kind)
	}
	b := p.current
	if b != nil && (len(b.buf)+len(rec.Payload) > cap(b.buf) || len(b.records) == batchRecords) {
		if err := p.send(); err != nil {
			return err
		}
		b = nil
	}
	if b == nil {
		b = p.batch(len(rec.Payload))
		p.current = b
	}
	at := len(b.buf)
	b.buf = append(b.buf, rec.Payload...)
	rec.Payload = b.buf[at:len(b.buf):len(b.buf)]
	b.records = append(b.records, rec)
	return nil
}

// batch returns an empty batch with room for a payload.
func (p *replayer) batch(size int) *batch {
	select {
	case b := <-p.free:
		if cap(b.buf) >= size {
			return b
		}
	default:
	}
	return &batch{buf: make([]byte, 0, max(batchBytes, size)), decoded: make(chan struct{}, 1)}
}

func (p *replayer) send() error {
	b := p.current
	p.current = nil
	for _, to := range []chan *batch{p.work, p.queue} {
		select {
		case to <- b:
		case <-p.ctx.Done():
			return context.Cause(p.ctx)
		}
	}
	return nil
}

// finish waits for the last commit, and returns why it could not be applied.
func (p *replayer) finish() error {
	if p.current != nil {
		// A failure to hand it over is the context's, and returned below.
		_ = p.send()
	}
	close(p.work)
	close(p.queue)
	p.done.Wait()
	err := context.Cause(p.ctx)
	p.cancel(nil)
	return err
}

// decode is a worker.
func (p *replayer) decode() {
	d := codec.NewDecoder(p.r.o.Store)
	for b := range p.work {
		b.err = b.decode(d)
		b.decoded <- struct{}{}
	}
}

// decode fills commits; those of an earlier use of the batch lend their memory.
func (b *batch) decode(d *codec.Decoder) error {
	b.commits = b.commits[:0]
	for _, rec := range b.records {
		if len(b.commits) < cap(b.commits) {
			b.commits = b.commits[:len(b.commits)+1]
		} else {
			b.commits = append(b.commits, change.Commit{})
		}
		c := &b.commits[len(b.commits)-1]
		c.Index, c.Term, c.Timeline, c.Wall = change.Index(rec.Index), rec.Term, rec.Timeline, rec.Wall
		if err := d.Decode(rec.Payload, c); err != nil {
			b.commits = b.commits[:len(b.commits)-1]
			return &CommitError{Index: change.Index(rec.Index), What: "decoded", Err: err}
		}
		for i, e := range c.Entries { // the store keeps them, and the batch is used again
			c.Entries[i] = change.Entry{Kind: strings.Clone(e.Kind), Name: strings.Clone(e.Name), Data: bytes.Clone(e.Data)}
		}
	}
	return nil
}

// apply is the goroutine that changes the store.
func (p *replayer) apply() {
	for b := range p.queue {
		<-b.decoded
		if p.ctx.Err() != nil {
			continue // nothing may follow a commit that failed
		}
		if err := p.applyBatch(b); err != nil {
			p.cancel(err)
			continue
		}
		if cap(b.buf) > batchBytes {
			continue // that of a giant is not kept
		}
		b.records, b.buf = b.records[:0], b.buf[:0]
		select {
		case p.free <- b:
		default:
		}
	}
}

func (p *replayer) applyBatch(b *batch) error {
	store := p.r.o.Store
	for i := range b.commits {
		if i%warmCommits == 0 {
			store.WarmApply(b.commits[i:min(i+warmCommits, len(b.commits))])
		}
		c := &b.commits[i]
		if last := store.LastCommitted(); c.Index > last+failedMax {
			return fmt.Errorf("commit %d follows commit %d: no server fails so many commits in a row", c.Index, last)
		}
		if err := fill(store, c.Index, c.Timeline, c.Wall); err != nil {
			return err
		}
		if err := store.Apply(c); err != nil {
			return &CommitError{Index: c.Index, What: "applied", Err: err}
		}
		p.applied++
	}
	p.r.progress(Progress{Phase: PhaseLog, Bytes: p.read.Load(), Total: p.total.Load(), Commits: p.applied})
	return b.err
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
