package snapshot

import (
	"errors"
	"sync"
	"sync/atomic"

	"memgraphd/internal/durability/vfs"
)

// piecesHeld is how many pieces there are: one that is being filled, and others that wait or
// are being written.
const piecesHeld = 3

// pieces is the writing of a file from its beginning to its end, in pieces of one size that a
// goroutine of its own brings to the disk. Where the file system can, they pass by its cache:
// nothing is copied into it, nothing is driven out of it, and no other file's sync waits for
// what it holds. Otherwise each piece is sent to the disk before the next.
type pieces struct {
	f      vfs.File
	size   int // of a piece
	direct bool
	full   chan piece
	free   chan []byte
	writer sync.WaitGroup
	failed atomic.Pointer[error]

	now piece // being filled; of the caller of add
}

// piece is what belongs at an offset of the file.
type piece struct {
	at   int64
	data []byte
}

// newPieces begins a file. end must be called.
func newPieces(f vfs.File, size int64) *pieces {
	size = (size + vfs.DirectBytes - 1) / vfs.DirectBytes * vfs.DirectBytes
	p := &pieces{
		f: f, size: int(size), direct: vfs.Direct(f, true), full: make(chan piece, piecesHeld), free: make(chan []byte, piecesHeld),
	}
	for range piecesHeld {
		p.free <- nil // made when it is needed
	}
	p.now.data = p.take()
	p.writer.Go(p.write)
	return p
}

// add appends to the file. It waits while all pieces are under way. One goroutine at a time
// may call it.
func (p *pieces) add(data []byte) error {
	for len(data) > 0 {
		have := len(p.now.data)
		n := copy(p.now.data[have:cap(p.now.data)], data)
		p.now.data, data = p.now.data[:have+n], data[n:]
		if len(p.now.data) == cap(p.now.data) {
			p.full <- p.now
			p.now = piece{p.now.at + int64(len(p.now.data)), p.take()}
		}
	}
	return p.err()
}

// take waits for a piece that is free.
func (p *pieces) take() []byte {
	data := <-p.free
	if data == nil {
		data = vfs.Aligned(p.size)
	}
	return data[:0]
}

func (p *pieces) err() error {
	if err := p.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// write is the goroutine that writes. After a failure it only gives pieces back.
func (p *pieces) write() {
	for part := range p.full {
		if p.failed.Load() == nil {
			if err := p.put(part); err != nil {
				p.failed.Store(&err)
			}
		}
		p.free <- part.data
	}
}

func (p *pieces) put(part piece) error {
	if _, err := p.f.WriteAt(part.data, part.at); err != nil || p.direct {
		return err
	}
	n := int64(len(part.data))
	return errors.Join(vfs.WriteBack(p.f, part.at, n), vfs.Forget(p.f, part.at, n))
}

// end writes what is left and waits until all is written. From then on the file is written as
// any other.
func (p *pieces) end() error {
	close(p.full)
	p.writer.Wait()
	vfs.Direct(p.f, false)
	if err := p.err(); err != nil {
		return err
	}
	_, err := p.f.WriteAt(p.now.data, p.now.at)
	return err
}
