package auth

import (
	"crypto/sha256"
	"slices"

	"memgraphd/internal/query/failure"
)

// Rights are what a user may do at one moment, with all of the user's roles. They are
// immutable.
type Rights struct {
	user    string
	granted Privileges
	denied  Privileges
	nodes   table
	edges   table
	key     string

	// What asks about all rules is answered once, by settled.
	wholeGraph    bool
	everything    bool
	everyProperty bool
}

// settled computes what is asked for with each statement. Rights do not change afterwards.
func (r *Rights) settled() *Rights {
	r.everyProperty = !r.nodes.narrows() && !r.edges.narrows()
	r.wholeGraph = r.everyProperty && r.nodes.always(EveryAction) && r.edges.always(EveryEdgeAction)
	r.everything = r.wholeGraph && r.effective() == known
	return r
}

// unrestricted are the rights of everybody while no user exists.
func unrestricted() *Rights {
	r := &Rights{granted: Every}
	r.nodes.rules = append(r.nodes.rules, Rule{Granted: EveryAction})
	r.edges.rules = append(r.edges.rules, Rule{Granted: EveryEdgeAction})
	return r.settled()
}

// None are the rights of those who have none.
func None() *Rights { return nothing("") }

func nothing(user string) *Rights { return (&Rights{user: user, key: "none"}).settled() }

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
		return forbidden(r.user, missing)
	}
	return nil
}

// Everything reports whether nothing at all is refused.
func (r *Rights) Everything() bool { return r.everything }

// WholeGraph reports whether the user sees and may change all of the graph, so that no node,
// relationship or property needs to be asked about.
func (r *Rights) WholeGraph() bool { return r.wholeGraph }

// EveryProperty reports whether no rule is about properties, so that what may be done with a
// thing may be done with all of its properties, also with those that come later.
func (r *Rights) EveryProperty() bool { return r.everyProperty }

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
		return nothing(u.name)
	}
	r := &Rights{user: u.name}
	parts := []*Grants{&u.grants}
	for _, role := range x.rolesOf(u) {
		if role.broken != nil {
			return nothing(u.name)
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
	return r.settled()
}

func (r *Rights) add(rule *Rule) {
	if rule.Subject == Nodes {
		r.nodes.rules = append(r.nodes.rules, *rule)
		return
	}
	r.edges.rules = append(r.edges.rules, *rule)
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

// matches reports whether the rule is about things with these labels or this type.
func (r *Rule) matches(set []string) bool {
	switch {
	case len(r.Names) == 0:
		return true
	case r.Exactly && len(set) != len(r.Names):
		return false
	case r.Exactly:
		return !slices.ContainsFunc(r.Names, func(n string) bool { return !slices.Contains(set, n) })
	}
	return slices.ContainsFunc(r.Names, func(n string) bool { return slices.Contains(set, n) })
}

// about reports whether the rule is for the property.
func (r *Rule) about(key string) bool {
	return r.Scope == EveryProperty || r.Scope == OneProperty && r.Property == key
}

// table is the rules for nodes or for relationships.
type table struct{ rules []Rule }

// always reports whether the actions are allowed on all things.
func (t *table) always(a Actions) bool {
	var granted Actions
	for i := range t.rules {
		r := &t.rules[i]
		if r.Scope != Itself {
			continue
		}
		if r.Denied&a != 0 {
			return false
		}
		if len(r.Names) == 0 {
			granted |= implied(r.Granted)
		}
	}
	return granted&a == a
}

// narrows reports whether a rule for properties exists.
func (t *table) narrows() bool {
	return slices.ContainsFunc(t.rules, func(r Rule) bool { return r.Scope != Itself })
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
func (t *table) allows(a Actions, set []string) bool {
	var granted Actions
	for i := range t.rules {
		r := &t.rules[i]
		if r.Scope != Itself || !r.matches(set) {
			continue
		}
		if r.Denied&a != 0 {
			return false
		}
		granted |= implied(r.Granted)
	}
	return granted&a == a
}

// property reports what the rules for properties say of one.
func (t *table) property(a Actions, set []string, key string) (granted, denied, narrowed bool) {
	for i := range t.rules {
		r := &t.rules[i]
		if r.Scope == Itself || (r.Granted|r.Denied)&a == 0 || !r.matches(set) {
			continue
		}
		narrowed = narrowed || r.Granted&a != 0
		if r.about(key) {
			granted = granted || r.Granted&a != 0
			denied = denied || r.Denied&a != 0
		}
	}
	return granted, denied, narrowed
}

func (t *table) reads(set []string, key string) bool {
	granted, denied, narrowed := t.property(Read, set, key)
	return !denied && (granted || !narrowed)
}

func (t *table) writes(base Actions, set []string, key string) bool {
	granted, denied, narrowed := t.property(SetProperty, set, key)
	return !denied && (granted || !narrowed && t.allows(base, set))
}
