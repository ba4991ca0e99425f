package auth

import (
	"crypto/sha256"
	"slices"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/graph"
)

// Rights are what a user may do at one moment, with all of the user's roles. They are
// immutable.
type Rights struct {
	user    string
	granted Privileges
	denied  Privileges
	nodes   table[string, string]
	edges   table[string, string]
	key     string
}

// Unrestricted are the rights of everybody while no user exists.
func Unrestricted() *Rights {
	r := &Rights{granted: Every}
	r.nodes.rules = append(r.nodes.rules, bound[string, string]{granted: EveryAction})
	r.edges.rules = append(r.edges.rules, bound[string, string]{granted: EveryEdgeAction})
	return r
}

// None are the rights of those who have none.
func None() *Rights { return &Rights{key: "none"} }

// User is the name of the user; empty for nobody.
func (r *Rights) User() string { return r.user }

// Allows reports whether the privilege is granted and not denied.
func (r *Rights) Allows(p Privilege) bool { return r.effective().Has(p) }

func (r *Rights) effective() Privileges { return r.granted &^ r.denied & known }

// Missing are those of p that the user does not have.
func (r *Rights) Missing(p Privileges) Privileges { return p & known &^ r.effective() }

// Require fails unless the user has all of p.
func (r *Rights) Require(p Privileges) error {
	if missing := r.Missing(p); missing != 0 {
		return Forbidden(r.user, missing)
	}
	return nil
}

// Everything reports whether nothing at all is refused.
func (r *Rights) Everything() bool { return r.effective() == known && r.WholeGraph() }

// WholeGraph reports whether the user sees and may change all of the graph, so that no node,
// relationship or property needs to be asked about.
func (r *Rights) WholeGraph() bool {
	return r.nodes.always(EveryAction) && r.edges.always(EveryEdgeAction) && !r.nodes.narrows() && !r.edges.narrows()
}

// Key is equal for rights that are the same, whoever has them; it names them in a cache.
func (r *Rights) Key() string { return r.key }

// Node reports whether the actions may be done with a node that has the labels.
func (r *Rights) Node(a Actions, labels ...string) bool { return r.nodes.allows(a, labels) }

// Edge reports whether the actions may be done with a relationship of the type.
func (r *Rights) Edge(a Actions, typ string) bool { return r.edges.allows(a, []string{typ}) }

// NodeProperty reports whether a property of a visible node with the labels may be read.
func (r *Rights) NodeProperty(key string, labels ...string) bool { return r.nodes.reads(labels, key) }

// EdgeProperty reports whether a property of a visible relationship of the type may be read.
func (r *Rights) EdgeProperty(key, typ string) bool { return r.edges.reads([]string{typ}, key) }

// SetsNodeProperty reports whether a property of a node with the labels may be set or
// removed; base is CreateNew for a node that is being made, else Update.
func (r *Rights) SetsNodeProperty(base Actions, key string, labels ...string) bool {
	return r.nodes.writes(base, labels, key)
}

// SetsEdgeProperty reports whether a property of a relationship of the type may be set or
// removed; base is CreateNew for one that is being made, else Update.
func (r *Rights) SetsEdgeProperty(base Actions, key, typ string) bool {
	return r.edges.writes(base, []string{typ}, key)
}

// RequireAuth fails unless the user may manage users.
func (r *Rights) RequireAuth() error { return r.Require(PrivilegesOf(Auth)) }

// Hidden is the error of a change that rules do not allow. What is for example "a node with
// the labels :Secret".
func (r *Rights) Hidden(a Actions, what string) *failure.Error {
	return fail("Forbidden", "the user %s may not do this (%s) with %s", r.user, a, what).
		WithHint("ask who has the privilege AUTH to GRANT %s ON … TO %s", a, r.user).WithCode(CodeForbidden)
}

// compile computes the rights of a user.
func (x *contents) compile(u *user) *Rights {
	if u.broken != nil {
		return &Rights{user: u.name, key: "none"}
	}
	r := &Rights{user: u.name}
	parts := []*Grants{&u.grants}
	for _, role := range x.rolesOf(u) {
		if role.broken != nil {
			return &Rights{user: u.name, key: "none"}
		}
		parts = append(parts, &role.grants)
	}
	for _, g := range parts {
		r.granted |= g.Granted
		r.denied |= g.Denied
	}
	if r.granted&future != 0 {
		r.granted |= known
	}
	if r.denied&future != 0 {
		r.denied |= known
	}
	hash := sha256.New()
	for _, g := range parts {
		_, _ = hash.Write(g.append(nil)) // a hash never fails
		for i := range g.Rules {
			r.add(&g.Rules[i])
		}
	}
	r.key = string(hash.Sum(nil))
	return r
}

