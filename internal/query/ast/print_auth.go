package ast

// userStatement writes a statement about a user.
func (p *printer) userStatement(s *UserStatement) {
	switch s.Verb {
	case CreateUser:
		p.put("CREATE USER ")
		p.name(*s.User)
		if s.Guarded {
			p.put(" IF NOT EXISTS")
		}
		if s.Encrypted {
			p.optional(" SET ENCRYPTED PASSWORD ", s.Password)
		} else {
			p.optional(" IDENTIFIED BY ", s.Password)
		}
	case DropUser:
		p.put("DROP USER ")
		p.name(*s.User)
		if s.Guarded {
			p.put(" IF EXISTS")
		}
	case SetPassword:
		if s.Encrypted {
			p.put("ALTER USER ")
			p.name(*s.User)
			p.optional(" SET ENCRYPTED PASSWORD ", s.Password)
			return
		}
		p.put("SET PASSWORD ")
		if s.User != nil {
			p.put("FOR ")
			p.name(*s.User)
			p.put(" ")
		}
		p.optional("TO ", s.Password)
		p.optional(" REPLACE ", s.Old)
	}
}

// roleStatement writes a statement about roles.
func (p *printer) roleStatement(s *RoleStatement) {
	switch s.Verb {
	case CreateRole:
		p.put("CREATE ROLE ")
		p.names(s.Roles)
		if s.Guarded {
			p.put(" IF NOT EXISTS")
		}
	case DropRole:
		p.put("DROP ROLE ")
		p.names(s.Roles)
		if s.Guarded {
			p.put(" IF EXISTS")
		}
	case SetRole:
		p.put("SET ROLE FOR ")
		p.name(s.User)
		p.put(" TO ")
		p.names(s.Roles)
	case ClearRole:
		p.put("CLEAR ROLE FOR ")
		p.name(s.User)
	case GrantRole:
		p.put("GRANT ROLE ")
		p.names(s.Roles)
		p.put(" TO ")
		p.name(s.User)
	case RevokeRole:
		p.put("REVOKE ROLE ")
		p.names(s.Roles)
		p.put(" FROM ")
		p.name(s.User)
	}
	p.on(s.On)
}

// privilegeStatement writes GRANT, DENY or REVOKE.
func (p *printer) privilegeStatement(s *PrivilegeStatement) {
	p.put(s.Verb.String(), " ")
	switch {
	case s.All:
		p.put("ALL PRIVILEGES")
	case len(s.Privileges) > 0:
		p.words(s.Privileges)
	}
	for i := range s.Rules {
		if i > 0 || s.All || len(s.Privileges) > 0 {
			p.put(" AND ")
		}
		p.privilegeRule(&s.Rules[i])
	}
	if s.Verb == RevokePrivilege {
		p.put(" FROM ")
	} else {
		p.put(" TO ")
	}
	p.principal(s.To)
}

func (p *printer) privilegeRule(r *PrivilegeRule) {
	for i := range r.Actions {
		if i > 0 {
			p.put(", ")
		}
		a := &r.Actions[i]
		p.put(a.Name.Text)
		switch {
		case a.EveryProperty:
			p.put(" {*}")
		case a.HasKeys:
			p.put(" {")
			p.names(a.Keys)
			p.put("}")
		}
	}
	switch {
	case r.Levels && r.Edges:
		p.put(" ON EDGE_TYPES ")
	case r.Levels:
		p.put(" ON LABELS ")
	case r.Edges:
		p.put(" ON EDGES OF TYPE ")
	default:
		p.put(" ON NODES CONTAINING LABELS ")
	}
	if r.All {
		p.put("*")
	}
	for i, n := range r.Names {
		if i > 0 {
			p.put(", ")
		}
		p.put(":")
		p.name(n)
	}
	if r.Exactly {
		p.put(" MATCHING EXACTLY")
	}
}

// showAuth writes SHOW … FOR.
func (p *printer) showAuth(s *ShowAuth) {
	switch s.Verb {
	case ShowPrivilegesFor:
		p.put("SHOW PRIVILEGES FOR ")
	case ShowRoleFor:
		p.put("SHOW ROLE FOR ")
	case ShowUsersFor:
		p.put("SHOW USERS FOR ")
	}
	p.principal(s.Of)
	p.on(s.On)
}

func (p *printer) principal(who Principal) {
	switch who.Kind {
	case OnlyUser:
		p.put("USER ")
	case OnlyRole:
		p.put("ROLE ")
	case UserOrRole:
	}
	p.name(who.Name)
}

// on writes ON DATABASE and the names of databases.
func (p *printer) on(databases []Name) {
	if len(databases) > 0 {
		p.put(" ON DATABASE ")
		p.names(databases)
	}
}

// names writes names with commas between.
func (p *printer) names(list []Name) {
	for i, n := range list {
		if i > 0 {
			p.put(", ")
		}
		p.name(n)
	}
}

// words writes names that are words of the language.
func (p *printer) words(list []Name) {
	for i, n := range list {
		if i > 0 {
			p.put(", ")
		}
		p.put(n.Text)
	}
}
