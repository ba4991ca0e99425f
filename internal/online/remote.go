package online

import (
	"context"
	"io"
	"sync"
)

// remote is a file of the server that is being read. The goroutine of fetch owns offset.
type remote struct {
	s      *Source
	file   string
	offset int64

	ctx      context.Context // of all calls; ends with Close
	cancel   context.CancelFunc
	fetching sync.WaitGroup
	parts    chan part

	rest []byte // of the parts that came
	err  error  // io.EOF at the end
}

// part is some bytes, or why there are no more.
type part struct {
	data []byte
	err  error
}

// Read gives the next bytes.
func (r *remote) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		select {
		case next := <-r.parts:
			r.rest, r.err = next.data, next.err
		case <-r.ctx.Done():
			r.err = context.Cause(r.ctx)
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// Close ends the reading.
func (r *remote) Close() error {
	r.cancel()
	r.fetching.Wait()
	return nil
}

// fetch asks for one part after the other.
func (r *remote) fetch() {
	for {
		n, err := r.fetchOnce()
		if err == nil && n < readBytes {
			err = io.EOF
		}
		if err != nil {
			r.give(part{err: err})
			return
		}
	}
}

// fetchOnce asks once and hands on what comes.
func (r *remote) fetchOnce() (int, error) {
	rows, err := r.s.again(r.ctx, "CALL mg.backup.read($session, $file, $offset, $bytes) YIELD data",
		map[string]any{"file": r.file, "offset": r.offset, "bytes": int64(readBytes)})
	if err != nil {
		return 0, err
	}
	n := 0
	for i := range rows {
		data, ok := cell[[]byte](rows[i:], 0)
		if !ok {
			return 0, errAnswer("mg.backup.read")
		}
		if !r.give(part{data: data}) {
			return 0, context.Cause(r.ctx)
		}
		n += len(data)
		r.offset += int64(len(data))
	}
	return n, nil
}

// give hands a part to the reader, and reports false where nobody reads any more.
func (r *remote) give(p part) bool {
	select {
	case r.parts <- p:
		return true
	case <-r.ctx.Done():
		return false
	}
}
