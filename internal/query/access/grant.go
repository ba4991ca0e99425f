package access

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/spelling"
)

// ChangeOf returns what GRANT, DENY or REVOKE changes.
func ChangeOf(st *ast.PrivilegeStatement) (auth.Change, error) {
	c := auth.Change{}
	switch st.Verb {
	case ast.GrantPrivilege:
		c.Verb = auth.Grant
	case ast.DenyPrivilege:
		c.Verb = auth.Deny
	case ast.RevokePrivilege:
		c.Verb = auth.Revoke
	}
	if st.All {
		c.Privileges = auth.Every
	}
	for _, n := range st.Privileges {
		p, ok := auth.ParsePrivilege(n.Text)
		if !ok {
			return auth.Change{}, unknownPrivilege(n)
		}
		c.Privileges |= auth.PrivilegesOf(p)
	}
	for i := range st.Rules {
		rules, err := rulesOf(&st.Rules[i], c.Verb)
		if err != nil {
			return auth.Change{}, err
		}
		c.Rules = append(c.Rules, rules...)
	}
	return c, nil
}

func unknownPrivilege(n ast.Name) error {
	names := make([]string, 0, 40)
	for _, p := range auth.Every.List() {
		names = append(names, p.String())
	}
	err := failure.Syntax("UnknownPrivilege", "there is no privilege %s", n.Text).At(n.At)
	if near := spelling.Nearest(n.Text, names); near != "" {
		return err.WithHint("did you mean %s?", near)
	}
	return err
}

// PrincipalOf returns whom a statement names.
func PrincipalOf(p ast.Principal) auth.Principal {
	switch p.Kind {
	case ast.OnlyUser:
		return auth.Principal{Kind: auth.User, Name: p.Name.Text}
	case ast.OnlyRole:
		return auth.Principal{Kind: auth.Role, Name: p.Name.Text}
	case ast.UserOrRole:
	}
	return auth.Principal{Kind: auth.Either, Name: p.Name.Text}
}

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
