package storage

import (
	"slices"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/mvcc"
	"memgraphd/internal/storage/value"
)

// Tx is a transaction: a view of the graph, and changes that only it sees until Commit.
//
// Reads may run in several goroutines at once while nothing is written; otherwise a Tx
// belongs to one goroutine. Slices and strings that reads return stay valid until Release.
//
// Writes fail with ErrReadOnly, ErrConflict, ErrNotFound, ErrNotStorable, ErrConnected,
// ErrIDsExhausted, a *DeniedError, a *constraint.ViolationError of a data type, or a
// *memory.LimitError.
type Tx struct {
	store     *Store
	opened    mvcc.Opened
	place     uint32 // where opened is looked for
	view      mvcc.View
	isolation Isolation
	readOnly  bool
	ended     bool // no more writes: committed or rolled back
	released  bool

	budget *memory.Budget // of the query, or nil
	guard  *Guard         // what it may see and change; nil: everything

	ending *ending // nil until the first write
	*writes
	spare *writes // memory for those of the next transaction in this Tx; nil: none
}

// writes is what only a transaction that writes needs.
type writes struct {
	commit    change.Commit
	deltas    deltas
	scratch   []byte // for packing properties
	published func() // called when the commit becomes visible; for the catalogue
	claims    []uint64
	merged    map[graph.NodeID]struct{} // nodes that MERGE created
	charged   int64                     // bytes reserved for undo records and changes
	spent     int64                     // bytes of charged that are used up
	waiting   pending                   // for the log

	// room is where commit.Ops and scratch begin, which is all that most transactions need.
	room struct {
		ops     [4]change.Op
		scratch [96]byte
	}
}

// wipe makes w that of a transaction to come.
func (w *writes) wipe() {
	*w = writes{}
	w.commit.Ops, w.scratch = w.room.ops[:0], w.room.scratch[:0]
}

// ending is what a transaction leaves behind for the collector.
type ending struct {
	slot      mvcc.Slot
	committed bool
	stamp     mvcc.Stamp
	held      int64 // bytes that it keeps in memory until it is collected
	log       mvcc.Log
	at        int // next record of the pass
	pass      int

	adjacency arena.Garbage
	blobs     arena.Garbage
	indexes   arena.Garbage
	states    arena.Garbage
	late      arena.Garbage // states emptied in phase two
	dropped   []*propertyIndex
}

// Begin starts a transaction. It must end with Release or Rollback.
func (s *Store) Begin(o TxOptions) *Tx {
	tx := &Tx{}
	s.BeginIn(tx, o)
	return tx
}

// BeginIn is Begin in memory that the caller has: a new Tx, or one that is Blank.
func (s *Store) BeginIn(tx *Tx, o TxOptions) {
	place, spare := tx.place, tx.spare
	if place == 0 {
		place = s.views.Place()
	}
	if tx.writes != nil {
		spare = tx.writes
	}
	*tx = Tx{store: s, place: place, isolation: s.options.Isolation, readOnly: o.ReadOnly, budget: o.Budget, spare: spare}
	if o.Isolation != nil {
		tx.isolation = *o.Isolation
	}
	tx.opened = s.views.OpenAt(place)
	tx.view.ReadTS = s.sequencer.last.Load()
}

// Blank reports whether tx is over, so that nothing of the store points at it and its memory
// can be used for another transaction. What a transaction leaves behind is kept apart from it.
func (tx *Tx) Blank() bool { return tx.released }

// ReadIndex returns the newest commit in the view.
func (tx *Tx) ReadIndex() change.Index { return change.Index(tx.view.ReadTS) }

// NewStatement moves the view of a ReadCommitted transaction to the newest commit.
func (tx *Tx) NewStatement() {
	if tx.isolation == ReadCommitted && !tx.ended {
		tx.view.ReadTS = tx.store.sequencer.last.Load()
	}
}

