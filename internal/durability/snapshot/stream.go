package snapshot

import (
	"context"
	"sync"
	"sync/atomic"
)

// Readers of a stream, and blocks that it holds beside those being decoded and being read.
const (
	streamReaders = 2
	streamAhead   = 2
)

// readBlock is a block that was read.
type readBlock struct {
	at    int
	block []byte
	buf   *blockBuffer
}

// stream calls do for each of some blocks, in about their order, with all workers. Goroutines
// of its own read ahead, so that the disk works while blocks are decoded. Who decodes a block
// checks it, which brings it into the cache of the processor. do keeps nothing of the payload.
func (f *filling) stream(ctx context.Context, blocks []blockHeader, do func(d *decoder, at int, payload []byte) error) error {
	ready := make(chan readBlock, streamAhead)
	var next atomic.Int64
	var reading, decoding sync.WaitGroup
	for range min(streamReaders, len(blocks)) {
		reading.Go(func() {
			for at := int(next.Add(1)) - 1; at < len(blocks) && f.readInto(ctx, blocks[at], at, ready); {
				at = int(next.Add(1)) - 1
			}
		})
	}
	for _, d := range f.decoders {
		decoding.Go(func() {
			for b := range ready {
				if ctx.Err() == nil {
					err := f.file.prove(blocks[b.at], b.block)
					if err == nil {
						err = do(d, b.at, b.block[blockBytes:])
					}
					if err != nil {
						f.cancel(err)
					}
				}
				f.free <- b.buf
			}
		})
	}
	reading.Wait()
	close(ready)
	decoding.Wait()
	return context.Cause(ctx)
}

// readInto reads one block of a stream, and reports whether to go on.
func (f *filling) readInto(ctx context.Context, h blockHeader, at int, ready chan readBlock) bool {
	if ctx.Err() != nil {
		return false
	}
	buf := <-f.free // of which there are more than others hold
	f.file.expect(h)
	block, err := f.file.fetch(h, buf)
	if err != nil {
		f.cancel(err)
		return false
	}
	ready <- readBlock{at, block, buf} // which the workers empty to the end
	return true
}
