package auth

import (
	"slices"
)

// Kind says whether a name is that of a user or of a role.
type Kind uint8

// The kinds.
const (
	Either Kind = iota // a user, or where there is none, a role
	User
	Role
)

// String returns the word for the kind.
func (k Kind) String() string {
	switch k {
	case Either:
		return "user or role"
	case User:
		return "user"
	case Role:
		return "role"
	}
	return "unknown"
}

// Principal is the name of a user or a role.
type Principal struct {
	Kind Kind
	Name string
}

// id tells a user or a role from another one that had the same name.
type id [16]byte

// Grants are what is granted and denied to a user or to a role alone.
type Grants struct {
	Granted Privileges
	Denied  Privileges
	Rules   []Rule // sorted by their targets
}

func (g Grants) clone() Grants {
	g.Rules = slices.Clone(g.Rules)
	return g
}

// user is one entry of kind "user". It is immutable.
type user struct {
	name   string
	id     id
	secret string
	roles  []roleRef
	grants Grants
	broken error // why the entry cannot be read
}

// roleRef names a role of a user.
type roleRef struct {
	id   id
	name string
}

// role is one entry of kind "role". It is immutable.
type role struct {
	name    string
	id      id
	builtin bool
	grants  Grants
	broken  error
}

// UserInfo describes a user.
type UserInfo struct {
	Name        string
	HasPassword bool
	Roles       []string // in the order in which they were given
}

// RoleInfo describes a role.
type RoleInfo struct {
	Name    string
	Builtin bool // it came with the first user
}

// Holding is what a user or a role has.
type Holding struct {
	Principal Principal // Kind is User or Role
	Own       Grants
	Roles     []RoleGrants // those of a user
}

// RoleGrants are the grants of one role.
type RoleGrants struct {
	Role   string
	Grants Grants
}
