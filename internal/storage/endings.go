package storage

import (
	"slices"

	"memgraphd/internal/storage/mvcc"
)

// endings is a queue of endings, whose memory is used again. The zero value is empty.
type endings struct {
	list []*ending // those before next are gone
	next int       // place of the first
}

// first returns the oldest, nil where there is none.
func (q *endings) first() *ending {
	if q.next == len(q.list) {
		return nil
	}
	return q.list[q.next]
}

// upTo returns the newest whose stamp is not after a moment, nil where there is none, of those that were committed.
func (q *endings) upTo(oldest mvcc.Stamp) *ending {
	waiting := q.list[q.next:]
	n, _ := slices.BinarySearchFunc(waiting, oldest, func(e *ending, at mvcc.Stamp) int {
		if e.stamp <= at {
			return -1
		}
		return 1
	})
	for n--; n >= 0; n-- {
		if waiting[n].committed {
			return waiting[n]
		}
	}
	return nil
}

// push adds the newest.
func (q *endings) push(e *ending) {
	if len(q.list) == cap(q.list) && q.next > len(q.list)/2 { // else it grows
		left := copy(q.list, q.list[q.next:])
		clear(q.list[left:])
		q.list, q.next = q.list[:left], 0
	}
	q.list = append(q.list, e)
}

// endingsKept is for how many endings an empty queue keeps memory.
const endingsKept = 1024

// pop takes the oldest away.
func (q *endings) pop() {
	q.list[q.next] = nil
	if q.next++; q.next < len(q.list) {
		return
	}
	if q.list, q.next = q.list[:0], 0; cap(q.list) > endingsKept {
		q.list = nil
	}
}
