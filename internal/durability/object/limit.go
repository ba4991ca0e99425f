package object

import (
	"context"
	"io"

	"memgraphd/internal/durability/pace"
)

// Limit returns the store with its transfers, in both directions, bound by l. Closing it
// closes s.
func Limit(s Store, l *pace.Limiter) Store { return &limited{Store: s, limiter: l} }

type limited struct {
	Store
	limiter *pace.Limiter
}

// Put implements Store.
func (s *limited) Put(ctx context.Context, name string, size int64, r io.Reader) error {
	return s.Store.Put(ctx, name, size, &limitedReader{ctx: ctx, limiter: s.limiter, src: r})
}

// Get implements Store.
func (s *limited) Get(ctx context.Context, name string, offset int64) (io.ReadCloser, error) {
	src, err := s.Store.Get(ctx, name, offset)
	if err != nil {
		return nil, err
	}
	return &limitedReader{ctx: ctx, limiter: s.limiter, src: src, closer: src}, nil
}

// limitedReader waits for each step of a transfer.
type limitedReader struct {
	ctx     context.Context
	limiter *pace.Limiter
	src     io.Reader
	closer  io.Closer
}

// Read implements io.Reader.
func (r *limitedReader) Read(p []byte) (int, error) {
	p = p[:r.limiter.Step(len(p))]
	if err := r.limiter.Wait(r.ctx, int64(len(p))); err != nil {
		return 0, err
	}
	n, err := r.src.Read(p)
	r.limiter.GiveBack(int64(len(p) - n))
	return n, err
}

// Close implements io.Closer.
func (r *limitedReader) Close() error { return r.closer.Close() }
