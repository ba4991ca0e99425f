package access

import (
	"memgraphd/internal/query/auth"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
)

// Policy answers a storage.Guard by the rights of a user. It asks by name, so that it holds
// for names that come later, too.
type Policy struct {
	store  *storage.Store
	rights *auth.Rights
}

// NewPolicy returns the policy of a user's rights.
func NewPolicy(store *storage.Store, rights *auth.Rights) *Policy {
	return &Policy{store: store, rights: rights}
}

// NodeAccess decides about the nodes that have just these labels.
func (p *Policy) NodeAccess(labels []graph.LabelID) storage.Access {
	names := p.names(labels)
	return p.access(func(a auth.Actions) bool { return p.rights.Node(a, names...) })
}

// EdgeAccess decides about the relationships of a type.
func (p *Policy) EdgeAccess(t graph.TypeID) storage.Access {
	name := p.store.TypeName(t)
	return p.access(func(a auth.Actions) bool { return p.rights.Edge(a, name) })
}

// NodeKeyAccess decides about one property of such nodes.
func (p *Policy) NodeKeyAccess(labels []graph.LabelID, k graph.KeyID) storage.Access {
	names, key := p.names(labels), p.store.KeyName(k)
	return keyAccess(p.rights.NodeProperty(key, names...), func(base auth.Actions) bool {
		return p.rights.SetsNodeProperty(base, key, names...)
	})
}

// EdgeKeyAccess decides about one property of such relationships.
func (p *Policy) EdgeKeyAccess(t graph.TypeID, k graph.KeyID) storage.Access {
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

func (p *Policy) names(labels []graph.LabelID) []string {
	names := make([]string, len(labels))
	for i, l := range labels {
		names[i] = p.store.LabelName(l)
	}
	return names
}

// access gathers what is allowed with things of one kind.
func (p *Policy) access(allows func(auth.Actions) bool) storage.Access {
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
