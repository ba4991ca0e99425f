package auth

import (
	"context"
	"errors"
	"maps"
	"slices"
	"unicode/utf8"

	"go.uber.org/zap"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/change"
)

// Existing says what to do where what is to be made exists already.
type Existing uint8

// The ways.
const (
	Refuse Existing = iota // fail
	Keep                   // leave it as it is: IF NOT EXISTS
)

// Password is what a user shall prove to be with.
type Password struct {
	kind passwordKind
	text string
}

type passwordKind uint8

const (
	noPassword passwordKind = iota
	plainPassword
	hashedPassword
)

// NoPassword lets a user in whatever password is given.
func NoPassword() Password { return Password{} }

// PlainPassword is a password as a user types it.
func PlainPassword(text string) Password { return Password{plainPassword, text} }

// HashedPassword is a secret as this or another server has made it, argon2id or bcrypt.
func HashedPassword(secret string) Password { return Password{hashedPassword, secret} }

// String does not tell the password.
func (p Password) String() string { return "****" }

// GoString does not either.
func (p Password) GoString() string { return "****" }

// CreateUser makes a user. The first one is granted everything, and the roles that every
// database with users begins with are made along with it.
func (s *Store) CreateUser(ctx context.Context, name string, p Password, mode Existing) (created bool, err error) {
	if err = s.checkName(Principal{User, name}); err != nil {
		return false, err
	}
	secret, err := s.secretOf(ctx, p)
	if err != nil {
		return false, err
	}
	s.change.Lock()
	defer s.change.Unlock()
	x := s.now()
	if x.users[name] != nil {
		if mode == Keep {
			return false, nil
		}
		return false, exists(Principal{User, name})
	}
	if len(x.users) >= usersMax {
		return false, fail("TooManyUsers", "there are %d users, which is the most", usersMax)
	}
	u := &user{name: name, secret: secret}
	if u.id, err = s.newID(); err != nil {
		return false, err
	}
	if len(x.users) == 0 {
		u.grants = everything()
		if err := s.createBuiltin(ctx, x); err != nil {
			return false, err
		}
	}
	if err := s.put(ctx, u.entry()); err != nil {
		return false, err
	}
	if len(x.users) == 0 {
		actor(ctx).follow(nil, u)
	}
	s.o.Log.Info("a user was created", zap.String("user", name), zap.String("by", actor(ctx).Name()))
	s.changed(ctx)
	return true, nil
}

// DropUser removes a user.
func (s *Store) DropUser(ctx context.Context, name string) error {
	s.change.Lock()
	defer s.change.Unlock()
	x := s.now()
	u := x.users[name]
	if u == nil {
		return x.unknown(Principal{User, name})
	}
	if err := x.keepsAdministrator(User, name, nil); err != nil {
		return err
	}
	if _, _, err := s.o.Catalogue.DeleteEntry(ctx, UserKind, name); err != nil {
		return err
	}
	s.o.Log.Info("a user was dropped", zap.String("user", name))
	s.changed(ctx)
	return nil
}

// SetPassword gives a user another password.
func (s *Store) SetPassword(ctx context.Context, name string, p Password) error {
	secret, err := s.secretOf(ctx, p)
	if err != nil {
		return err
	}
	return s.changeUser(ctx, name, func(_ *contents, u *user) error {
		u.secret = secret
		return nil
	})
}

// Users lists the users in the order of their names.
func (s *Store) Users() []UserInfo {
	x := s.now()
	all := make([]UserInfo, 0, len(x.users))
	for _, name := range slices.Sorted(maps.Keys(x.users)) {
		all = append(all, x.info(x.users[name]))
	}
	return all
}

// UserNamed describes a user.
func (s *Store) UserNamed(name string) (UserInfo, error) {
	x := s.now()
	u := x.users[name]
	if u == nil {
		return UserInfo{}, x.unknown(Principal{User, name})
	}
	return x.info(u), nil
}

func (x *contents) info(u *user) UserInfo {
	info := UserInfo{Name: u.name, HasPassword: u.secret != "" || u.broken != nil}
	for _, r := range x.rolesOf(u) {
		info.Roles = append(info.Roles, r.name)
	}
	return info
}

