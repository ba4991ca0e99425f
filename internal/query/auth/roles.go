package auth

import (
	"context"
	"maps"
	"slices"

	"go.uber.org/zap"
)

// everything is what the first user is granted.
func everything() Grants {
	return Grants{Granted: Every, Rules: onEverything(EveryAction, EveryEdgeAction)}
}

// onEverything are the rules for actions on all nodes and all relationships.
func onEverything(nodes, edges Actions) []Rule {
	return []Rule{
		{Target: Target{Subject: Nodes}, Granted: nodes},
		{Target: Target{Subject: Edges}, Granted: edges},
	}
}

// builtin are the roles that come with the first user.
func builtin() []*role {
	return []*role{
		{name: "admin", grants: everything()},
		{name: "readonly", grants: Grants{Granted: PrivilegesOf(Match, Stats), Rules: onEverything(Read, Read)}},
		{name: "readwrite", grants: Grants{
			Granted: PrivilegesOf(Match, Create, Merge, Delete, Set, Remove, Index), Rules: onEverything(EveryAction, EveryEdgeAction),
		}},
	}
}

// createBuiltin makes the roles that come with the first user, unless there are others.
func (s *Store) createBuiltin(ctx context.Context, x *contents) error {
	for _, r := range x.roles {
		if !r.builtin {
			return nil
		}
	}
	for _, r := range builtin() {
		if x.roles[r.name] != nil {
			continue
		}
		var err error
		r.builtin = true
		if r.id, err = s.newID(); err != nil {
			return err
		}
		if err = s.put(ctx, r.entry()); err != nil {
			return err
		}
	}
	return nil
}

// CreateRole makes a role.
func (s *Store) CreateRole(ctx context.Context, name string, mode Existing) (created bool, err error) {
	if err = s.checkName(Principal{Role, name}); err != nil {
		return false, err
	}
	s.change.Lock()
	defer s.change.Unlock()
	x := s.now()
	if x.roles[name] != nil {
		if mode == Keep {
			return false, nil
		}
		return false, exists(Principal{Role, name})
	}
	if len(x.roles) >= rolesMax {
		return false, fail("TooManyRoles", "there are %d roles, which is the most", rolesMax)
	}
	r := &role{name: name}
	if r.id, err = s.newID(); err != nil {
		return false, err
	}
	if err := s.put(ctx, r.entry()); err != nil {
		return false, err
	}
	s.o.Log.Info("a role was created", zap.String("role", name))
	s.changed(ctx)
	return true, nil
}

// DropRole removes a role; no user has it any more.
func (s *Store) DropRole(ctx context.Context, name string) error {
	s.change.Lock()
	defer s.change.Unlock()
	x := s.now()
	if x.roles[name] == nil {
		return x.unknown(Principal{Role, name})
	}
	if err := x.keepsAdministrator(Role, name, nil); err != nil {
		return err
	}
	if _, _, err := s.o.Catalogue.DeleteEntry(ctx, RoleKind, name); err != nil {
		return err
	}
	s.o.Log.Info("a role was dropped", zap.String("role", name))
	s.changed(ctx)
	return nil
}

// SetRoles gives a user these roles and no other.
func (s *Store) SetRoles(ctx context.Context, user string, roles ...string) error {
	return s.changeRoles(ctx, user, func(x *contents, _ []roleRef) ([]roleRef, error) {
		return x.add(nil, roles)
	})
}

// ClearRoles takes all roles from a user.
func (s *Store) ClearRoles(ctx context.Context, user string) error { return s.SetRoles(ctx, user) }

// GrantRoles gives a user further roles.
func (s *Store) GrantRoles(ctx context.Context, user string, roles ...string) error {
	return s.changeRoles(ctx, user, func(x *contents, has []roleRef) ([]roleRef, error) {
		return x.add(has, roles)
	})
}

// RevokeRoles takes roles from a user; those that the user has not are ignored.
func (s *Store) RevokeRoles(ctx context.Context, user string, roles ...string) error {
	return s.changeRoles(ctx, user, func(x *contents, has []roleRef) ([]roleRef, error) {
		if _, err := x.add(nil, roles); err != nil {
			return nil, err
		}
		return slices.DeleteFunc(has, func(r roleRef) bool { return slices.Contains(roles, r.name) }), nil
	})
}

func (s *Store) changeRoles(ctx context.Context, name string, next func(x *contents, has []roleRef) ([]roleRef, error)) error {
	return s.changeUser(ctx, name, func(x *contents, u *user) (err error) {
		u.roles, err = next(x, u.roles)
		if len(u.roles) > userRolesMax {
			return fail("TooManyRoles", "the user %q would have %d roles, and %d is the most", name, len(u.roles), userRolesMax)
		}
		return err
	})
}

// add appends roles that are not in has yet.
func (x *contents) add(has []roleRef, roles []string) ([]roleRef, error) {
	for _, name := range roles {
		r := x.roles[name]
		if r == nil {
			return nil, x.unknown(Principal{Role, name})
		}
		has = slices.DeleteFunc(has, func(ref roleRef) bool { return ref.name == name && ref.id != r.id })
		if ref := (roleRef{r.id, name}); !slices.Contains(has, ref) {
			has = append(has, ref)
		}
	}
	return has, nil
}

// Roles lists the roles in the order of their names.
func (s *Store) Roles() []RoleInfo {
	x := s.now()
	all := make([]RoleInfo, 0, len(x.roles))
	for _, name := range slices.Sorted(maps.Keys(x.roles)) {
		all = append(all, RoleInfo{Name: name, Builtin: x.roles[name].builtin})
	}
	return all
}

// UsersOf lists the users that have a role, in the order of their names.
func (s *Store) UsersOf(name string) ([]string, error) {
	x := s.now()
	r := x.roles[name]
	if r == nil {
		return nil, x.unknown(Principal{Role, name})
	}
	var users []string
	for _, u := range x.users {
		if slices.Contains(x.rolesOf(u), r) {
			users = append(users, u.name)
		}
	}
	slices.Sort(users)
	return users, nil
}
