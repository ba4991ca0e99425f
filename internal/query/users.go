package query

import (
	"context"
	"time"

	"memgraphd/internal/query/access"
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// usersAlone is what the message calls the statements about users where they may not run in
// an explicit transaction.
const usersAlone = "Managing users"

// users returns who knows the users.
func (s *Session) users() (*auth.Store, error) {
	if s.engine.o.Auth == nil {
		return nil, failure.New(failure.ClientError, failure.Runtime, "NoUsers", "this engine has no users")
	}
	return s.engine.o.Auth, nil
}

// manageUsers carries out a statement about users, roles or privileges.
func (s *Session) manageUsers(ctx context.Context, r *Result, st ast.Statement, params value.Value, o TxOptions) error {
	show, shows := st.(*ast.ShowAuth)
	if !shows {
		if err := s.outsideTransaction(usersAlone, st); err != nil {
			return err
		}
	}
	store, err := s.users()
	if err != nil {
		return failure.Of(err).At(st.Span())
	}
	if shows {
		t, failed := showOf(store, show)
		if failed == nil {
			r.answer(t)
		}
		return placed(failed, st)
	}
	if o.ReadOnly {
		return readOnly().At(st.Span())
	}
	r.answer(table{})
	ctx = auth.WithActor(ctx, s.o.Identity)
	switch st := st.(type) {
	case *ast.UserStatement:
		err = s.changeUser(ctx, r, store, st, params)
	case *ast.RoleStatement:
		err = changeRoles(ctx, r, store, st)
	case *ast.PrivilegeStatement:
		err = changePrivileges(ctx, r, store, st)
	default:
		err = failure.New(failure.DatabaseError, failure.Runtime, "InternalError", "statement %T is not handled", st)
	}
	return placed(err, st)
}

// placed gives an error of a statement its place, unless it has one already.
func placed(err error, st ast.Statement) error {
	if f := failure.Of(err); f != nil {
		return f.At(st.Span())
	}
	return err
}

// changeUser creates, changes or drops a user.
func (s *Session) changeUser(ctx context.Context, r *Result, store *auth.Store, st *ast.UserStatement, params value.Value) error {
	switch st.Verb {
	case ast.CreateUser:
		password, err := passwordOf(st, params)
		if err != nil {
			return err
		}
		mode := auth.Refuse
		if st.Guarded {
			mode = auth.Keep
		}
		created, err := store.CreateUser(ctx, st.User.Text, password, mode)
		if err == nil && !created {
			r.summary.unchanged("CreateUser", "User "+st.User.Text+" already exists.")
		}
		if err == nil && created && password == auth.NoPassword() {
			r.summary.Notifications = append(r.summary.Notifications, Notification{
				Code: "NoPassword", Severity: "WARNING", Category: "SECURITY",
				Title: st.User.Text + " has no password.",
				Description: "Whoever knows the name may log in with it, from any machine; one is set with: SET PASSWORD FOR " +
					ast.NameString(st.User.Text) + " TO '…'",
			})
		}
		return err
	case ast.DropUser:
		if st.Guarded {
			if _, err := store.UserNamed(st.User.Text); err != nil {
				r.summary.unchanged("DropUser", "User "+st.User.Text+" does not exist.")
				return nil //nolint:nilerr // that there is none is what the statement allows for
			}
		}
		return store.DropUser(ctx, st.User.Text)
	case ast.SetPassword:
		return s.setPassword(ctx, store, st, params)
	}
	return nil
}

// setPassword carries out SET PASSWORD: of another user, or one's own, for which the
// password so far has to be given.
func (s *Session) setPassword(ctx context.Context, store *auth.Store, st *ast.UserStatement, params value.Value) error {
	name := s.user()
	switch {
	case st.User != nil:
		name = st.User.Text
	case name == "":
		return failure.New(failure.ClientError, failure.Runtime, "NotLoggedIn", "nobody is logged in, so there is no password to set").
			WithHint("name the user: SET PASSWORD FOR name TO …")
	case st.Old == nil:
		return failure.New(failure.ClientError, failure.Runtime, "OldPasswordMissing", "the password so far is missing").
			WithHint("write SET PASSWORD TO … REPLACE … with it")
	}
	if st.Old != nil {
		old, err := constantText(st.Old, params, wanted{"the password so far", "give it in quotes, or as a parameter"})
		if err != nil {
			return err
		}
		if err := store.Check(ctx, name, old, s.o.Address); err != nil {
			return err
		}
	}
	password, err := passwordOf(st, params)
	if err != nil {
		return err
	}
	return store.SetPassword(ctx, name, password)
}

// passwordOf returns the password of a statement.
func passwordOf(st *ast.UserStatement, params value.Value) (auth.Password, error) {
	if l, ok := st.Password.(*ast.Literal); st.Password == nil || ok && l.Value.IsNull() {
		return auth.NoPassword(), nil
	}
	text, err := constantText(st.Password, params, wanted{"the password", "give it in quotes, or as a parameter"})
	if st.Encrypted {
		return auth.HashedPassword(text), err
	}
	return auth.PlainPassword(text), err
}

// unchanged tells that a statement had nothing to do.
func (s *Summary) unchanged(code, title string) {
	s.Notifications = append(s.Notifications, Notification{Code: code, Title: title, Severity: "INFORMATION", Category: "SECURITY"})
}

// changeRoles creates or drops a role, or changes the roles of a user.
func changeRoles(ctx context.Context, r *Result, store *auth.Store, st *ast.RoleStatement) error {
	if err := onlyDatabase(st.On); err != nil {
		return err
	}
	roles := make([]string, len(st.Roles))
	for i, n := range st.Roles {
		roles[i] = n.Text
	}
	switch st.Verb {
	case ast.CreateRole:
		mode := auth.Refuse
		if st.Guarded {
			mode = auth.Keep
		}
		created, err := store.CreateRole(ctx, roles[0], mode)
		if err == nil && !created {
			r.summary.unchanged("CreateRole", "Role "+roles[0]+" already exists.")
		}
		return err
	case ast.DropRole:
		if st.Guarded {
			if _, err := store.UsersOf(roles[0]); err != nil {
				r.summary.unchanged("DropRole", "Role "+roles[0]+" does not exist.")
				return nil //nolint:nilerr // that there is none is what the statement allows for
			}
		}
		return store.DropRole(ctx, roles[0])
	case ast.SetRole:
		return store.SetRoles(ctx, st.User.Text, roles...)
	case ast.ClearRole:
		return store.ClearRoles(ctx, st.User.Text)
	case ast.GrantRole:
		return store.GrantRoles(ctx, st.User.Text, roles...)
	case ast.RevokeRole:
		return store.RevokeRoles(ctx, st.User.Text, roles...)
	}
	return nil
}

// onlyDatabase refuses databases that there are not.
func onlyDatabase(names []ast.Name) error {
	for _, n := range names {
		if err := checkDatabase(n.Text); err != nil {
			return failure.Of(err).At(n.At)
		}
	}
	return nil
}

// changePrivileges carries out GRANT, DENY and REVOKE.
func changePrivileges(ctx context.Context, r *Result, store *auth.Store, st *ast.PrivilegeStatement) error {
	c, err := access.ChangeOf(st)
	if err != nil {
		return err
	}
	who := access.PrincipalOf(st.To)
	if err := store.Apply(ctx, who, c); err != nil {
		return err
	}
	if c.Verb == auth.Grant && len(c.Rules) == 0 {
		remindOfRules(r, store, who)
	}
	return nil
}

// remindOfRules tells that privileges alone show nothing of the graph.
func remindOfRules(r *Result, store *auth.Store, who auth.Principal) {
	h, err := store.PrivilegesOf(who)
	if err != nil || len(h.Own.Rules) > 0 {
		return
	}
	for _, role := range h.Roles {
		if len(role.Grants.Rules) > 0 {
			return
		}
	}
	r.summary.Notifications = append(r.summary.Notifications, Notification{
		Code: "NothingVisible", Severity: "WARNING", Category: "SECURITY",
		Title: who.Name + " may not see any node or relationship yet.",
		Description: "Privileges say which statements may run; what they may work on has to be granted besides, for example: GRANT READ ON NODES " +
			"CONTAINING LABELS * AND READ ON EDGES OF TYPE * TO " + ast.NameString(who.Name),
	})
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
	h, err := store.PrivilegesOf(access.PrincipalOf(st.Of))
	if err != nil {
		return table{}, err
	}
	t := table{columns: []string{"privilege", "effective", "description"}}
	for _, l := range access.List(h) {
		t.rows = append(t.rows, []value.Value{value.String(l.Privilege), value.String(l.Effective), value.String(l.Description)})
	}
	return t, nil
}

func showUsers(_ context.Context, s *Session) (table, error) {
	store, err := s.users()
	if err != nil {
		return table{}, err
	}
	t := table{columns: []string{"user"}}
	for _, u := range store.Users() {
		t.rows = append(t.rows, []value.Value{value.String(u.Name)})
	}
	return t, nil
}

func showRoles(_ context.Context, s *Session) (table, error) {
	store, err := s.users()
	if err != nil {
		return table{}, err
	}
	t := table{columns: []string{"role", "builtin"}}
	for _, r := range store.Roles() {
		t.rows = append(t.rows, []value.Value{value.String(r.Name), value.Bool(r.Builtin)})
	}
	return t, nil
}

func showCurrentUser(_ context.Context, s *Session) (table, error) {
	name := value.Null
	if n := s.user(); n != "" {
		name = value.String(n)
	}
	return table{columns: []string{"user"}, rows: [][]value.Value{{name}}}, nil
}

func showCurrentRole(_ context.Context, s *Session) (table, error) {
	name := s.user()
	if name == "" {
		return roleTable(nil), nil
	}
	store, err := s.users()
	if err != nil {
		return table{}, err
	}
	u, err := store.UserNamed(name)
	return roleTable(u.Roles), err
}

// roleTable has a row for each role, or one with null where there is none.
func roleTable(roles []string) table {
	t := table{columns: []string{"role"}}
	for _, r := range roles {
		t.rows = append(t.rows, []value.Value{value.String(r)})
	}
	if len(t.rows) == 0 {
		t.rows = [][]value.Value{{value.Null}}
	}
	return t
}

// roles returns what lists the roles of the session's user, or nil where there are none.
func (s *Session) roles() func() []string {
	name := s.user()
	if name == "" || s.engine.o.Auth == nil {
		return nil
	}
	return func() []string {
		u, err := s.engine.o.Auth.UserNamed(name)
		if err != nil {
			return nil // dropped meanwhile
		}
		return u.Roles
	}
}

func showActiveUsers(_ context.Context, s *Session) (table, error) {
	t := table{columns: []string{"username", "session uuid", "login timestamp"}}
	for _, other := range list(s.engine.sessions, func(s *Session) string { return s.o.ID }) {
		t.rows = append(t.rows, []value.Value{
			value.String(other.user()), value.String(other.o.ID), value.String(other.opened.UTC().Format(time.RFC3339)),
		})
	}
	return t, nil
}
