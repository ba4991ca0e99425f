package bolt

import (
	"io"
	"sync"
	"sync/atomic"

	"memgraphd/internal/bolt/wire"
)

const (
	bufferSize = 4 << 10
	bufferKept = 160 << 10
	writePiece = 256 << 10
)

// buffers recycles output buffers between connections.
type buffers struct{ pool sync.Pool }

func (b *buffers) get() *[]byte {
	if p, ok := b.pool.Get().(*[]byte); ok {
		return p
	}
	p := make([]byte, 0, bufferSize)
	return &p
}

func (b *buffers) put(p *[]byte) {
	if cap(*p) <= bufferKept {
		*p = (*p)[:0]
		b.pool.Put(p)
	}
}

// output collects replies and writes them. It belongs to whoever holds mu: the executor,
// but for the time that it has lent it while the engine works. Then a nudge may write what
// waits, so that a client learns of a slow query what is known already.
type output struct {
	mu   sync.Mutex
	lent bool // the executor does not hold mu; only the executor looks

	to     io.Writer
	spare  *buffers
	buf    *[]byte // nil while the connection is idle
	mark   int     // where the current message begins
	sealed int     // bytes of complete messages
	err    error   // of the first failed write
	size   int     // bytes that are worth a write of their own
	wrote  int64   // tick of the last write

	tick    *atomic.Int64 // the monitor's coarse clock
	blocked atomic.Int64  // tick at which the current write began, 0 while there is none
}

// lend lets others write what is complete while the engine works.
func (o *output) lend() {
	o.lent = true
	o.mu.Unlock()
}

// reclaim ends that, whether it was lent or not.
func (o *output) reclaim() {
	if o.lent {
		o.mu.Lock()
		o.lent = false
	}
}

// begin returns the buffer to append a message to.
func (o *output) begin() []byte {
	dst, mark := wire.Begin(o.open())
	o.mark = mark
	return dst
}

// end completes the message.
func (o *output) end(dst []byte) {
	*o.buf = wire.End(dst, o.mark)
	o.sealed = len(*o.buf)
}

// open returns the buffer, to append complete messages to that seal is told of.
func (o *output) open() []byte {
	if o.buf == nil {
		o.buf = o.spare.get()
	}
	return *o.buf
}

// seal tells of complete messages that were appended to what open has returned.
func (o *output) seal(dst []byte) {
	*o.buf = dst
	o.sealed = len(dst)
}

// add appends complete messages, which wire.Begin and wire.End have framed.
func (o *output) add(messages []byte) {
	o.seal(append(o.open(), messages...))
}

// cut forgets complete messages that are not written yet: the buffer is sealed bytes long again.
func (o *output) cut(sealed int) {
	if o.buf != nil {
		*o.buf = (*o.buf)[:sealed]
	}
	o.sealed = sealed
}

// drop forgets a message that was begun and not ended; dst is the buffer that grew.
func (o *output) drop(dst []byte) { *o.buf = dst[:o.mark] }

// abandon forgets whatever was not completed.
func (o *output) abandon() {
	if o.buf != nil {
		*o.buf = (*o.buf)[:o.sealed]
	}
}

// full reports whether the buffer should be written.
func (o *output) full() bool { return o.sealed >= o.size }

// flush writes what is complete. A piece that takes too long is ended by the monitor.
func (o *output) flush() error {
	if o.buf == nil || o.err != nil {
		return o.err
	}
	for rest := *o.buf; len(rest) > 0 && o.err == nil; {
		piece := rest[:min(len(rest), writePiece)]
		o.write(piece)
		rest = rest[len(piece):]
	}
	*o.buf = (*o.buf)[:0]
	o.sealed = 0
	return o.err
}

// writeWhole writes what is complete to a socket without waiting. What there is no room for, or what
// fails, is left for flush.
func (o *output) writeWhole(fd uintptr) {
	if o.sealed == 0 || o.sealed > straightMost {
		return
	}
	n, _ := writeNow(fd, *o.buf)
	if n <= 0 {
		return
	}
	o.wrote = o.tick.Load()
	o.sealed = copy(*o.buf, (*o.buf)[n:])
	*o.buf = (*o.buf)[:o.sealed]
}

// write writes a piece; the first failure stays.
func (o *output) write(piece []byte) {
	o.wrote = o.tick.Load()
	o.blocked.Store(o.wrote)
	_, o.err = o.to.Write(piece)
	o.blocked.Store(0)
}

// release gives the empty buffer back.
func (o *output) release() {
	if o.buf != nil {
		o.spare.put(o.buf)
		o.buf, o.sealed = nil, 0
	}
}
