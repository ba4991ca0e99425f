package auth

import (
	"context"
	"sync/atomic"
)

// Identity is who a client is. While no user exists it is nobody, who may do everything.
// A nil Identity is nobody too, in a database that has no users and gets none.
type Identity struct {
	store *Store
	proof atomic.Pointer[proof] // nil: nobody
}

// proof is what the client has shown to be true of the user.
type proof struct {
	name   string
	id     id
	secret string
}

func (u *user) proof() proof { return proof{u.name, u.id, u.secret} }

// Nobody is the identity of a client that does not have to log in. It is valid until the
// first user exists.
func (s *Store) Nobody() *Identity { return &Identity{store: s} }

func (s *Store) identity(u *user) *Identity {
	i := &Identity{store: s}
	i.become(u)
	return i
}

func (i *Identity) become(u *user) {
	p := u.proof()
	i.proof.Store(&p)
}

// Name is the name of the user; empty for nobody.
func (i *Identity) Name() string {
	if i == nil {
		return ""
	}
	if p := i.proof.Load(); p != nil {
		return p.name
	}
	return ""
}

// Valid reports whether what the client has shown still holds: the user is there, and has
// the same password; for nobody, that there still is no user.
func (i *Identity) Valid() bool {
	if i == nil {
		return true
	}
	x := i.store.now()
	_, ok := i.user(x)
	return ok
}

// user returns the user that i is; nil for nobody.
func (i *Identity) user(x *contents) (u *user, ok bool) {
	p := i.proof.Load()
	if p == nil {
		return nil, len(x.users) == 0
	}
	u = x.users[p.name]
	return u, u != nil && u.broken == nil && u.proof() == *p
}

// Rights are what the client may do now; none once the identity is not valid any more.
func (i *Identity) Rights() *Rights {
	if i == nil {
		return unrestricted()
	}
	x := i.store.now()
	u, ok := i.user(x)
	switch {
	case !ok:
		return None()
	case u == nil:
		return x.everybody
	}
	return x.rightsOf(u)
}

// follow makes the identity that of a user after a change that its own client has made: of
// the password, or, from nobody, of the first user. It does nothing for another's identity.
func (i *Identity) follow(from, to *user) {
	if i == nil {
		return
	}
	p := i.proof.Load()
	if p == nil && from == nil || p != nil && from != nil && *p == from.proof() {
		i.become(to)
	}
}

// actor returns who makes a change, or nil.
func actor(ctx context.Context) *Identity {
	i, _ := ctx.Value(actorKey{}).(*Identity)
	return i
}
