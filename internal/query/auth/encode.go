package auth

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"

	"memgraphd/internal/storage/change"
)

// The kinds of the entries.
const (
	UserKind = "user"
	RoleKind = "role"
)

const entryVersion = 1

const flagBuiltin = 1

// Bounds of users and roles.
const (
	nameMax      = 256    // bytes of the name of a user or a role
	usersMax     = 100000 // users
	rolesMax     = 10000  // roles
	userRolesMax = 256    // roles of one user
	rulesMax     = 10000  // rules of one user or role
	secretMax    = 512    // bytes of a secret
)

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func (u *user) entry() change.Entry {
	dst := append([]byte{entryVersion}, u.id[:]...)
	dst = appendString(dst, u.secret)
	dst = binary.AppendUvarint(dst, uint64(len(u.roles)))
	for _, r := range u.roles {
		dst = appendString(append(dst, r.id[:]...), r.name)
	}
	return change.Entry{Kind: UserKind, Name: u.name, Data: u.grants.append(dst)}
}

func (r *role) entry() change.Entry {
	dst := append([]byte{entryVersion}, r.id[:]...)
	var flags byte
	if r.builtin {
		flags |= flagBuiltin
	}
	return change.Entry{Kind: RoleKind, Name: r.name, Data: r.grants.append(append(dst, flags))}
}

func (g *Grants) append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, uint64(g.Granted))
	dst = binary.LittleEndian.AppendUint64(dst, uint64(g.Denied))
	dst = binary.AppendUvarint(dst, uint64(len(g.Rules)))
	for i := range g.Rules {
		r := &g.Rules[i]
		var match byte
		if r.Exactly {
			match = 1
		}
		dst = append(dst, byte(r.Subject), match, byte(r.Scope), byte(r.Granted), byte(r.Denied))
		dst = binary.AppendUvarint(dst, uint64(len(r.Names)))
		for _, n := range r.Names {
			dst = appendString(dst, n)
		}
		if r.Scope == OneProperty {
			dst = appendString(dst, r.Property)
		}
	}
	return dst
}

// Errors of the data of entries.
var (
	errTruncated = errors.New("its data ends early")
	errShape     = errors.New("its data has another shape")
)

func decodeUser(e change.Entry) (*user, error) {
	if err := e.CheckVersion(entryVersion); err != nil {
		return nil, err
	}
	r := reader{rest: e.Data}
	r.byte()
	u := &user{name: e.Name, id: r.id(), secret: r.text(secretMax)}
	n := r.count(userRolesMax)
	for range n {
		u.roles = append(u.roles, roleRef{id: r.id(), name: r.text(nameMax)})
	}
	u.grants = r.grants()
	if err := r.end(); err != nil {
		return nil, fmt.Errorf("the user %q cannot be read: %w", e.Name, err)
	}
	return u, nil
}

func decodeRole(e change.Entry) (*role, error) {
	if err := e.CheckVersion(entryVersion); err != nil {
		return nil, err
	}
	r := reader{rest: e.Data}
	r.byte()
	x := &role{name: e.Name, id: r.id()}
	flags := r.byte()
	x.builtin = flags&flagBuiltin != 0
	if flags&^flagBuiltin != 0 {
		r.fail(errShape)
	}
	x.grants = r.grants()
	if err := r.end(); err != nil {
		return nil, fmt.Errorf("the role %q cannot be read: %w", e.Name, err)
	}
	return x, nil
}

// reader takes what it is asked for from the front of data.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.rest = nil
}

func (r *reader) end() error {
	if r.err == nil && len(r.rest) > 0 {
		return errShape
	}
	return r.err
}

func (r *reader) take(n int) []byte {
	if n > len(r.rest) {
		r.fail(errTruncated)
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) id() (x id) {
	copy(x[:], r.take(len(x)))
	return x
}

func (r *reader) uint64() uint64 {
	if b := r.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// count takes a number of things of a byte or more each.
func (r *reader) count(most int) int {
	x, n := binary.Uvarint(r.rest)
	switch {
	case r.err != nil:
		return 0
	case n <= 0 || x > uint64(len(r.rest)-n):
		r.fail(errTruncated)
		return 0
	case x > uint64(most):
		r.fail(errShape)
		return 0
	}
	r.rest = r.rest[n:]
	return int(x)
}

func (r *reader) text(most int) string {
	b := r.take(r.count(most))
	if !utf8.Valid(b) {
		r.fail(errShape)
	}
	return string(b)
}

func (r *reader) grants() Grants {
	g := Grants{Granted: Privileges(r.uint64()), Denied: Privileges(r.uint64())}
	if (g.Granted|g.Denied)&^Every != 0 {
		r.fail(errShape)
	}
	for range r.count(rulesMax) {
		rule := r.rule()
		if n := len(g.Rules); n > 0 && g.Rules[n-1].compare(rule.Target) >= 0 {
			r.fail(errShape)
		}
		if r.err != nil {
			return Grants{}
		}
		g.Rules = append(g.Rules, rule)
	}
	return g
}

func (r *reader) rule() Rule {
	var x Rule
	x.Subject = Subject(r.byte())
	match := r.byte()
	x.Exactly, x.Scope = match == 1, Scope(r.byte())
	x.Granted, x.Denied = Actions(r.byte()), Actions(r.byte())
	for range r.count(len(r.rest)) {
		name := r.text(len(r.rest))
		if n := len(x.Names); n > 0 && x.Names[n-1] >= name {
			r.fail(errShape)
		}
		x.Names = append(x.Names, name)
	}
	if x.Scope == OneProperty {
		x.Property = r.text(len(r.rest))
	}
	unknown := x.Subject != Nodes && x.Subject != Edges || match > 1 || x.Scope > EveryProperty
	if unknown || (x.Granted|x.Denied)&^x.actions() != 0 || x.Exactly && (x.Subject != Nodes || len(x.Names) == 0) {
		r.fail(errShape)
	}
	return x
}
