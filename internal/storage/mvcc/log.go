package mvcc

import (
	"sync/atomic"

	"memgraphd/internal/storage/arena"
)

// Kind says what an undo record is about.
type Kind uint32

// The kinds of undo record, with the meaning of the fields that depend on it.
const (
	// NodeImage: ID is the node; A its label set, B its property blob before, C 1 if it existed.
	NodeImage Kind = iota + 1
	// EdgeImage: ID is the edge; B its property blob before.
	EdgeImage
	// EdgeCreated: ID is the edge; A its type, B its start, C its end.
	EdgeCreated
	// EdgeDeleted: as EdgeCreated.
	EdgeDeleted
)

// Record is one undo record: 32 bytes.
//
//	 0  next   reference of the next older record of the same thing, 0 at the end
//	 4  slot   the transaction
//	 8  kind
//	12  id     node or edge
//	16  a, b, c
//	28  mark   the next newer record of the same thing, 0 for the newest, as long as the record is in
//	           a chain; then how far the collector is with it
type Record struct {
	Next    atomic.Uint32
	Slot    Slot
	Kind    Kind
	ID      uint32
	A, B, C uint32
	Mark    uint32
}

// recordUnits is the size of a record in units of an arena.
const recordUnits = 2

// Log is the undo records of one transaction, in the order of its changes. They lie in
// runs that double in size, from 8 records (256 bytes) to 2,048 (64 KiB). It must not be copied.
type Log struct {
	runs  []run
	n     int
	first [1]run // room for the first of runs
}

type run struct {
	ref  arena.Ref
	size int // records
}

const (
	firstRun = 8
	lastRun  = 2048
)

// Len returns the number of records.
func (l *Log) Len() int { return l.n }

// Need returns the bytes that the next Append allocates.
func (l *Log) Need() int64 {
	if l.room() > 0 {
		return 0
	}
	return int64(l.nextRun()) * recordUnits * arena.UnitBytes
}

func (l *Log) room() int {
	total := 0
	if k := len(l.runs); k > 0 {
		total = runsBefore(k)
	}
	return total - l.n
}

func (l *Log) nextRun() int { return runSize(len(l.runs)) }

// runSize returns the records of the run number k.
func runSize(k int) int { return min(firstRun<<min(k, 16), lastRun) }

// runsBefore returns the records of the runs 0 … k-1.
func runsBefore(k int) int {
	const doubling = 8 // runs 0 … 8 double: 8 … 2,048
	if k <= doubling {
		return firstRun * (1<<k - 1)
	}
	return firstRun*(1<<doubling-1) + (k-doubling)*lastRun
}

// Append adds r and returns its reference.
func (l *Log) Append(a *arena.Arena, r *Record) arena.Ref {
	if l.room() == 0 {
		size := l.nextRun()
		if l.runs == nil {
			l.runs = l.first[:0]
		}
		l.runs = append(l.runs, run{a.Alloc(size * recordUnits * arena.UnitBytes), size})
	}
	last := len(l.runs) - 1
	ref := l.runs[last].ref + arena.Ref((l.n-runsBefore(last))*recordUnits)
	to := At(a, ref)
	to.Next.Store(r.Next.Load())
	to.Slot, to.Kind, to.ID, to.A, to.B, to.C, to.Mark = r.Slot, r.Kind, r.ID, r.A, r.B, r.C, 0
	l.n++
	return ref
}

// Push appends r as the newest record of the chain that begins at head, and returns its reference. The chain
// is latched.
func (l *Log) Push(a *arena.Arena, r *Record, head arena.Ref) arena.Ref {
	r.Next.Store(uint32(head))
	ref := l.Append(a, r)
	if head != 0 {
		At(a, head).Mark = uint32(ref)
	}
	return ref
}

// Cut takes the record at ref, the oldest, off its chain, and returns the one that is the oldest then, nil
// where there is none. The chain is latched.
func Cut(a *arena.Arena, ref arena.Ref) (newer *Record) {
	r := At(a, ref)
	if r.Next.Load() != 0 {
		panic("mvcc: an old version is taken away before an older one")
	}
	if r.Mark != 0 {
		newer = At(a, arena.Ref(r.Mark))
		newer.Next.Store(0)
	}
	r.Mark = 0
	return newer
}

// At returns the record at ref.
func At(a *arena.Arena, ref arena.Ref) *Record { return (*Record)(a.Pointer(ref)) }

// Record returns the record number i and its reference.
func (l *Log) Record(a *arena.Arena, i int) (*Record, arena.Ref) {
	k := 0
	for runsBefore(k+1) <= i {
		k++
		if k > 8 {
			k = 8 + (i-runsBefore(8))/lastRun
			break
		}
	}
	ref := l.runs[k].ref + arena.Ref((i-runsBefore(k))*recordUnits)
	return At(a, ref), ref
}

// Drop takes the newest record back, which nothing may refer to.
func (l *Log) Drop() { l.n-- }

// Bytes returns the size of the runs.
func (l *Log) Bytes() int64 { return int64(runsBefore(len(l.runs))) * recordUnits * arena.UnitBytes }

// Free gives the runs back.
func (l *Log) Free(a *arena.Arena) {
	for _, r := range l.runs {
		a.Free(r.ref, r.size*recordUnits*arena.UnitBytes)
	}
	l.runs, l.n = nil, 0
}
