package auth

import (
	"context"
	"slices"
	"sort"

	"go.uber.org/zap"

	"memgraphd/internal/query/failure"
)

// Verb is what happens to privileges.
type Verb uint8

// The verbs.
const (
	Grant Verb = iota
	Deny
	Revoke // neither granted nor denied any more
)

// String returns the word of the statement.
func (v Verb) String() string {
	switch v {
	case Grant:
		return "GRANT"
	case Deny:
		return "DENY"
	case Revoke:
		return "REVOKE"
	}
	return "UNKNOWN"
}

// OnTarget is a set of actions on a target.
type OnTarget struct {
	Target
	Actions Actions // none, with Grant or Deny, denies all: NOTHING
}

// Change grants, denies or revokes privileges and actions in one go.
type Change struct {
	Verb       Verb
	Privileges Privileges // Every for ALL PRIVILEGES
	Rules      []OnTarget
}

// Apply makes a change to a user or a role: all of it or nothing.
func (s *Store) Apply(ctx context.Context, p Principal, c Change) error {
	if err := c.validate(); err != nil {
		return err
	}
	p, err := s.Resolve(p)
	if err != nil {
		return err
	}
	if p.Kind == User {
		err = s.changeUser(ctx, p.Name, func(_ *contents, u *user) error { return u.grants.apply(c) })
	} else {
		err = s.changeRole(ctx, p.Name, c)
	}
	if err == nil {
		s.o.Log.Info("privileges changed", zap.Stringer("kind", p.Kind), zap.String("name", p.Name), zap.Stringer("how", c.Verb),
			zap.Stringer("privileges", c.Privileges), zap.Int("rules", len(c.Rules)))
	}
	return err
}

func (s *Store) changeRole(ctx context.Context, name string, c Change) error {
	s.change.Lock()
	defer s.change.Unlock()
	x := s.now()
	r := x.roles[name]
	switch {
	case r == nil:
		return x.unknown(Principal{Role, name})
	case r.broken != nil:
		return fail("DamagedRole", "%v", r.broken).WithHint("drop the role and create it again")
	}
	next := *r
	next.grants = r.grants.clone()
	if err := next.grants.apply(c); err != nil {
		return err
	}
	e := next.entry()
	if err := x.keepsAdministrator(Role, name, &e); err != nil {
		return err
	}
	if err := s.put(ctx, e); err != nil {
		return err
	}
	s.changed(ctx)
	return nil
}

// Resolve says whether a name is that of a user or of a role.
func (s *Store) Resolve(p Principal) (Principal, error) {
	x := s.now()
	isUser, isRole := x.users[p.Name] != nil, x.roles[p.Name] != nil
	switch {
	case p.Kind == Either && isUser && isRole:
		return p, fail("AmbiguousName", "%q is a user and a role", p.Name).WithHint("write USER or ROLE before the name")
	case p.Kind != Role && isUser:
		return Principal{User, p.Name}, nil
	case p.Kind != User && isRole:
		return Principal{Role, p.Name}, nil
	}
	return p, x.unknown(p)
}

func (c *Change) validate() *failure.Error {
	if c.Privileges&^Every != 0 {
		return fail("UnknownPrivilege", "the privileges have bits that mean nothing")
	}
	for _, r := range c.Rules {
		switch {
		case r.Subject != Nodes && r.Subject != Edges || r.Scope > EveryProperty:
			return fail("InvalidRule", "a rule is about nodes or relationships")
		case r.Actions&^r.actions() != 0:
			what := "nodes"
			if r.Subject == Edges {
				what = "relationships"
			}
			if r.Scope != Itself {
				what = "properties"
			}
			return fail("InvalidRule", "%s cannot be granted or denied on %s", r.Actions&^r.actions(), what)
		}
	}
	return nil
}

// apply makes the change in g.
func (g *Grants) apply(c Change) error {
	p := c.Privileges
	g.Granted, g.Denied = applied(c.Verb, p, g.Granted, g.Denied)
	if p != 0 && g.Granted&known != known {
		g.Granted &^= future
	}
	if p != 0 && g.Denied&known != known {
		g.Denied &^= future
	}
	for _, r := range c.Rules {
		g.rule(c.Verb, r)
	}
	if len(g.Rules) > rulesMax {
		return fail("TooManyRules", "there would be %d rules, and %d is the most", len(g.Rules), rulesMax)
	}
	return nil
}

// applied returns what is granted and what is denied after verb with the set what.
func applied[S Privileges | Actions](verb Verb, what, granted, denied S) (S, S) {
	granted, denied = granted&^what, denied&^what
	switch verb {
	case Grant:
		granted |= what
	case Deny:
		denied |= what
	case Revoke:
	}
	return granted, denied
}

// rule makes the change of one target.
func (g *Grants) rule(verb Verb, on OnTarget) {
	target := on.normal()
	at, found := sort.Find(len(g.Rules), func(i int) int { return target.compare(g.Rules[i].Target) })
	if !found {
		g.Rules = slices.Insert(g.Rules, at, Rule{Target: target})
	}
	r := &g.Rules[at]
	a := on.Actions
	if a == 0 {
		a = target.actions()
		if verb == Grant {
			verb = Deny
		}
	}
	r.Granted, r.Denied = applied(verb, a, r.Granted, r.Denied)
	if r.Granted|r.Denied == 0 {
		g.Rules = slices.Delete(g.Rules, at, at+1)
	}
}

// PrivilegesOf returns what a user or a role has.
func (s *Store) PrivilegesOf(p Principal) (Holding, error) {
	p, err := s.Resolve(p)
	if err != nil {
		return Holding{}, err
	}
	x := s.now()
	h := Holding{Principal: p}
	if p.Kind == Role {
		if r := x.roles[p.Name]; r != nil {
			h.Own = r.grants.clone()
		}
		return h, nil
	}
	u := x.users[p.Name]
	if u == nil {
		return Holding{}, x.unknown(p)
	}
	h.Own = u.grants.clone()
	for _, r := range x.rolesOf(u) {
		h.Roles = append(h.Roles, RoleGrants{Role: r.name, Grants: r.grants.clone()})
	}
	return h, nil
}