func (r *Rights) add(rule *Rule) {
	b := bound[string, string]{
		names: rule.Names, exactly: rule.Exactly, scope: rule.Scope, key: rule.Property, granted: rule.Granted, denied: rule.Denied,
	}
	if rule.Subject == Nodes {
		r.nodes.rules = append(r.nodes.rules, b)
		return
	}
	r.edges.rules = append(r.edges.rules, b)
}

// rightsOf returns the rights of a user, computed once.
func (x *contents) rightsOf(u *user) *Rights {
	if r, ok := x.rights.Load(u); ok {
		return r.(*Rights)
	}
	r, _ := x.rights.LoadOrStore(u, x.compile(u))
	return r.(*Rights)
}

// Rights returns what a user may do now: everything while no user exists, and nothing where
// there is no such user.
func (s *Store) Rights(name string) *Rights {
	x := s.now()
	if len(x.users) == 0 {
		return x.everybody
	}
	if u := x.users[name]; u != nil {
		return x.rightsOf(u)
	}
	return None()
}

// bound is a rule whose names are L, and properties K: texts, or the ids of a store.
type bound[L, K comparable] struct {
	names   []L // none: all
	exactly bool
	never   bool // it names something that the store does not have
	scope   Scope
	key     K
	granted Actions
	denied  Actions
}

func (b *bound[L, K]) matches(set []L) bool {
	switch {
	case b.never:
		return false
	case len(b.names) == 0:
		return true
	case b.exactly && len(set) != len(b.names):
		return false
	case b.exactly:
		return !slices.ContainsFunc(b.names, func(n L) bool { return !slices.Contains(set, n) })
	}
	return slices.ContainsFunc(b.names, func(n L) bool { return slices.Contains(set, n) })
}

// about reports whether the rule is for the property.
func (b *bound[L, K]) about(key K) bool {
	return b.scope == EveryProperty || b.scope == OneProperty && b.key == key
}

// table is the rules for nodes or for relationships.
type table[L, K comparable] struct{ rules []bound[L, K] }

// always reports whether the actions are allowed on all things.
func (t *table[L, K]) always(a Actions) bool {
	var granted Actions
	for i := range t.rules {
		r := &t.rules[i]
		if r.scope != Itself {
			continue
		}
		if r.denied&a != 0 {
			return false
		}
		if len(r.names) == 0 && !r.never {
			granted |= implied(r.granted)
		}
	}
	return granted&a == a
}

// narrows reports whether a rule for properties exists.
func (t *table[L, K]) narrows() bool {
	return slices.ContainsFunc(t.rules, func(r bound[L, K]) bool { return r.scope != Itself })
}

// implied adds what an action has with it: who may make a node with a label may give the
// label to a node, and who may delete one may take it away.
func implied(a Actions) Actions {
	if a&CreateNew != 0 {
		a |= SetLabel
	}
	if a&DeleteIt != 0 {
		a |= RemoveLabel
	}
	return a
}

// allows reports whether the actions may be done with a thing of these labels or this type.
func (t *table[L, K]) allows(a Actions, set []L) bool {
	var granted Actions
	for i := range t.rules {
		r := &t.rules[i]
		if r.scope != Itself || !r.matches(set) {
			continue
		}
		if r.denied&a != 0 {
			return false
		}
		granted |= implied(r.granted)
	}
	return granted&a == a
}

// property reports what the rules for properties say of one.
func (t *table[L, K]) property(a Actions, set []L, key K) (granted, denied, narrowed bool) {
	for i := range t.rules {
		r := &t.rules[i]
		if r.scope == Itself || (r.granted|r.denied)&a == 0 || !r.matches(set) {
			continue
		}
		narrowed = narrowed || r.granted&a != 0
		if r.about(key) {
			granted = granted || r.granted&a != 0
			denied = denied || r.denied&a != 0
		}
	}
	return granted, denied, narrowed
}

func (t *table[L, K]) reads(set []L, key K) bool {
	granted, denied, narrowed := t.property(Read, set, key)
	return !denied && (granted || !narrowed)
}

