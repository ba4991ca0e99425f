package ast

// Statement nodes about users, roles and privileges.
type (
	// UserStatement creates, changes or drops a user; Verb tells which.
	UserStatement struct {
		Place
		Verb UserVerb
		User *Name // nil in SET PASSWORD: the one who asks
		// Guarded is IF NOT EXISTS of CREATE, IF EXISTS of DROP.
		Guarded bool
		// Password and Old are literals or parameters; nil where absent. A literal null is
		// no password.
		Password, Old Expr
		Encrypted     bool // Password is a secret, as a dump has it
	}
	// RoleStatement creates or drops a role, or changes the roles of a user.
	RoleStatement struct {
		Place
		Verb    RoleVerb
		Roles   []Name
		User    Name // of those that are about a user
		Guarded bool // IF NOT EXISTS of CREATE, IF EXISTS of DROP
		On      []Name
	}
	// PrivilegeStatement is GRANT, DENY or REVOKE of privileges, and of actions on labels,
	// types and properties.
	PrivilegeStatement struct {
		Place
		Verb       PrivilegeVerb
		All        bool   // ALL PRIVILEGES
		Privileges []Name // their names
		Rules      []PrivilegeRule
		To         Principal
	}
	// ShowAuth is SHOW … FOR a user or a role.
	ShowAuth struct {
		Place
		Verb ShowAuthVerb
		Of   Principal
		On   []Name // the database that was named after ON DATABASE
	}
)

func (*UserStatement) statement()      {}
func (*RoleStatement) statement()      {}
func (*PrivilegeStatement) statement() {}
func (*ShowAuth) statement()           {}

// UserVerb says what a statement does to a user.
type UserVerb uint8

// What is done to users.
const (
	CreateUser UserVerb = iota
	DropUser
	SetPassword
)

// RoleVerb says what a statement does with roles.
type RoleVerb uint8

// What is done with roles.
const (
	CreateRole RoleVerb = iota
	DropRole
	SetRole    // the user has these roles and no other
	ClearRole  // the user has no roles
	GrantRole  // the user has these roles besides
	RevokeRole // the user has these roles no more
)

// PrivilegeVerb says what happens to privileges.
type PrivilegeVerb uint8

// What happens to privileges.
const (
	GrantPrivilege PrivilegeVerb = iota
	DenyPrivilege
	RevokePrivilege
)

// String returns the word of the statement.
func (v PrivilegeVerb) String() string {
	switch v {
	case GrantPrivilege:
		return "GRANT"
	case DenyPrivilege:
		return "DENY"
	case RevokePrivilege:
		return "REVOKE"
	}
	return "unknown"
}

// ShowAuthVerb says what is shown of a user or a role.
type ShowAuthVerb uint8

// What is shown.
const (
	ShowPrivilegesFor ShowAuthVerb = iota
	ShowRoleFor
	ShowUsersFor
)

// PrincipalKind says whether a user or a role is meant.
type PrincipalKind uint8

// The kinds.
const (
	UserOrRole PrincipalKind = iota
	OnlyUser
	OnlyRole
)

// Principal is [USER|ROLE] name.
type Principal struct {
	Kind PrincipalKind
	Name Name
}

// PrivilegeRule is a list of actions ON nodes or relationships.
type PrivilegeRule struct {
	Place
	Actions []RuleAction
	Edges   bool   // ON EDGES OF TYPE; else ON NODES CONTAINING LABELS
	All     bool   // of any label or type: "*"
	Names   []Name // labels or types
	Exactly bool   // MATCHING EXACTLY
	// Levels tells that it was written ON LABELS or ON EDGE_TYPES, where an action has those
	// below it with it.
	Levels bool
}

// RuleAction is one action: a word or two, "*" for all, and the properties that it is about.
type RuleAction struct {
	Name          Name // in upper case
	HasKeys       bool // properties follow in { }
	EveryProperty bool // { * }
	Keys          []Name
}
