package snapshot

import (
	"context"
	"sync"

	"memgraphd/internal/durability/vfs"
)

// streamAhead is how many blocks are read ahead of those being decoded.
const streamAhead = 4

// stream calls do for each of some blocks, in about their order, with all workers. The disk
// works ahead of them. Who decodes a block checks it, which brings it into the cache of the
// processor. do keeps nothing of the payload.
func (f *filling) stream(ctx context.Context, blocks []blockHeader, do func(d *decoder, at int, payload []byte) error) error {
	f.ahead.begin(blocks)
	var group sync.WaitGroup
	for _, d := range f.decoders {
		group.Go(func() {
			for buf := -1; ctx.Err() == nil; {
				var b readBlock
				var err error
				b, buf, err = f.ahead.take(buf)
				if err == nil && buf < 0 {
					return
				}
				if err == nil {
					err = f.file.prove(blocks[b.at], b.block)
				}
				if err == nil {
					err = do(d, b.at, b.block[blockBytes:])
				}
				if err != nil {
					f.cancel(err)
				}
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}

// readAhead reads blocks ahead of those who want them, one list of blocks after the other.
type readAhead struct {
	file *File

	mu      sync.Mutex
	reads   vfs.Reads
	left    int // blocks of all lists that were not read yet
	closing sync.WaitGroup
	closed  error // read after closing
	blocks  []blockHeader
	next    int           // block to be read
	under   int           // reads under way
	buffers []blockBuffer // those of reads under way, of takers, and free ones
	wanted  []int         // by buffer: the block that is read into it
	free    []int         // buffers
}

// readBlock is a block that was read.
type readBlock struct {
	at    int // its place in the list
	block []byte
}

// open prepares for lists with so many blocks together, of which up to most are held at once.
// close must be called.
func (a *readAhead) open(file *File, blocks, most int) {
	a.file, a.left, a.reads = file, blocks, vfs.NewReads(file.f, most)
	a.buffers, a.wanted = make([]blockBuffer, most), make([]int, most)
	for i := range most {
		a.free = append(a.free, i)
	}
}

// begin begins with a list. All of the one before must have been taken.
func (a *readAhead) begin(blocks []blockHeader) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.blocks, a.next = blocks, 0
	a.readLocked()
}

// take gives a buffer back, if it is not negative, and returns a block that was read with the
// buffer that it is in. There is no block where the buffer is negative.
func (a *readAhead) take(back int) (b readBlock, buf int, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if back >= 0 {
		a.free = append(a.free, back)
	}
	a.readLocked()
	if a.under == 0 {
		return b, -1, nil
	}
	buf, n, err := a.reads.Next()
	a.under--
	if a.left--; a.left == 0 {
		a.endLocked() // which the system takes a while for, beside what is still to be decoded
	}
	if err == nil || n > 0 {
		b.at = a.wanted[buf]
		b.block, err = a.file.within(a.blocks[b.at], &a.buffers[buf], n, err)
	}
	return b, buf, err
}

// readLocked reads into all buffers that are free.
func (a *readAhead) readLocked() {
	for len(a.free) > 0 && a.next < len(a.blocks) {
		h, buf := a.blocks[a.next], a.free[len(a.free)-1]
		a.file.expect(h)
		memory, from := a.buffers[buf].around(h)
		a.wanted[buf] = a.next
		a.reads.Begin(buf, memory, from)
		a.free = a.free[:len(a.free)-1]
		a.next++
		a.under++
	}
}

// endLocked ends the reading.
func (a *readAhead) endLocked() {
	reads := a.reads
	a.reads = nil
	a.closing.Go(func() { a.closed = reads.Close() })
}

// close waits for what is still being read, and ends the reading. Nobody takes blocks any more.
func (a *readAhead) close() error {
	a.mu.Lock()
	if a.reads != nil {
		a.endLocked()
	}
	a.mu.Unlock()
	a.closing.Wait()
	return a.closed
}
