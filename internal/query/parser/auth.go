package parser

import (
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
)

// users reads a statement about users or roles, or returns nil where none begins.
func (p *parser) users(start int32) ast.Statement {
	switch {
	case p.ofName("CREATE", "USER"):
		return p.createUser(start)
	case p.ofName("DROP", "USER"):
		s := &ast.UserStatement{Verb: ast.DropUser, User: p.principalName("the name of a user")}
		s.Guarded = p.acceptWords("IF", "EXISTS")
		s.Place = p.since(start)
		return s
	case p.ofName("ALTER", "USER"):
		return p.alterUser(start)
	case p.acceptWords("ALTER", "CURRENT", "USER", "SET", "PASSWORD"):
		s := &ast.UserStatement{Verb: ast.SetPassword}
		if !p.acceptWord("FROM") {
			p.unexpected("FROM and the password so far")
		}
		s.Old = p.settingText("the password so far")
		if !p.acceptWord("TO") {
			p.unexpected("TO and the new password")
		}
		s.Password = p.password()
		s.Place = p.since(start)
		return s
	case p.at(0, "SET") && p.at(1, "PASSWORD") && (p.at(2, "FOR") || p.at(2, "TO")):
		return p.setPassword(start)
	}
	if s := p.roles(start); s != nil || p.err != nil {
		return s
	}
	return p.privileges(start)
}

// ofName passes over words if a name, or something that a name was meant for, follows them.
func (p *parser) ofName(words ...string) bool {
	switch k := p.kindAt(len(words)); {
	case k.IsName(), k == token.EOF, k == token.Semicolon, k == token.String, k == token.Param:
		return p.acceptWords(words...)
	default:
		return false
	}
}

// principalName reads the name of a user or a role.
func (p *parser) principalName(what string) *ast.Name {
	if p.kind() == token.String || p.kind() == token.Param {
		p.fail(failure.Syntax("UnexpectedSyntax", "expected %s, found %s", what, p.found()).
			WithHint("write the name as it is, or in backticks"))
	}
	n := p.name(what)
	return &n
}

// createUser reads the rest of CREATE USER [IF NOT EXISTS] name [IF NOT EXISTS] [IDENTIFIED
// BY password], where newPassword may stand in
// place of IDENTIFIED BY.
func (p *parser) createUser(start int32) ast.Statement {
	s := &ast.UserStatement{Verb: ast.CreateUser}
	s.Guarded = p.acceptWords("IF", "NOT", "EXISTS")
	s.User = p.principalName("the name of a user")
	s.Guarded = p.acceptWords("IF", "NOT", "EXISTS") || s.Guarded
	switch {
	case p.acceptWords("IDENTIFIED", "BY"):
		s.Password = p.password()
	case p.at(0, "SET"):
		p.newPassword(s)
	}
	s.Place = p.since(start)
	return s
}

// alterUser reads the rest of ALTER USER name and newPassword.
func (p *parser) alterUser(start int32) ast.Statement {
	s := &ast.UserStatement{Verb: ast.SetPassword, User: p.principalName("the name of a user")}
	p.newPassword(s)
	s.Place = p.since(start)
	return s
}

// newPassword reads SET [PLAINTEXT|ENCRYPTED] PASSWORD password [[SET PASSWORD] CHANGE NOT
// REQUIRED].
func (p *parser) newPassword(s *ast.UserStatement) {
	p.expectWord("SET")
	if s.Encrypted = p.acceptWord("ENCRYPTED"); !s.Encrypted {
		p.acceptWord("PLAINTEXT")
	}
	p.expectWord("PASSWORD")
	s.Password = p.password()
	p.acceptWords("SET", "PASSWORD")
	if p.acceptWord("CHANGE") && !p.acceptWords("NOT", "REQUIRED") {
		p.fail(failure.Syntax("NotSupported", "a password that has to be changed at the first login is not supported").
			WithHint("write CHANGE NOT REQUIRED"))
	}
}

// setPassword reads SET PASSWORD [FOR user] TO password [REPLACE old].
func (p *parser) setPassword(start int32) ast.Statement {
	p.skip(2)
	s := &ast.UserStatement{Verb: ast.SetPassword}
	if p.acceptWord("FOR") {
		s.User = p.principalName("the name of a user")
	}
	if !p.acceptWord("TO") {
		p.unexpected("TO and the new password")
	}
	s.Password = p.password()
	if p.acceptWord("REPLACE") {
		s.Old = p.settingText("the password so far")
	}
	s.Place = p.since(start)
	return s
}

