// Package mvcc decides which version of a thing a transaction sees, and when an old
// version can go.
//
// The newest version of a thing is in place, in its record. What a transaction replaced
// is in undo records, chained from the record, newest first; every undo record names the
// slot of its transaction, and the slot's word in Slots tells whether and when that
// transaction committed. So a commit makes all its changes visible with one store.
//
//	record ──undo──▶ image by slot 7 ──next──▶ image by slot 3 ──▶ 0
//	                 slots[7] = uncommitted    slots[3] = committed as 12
//
// A reader of the view {ReadTS 20} loads the field, then the head of the chain. Slot 7 is
// not in its view, so it takes the image that slot 7 left; slot 3 is, so it stops.
//
// A writer publishes the undo record first and changes the field then. A reader loads the
// field first and the chain then. So a reader that meets a change meets its undo record
// too, and needs no lock. This holds only because a chain loses a record no sooner than
// every view is gone that was open when the transaction of the record ended, be it by
// commit or by rollback (Views, Oldest).
//
//	word of a slot (64 bits)
//	commit timestamp           the transaction committed
//	1<<63                      it is running
//	1<<63 | 1<<62              it waits for the log
//	1<<63 | 1<<61              it was rolled back: its images equal what they restored
package mvcc