// Release ends the view. A transaction that was not committed is rolled back.
func (tx *Tx) Release() {
	if tx.released {
		return
	}
	if !tx.ended {
		tx.rollback()
	}
	tx.released = true
	tx.store.views.Close(tx.opened)
	tx.store.collector.nudge()
}

// Rollback undoes the changes, if there is no commit, and ends the view.
func (tx *Tx) Rollback() { tx.Release() }

// writeCost is the accounted size of one logged change.
const writeCost = 96

// writing returns the write state of tx.
func (tx *Tx) writing() *writes {
	if tx.writes == nil {
		if tx.spare == nil {
			tx.spare = &writes{}
		}
		tx.writes, tx.spare = tx.spare, nil
		tx.wipe()
	}
	return tx.writes
}

// beginWrite prepares a change with n bytes of properties and a number of ops and undo
// records. After it, nothing can fail for want of memory.
func (tx *Tx) beginWrite(n int64, records int) error {
	s := tx.store
	if tx.readOnly || tx.ended {
		return ErrReadOnly
	}
	if err := s.headroom(s.graphBudget, n); err != nil {
		return err
	}
	tx.writing()
	if tx.ending == nil {
		tx.ending = s.collector.fresh()
		tx.ending.slot = s.slots.Take()
		tx.view.Self = tx.ending.slot
	}
	return tx.charge(int64(records)*writeCost + n)
}

// chargeFree is how many bytes of a transaction are not counted. Most transactions take no more, and there are
// no more of them at a time than clients.
const chargeFree = 1 << 10

// charge reserves bytes that last as long as the transaction, in steps.
func (tx *Tx) charge(n int64) error {
	const step = 32 << 10
	if tx.store.options.Journal == nil && tx.budget == nil {
		return nil
	}
	if tx.spent+n > max(tx.charged, chargeFree) {
		more := tx.spent + n - tx.charged
		if tx.spent > 0 {
			more = max(more, step)
		}
		if err := tx.store.undoBudget.Reserve(more); err != nil {
			return err
		}
		if err := tx.budget.Reserve(more); err != nil {
			tx.store.undoBudget.Release(more)
			return err
		}
		tx.charged += more
	}
	tx.spent += n
	return nil
}

// dropCharge gives back what the changes took, which are over.
func (tx *Tx) dropCharge() {
	if tx.writes == nil {
		return
	}
	tx.commit.Ops, tx.commit.Entries, tx.scratch = nil, nil, nil
	clear(tx.room.ops[:])
	if tx.charged > 0 {
		tx.store.undoBudget.Release(tx.charged)
		tx.budget.Release(tx.charged)
	}
	tx.charged, tx.spent = 0, 0
}

// record appends an undo record, and makes it the newest of the chain that begins at head.
func (tx *Tx) record(r *mvcc.Record, head arena.Ref) arena.Ref {
	r.Slot = tx.ending.slot
	return tx.ending.log.Push(tx.store.undo, r, head)
}

// redo notes a change for the log. Room is doubled: append's quarter at a time would copy the
// changes of a large transaction five times, and leave the heap full of holes.
func (tx *Tx) redo(op *change.Op) {
	if tx.store.options.Journal == nil {
		return
	}
	ops := tx.commit.Ops
	if len(ops) == cap(ops) {
		ops = slices.Grow(ops, len(ops)+1)
	}
	tx.commit.Ops = append(ops, *op)
}

// redoProps notes the properties of something new.
func (tx *Tx) redoProps(kind change.Kind, n graph.NodeID, e graph.Edge, props []Property) {
	if tx.store.options.Journal == nil {
		return
	}
	for _, p := range props {
		if !p.Value.IsNull() {
			tx.redo(&change.Op{Kind: kind, Node: n, Edge: e, Ref: uint32(p.Key), Value: p.Value})
		}
	}
}

// valueSize is about what a value takes in a blob.
func valueSize(v value.Value) int64 { return 16 + v.Size() }
