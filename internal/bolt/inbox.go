package bolt

import (
	"slices"
	"sync"

	"memgraphd/internal/bolt/message"
)

// arenaKept is the most memory for small messages that an idle connection keeps.
const arenaKept = 16 << 10

// letter is one message between reader and executor.
type letter struct {
	from, to int              // bytes of the arena, where own is nil
	own      []byte           // a message that has memory of its own
	reserved int64            // bytes of own that the budget counts
	failure  *message.Failure // instead of a message: the stream cannot be continued
}

// mail is a number of messages that the executor takes at once.
type mail struct {
	arena   []byte
	letters []letter
	bytes   int
}

// body returns the bytes of l, valid until the next call of inbox.take.
func (m *mail) body(l *letter) []byte {
	if l.own != nil {
		return l.own
	}
	return m.arena[l.from:l.to]
}

// mailOf returns two small messages, which are copied, as mail.
func mailOf(first, second []byte) *mail {
	m := &mail{arena: slices.Concat(first, second), bytes: len(first) + len(second)}
	m.letters = []letter{{to: len(first)}, {from: len(first), to: m.bytes}}
	return m
}

func (m *mail) reset() {
	clear(m.letters)
	m.letters, m.arena, m.bytes = m.letters[:0], m.arena[:0], 0
	if cap(m.arena) > arenaKept {
		m.arena = nil
	}
	if cap(m.letters) > arenaKept/64 {
		m.letters = nil
	}
}

// inbox hands messages from whoever reads to the executor. Each side holds one mail:
// while one is worked on the other is filled. Room is asked for before the socket is
// read, so that what is read always fits; a full inbox holds at most one buffer more.
type inbox struct {
	mu       sync.Mutex
	arrived  sync.Cond // letters or closed
	room     sync.Cond // fewer letters, or closed
	filling  *mail
	waiting  bool // the executor waits for arrived
	closed   bool
	messages int // most letters
	bytes    int // most bytes
}

func newInbox(o *Options) *inbox {
	b := &inbox{filling: &mail{}, messages: o.QueuedMessagesMax, bytes: o.QueuedBytesMax}
	b.arrived.L, b.room.L = &b.mu, &b.mu
	return b
}

// await waits until there is room. It reports false when the inbox is closed.
func (b *inbox) await() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for !b.closed && (len(b.filling.letters) >= b.messages || b.filling.bytes >= b.bytes) {
		b.room.Wait()
	}
	return !b.closed
}

// hasRoom reports whether await would return at once, and not closed.
func (b *inbox) hasRoom() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.closed && len(b.filling.letters) < b.messages && b.filling.bytes < b.bytes
}

// empty reports whether take would wait.
func (b *inbox) empty() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.closed && len(b.filling.letters) == 0
}

// putLocked adds a message; the executor sees it when the caller unlocks mu. It reports
// false when the inbox is closed.
func (b *inbox) putLocked(l letter, body []byte) bool {
	if b.closed {
		return false
	}
	m := b.filling
	if l.own == nil {
		l.from = len(m.arena)
		m.arena = append(m.arena, body...)
		l.to = len(m.arena)
	}
	m.letters = append(m.letters, l)
	m.bytes += len(body)
	return true
}

// patience says whether take waits.
type patience uint8

const (
	now patience = iota
	later
)

// take returns what has arrived, in exchange for the mail that the executor is done
// with. It returns nil if nothing has and the caller does not wait, and open false when
// the connection has ended.
func (b *inbox) take(done *mail, wait patience) (got *mail, open bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for wait == later && !b.closed && len(b.filling.letters) == 0 {
		b.waiting = true
		b.arrived.Wait()
	}
	b.waiting = false
	if b.closed {
		return nil, false
	}
	if len(b.filling.letters) == 0 {
		return nil, true
	}
	done.reset()
	got, b.filling = b.filling, done
	b.room.Signal()
	return got, true
}

// close ends the exchange; what was not taken is dropped, and its reservations with it.
func (b *inbox) close() (reserved int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for i := range b.filling.letters {
		reserved += b.filling.letters[i].reserved
	}
	b.filling.reset()
	b.arrived.Broadcast()
	b.room.Broadcast()
	return reserved
}
