package auth

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
)

// fixture is a store of users over a store of graphs, with a clock that tests move.
type fixture struct {
	*Store
	t     *testing.T
	graph *storage.Store
	now   time.Time
	gone  atomic.Bool
}

func open(t *testing.T, o Options) *fixture {
	t.Helper()
	f := &fixture{t: t, now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	f.graph = storage.New(storage.Options{Now: func() time.Time { return f.now }})
	t.Cleanup(func() { f.ok(f.graph.Close()) })
	o.Catalogue, o.Now = f.graph, func() time.Time { return f.now }
	s, err := Open(o)
	f.ok(err)
	f.Store = s
	return f
}

func (f *fixture) ok(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// fails checks the stable name of an error.
func (f *fixture) fails(err error, detail string) {
	f.t.Helper()
	if e := failure.Of(err); e == nil || e.Detail != detail {
		f.t.Fatalf("%v; want %s", err, detail)
	}
}

func (f *fixture) user(name string) {
	f.t.Helper()
	_, err := f.CreateUser(f.t.Context(), name, NoPassword(), Refuse)
	f.ok(err)
}

func (f *fixture) role(name string) {
	f.t.Helper()
	_, err := f.CreateRole(f.t.Context(), name, Refuse)
	f.ok(err)
}

func (f *fixture) apply(name string, c Change) {
	f.t.Helper()
	f.ok(f.Apply(f.t.Context(), Principal{Name: name}, c))
}

func TestUsers(t *testing.T) {
	f := open(t, Options{})
	ctx := t.Context()
	if f.Exist() || !f.Rights("").Everything() {
		t.Error("without a user, everybody may do everything")
	}
	nobody := f.Nobody()
	f.user("ann")
	if nobody.Valid() || nobody.Rights().Allows(Match) || !f.Rights("ann").Everything() {
		t.Error("the first user has everything, and nobody has nothing any more")
	}
	f.user("bob")
	if r := f.Rights("bob"); r.effective() != 0 || r.Node(Read, "A") || f.Rights("eve").effective() != 0 {
		t.Error("a further user has nothing, and an unknown one neither")
	}
	_, err := f.CreateUser(ctx, "bob", NoPassword(), Refuse)
	f.fails(err, "PrincipalExists")
	created, err := f.CreateUser(ctx, "bob", NoPassword(), Keep)
	f.ok(err)
	if created {
		t.Error("created again")
	}
	_, err = f.CreateUser(ctx, "a b", NoPassword(), Refuse)
	f.fails(err, "InvalidName")
	f.fails(f.DropUser(ctx, "bop"), "UnknownPrincipal")
	if err := f.DropUser(ctx, "bop"); !strings.Contains(err.Error(), `did you mean "bob"`) {
		t.Error(err)
	}
	f.fails(f.DropUser(ctx, "ann"), "LastAdministrator")
	f.ok(f.DropUser(ctx, "bob"))
	f.ok(f.DropUser(ctx, "ann"))
	if f.Exist() || !nobody.Valid() {
		t.Error("the last user went; everybody may do everything")
	}
	var names []string
	for _, r := range f.Roles() {
		names = append(names, r.Name)
		if !r.Builtin {
			t.Error(r)
		}
	}
	if !slices.Equal(names, []string{"admin", "readonly", "readwrite"}) {
		t.Error(names)
	}
}

func TestRoles(t *testing.T) {
	f := open(t, Options{})
	ctx := t.Context()
	f.user("ann")
	f.user("bob")
	f.role("writer")
	f.role("reader")
	f.apply("writer", Change{Verb: Grant, Privileges: PrivilegesOf(Create, Match)})
	f.apply("reader", Change{Verb: Deny, Privileges: PrivilegesOf(Create)})
	f.ok(f.SetRoles(ctx, "bob", "writer"))
	if !f.Rights("bob").Allows(Create) {
		t.Error("bob has what the role has")
	}
	f.ok(f.GrantRoles(ctx, "bob", "reader", "writer"))
	if r := f.Rights("bob"); r.Allows(Create) || !r.Allows(Match) {
		t.Error("what one role denies, another cannot grant")
	}
	users, err := f.UsersOf("reader")
	f.ok(err)
	if !slices.Equal(users, []string{"bob"}) {
		t.Error(users)
	}
	f.fails(f.GrantRoles(ctx, "bob", "redaer"), "UnknownPrincipal")
	f.ok(f.DropRole(ctx, "reader"))
	f.role("reader")
	if u, err := f.UserNamed("bob"); err != nil || !slices.Equal(u.Roles, []string{"writer"}) {
		t.Error("a role of the same name is another one", u, err)
	}
	f.ok(f.GrantRoles(ctx, "bob", "reader"))
	f.ok(f.RevokeRoles(ctx, "bob", "writer"))
	if u, err := f.UserNamed("bob"); err != nil || !slices.Equal(u.Roles, []string{"reader"}) {
		t.Error(u, err)
	}
	f.ok(f.ClearRoles(ctx, "bob"))
	if u, err := f.UserNamed("bob"); err != nil || len(u.Roles) != 0 {
		t.Error(u, err)
	}
	f.role("ann")
	f.fails(f.Apply(ctx, Principal{Name: "ann"}, Change{Privileges: PrivilegesOf(Match)}), "AmbiguousName")
	f.ok(f.Apply(ctx, Principal{Role, "ann"}, Change{Privileges: PrivilegesOf(Match)}))
}

func TestPrivileges(t *testing.T) {
	f := open(t, Options{})
	f.user("ann")
	f.user("bob")
	f.apply("bob", Change{Verb: Grant, Privileges: Every})
	if r := f.Rights("bob"); r.Missing(Every) != 0 || r.Everything() {
		t.Error("ALL PRIVILEGES are those of statements, and not the graph")
	}
	f.apply("bob", Change{Verb: Deny, Privileges: PrivilegesOf(Auth)})
	h, err := f.PrivilegesOf(Principal{Name: "bob"})
	f.ok(err)
	if h.Own.Granted != Every&^PrivilegesOf(Auth)&^future || h.Own.Denied != PrivilegesOf(Auth) {
		t.Errorf("%b %b", h.Own.Granted, h.Own.Denied)
	}
	err = f.Rights("bob").RequireAuth()
	f.fails(err, "Forbidden")
	if failure.Of(err).Code != CodeForbidden || !strings.Contains(err.Error(), "AUTH") {
		t.Error(err)
	}
	f.apply("bob", Change{Verb: Revoke, Privileges: Every})
	if h, err = f.PrivilegesOf(Principal{Name: "bob"}); err != nil || h.Own.Granted != 0 || h.Own.Denied != 0 {
		t.Error(h, err)
	}
	f.fails(f.Apply(t.Context(), Principal{Name: "ann"}, Change{Verb: Revoke, Privileges: PrivilegesOf(Auth)}), "LastAdministrator")
	f.fails(f.Apply(t.Context(), Principal{Name: "ann"}, Change{Verb: Deny, Privileges: Every}), "LastAdministrator")
	if !f.Rights("ann").Everything() {
		t.Error("what was refused has changed nothing")
	}
	for p := range privilegeCount {
		if got, ok := ParsePrivilege(strings.ToLower(p.String())); !ok || got != p {
			t.Error(p, got)
		}
	}
}

func on(subject Subject, actions Actions, names ...string) Change {
	return Change{Rules: []OnTarget{{Target{Subject: subject, Names: names}, actions}}}
}

func deny(c Change) Change {
	c.Verb = Deny
	return c
}

func TestRules(t *testing.T) {
	f := open(t, Options{})
	f.user("ann")
	f.user("bob")
	f.apply("bob", on(Nodes, Read|Update, "A", "B"))
	f.apply("bob", on(Nodes, CreateNew, "C"))
	f.apply("bob", deny(on(Nodes, 0, "Secret")))
	f.apply("bob", Change{Rules: []OnTarget{{Target{Subject: Nodes, Names: []string{"X", "Y"}, Exactly: true}, Read}}})
	f.apply("bob", on(Edges, Read, "KNOWS"))
	check := func(x *Rights) {
		t.Helper()
		for _, c := range []struct {
			labels  string
			actions Actions
			want    bool
		}{
			{"A", Read, true},
			{"B", Update, true},
			{"A Z", Read, true},
			{"Z", Read, false},
			{"", Read, false},
			{"A", DeleteIt, false},
			{"A Secret", Read, false},
			{"Secret", Read, false},
			{"X", Read, false},
			{"X Y", Read, true},
			{"Y X", Read, true},
			{"X Y Z", Read, false},
			{"C", CreateNew, true},
			{"C", SetLabel, true},
			{"C", RemoveLabel, false},
			{"C", Read, false},
		} {
			labels := strings.Fields(c.labels)
			if got := x.Node(c.actions, labels...); got != c.want {
				t.Errorf("%v on %q: %v", c.actions, c.labels, got)
			}
		}
		if !x.Edge(Read, "KNOWS") || x.Edge(Read, "LIKES") || x.Edge(Update, "KNOWS") {
			t.Error("relationships")
		}
	}
	check(f.Rights("bob"))
	f.apply("bob", Change{Verb: Revoke, Rules: []OnTarget{{Target{Subject: Nodes, Names: []string{"Secret"}}, EveryAction}}})
	if !f.Rights("bob").Node(Read, "A", "Secret") {
		t.Error("what was denied is not any more")
	}
	f.fails(f.Apply(t.Context(), Principal{Name: "bob"}, on(Edges, SetLabel)), "InvalidRule")
	f.fails(f.Apply(t.Context(), Principal{Name: "bob"}, on(3, Read)), "InvalidRule")
}

func TestProperties(t *testing.T) {
	f := open(t, Options{})
	f.user("ann")
	f.user("bob")
	property := func(verb Verb, scope Scope, key string, a Actions, labels ...string) {
		f.apply("bob", Change{Verb: verb, Rules: []OnTarget{{Target{Subject: Nodes, Names: labels, Scope: scope, Property: key}, a}}})
	}
	f.apply("bob", on(Nodes, EveryAction))
	r := f.Rights("bob")
	if !r.NodeProperty("p", "A") || !r.SetsNodeProperty(Update, "p", "A") {
		t.Error("without rules for properties, those for nodes decide")
	}
	property(Deny, OneProperty, "ssn", Read, "A")
	if r = f.Rights("bob"); r.NodeProperty("ssn", "A") || !r.NodeProperty("name", "A") || !r.NodeProperty("ssn", "B") {
		t.Error("denied is one property")
	}
	property(Grant, OneProperty, "name", Read, "A")
	if r = f.Rights("bob"); !r.NodeProperty("name", "A") || r.NodeProperty("age", "A") || !r.NodeProperty("age", "B") {
		t.Error("granted properties narrow the others")
	}
	if !r.SetsNodeProperty(Update, "age", "A") {
		t.Error("reading does not narrow writing")
	}
	property(Grant, EveryProperty, "", Read, "A")
	if r = f.Rights("bob"); !r.NodeProperty("age", "A") || r.NodeProperty("ssn", "A") {
		t.Error("denied beats every property")
	}
	property(Grant, OneProperty, "age", SetProperty, "A")
	if r = f.Rights("bob"); !r.SetsNodeProperty(Update, "age", "A") || r.SetsNodeProperty(Update, "name", "A") || !r.SetsNodeProperty(CreateNew, "age", "A") {
		t.Error("granted properties narrow writing")
	}
	if r.WholeGraph() {
		t.Error("a graph with rules for properties is not whole")
	}
}

func TestPropertiesThatNothingHas(t *testing.T) {
	f := open(t, Options{})
	f.user("ann")
	f.user("bob")
	if all := f.Rights("ann"); !all.WholeGraph() || !all.EveryProperty() || !None().EveryProperty() || None().WholeGraph() {
		t.Error("who has no rule for properties has them with the thing")
	}
	f.apply("bob", on(Nodes, Read))
	f.apply("bob", deny(on(Nodes, Read, "Hidden", "Unknown")))
	f.apply("bob", on(Edges, Read, "R"))
	if r := f.Rights("bob"); !r.EveryProperty() || r.WholeGraph() {
		t.Error("rules for labels are not for properties")
	}
	absent := func(verb Verb) {
		f.apply("bob", Change{Verb: verb, Rules: []OnTarget{{Target{Subject: Nodes, Names: []string{"P"}, Scope: OneProperty, Property: "absent"}, Read}}})
	}
	absent(Deny)
	if r := f.Rights("bob"); r.EveryProperty() || r.NodeProperty("absent", "P") || !r.NodeProperty("k", "P") {
		t.Error("what is denied is denied before anything has it")
	}
	absent(Grant)
	r := f.Rights("bob")
	if r.Node(Read, "Hidden") || r.Node(Read, "Hidden", "P") || !r.Node(Read, "P") || !r.Node(Read) {
		t.Error("nodes")
	}
	if !r.Edge(Read, "R") || r.Edge(Read, "S") || r.Edge(Update, "R") {
		t.Error("relationships")
	}
	if r.NodeProperty("k", "P") || !r.NodeProperty("k") || r.EveryProperty() {
		t.Error("a property that nothing has narrows the others as well")
	}
}

func TestEncoding(t *testing.T) {
	f := open(t, Options{})
	f.user("ann")
	f.user("bob")
	f.ok(f.SetRoles(t.Context(), "bob", "admin", "readonly"))
	f.apply("bob", on(Nodes, Read, "A", "B"))
	f.apply("bob", Change{Rules: []OnTarget{{Target{Subject: Edges, Names: []string{"R"}, Scope: OneProperty, Property: "p"}, SetProperty}}})
	f.ok(f.SetPassword(t.Context(), "bob", HashedPassword("$2a$10$"+strings.Repeat("a", 53))))
	for _, e := range slices.Concat(f.graph.Entries(UserKind), f.graph.Entries(RoleKind)) {
		if e.Kind == UserKind {
			u, err := decodeUser(e)
			f.ok(err)
			if !slices.Equal(u.entry().Data, e.Data) {
				t.Error(e.Name)
			}
		}
		for n := range e.Data {
			if _, err := decodeAny(change.Entry{Kind: e.Kind, Name: e.Name, Data: e.Data[:n]}); err == nil {
				t.Fatalf("%s %s: %d bytes of %d are read", e.Kind, e.Name, n, len(e.Data))
			}
		}
		newer := slices.Clone(e.Data)
		newer[0]++
		_, err := decodeAny(change.Entry{Kind: e.Kind, Name: e.Name, Data: newer})
		if _, ok := errors.AsType[*change.NewerEntryError](err); !ok {
			t.Error(err)
		}
	}
}

func decodeAny(e change.Entry) (any, error) {
	if e.Kind == UserKind {
		return decodeUser(e)
	}
	return decodeRole(e)
}

func TestDamagedEntries(t *testing.T) {
	f := open(t, Options{})
	ctx := t.Context()
	f.user("ann")
	f.user("bob")
	f.ok(f.SetRoles(ctx, "bob", "readonly"))
	put := func(kind, name string) {
		_, err := f.graph.PutEntry(ctx, change.Entry{Kind: kind, Name: name, Data: []byte{entryVersion, 7}})
		f.ok(err)
	}
	if !f.Rights("bob").Allows(Match) {
		t.Fatal("bob has the role")
	}
	put(RoleKind, "readonly")
	if f.Rights("bob").Allows(Match) {
		t.Error("a role that cannot be read may have denied everything")
	}
	put(UserKind, "cid")
	_, err := f.Authenticate(ctx, "cid", "x", "192.0.2.1:1")
	f.fails(err, "AuthenticationFailed")
	f.fails(f.SetPassword(ctx, "cid", NoPassword()), "DamagedUser")
	f.fails(f.Apply(ctx, Principal{Name: "readonly"}, Change{Privileges: PrivilegesOf(Match)}), "DamagedRole")
	f.ok(f.DropUser(ctx, "cid"))
	f.ok(f.DropRole(ctx, "readonly"))
}

func TestWatch(t *testing.T) {
	f := open(t, Options{})
	nobody, other := f.Nobody(), f.Nobody()
	var by []*Identity
	f.Watch(func(actor *Identity) { by = append(by, actor) })
	ctx := WithActor(t.Context(), nobody)
	_, err := f.CreateUser(ctx, "ann", NoPassword(), Refuse)
	f.ok(err)
	if nobody.Name() != "ann" || !nobody.Valid() || !nobody.Rights().Everything() || other.Valid() {
		t.Error("who makes the first user is that user")
	}
	another, err := f.Authenticate(t.Context(), "ann", "", "")
	f.ok(err)
	f.ok(f.SetPassword(ctx, "ann", HashedPassword("$2a$10$"+strings.Repeat("a", 53))))
	if !nobody.Valid() || another.Valid() {
		t.Error("who changes the own password stays, others do not")
	}
	_, err = f.CreateUser(ctx, "bob", NoPassword(), Refuse)
	f.ok(err)
	bob, err := f.Authenticate(t.Context(), "bob", "", "")
	f.ok(err)
	f.ok(f.DropUser(ctx, "bob"))
	_, err = f.CreateUser(ctx, "bob", NoPassword(), Refuse)
	f.ok(err)
	if bob.Valid() || bob.Rights().effective() != 0 || nobody.Name() != "ann" {
		t.Error("a user of the same name is another one")
	}
	if len(by) != 5 || by[0] != nobody {
		t.Error(len(by))
	}
}

func TestRightsAreShared(t *testing.T) {
	f := open(t, Options{})
	ctx := context.WithoutCancel(t.Context())
	f.user("ann")
	f.user("bob")
	f.user("cid")
	f.ok(f.SetRoles(ctx, "bob", "readonly"))
	f.ok(f.SetRoles(ctx, "cid", "readonly"))
	before := f.Rights("bob")
	_, err := f.graph.PutEntry(ctx, change.Entry{Kind: "setting", Name: "x", Data: []byte{1}})
	f.ok(err)
	if f.Rights("bob") != before || before.Key() != f.Rights("cid").Key() || before.Key() == f.Rights("ann").Key() {
		t.Error("the same rights have the same key, and are computed once")
	}
}
