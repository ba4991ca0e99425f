package query

import (
	"memgraphd/internal/query/access"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
)

// guardsMax bounds the guards that are kept, one for each set of rights.
const guardsMax = 256

// rights returns what the session's user may do now, or nil for everything.
func (s *Session) rights() *auth.Rights {
	if s.o.Identity == nil {
		return nil
	}
	r := s.o.Identity.Rights()
	if r.Everything() {
		return nil
	}
	return r
}

// require refuses a statement unless the rights, of which nil are all, have what it needs. Who
// is no user any more may do nothing.
func require(r *auth.Rights, needs auth.Privileges) error {
	switch {
	case r == nil:
		return nil
	case r.User() == "":
		return failure.New(failure.ClientError, failure.Runtime, "LoginExpired",
			"the login does not hold any more: the user was dropped or has another password, or there are users now").
			WithHint("connect again with a user name and a password").WithCode(auth.CodeUnauthorized)
	}
	return r.Require(needs)
}

// may reports whether the session's user has a privilege.
func (s *Session) may(p auth.Privilege) bool {
	r := s.rights()
	return r == nil || r.Allows(p)
}

// guard returns what keeps the session's transactions to what its user may see and change,
// or nil where that is everything.
func (s *Session) guard() *storage.Guard { return s.guardOf(s.rights()) }

// guardOf returns what keeps transactions to what rights allow, of which nil are all.
func (s *Session) guardOf(r *auth.Rights) *storage.Guard {
	if r == nil || r.WholeGraph() {
		return nil
	}
	e := s.engine
	if g, ok := e.guards.Get(r.Key()); ok {
		return g
	}
	g := storage.NewGuard(e.o.Store, access.NewPolicy(e.o.Store, r))
	e.guards.Add(r.Key(), g)
	return g
}

// shown returns a plan as the session's user may see it: without what the planner expects,
// which it takes from the whole graph, where the user may not see all of that.
func (s *Session) shown(t *plan.Tree) *plan.Tree {
	if t == nil || s.guard() == nil {
		return t
	}
	t.Estimate = 0
	for _, c := range t.Children {
		s.shown(c)
	}
	return t
}

// seesLabel reports whether the session's user may see nodes that have this label and no
// other, so that the label may be named.
func (s *Session) seesLabel(label string) bool {
	r := s.rights()
	return r == nil || r.Node(auth.Read, label)
}
