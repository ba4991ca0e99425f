package auth

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/storage/change"
)

// Catalogue is where the entries are kept: a *storage.Store.
type Catalogue interface {
	SchemaEpoch() uint64
	Entries(kind string) []change.Entry
	PutEntry(ctx context.Context, e change.Entry) (change.Index, error)
	DeleteEntry(ctx context.Context, kind, name string) (change.Index, bool, error)
}

// Options are the settings of a Store. A zero field means its default.
type Options struct {
	Catalogue Catalogue        // required
	Now       func() time.Time // the clock; required
	Log       *zap.Logger      // default: no log
	Random    io.Reader        // default: the system's

	Algorithm       Algorithm      // of new secrets
	Names           *regexp.Regexp // what a name has to match as a whole; default: NamesDefault
	Passwords       *regexp.Regexp // what a password has to match as a whole; default: anything but the empty one
	RequirePassword bool           // refuse users without a password

	Workers       int           // passwords that are verified at once; default: a processor each
	QueueMax      int           // logins that wait for a worker; default 256
	CacheMax      int           // credentials that were right and are remembered; default 4,096
	CacheTime     time.Duration // for how long they are; default 5 minutes
	AttemptsMax   int           // addresses and users whose failures are remembered; default 65,536
	FailuresFree  int           // failures of a user from an address before it has to wait; default 5
	AddressFree   int           // failures from an address before it has to wait; default 50
	BackOffMin    time.Duration // the first wait, doubled with each further failure; default 1 s
	BackOffMax    time.Duration // the longest wait; default 1 minute
	FailureMemory time.Duration // failures are forgotten so long after the last; default 15 minutes
}

// NamesDefault is what the names of users and roles have to match where no flag says.
const NamesDefault = `[a-zA-Z0-9_.+-@]+`

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	for _, d := range []struct {
		field    *int
		standard int
	}{
		{&o.Workers, runtime.GOMAXPROCS(0)},
		{&o.QueueMax, 256},
		{&o.CacheMax, 4096},
		{&o.AttemptsMax, 1 << 16},
		{&o.FailuresFree, 5},
		{&o.AddressFree, 50},
	} {
		if *d.field <= 0 {
			*d.field = d.standard
		}
	}
	for _, d := range []struct {
		field    *time.Duration
		standard time.Duration
	}{
		{&o.CacheTime, 5 * time.Minute},
		{&o.BackOffMin, time.Second},
		{&o.BackOffMax, time.Minute},
		{&o.FailureMemory, 15 * time.Minute},
	} {
		if *d.field <= 0 {
			*d.field = d.standard
		}
	}
	return o
}

// Whole returns the expression that matches where text matches a whole string.
func Whole(text string) (*regexp.Regexp, error) {
	return regexp.Compile(`\A(?:` + text + `)\z`)
}

// Store reads and changes the users and roles of a catalogue, and lets users in. Its methods
// may be called concurrently.
type Store struct {
	o       Options
	current atomic.Pointer[contents]
	change  sync.Mutex // held from reading what is to be changed until it is written
	gate    *gate

	watch struct {
		sync.Mutex
		call func(actor *Identity)
	}
}

// Open returns the users and roles of a catalogue.
func Open(o Options) (*Store, error) {
	switch {
	case o.Catalogue == nil:
		return nil, errors.New("auth: Options.Catalogue is missing")
	case o.Now == nil:
		return nil, errors.New("auth: Options.Now is missing")
	}
	o = o.withDefaults()
	if o.Names == nil {
		names, err := Whole(NamesDefault)
		if err != nil {
			return nil, fmt.Errorf("auth: %w", err)
		}
		o.Names = names
	}
	s := &Store{o: o}
	var err error
	if s.gate, err = newGate(&s.o); err != nil {
		return nil, fmt.Errorf("auth: %w", err)
	}
	for _, u := range s.now().users {
		if u.broken != nil {
			o.Log.Error("a user cannot log in", zap.String("user", u.name), zap.Error(u.broken))
		}
	}
	for _, r := range s.now().roles {
		if r.broken != nil {
			o.Log.Error("who has this role is denied everything", zap.String("role", r.name), zap.Error(r.broken))
		}
	}
	return s, nil
}

// Watch has call called after each change of users, roles or what they have, with who made
// it, or nil. It replaces an earlier one.
func (s *Store) Watch(call func(actor *Identity)) {
	s.watch.Lock()
	defer s.watch.Unlock()
	s.watch.call = call
}

func (s *Store) changed(ctx context.Context) {
	s.watch.Lock()
	call := s.watch.call
	s.watch.Unlock()
	if call != nil {
		call(actor(ctx))
	}
}

type actorKey struct{}

// WithActor returns a context that says who makes a change: the one whose connection stays
// when the user's password changes, and who becomes the first user that is made.
func WithActor(ctx context.Context, i *Identity) context.Context {
	return context.WithValue(ctx, actorKey{}, i)
}

// contents are the users and roles at one epoch. They are immutable, but for what is
// computed from them when it is asked for.
type contents struct {
	epoch  uint64
	raw    []change.Entry
	users  map[string]*user
	roles  map[string]*role
	rights *sync.Map // *user to *Rights
	// everybody is what all may do where there are no users.
	everybody *Rights
}

// now returns the contents of this moment.
func (s *Store) now() *contents {
	epoch := s.o.Catalogue.SchemaEpoch()
	x := s.current.Load()
	if x != nil && x.epoch == epoch {
		return x
	}
	raw := slices.Concat(s.o.Catalogue.Entries(UserKind), s.o.Catalogue.Entries(RoleKind))
	same := func(a, b change.Entry) bool {
		return a.Kind == b.Kind && a.Name == b.Name && bytes.Equal(a.Data, b.Data)
	}
	if x != nil && slices.EqualFunc(raw, x.raw, same) {
		again := *x
		again.epoch = epoch
		s.current.Store(&again)
		return &again
	}
	next := newContents(raw)
	next.epoch = epoch
	s.current.Store(next)
	return next
}

func newContents(raw []change.Entry) *contents {
	x := &contents{raw: raw, users: map[string]*user{}, roles: map[string]*role{}, rights: &sync.Map{}, everybody: unrestricted()}
	for _, e := range raw {
		switch e.Kind {
		case UserKind:
			u, err := decodeUser(e)
			if err != nil {
				u = &user{name: e.Name, broken: err}
			}
			x.users[e.Name] = u
		case RoleKind:
			r, err := decodeRole(e)
			if err != nil {
				r = &role{name: e.Name, broken: err}
			}
			x.roles[e.Name] = r
		}
	}
	return x
}

// rolesOf are the roles that a user has.
func (x *contents) rolesOf(u *user) []*role {
	var roles []*role
	for _, ref := range u.roles {
		if r := x.roles[ref.name]; r != nil && (r.broken != nil || r.id == ref.id) {
			roles = append(roles, r)
		}
	}
	return roles
}

// Exist reports whether there are users: whether clients have to log in.
func (s *Store) Exist() bool { return len(s.now().users) > 0 }
