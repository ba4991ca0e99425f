package auth

import (
	"strings"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/spelling"
)

// CodeForbidden is the code of what a user may not do.
const CodeForbidden = "Neo.ClientError.Security.Forbidden"

func fail(detail, format string, args ...any) *failure.Error {
	return failure.New(failure.ClientError, failure.Runtime, detail, format, args...)
}

// forbidden is the error of a statement that needs privileges which the user does not have.
func forbidden(user string, missing Privileges) *failure.Error {
	who := "nobody is logged in, and it"
	if user != "" {
		who = "the user " + user
	}
	what, hint := "privilege ", "GRANT "+missing.String()+" TO "+user
	if strings.Contains(missing.String(), ",") {
		what = "privileges "
	}
	return fail("Forbidden", "%s has not the %s%s that this statement needs", who, what, missing).
		WithHint("ask who has the privilege AUTH to %s", hint).WithCode(CodeForbidden)
}

func (x *contents) unknown(p Principal) *failure.Error {
	e := fail("UnknownPrincipal", "there is no %s %q", p.Kind, p.Name).WithCode("Neo.ClientError.Statement.EntityNotFound")
	var names []string
	if p.Kind != Role {
		for n := range x.users {
			names = append(names, n)
		}
	}
	if p.Kind != User {
		for n := range x.roles {
			names = append(names, n)
		}
	}
	if near := spelling.Nearest(p.Name, names); near != "" {
		return e.WithHint("did you mean %q? SHOW USERS and SHOW ROLES list them", near)
	}
	return e.WithHint("SHOW USERS and SHOW ROLES list them")
}

func exists(p Principal) *failure.Error {
	return fail("PrincipalExists", "there is a %s %q already", p.Kind, p.Name).
		WithHint("add IF NOT EXISTS to leave it as it is").WithCode("Neo.ClientError.Statement.ArgumentError")
}
