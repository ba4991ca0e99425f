package query

import (
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// rulesOf turns actions ON nodes or relationships into rules: one for the things themselves,
// and one for each property that is named.
func rulesOf(r *ast.PrivilegeRule, verb auth.Verb) ([]auth.OnTarget, error) {
	target := auth.Target{Subject: auth.Nodes, Exactly: r.Exactly}
	if r.Edges {
		target.Subject = auth.Edges
	}
	for _, n := range r.Names {
		target.Names = append(target.Names, n.Text)
	}
	m := ruleMaker{target: target, verb: verb, levels: r.Levels}
	for i := range r.Actions {
		if err := m.action(&r.Actions[i]); err != nil {
			return nil, err
		}
	}
	if m.itself != 0 || m.nothing {
		m.add(auth.Itself, "", m.itself)
	}
	return m.rules, nil
}

// ruleMaker gathers the rules of one target.
type ruleMaker struct {
	target  auth.Target
	verb    auth.Verb
	levels  bool
	itself  auth.Actions
	nothing bool
	rules   []auth.OnTarget
}

func (m *ruleMaker) add(scope auth.Scope, property string, a auth.Actions) {
	on := auth.OnTarget{Target: m.target, Actions: a}
	on.Scope, on.Property = scope, property
	m.rules = append(m.rules, on)
}

// whole are all actions on the things themselves.
func (m *ruleMaker) whole() auth.Actions {
	if m.target.Subject == auth.Edges {
		return auth.EveryEdgeAction
	}
	return auth.EveryAction
}

func (m *ruleMaker) action(a *ast.RuleAction) error {
	if a.HasKeys {
		return m.properties(a)
	}
	if m.levels {
		return m.level(a)
	}
	switch a.Name.Text {
	case "*":
		m.itself |= m.whole()
	case "NOTHING":
		m.nothing = true
	case "READ":
		m.itself |= auth.Read
	case "UPDATE":
		m.itself |= auth.Update
	case "CREATE":
		m.itself |= auth.CreateNew
	case "DELETE":
		m.itself |= auth.DeleteIt
	case "CREATE_DELETE":
		m.itself |= auth.CreateNew | auth.DeleteIt
	case "SET LABEL":
		m.itself |= auth.SetLabel
	case "REMOVE LABEL":
		m.itself |= auth.RemoveLabel
	case "SET PROPERTY":
		m.add(auth.EveryProperty, "", auth.SetProperty)
	default:
		return unknownAction(a, "READ, UPDATE, CREATE, DELETE, SET LABEL, REMOVE LABEL, SET PROPERTY, NOTHING or *")
	}
	return nil
}

// level is action in the form with levels, of which a higher one has the lower ones with it:
// granting one grants those below, and denying or revoking one does so with those above.
func (m *ruleMaker) level(a *ast.RuleAction) error {
	levels := []struct {
		name    string
		actions auth.Actions
	}{
		{"READ", auth.Read},
		{"UPDATE", auth.Update},
		{"CREATE_DELETE", m.whole() &^ (auth.Read | auth.Update)},
	}
	if a.Name.Text == "NOTHING" {
		m.nothing = true
		return nil
	}
	for at, l := range levels {
		if l.name != a.Name.Text {
			continue
		}
		for i := range levels {
			if m.verb == auth.Grant && i <= at || m.verb != auth.Grant && i >= at {
				m.itself |= levels[i].actions
			}
		}
		return nil
	}
	return unknownAction(a, "NOTHING, READ, UPDATE or CREATE_DELETE")
}

// properties adds the rules of READ { … } and SET PROPERTY { … }.
func (m *ruleMaker) properties(a *ast.RuleAction) error {
	var actions auth.Actions
	switch a.Name.Text {
	case "READ":
		actions = auth.Read
	case "SET PROPERTY":
		actions = auth.SetProperty
	case "*":
		actions = auth.EveryPropertyAction
	default:
		return unknownAction(a, "READ, SET PROPERTY or * before properties")
	}
	if a.EveryProperty {
		m.add(auth.EveryProperty, "", actions)
	}
	for _, key := range a.Keys {
		m.add(auth.OneProperty, key.Text, actions)
	}
	return nil
}

func unknownAction(a *ast.RuleAction, known string) error {
	return failure.Syntax("UnknownAction", "%s cannot be granted on labels or types", a.Name.Text).At(a.Name.At).
		WithHint("write %s", known)
}

// showOf carries out SHOW … FOR a user or a role.
func showOf(store *auth.Store, st *ast.ShowAuth) (table, error) {
	if err := onlyDatabase(st.On); err != nil {
		return table{}, err
	}
	switch st.Verb {
	case ast.ShowRoleFor:
		u, err := store.UserNamed(st.Of.Name.Text)
		return roleTable(u.Roles), err
	case ast.ShowUsersFor:
		users, err := store.UsersOf(st.Of.Name.Text)
		t := table{columns: []string{"users"}}
		for _, name := range users {
			t.rows = append(t.rows, []value.Value{value.String(name)})
		}
		return t, err
	case ast.ShowPrivilegesFor:
	}
	h, err := store.PrivilegesOf(principalOf(st.Of))
	if err != nil {
		return table{}, err
	}
	return privilegeTable(h), nil
}

// privilegeTable lists what a user or a role has: first the privileges, then the rules.
func privilegeTable(h auth.Holding) table {
	t := table{columns: []string{"privilege", "effective", "description"}}
	own := "USER"
	if h.Principal.Kind == auth.Role {
		own = "ROLE"
	}
	for _, p := range auth.Every.List() {
		var how []string
		effective := ""
		note := func(g *auth.Grants, to string) {
			switch {
			case g.Denied.Has(p):
				how, effective = append(how, "DENIED TO "+to), "DENY"
			case g.Granted.Has(p):
				how = append(how, "GRANTED TO "+to)
				if effective == "" {
					effective = "GRANT"
				}
			}
		}
		note(&h.Own, own)
		for i := range h.Roles {
			note(&h.Roles[i].Grants, "ROLE "+h.Roles[i].Role)
		}
		if effective != "" {
			t.row(p.String(), effective, strings.Join(how, ", "))
		}
	}
	t.rules(h.Own.Rules, own)
	for i := range h.Roles {
		t.rules(h.Roles[i].Grants.Rules, "ROLE "+h.Roles[i].Role)
	}
	return t
}

func (t *table) row(cells ...string) {
	values := make([]value.Value, len(cells))
	for i, c := range cells {
		values[i] = value.String(c)
	}
	t.rows = append(t.rows, values)
}

// rules lists what is granted and denied on labels, types and properties.
func (t *table) rules(rules []auth.Rule, to string) {
	for i := range rules {
		r := &rules[i]
		what := describeTarget(r)
		if r.Granted != 0 {
			t.row(describeActions(r, r.Granted)+" "+what, "GRANT", describePermission(r)+" GRANTED TO "+to)
		}
		if r.Denied != 0 {
			t.row(describeActions(r, r.Denied)+" "+what, "DENY", describePermission(r)+" DENIED TO "+to)
		}
	}
}

// describeActions names actions, with the properties that they are about.
func describeActions(r *auth.Rule, a auth.Actions) string {
	switch r.Scope {
	case auth.OneProperty:
		return withKeys(a, ast.NameString(r.Property))
	case auth.EveryProperty:
		return withKeys(a, "*")
	case auth.Itself:
	}
	whole := auth.EveryAction
	if r.Subject == auth.Edges {
		whole = auth.EveryEdgeAction
	}
	if a == r.Denied && a == whole {
		return "NOTHING"
	}
	return a.String()
}

func withKeys(a auth.Actions, keys string) string {
	names := a.Names()
	for i := range names {
		names[i] += " {" + keys + "}"
	}
	return strings.Join(names, ", ")
}

// describeTarget names what a rule is on.
func describeTarget(r *auth.Rule) string {
	names := make([]string, len(r.Names))
	for i, n := range r.Names {
		names[i] = ":" + ast.NameString(n)
	}
	switch {
	case len(names) == 0 && r.Subject == auth.Edges:
		return "ON ALL EDGE_TYPES"
	case len(names) == 0:
		return "ON ALL LABELS"
	case r.Subject == auth.Edges:
		return "ON EDGES OF TYPE " + strings.Join(names, ", ")
	case r.Exactly:
		return "ON NODES CONTAINING LABELS " + strings.Join(names, ", ") + " MATCHING EXACTLY"
	}
	return "ON NODES CONTAINING LABELS " + strings.Join(names, ", ") + " MATCHING ANY"
}

// describePermission names the kind of a rule.
func describePermission(r *auth.Rule) string {
	text := "LABEL PERMISSION"
	if r.Subject == auth.Edges {
		text = "EDGE_TYPE PERMISSION"
	}
	if r.Scope != auth.Itself {
		text = "PROPERTY PERMISSION"
	}
	if len(r.Names) == 0 {
		return "GLOBAL " + text
	}
	return text
}
