package query

import (
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
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
func (s *Session) guard() *storage.Guard {
	r := s.rights()
	if r == nil || r.WholeGraph() {
		return nil
	}
	e := s.engine
	if g, ok := e.guards.Get(r.Key()); ok {
		return g
	}
	g := storage.NewGuard(e.o.Store, &policy{store: e.o.Store, rights: r})
	e.guards.Add(r.Key(), g)
	return g
}

// policy answers a storage.Guard by the rights of a user. It asks by name, so that it holds
// for names that come later, too.
type policy struct {
	store  *storage.Store
	rights *auth.Rights
}

// NodeAccess decides about the nodes that have just these labels.
func (p *policy) NodeAccess(labels []graph.LabelID) storage.Access {
	names := p.names(labels)
	return p.access(func(a auth.Actions) bool { return p.rights.Node(a, names...) })
}

// EdgeAccess decides about the relationships of a type.
func (p *policy) EdgeAccess(t graph.TypeID) storage.Access {
	name := p.store.TypeName(t)
	return p.access(func(a auth.Actions) bool { return p.rights.Edge(a, name) })
}

// NodeKeyAccess decides about one property of such nodes.
func (p *policy) NodeKeyAccess(labels []graph.LabelID, k graph.KeyID) storage.Access {
	names, key := p.names(labels), p.store.KeyName(k)
	return keyAccess(p.rights.NodeProperty(key, names...), func(base auth.Actions) bool {
		return p.rights.SetsNodeProperty(base, key, names...)
	})
}

// EdgeKeyAccess decides about one property of such relationships.
func (p *policy) EdgeKeyAccess(t graph.TypeID, k graph.KeyID) storage.Access {
	name, key := p.store.TypeName(t), p.store.KeyName(k)
	return keyAccess(p.rights.EdgeProperty(key, name), func(base auth.Actions) bool {
		return p.rights.SetsEdgeProperty(base, key, name)
	})
}

// keyAccess gathers what is allowed with one property.
func keyAccess(readable bool, writable func(base auth.Actions) bool) storage.Access {
	var a storage.Access
	if readable {
		a |= storage.AccessReadKeys
	}
	if writable(auth.Update) {
		a |= storage.AccessWriteKeys
	}
	if writable(auth.CreateNew) {
		a |= storage.AccessCreateKeys
	}
	return a
}

func (p *policy) names(labels []graph.LabelID) []string {
	names := make([]string, len(labels))
	for i, l := range labels {
		names[i] = p.store.LabelName(l)
	}
	return names
}

// access gathers what is allowed with things of one kind.
func (p *policy) access(allows func(auth.Actions) bool) storage.Access {
	var a storage.Access
	for _, x := range []struct {
		action auth.Actions
		access storage.Access
		keys   storage.Access // that come with it where no rule is about properties
	}{
		{auth.Read, storage.AccessRead, storage.AccessReadKeys},
		{auth.CreateNew, storage.AccessCreate, storage.AccessCreateKeys},
		{auth.DeleteIt, storage.AccessDelete, 0},
		{auth.Update, storage.AccessUpdate, storage.AccessWriteKeys},
		{auth.SetLabel, storage.AccessAddLabel, 0},
		{auth.RemoveLabel, storage.AccessRemoveLabel, 0},
	} {
		if !allows(x.action) {
			continue
		}
		a |= x.access
		if p.rights.EveryProperty() {
			a |= x.keys
		}
	}
	return a
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
