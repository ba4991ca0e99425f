package auth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"memgraphd/internal/query/failure"
)

// gate bounds the work of hashing, and remembers what was right.
type gate struct {
	o        *Options
	key      [32]byte // of the process; the cache holds no passwords
	dummy    string
	workers  chan struct{} // a token each that works
	waiting  chan struct{} // a token each that works or waits
	attempts *attempts

	mu     sync.Mutex
	known  *lru.Cache[digest, remembered] // guarded by mu
	flying map[digest]*flight             // guarded by mu
}

// digest stands for a name and a password.
type digest [sha256.Size]byte

// remembered is a credential that was right.
type remembered struct {
	proof proof
	until time.Time
}

// flight is a verification that others wait for.
type flight struct {
	done  chan struct{}
	proof proof // what the password is compared with
	right bool  // set before done is closed
	err   error // set before done is closed
}

func newGate(o *Options) (*gate, error) {
	g := &gate{
		o: o, workers: make(chan struct{}, o.Workers), waiting: make(chan struct{}, o.Workers+o.QueueMax),
		flying: map[digest]*flight{},
	}
	var err error
	if _, err = io.ReadFull(o.Random, g.key[:]); err != nil {
		return nil, fmt.Errorf("draw a key: %w", err)
	}
	if g.dummy, err = o.Algorithm.dummy(o.Random); err != nil {
		return nil, fmt.Errorf("draw a secret: %w", err)
	}
	if g.known, err = lru.New[digest, remembered](o.CacheMax); err != nil {
		return nil, err
	}
	g.attempts, err = newAttempts(o)
	return g, err
}

// ErrBusy says that too many logins wait.
var ErrBusy = errors.New("too many logins wait for their passwords to be checked")

// work runs f when a worker is free.
func (g *gate) work(ctx context.Context, f func() error) error {
	select {
	case g.waiting <- struct{}{}:
		defer func() { <-g.waiting }()
	default:
		return failure.New(failure.TransactionError, failure.Runtime, "AuthenticationBusy", "%v", ErrBusy).
			WithHint("try again in a moment").WithCode("Neo.TransientError.General.DatabaseUnavailable").WithCause(ErrBusy)
	}
	select {
	case g.workers <- struct{}{}:
		defer func() { <-g.workers }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return f()
}

func (g *gate) digest(name, password string) digest {
	mac := hmac.New(sha256.New, g.key[:])
	_, _ = mac.Write(appendString(nil, name)) // a hash never fails
	_, _ = mac.Write([]byte(password))
	return digest(mac.Sum(nil))
}

// credential is what a client shows.
type credential struct {
	name, password, address string
	who                     digest // of the name alone
}

// verify reports whether the password is the user's; u is nil where there is no such user.
func (g *gate) verify(ctx context.Context, u *user, c *credential) (bool, error) {
	d := g.digest(c.name, c.password)
	p := proof{secret: g.dummy}
	if u != nil && u.secret != "" {
		p = u.proof()
	}
	for {
		f, leads, known := g.join(d, p)
		switch {
		case known:
			return true, nil
		case leads:
			return g.lead(ctx, f, d, func() bool { return verify(p.secret, c.password) && u != nil && u.secret != "" }, c)
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return false, context.Cause(ctx)
		}
		if f.proof == p && !errors.Is(f.err, context.Canceled) && !errors.Is(f.err, context.DeadlineExceeded) {
			return f.right, f.err
		} // else who led has gone, or has seen the user before a change
	}
}

// join finds what is known of a credential, or who verifies it; who leads has to.
func (g *gate) join(d digest, p proof) (f *flight, leads, known bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r, ok := g.known.Get(d); ok {
		if r.proof == p && g.o.Now().Before(r.until) {
			return nil, false, true
		}
		g.known.Remove(d)
	}
	if f = g.flying[d]; f != nil {
		return f, false, false
	}
	f = &flight{done: make(chan struct{}), proof: p}
	g.flying[d] = f
	return f, true, false
}

// lead verifies for all that have joined.
func (g *gate) lead(ctx context.Context, f *flight, d digest, right func() bool, c *credential) (bool, error) {
	if f.err = g.attempts.enter(c.who, c.address); f.err == nil {
		f.err = g.work(ctx, func() error {
			f.right = right()
			return nil
		})
		g.attempts.leave(c.who, c.address)
	}
	g.mu.Lock()
	delete(g.flying, d)
	if f.right && f.err == nil {
		g.known.Add(d, remembered{f.proof, g.o.Now().Add(g.o.CacheTime)})
	}
	g.mu.Unlock()
	close(f.done)
	return f.right, f.err
}