func (t *table[L, K]) writes(base Actions, set []L, key K) bool {
	granted, denied, narrowed := t.property(SetProperty, set, key)
	return !denied && (granted || !narrowed && t.allows(base, set))
}

// Names finds the ids of names; a *storage.Store does.
type Names interface {
	LookupLabel(name string) (graph.LabelID, bool)
	LookupType(name string) (graph.TypeID, bool)
	LookupKey(name string) (graph.KeyID, bool)
}

// Filter is rights in the ids of a store. It holds for the names that existed when it was
// made: it has to be made anew when there are more, since a rule may be about one of them.
// It is immutable. A nil Filter refuses nothing.
type Filter struct {
	nodes table[graph.LabelID, graph.KeyID]
	edges table[graph.TypeID, graph.KeyID]
}

// Filter binds the rights to the ids of a store; nil where nothing needs to be asked.
func (r *Rights) Filter(names Names) *Filter {
	if r.WholeGraph() {
		return nil
	}
	return &Filter{
		nodes: bind(&r.nodes, names.LookupLabel, names.LookupKey),
		edges: bind(&r.edges, names.LookupType, names.LookupKey),
	}
}

func bind[L, K comparable](t *table[string, string], label func(string) (L, bool), key func(string) (K, bool)) table[L, K] {
	out := table[L, K]{rules: make([]bound[L, K], 0, len(t.rules))}
	for i := range t.rules {
		from := &t.rules[i]
		b := bound[L, K]{exactly: from.exactly, scope: from.scope, granted: from.granted, denied: from.denied}
		for _, name := range from.names {
			id, ok := label(name)
			if ok {
				b.names = append(b.names, id)
			}
			b.never = b.never || !ok && from.exactly
		}
		b.never = b.never || len(from.names) > 0 && len(b.names) == 0
		if from.scope == OneProperty {
			id, ok := key(from.key)
			if !ok { // no thing has it; what it grants still narrows the others
				if b.granted == 0 {
					continue
				}
				b.scope = noProperty
			}
			b.key = id
		}
		out.rules = append(out.rules, b)
	}
	return out
}

// noProperty is the scope of a rule for a property that nothing has.
const noProperty Scope = 3

// EveryNode reports whether the actions may be done with all nodes.
func (f *Filter) EveryNode(a Actions) bool { return f == nil || f.nodes.always(a) }

// EveryEdge reports whether the actions may be done with all relationships.
func (f *Filter) EveryEdge(a Actions) bool { return f == nil || f.edges.always(a) }

// EveryProperty reports whether all properties of what is visible may be read.
func (f *Filter) EveryProperty() bool {
	return f == nil || !f.nodes.narrows() && !f.edges.narrows()
}

// Node reports whether the actions may be done with a node that has the labels.
func (f *Filter) Node(a Actions, labels []graph.LabelID) bool {
	return f == nil || f.nodes.allows(a, labels)
}

// Edge reports whether the actions may be done with a relationship of the type.
func (f *Filter) Edge(a Actions, typ graph.TypeID) bool {
	if f == nil {
		return true
	}
	one := [1]graph.TypeID{typ}
	return f.edges.allows(a, one[:])
}

// NodeProperty reports whether a property of a visible node with the labels may be read.
func (f *Filter) NodeProperty(labels []graph.LabelID, key graph.KeyID) bool {
	return f == nil || f.nodes.reads(labels, key)
}

// EdgeProperty reports whether a property of a visible relationship of the type may be read.
func (f *Filter) EdgeProperty(typ graph.TypeID, key graph.KeyID) bool {
	if f == nil {
		return true
	}
	one := [1]graph.TypeID{typ}
	return f.edges.reads(one[:], key)
}

// SetsNodeProperty reports whether a property of a node with the labels may be set or
// removed; base is CreateNew for a node that is being made, else Update.
func (f *Filter) SetsNodeProperty(base Actions, labels []graph.LabelID, key graph.KeyID) bool {
	return f == nil || f.nodes.writes(base, labels, key)
}

// SetsEdgeProperty reports whether a property of a relationship of the type may be set or
// removed; base is CreateNew for one that is being made, else Update.
func (f *Filter) SetsEdgeProperty(base Actions, typ graph.TypeID, key graph.KeyID) bool {
	if f == nil {
		return true
	}
	one := [1]graph.TypeID{typ}
	return f.edges.writes(base, one[:], key)
}