// password reads a string, a parameter, or NULL for none.
func (p *parser) password() ast.Expr {
	if p.kind() == token.Null {
		return p.constant()
	}
	return p.settingText("the password")
}

// roles reads a statement about roles, or returns nil where none begins.
func (p *parser) roles(start int32) ast.Statement {
	s := &ast.RoleStatement{}
	switch {
	case p.ofName("CREATE", "ROLE"):
		s.Verb = ast.CreateRole
		s.Guarded = p.acceptWords("IF", "NOT", "EXISTS")
		s.Roles = []ast.Name{*p.principalName("the name of a role")}
		s.Guarded = p.acceptWords("IF", "NOT", "EXISTS") || s.Guarded
	case p.ofName("DROP", "ROLE"):
		s.Verb, s.Roles = ast.DropRole, []ast.Name{*p.principalName("the name of a role")}
		s.Guarded = p.acceptWords("IF", "EXISTS")
	case p.acceptWords("SET", "ROLE", "FOR"):
		s.Verb, s.User = ast.SetRole, *p.principalName("the name of a user")
		if !p.acceptWord("TO") {
			p.unexpected("TO and the role")
		}
		s.Roles = p.principalNames("the name of a role")
	case p.acceptWords("CLEAR", "ROLE", "FOR"), p.acceptWords("CLEAR", "ROLES", "FOR"):
		s.Verb, s.User = ast.ClearRole, *p.principalName("the name of a user")
	case p.ofName("GRANT", "ROLE"), p.ofName("GRANT", "ROLES"):
		s.Verb = ast.GrantRole
		p.rolesOf(s, "TO")
	case p.ofName("REVOKE", "ROLE"), p.ofName("REVOKE", "ROLES"):
		s.Verb = ast.RevokeRole
		p.rolesOf(s, "FROM")
	default:
		return nil
	}
	s.On = p.onDatabases()
	s.Place = p.since(start)
	return s
}

// rolesOf reads role, … word user.
func (p *parser) rolesOf(s *ast.RoleStatement, word string) {
	s.Roles = p.principalNames("the name of a role")
	if !p.acceptWord(word) {
		p.unexpected("%s and the user", word)
	}
	s.User = *p.principalName("the name of a user")
}

// principalNames reads name, ….
func (p *parser) principalNames(what string) []ast.Name {
	names := []ast.Name{*p.principalName(what)}
	for p.accept(token.Comma) {
		names = append(names, *p.principalName(what))
	}
	return names
}

// onDatabases reads what may end a statement about roles: ON [DATABASE] name, ….
func (p *parser) onDatabases() []ast.Name {
	if !p.accept(token.On) {
		return nil
	}
	if p.at(0, "DATABASE") && p.kindAt(1).IsName() {
		p.next()
	}
	return p.principalNames("the name of a database")
}

// shows reads SHOW … FOR a user or a role, or returns nil where none begins.
func (p *parser) shows(start int32) ast.Statement {
	s := &ast.ShowAuth{}
	switch {
	case p.acceptWords("SHOW", "PRIVILEGES"):
		if !p.acceptWord("FOR") {
			p.unexpected("FOR and the name of a user or a role after SHOW PRIVILEGES")
		}
		s.Verb, s.Of = ast.ShowPrivilegesFor, p.principal()
	case p.acceptWords("SHOW", "ROLE", "FOR"), p.acceptWords("SHOW", "ROLES", "FOR"):
		s.Verb, s.Of = ast.ShowRoleFor, ast.Principal{Kind: ast.OnlyUser, Name: p.principal().Name}
	case p.acceptWords("SHOW", "USERS", "FOR"):
		s.Verb, s.Of = ast.ShowUsersFor, ast.Principal{Kind: ast.OnlyRole, Name: p.principal().Name}
	default:
		return nil
	}
	if p.at(0, "ON") && (p.at(1, "MAIN") || p.at(1, "CURRENT")) {
		p.skip(2)
	}
	s.On = p.onDatabases()
	s.Place = p.since(start)
	return s
}

// principal reads [USER|ROLE] name.
func (p *parser) principal() ast.Principal {
	kind := ast.UserOrRole
	if p.kindAt(1).IsName() && !p.at(1, "ON") {
		switch {
		case p.acceptWord("USER"):
			kind = ast.OnlyUser
		case p.acceptWord("ROLE"):
			kind = ast.OnlyRole
		}
	}
	return ast.Principal{Kind: kind, Name: *p.principalName("the name of a user or a role")}
}