// changeUser writes what alter makes of a copy of a user.
func (s *Store) changeUser(ctx context.Context, name string, alter func(x *contents, u *user) error) error {
	s.change.Lock()
	defer s.change.Unlock()
	x := s.now()
	u := x.users[name]
	switch {
	case u == nil:
		return x.unknown(Principal{User, name})
	case u.broken != nil:
		return fail("DamagedUser", "%v", u.broken).WithHint("drop the user and create it again")
	}
	next := *u
	next.roles, next.grants = slices.Clone(u.roles), u.grants.clone()
	if err := alter(x, &next); err != nil {
		return err
	}
	next.roles = slices.DeleteFunc(next.roles, func(ref roleRef) bool { // of roles that were dropped
		r := x.roles[ref.name]
		return r == nil || r.broken == nil && r.id != ref.id
	})
	e := next.entry()
	if err := x.keepsAdministrator(User, name, &e); err != nil {
		return err
	}
	if err := s.put(ctx, e); err != nil {
		return err
	}
	actor(ctx).follow(u, &next)
	s.changed(ctx)
	return nil
}

// checkName refuses a name that the rules of the server do not allow.
func (s *Store) checkName(p Principal) error {
	if p.Name == "" || len(p.Name) > nameMax || !utf8.ValidString(p.Name) || !s.o.Names.MatchString(p.Name) {
		return fail("InvalidName", "%q cannot be the name of a %s", p.Name, p.Kind).
			WithHint("it has to match %s and may have %d bytes; --auth-user-or-role-name-regex sets the rule", s.o.Names, nameMax)
	}
	return nil
}

// secretOf checks a password and hashes it.
func (s *Store) secretOf(ctx context.Context, p Password) (string, error) {
	switch p.kind {
	case noPassword:
	case plainPassword:
		if err := s.checkPassword(p.text); err != nil {
			return "", err
		}
		var secret string
		err := s.gate.work(ctx, func() (err error) {
			secret, err = s.o.Algorithm.hash(s.o.Random, p.text)
			return err
		})
		return secret, err
	case hashedPassword:
		if err := checkSecret(p.text); err != nil {
			return "", fail("InvalidSecret", "%v", err)
		}
		return p.text, nil
	}
	if s.o.RequirePassword {
		return "", fail("PasswordRequired", "a user without a password is not allowed here").
			WithHint("write IDENTIFIED BY and a password; --auth-password-permit-null sets the rule")
	}
	return "", nil
}

func (s *Store) checkPassword(text string) error {
	switch {
	case len(text) > passwordMax:
		return fail("InvalidPassword", "the password has more than %d bytes", passwordMax)
	case s.o.Algorithm == Bcrypt && len(text) > bcryptMax:
		return fail("InvalidPassword", "the password has more than %d bytes, which bcrypt would cut off", bcryptMax).
			WithHint("--password-encryption-algorithm=argon2id has no such limit")
	case text == "":
		return fail("InvalidPassword", "the password is empty").WithHint("leave IDENTIFIED BY out for a user without a password")
	case s.o.Passwords != nil && !s.o.Passwords.MatchString(text):
		return fail("WeakPassword", "the password does not match the rule for passwords").
			WithHint("it has to match %s; --auth-password-strength-regex sets the rule", s.o.Passwords)
	}
	return nil
}

func (s *Store) put(ctx context.Context, e change.Entry) error {
	_, err := s.o.Catalogue.PutEntry(ctx, e)
	return err
}

func (s *Store) newID() (x id, err error) {
	_, err = s.o.Random.Read(x[:])
	return x, err
}

// keepsAdministrator refuses a change after which users exist and none of them may manage
// users, so that nobody locks all out. The entry of kind and name becomes next, or goes.
func (x *contents) keepsAdministrator(kind Kind, name string, next *change.Entry) error {
	after := &contents{users: maps.Clone(x.users), roles: maps.Clone(x.roles)}
	var err error
	switch {
	case kind == User && next == nil:
		delete(after.users, name)
	case kind == User:
		after.users[name], err = decodeUser(*next)
	case next == nil:
		delete(after.roles, name)
	default:
		after.roles[name], err = decodeRole(*next)
	}
	if err != nil {
		return errors.Join(errors.New("a bug: what was to be written cannot be read"), err)
	}
	if len(after.users) == 0 || after.administrators() || !x.administrators() {
		return nil
	}
	return errLastAdministrator()
}

func (x *contents) administrators() bool {
	for _, u := range x.users {
		if x.compile(u).Allows(Auth) {
			return true
		}
	}
	return false
}

func errLastAdministrator() *failure.Error {
	return fail("LastAdministrator", "nobody could manage users any more: no other user has the privilege AUTH").
		WithHint("grant AUTH to another user before")
}
