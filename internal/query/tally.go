package query

import (
	"strings"
	"sync/atomic"
	"time"

	"memgraphd/internal/query/failure"
)

// StatementKind is what a statement does, as the tally tells them apart.
type StatementKind uint8

// What statements do.
const (
	Reading        StatementKind = iota // queries that write nothing
	Writing                             // queries that write and return nothing
	ReadingWriting                      // queries that write and have read or return rows
	Steering                            // statements about the schema and the server
	Committing                          // COMMIT of an explicit transaction; no statement is of this kind
	StatementKinds                      // how many there are
)

// String names the kind as the metrics do.
func (k StatementKind) String() string {
	switch k {
	case Reading:
		return "read"
	case Writing:
		return "write"
	case ReadingWriting:
		return "read_write"
	case Steering:
		return "schema"
	case Committing:
		return "commit"
	case StatementKinds:
	}
	return "unknown"
}

// latencyBounds is how many bounds a distribution of latencies has.
const latencyBounds = 20

// latencySteps are these bounds.
func latencySteps() [latencyBounds]time.Duration {
	const us, ms, s = time.Microsecond, time.Millisecond, time.Second
	return [latencyBounds]time.Duration{
		10 * us, 25 * us, 50 * us, 100 * us, 250 * us, 500 * us, ms, 2500 * us, 5 * ms, 10 * ms, 25 * ms, 50 * ms, 100 * ms,
		250 * ms, 500 * ms, s, 2500 * ms, 5 * s, 10 * s, 60 * s,
	}
}

// Latencies is how long what was done took.
type Latencies struct {
	Bounds []time.Duration // ascending
	Counts []uint64        // how many took at most the bound of the same place, and longer than the one before; at the end, longer than all
	Sum    time.Duration
}

// count is how many there are in all.
func (l *Latencies) count() uint64 {
	var n uint64
	for _, c := range l.Counts {
		n += c
	}
	return n
}

// Tally is what the engine has done since it was made.
type Tally struct {
	// Latencies are those of what succeeded, by its kind.
	Latencies [StatementKinds]Latencies

	FailedPrepares    uint64 // statements that failed before their first row
	FailedPulls       uint64 // statements that failed while rows were taken
	Conflicts         uint64 // failures because another transaction changed the same
	TransientFailures uint64 // those that may succeed when they are tried again, conflicts among them
	ServerFailures    uint64 // those that are the server's fault
	PlansMade         uint64 // statements that no kept plan was there for

	Committed    uint64 // transactions, those that only read among them
	RolledBack   uint64 // transactions
	NodesDeleted uint64
	EdgesDeleted uint64
}

// Successful is how many statements of a kind succeeded.
func (t *Tally) Successful(k StatementKind) uint64 { return t.Latencies[k].count() }

// tallyStripes is how many sessions can count at once without waiting for one another.
const tallyStripes = 64

// tally counts. Sessions share its stripes, so that processors do not fight for the same line of memory.
type tally struct {
	steps   [latencyBounds]time.Duration // never changed
	next    atomic.Uint32
	plans   atomic.Uint64
	stripes [tallyStripes]tallyStripe
}

// tallyStripe is the part of the tally of some sessions.
type tallyStripe struct {
	kinds [StatementKinds]struct {
		nanos  atomic.Int64
		counts [latencyBounds + 1]atomic.Uint64
	}
	failedPrepares, failedPulls, conflicts, transient, server, committed, rolledBack, nodesDeleted, edgesDeleted atomic.Uint64

	_ [64]byte // the next stripe is another line of memory
}

// stripe returns where a new session counts.
func (y *tally) stripe() *tallyStripe { return &y.stripes[y.next.Add(1)%tallyStripes] }

// took counts what succeeded.
func (s *Session) took(k StatementKind, d time.Duration) {
	series := &s.tally.kinds[k]
	at := 0
	for at < latencyBounds && d > s.engine.tally.steps[at] {
		at++
	}
	series.counts[at].Add(1)
	series.nanos.Add(int64(d))
}

// kindOf is the kind of a statement of a type of Summary.
func kindOf(summaryType string) StatementKind {
	switch summaryType {
	case "r":
		return Reading
	case "w":
		return Writing
	case "rw":
		return ReadingWriting
	}
	return Steering
}

// count adds a statement that has succeeded to the tally, once. Until the last row was made is
// how long a query took that hands over its rows as it makes them; others are done when the first
// row can be asked for.
func (r *Result) count() {
	if r.counted || r.s == nil {
		return
	}
	r.counted = true
	k, d := kindOf(r.summary.Type), r.summary.Available
	switch {
	case r.commits:
		k = Committing
	case k == Reading && r.finished:
		d = r.ran
	}
	r.s.took(k, d)
	if c := &r.summary.Counters; c.NodesDeleted|c.RelationshipsDeleted != 0 {
		r.s.tally.nodesDeleted.Add(uint64(c.NodesDeleted))
		r.s.tally.edgesDeleted.Add(uint64(c.RelationshipsDeleted))
	}
}

// failedWith adds a failure to the tally.
func (t *tallyStripe) failedWith(err error) {
	f := failure.Of(err)
	switch {
	case f == nil:
		t.server.Add(1)
	case strings.HasPrefix(f.Code, "Neo.TransientError."):
		t.transient.Add(1)
		if f.Detail == "ConflictingTransactions" {
			t.conflicts.Add(1)
		}
	case strings.HasPrefix(f.Code, "Neo.DatabaseError."):
		t.server.Add(1)
	}
}

// ended adds a transaction to the tally. One that nobody committed was undone, but for that of a
// statement that only read.
func (t *tallyStripe) ended(tx *transaction) {
	if !tx.tallied {
		t.outcome(!tx.explicit && !tx.failed)
	}
}

// outcome adds a transaction to the tally.
func (t *tallyStripe) outcome(committed bool) {
	if committed {
		t.committed.Add(1)
		return
	}
	t.rolledBack.Add(1)
}

// Tally returns what the engine has done so far.
func (e *Engine) Tally() Tally {
	out := Tally{PlansMade: e.tally.plans.Load()}
	for k := range out.Latencies {
		l := &out.Latencies[k]
		l.Bounds, l.Counts = append([]time.Duration(nil), e.tally.steps[:]...), make([]uint64, latencyBounds+1)
	}
	for i := range e.tally.stripes {
		t := &e.tally.stripes[i]
		for k := range t.kinds {
			l, series := &out.Latencies[k], &t.kinds[k]
			l.Sum += time.Duration(series.nanos.Load())
			for at := range series.counts {
				l.Counts[at] += series.counts[at].Load()
			}
		}
		out.FailedPrepares += t.failedPrepares.Load()
		out.FailedPulls += t.failedPulls.Load()
		out.Conflicts += t.conflicts.Load()
		out.TransientFailures += t.transient.Load()
		out.ServerFailures += t.server.Load()
		out.Committed += t.committed.Load()
		out.RolledBack += t.rolledBack.Load()
		out.NodesDeleted += t.nodesDeleted.Load()
		out.EdgesDeleted += t.edgesDeleted.Load()
	}
	return out
}
