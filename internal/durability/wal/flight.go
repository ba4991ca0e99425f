package wal

import (
	"fmt"
	"time"
)

// lanes is how many batches may be in the air at one time, each synced by a goroutine of its
// own through an open file of its own.
//
// The system tells each open file once that data could not be written. With one file for both
// lanes, the sync of the later batch could be told of the failure that concerns the earlier
// one, whose sync would then report success.
const lanes = 2

// flight is a batch that is written, and is being synced.
type flight struct {
	batch  *batch
	seg    *segment
	done   chan struct{} // closed when it has landed and its waiters were told
	former *flight       // lands before this one; nil: it has
	end    int64         // the batch ends here in the segment
	size   int64         // of the segment's file
	last   uint64        // index of the newest record
	bytes  int64
}

// takeOff writes a batch and leaves the sync to the caller, who gives the turn back before.
func (w *writer) takeOff(b *batch, m mark) (*flight, error) {
	if err := w.put(m); err != nil {
		return nil, err
	}
	f := &flight{
		batch: b, done: b.out.done, seg: w.cur, former: w.newest,
		end: w.cur.written, size: w.cur.size, last: w.logged, bytes: w.bytes,
	}
	w.newest, w.bytes, w.active = f, 0, w.o.Now()
	w.l.mu.Lock()
	defer w.l.mu.Unlock()
	w.l.gather.takeOff(len(b.records))
	return f, nil
}

// calm waits until nothing is in the air, and returns why the log has ended, nil while it has
// not. Only who has the turn may call it.
func (w *writer) calm() error {
	if w.newest != nil {
		<-w.newest.done
		w.newest = nil
	}
	return w.poisoned()
}

// flying tells whether a batch is in the air. Only who has the turn may call it.
func (w *writer) flying() bool {
	if w.newest == nil {
		return false
	}
	select {
	case <-w.newest.done:
		w.newest = nil
		return false
	default:
		return true
	}
}

// fly syncs a batch and settles it once all before it are.
func (w *writer) fly(f *flight, lane int) {
	begin := w.o.Now()
	err := f.seg.lane(lane).SyncData()
	end := w.o.Now()
	if f.former != nil {
		<-f.former.done
		f.former = nil
	}
	if err != nil {
		err = w.poison(fmt.Errorf("syncing %s: %w", f.seg.name, err))
	} else {
		err = w.poisoned()
	}
	settled := 0
	if err == nil {
		settled = len(f.batch.records)
		f.seg.synced.Store(f.end)
		if w.o.OnSync != nil {
			w.o.OnSync(SyncInfo{Records: settled, Bytes: f.bytes, Took: end.Sub(begin)})
		}
	}
	w.landed(f, settled, end.Sub(begin), end)
	w.l.tell(f.batch, settled, err)
}

// landed brings the log's public state up to date, and calls the one whose turn it is where
// records have waited for this.
func (w *writer) landed(f *flight, settled int, took time.Duration, at time.Time) {
	l := w.l
	l.mu.Lock()
	defer l.mu.Unlock()
	g, n := &l.gather, len(l.queue.records)
	g.land(len(f.batch.records), settled > 0, took, at)
	if l.wakeAt = g.want(n); n >= l.wakeAt || g.busy(n) && !g.ticking {
		l.wakeAt = 0
		l.wakeWriter()
	}
	if settled == 0 {
		return
	}
	l.state.Written, l.state.Synced, l.state.LastSync = f.last, f.last, at
	open := &l.segments[len(l.segments)-1]
	open.Last, open.Bytes, open.End = f.last, f.size, max(open.End, f.end)
}

// tell hands a batch's outcome to who waits for it, and to OnSettled before.
func (l *Log) tell(b *batch, settled int, err error) {
	var reserved int64
	for i := range b.records {
		reserved += min(b.records[i].Reserved, l.budget.max)
	}
	if l.o.OnSettled != nil {
		s := Settled{Last: b.records[len(b.records)-1].Index, Err: err}
		if settled > 0 {
			s.Good = b.records[settled-1].Index
		}
		l.o.OnSettled(s)
	}
	b.out.good, b.out.err = settled, err
	close(b.out.done)
	l.budget.give(reserved)
	clear(b.records)
	b.records = b.records[:0]
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.blank) <= lanes {
		l.blank = append(l.blank, b)
	}
}

// blankLocked returns an empty batch.
func (l *Log) blankLocked() *batch {
	last := len(l.blank) - 1
	if last < 0 {
		return &batch{out: newOutcome()}
	}
	b := l.blank[last]
	l.blank = l.blank[:last]
	b.out = newOutcome()
	return b
}