// privileges reads GRANT, DENY or REVOKE, or returns nil where none of them begins.
func (p *parser) privileges(start int32) ast.Statement {
	s := &ast.PrivilegeStatement{}
	word := "TO"
	switch {
	case p.kindAt(1) != token.Star && !p.kindAt(1).IsName(), p.at(1, "DATABASE"):
		return nil
	case p.acceptWord("GRANT"):
		s.Verb = ast.GrantPrivilege
	case p.acceptWord("DENY"):
		s.Verb = ast.DenyPrivilege
	case p.acceptWord("REVOKE"):
		s.Verb, word = ast.RevokePrivilege, "FROM"
	default:
		return nil
	}
	for p.err == nil {
		p.privilegeBlock(s)
		if !p.acceptWord("AND") && !p.accept(token.Comma) {
			break
		}
	}
	if !p.acceptWord(word) {
		p.unexpected("%s and a user or a role", word)
	}
	s.To = p.principal()
	s.Place = p.since(start)
	return s
}

// privilegeBlock reads ALL PRIVILEGES, a list of privileges, or a list of actions and what
// they are on.
func (p *parser) privilegeBlock(s *ast.PrivilegeStatement) {
	start := p.start()
	if p.acceptWords("ALL", "PRIVILEGES") {
		s.All = true
		return
	}
	actions := []ast.RuleAction{p.ruleAction()}
	for p.accept(token.Comma) {
		actions = append(actions, p.ruleAction())
	}
	if p.kind() == token.On {
		r := ast.PrivilegeRule{Actions: actions}
		p.ruleTarget(&r)
		r.Place = p.since(start)
		s.Rules = append(s.Rules, r)
		return
	}
	for i := range actions {
		if a := &actions[i]; a.HasKeys || a.Name.Text == "*" {
			p.unexpected("ON NODES CONTAINING LABELS or ON EDGES OF TYPE")
			return
		}
		s.Privileges = append(s.Privileges, actions[i].Name)
	}
}

// ruleAction reads the name of a privilege or of an action, of one word or two, and the
// properties in { } that may follow.
func (p *parser) ruleAction() ast.RuleAction {
	at := p.toks[p.pos]
	var a ast.RuleAction
	if p.accept(token.Star) {
		a.Name = ast.Name{Place: ast.Place{At: at.Span}, Text: "*"}
	} else {
		a.Name = p.name("a privilege")
		a.Name.Text = strings.ToUpper(a.Name.Text)
		if second := strings.ToUpper(p.toks[p.pos].Text(p.text)); p.kind().IsName() && (second == "LABEL" || second == "PROPERTY") {
			p.next()
			a.Name.Text += " " + second
			a.Name.At = at.Join(p.toks[p.pos-1].Span)
		}
	}
	if !p.accept(token.LBrace) {
		return a
	}
	a.HasKeys = true
	if p.accept(token.Star) {
		a.EveryProperty = true
	} else {
		a.Keys = p.principalNames("the name of a property")
	}
	p.expectFor(token.RBrace, "after the properties")
	return a
}

// ruleTarget reads ON NODES CONTAINING LABELS … or ON EDGES OF TYPE ….
func (p *parser) ruleTarget(r *ast.PrivilegeRule) {
	p.next()
	switch {
	case p.acceptWords("NODES", "CONTAINING", "LABELS"):
	case p.acceptWords("EDGES", "OF", "TYPE"), p.acceptWords("EDGES", "OF", "TYPES"), p.acceptWords("EDGES", "CONTAINING", "TYPES"):
		r.Edges = true
	case p.acceptWord("LABELS"):
		r.Levels = true
	case p.acceptWord("EDGE_TYPES"):
		r.Edges, r.Levels = true, true
	default:
		p.unexpected("NODES CONTAINING LABELS or EDGES OF TYPE after ON")
		return
	}
	what := "a label"
	if r.Edges {
		what = "a relationship type"
	}
	if p.accept(token.Star) {
		r.All = true
	} else {
		p.expectFor(token.Colon, "and "+what+", or * for all")
		r.Names = []ast.Name{p.name(what)}
		for p.kind() == token.Comma && p.kindAt(1) == token.Colon {
			p.skip(2)
			r.Names = append(r.Names, p.name(what))
		}
	}
	if r.Edges || !p.acceptWord("MATCHING") {
		return
	}
	if r.Exactly = p.acceptWord("EXACTLY"); !r.Exactly && !p.acceptWord("ANY") {
		p.unexpected("ANY or EXACTLY after MATCHING")
	}
}
