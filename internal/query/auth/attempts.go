package auth

import (
	"math/bits"
	"net/netip"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"memgraphd/internal/origin"
)

// attempts counts failed logins by user and address and by address alone, and says who has
// to wait. What is counted longest ago is forgotten first.
type attempts struct {
	o  *Options
	mu sync.Mutex
	by *lru.Cache[attempt, record] // guarded by mu
	// busy counts the passwords that are verified now, so that guesses made at once do not
	// get in before the first of them has failed. It has no more entries than logins wait.
	busy map[attempt]int // guarded by mu
}

// attempt is who tried; without a user, everybody from the address.
type attempt struct {
	user    digest
	address netip.Prefix
	all     bool
}

// record is how often one failed, and when last.
type record struct {
	failures int
	last     time.Time
}

func newAttempts(o *Options) (*attempts, error) {
	by, err := lru.New[attempt, record](o.AttemptsMax)
	return &attempts{o: o, by: by, busy: map[attempt]int{}}, err
}

// wait is how long the next try of a record is from now.
func (a *attempts) wait(r record, free int, now time.Time) time.Duration {
	over := r.failures - free
	if over < 0 {
		return 0
	}
	pause := a.o.BackOffMax
	if over < bits.Len64(uint64(a.o.BackOffMax/a.o.BackOffMin)) {
		pause = min(pause, a.o.BackOffMin<<over)
	}
	return r.last.Add(pause).Sub(now)
}

// allowed returns how long one has to wait before the next try; 0 or less: not at all.
func (a *attempts) allowed(user digest, address string) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	now, from := a.o.Now(), origin.OfText(address)
	return max(
		a.wait(a.get(attempt{user, from, false}, now), a.o.FailuresFree, now),
		a.wait(a.get(attempt{address: from, all: true}, now), a.o.AddressFree, now),
	)
}

func (a *attempts) get(key attempt, now time.Time) record {
	r, ok := a.by.Get(key)
	if ok && now.Sub(r.last) > a.o.FailureMemory {
		a.by.Remove(key)
		return record{}
	}
	return r
}

// failed counts a failure. It reports whether the next try has to wait.
func (a *attempts) failed(user digest, address string) (waits time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now, from := a.o.Now(), origin.OfText(address)
	for _, k := range []struct {
		key  attempt
		free int
	}{{attempt{user, from, false}, a.o.FailuresFree}, {attempt{address: from, all: true}, a.o.AddressFree}} {
		r := a.get(k.key, now)
		r.failures, r.last = r.failures+1, now
		a.by.Add(k.key, r)
		waits = max(waits, a.wait(r, k.free, now))
	}
	return waits
}

// succeeded forgets the failures of the user from the address, and no others.
func (a *attempts) succeeded(user digest, address string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.by.Remove(attempt{user, origin.OfText(address), false})
}

// enter refuses to verify more different passwords at once than may be wrong.
func (a *attempts) enter(user digest, address string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	from := origin.OfText(address)
	one, all := attempt{user, from, false}, attempt{address: from, all: true}
	if a.busy[one] > a.o.FailuresFree || a.busy[all] > a.o.AddressFree {
		return errTooMany(a.o.BackOffMin)
	}
	a.busy[one]++
	a.busy[all]++
	return nil
}

// leave ends what enter began.
func (a *attempts) leave(user digest, address string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	from := origin.OfText(address)
	for _, k := range []attempt{{user, from, false}, {address: from, all: true}} {
		if a.busy[k]--; a.busy[k] <= 0 {
			delete(a.busy, k)
		}
	}
}
