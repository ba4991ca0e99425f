package auth

import (
	"context"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/query/failure"
)

// The codes of refused logins; drivers act on them.
const (
	CodeUnauthorized = "Neo.ClientError.Security.Unauthorized"
	CodeRateLimit    = "Neo.ClientError.Security.AuthenticationRateLimit"
)

// errCredentials is the one answer to a wrong name and to a wrong password.
func errCredentials() *failure.Error {
	return fail("AuthenticationFailed", "the user name or the password is wrong").WithCode(CodeUnauthorized)
}

// errTooMany tells a client to wait.
func errTooMany(wait time.Duration) *failure.Error {
	return fail("TooManyAttempts", "too many logins have failed; the next may be tried in %s", wait.Round(time.Millisecond)).
		WithHint("wait, and check the user name and the password").WithCode(CodeRateLimit)
}

// Authenticate lets a user in, or says why not. Address is the client's, with or without a
// port. While no user exists it lets everybody in as nobody.
func (s *Store) Authenticate(ctx context.Context, name, password, address string) (*Identity, error) {
	x := s.now()
	if len(x.users) == 0 {
		return s.Nobody(), nil
	}
	who := s.gate.digest(shown(name), "")
	if wait := s.gate.attempts.allowed(who, address); wait > 0 {
		return nil, errTooMany(wait)
	}
	if name == "" || len(name) > nameMax || len(password) > passwordMax {
		return nil, s.refuse(who, name, address)
	}
	u := x.users[name]
	if u != nil && u.broken != nil {
		s.o.Log.Error("a login was refused, because the user's entry is damaged", zap.String("user", name), zap.Error(u.broken))
		u = nil
	}
	if u != nil && u.secret == "" {
		s.gate.attempts.succeeded(who, address)
		return s.identity(u), nil
	}
	right, err := s.gate.verify(ctx, u, &credential{name, password, address, who})
	if err != nil {
		return nil, err
	}
	if !right {
		return nil, s.refuse(who, name, address)
	}
	s.gate.attempts.succeeded(who, address)
	return s.identity(u), nil
}

// refuse counts and logs a failed login.
func (s *Store) refuse(who digest, name, address string) error {
	wait := s.gate.attempts.failed(who, address)
	line := []zap.Field{zap.String("user", shown(name)), zap.String("address", address)}
	if wait > 0 {
		line = append(line, zap.Duration("next try in", wait))
	}
	s.o.Log.Warn("a login failed", line...)
	return errCredentials()
}

// shown is a name that a client has made up, as a log may have it.
func shown(name string) string {
	if len(name) > nameMax {
		return name[:nameMax] + "…"
	}
	return name
}

// Check reports whether a password is the user's own: SET PASSWORD … REPLACE asks for it.
func (s *Store) Check(ctx context.Context, name, password, address string) error {
	_, err := s.Authenticate(ctx, name, password, address)
	return err
}
