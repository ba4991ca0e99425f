package bolt

import (
	"context"
	"errors"
	"net"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/bolt/message"
	"memgraphd/internal/query/auth"
)

// Authenticator knows the users; *auth.Store is one.
type Authenticator interface {
	// Exist reports whether there are users, so that clients have to log in.
	Exist() bool
	// Nobody is who a client is while there are none.
	Nobody() *auth.Identity
	// Authenticate lets a user in, or says why not.
	Authenticate(ctx context.Context, name, password, address string) (*auth.Identity, error)
}

// admits returns who a client is, or why it must stay out. While no user exists there is no
// password to check, and the address decides.
func (c *conn) admits(login *message.Auth) (*auth.Identity, error) {
	switch login.Scheme {
	case "", "none", "basic":
	default:
		return nil, refuse(message.CodeUnauthorized, "UnknownAuthScheme: the authentication scheme %q is not known; "+
			"use \"none\" or \"basic\"", login.Scheme)
	}
	if c.srv.o.Auth == nil || !c.srv.o.Auth.Exist() {
		return c.nobody()
	}
	if login.Scheme != "basic" {
		return nil, refuse(message.CodeUnauthorized, "AuthenticationRequired: this server has users; log in with a user name "+
			"and a password (scheme \"basic\")")
	}
	c.warnPlain()
	ctx, cancel := context.WithTimeout(c.ctx, c.srv.o.LoginTimeout)
	defer cancel()
	identity, err := c.srv.o.Auth.Authenticate(ctx, login.Principal, login.Credentials, c.nc.RemoteAddr().String())
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, refuse(message.CodeUnavailable, "AuthenticationBusy: the password could not be checked in %s, because too many "+
			"logins wait; try again", c.srv.o.LoginTimeout)
	}
	return identity, err
}

// nobody lets a client in that does not have to log in.
func (c *conn) nobody() (*auth.Identity, error) {
	open := c.srv.o.AllowOpenAccess && !c.srv.o.LocalOnly
	if !open && !sameMachine(c.nc.RemoteAddr(), c.nc.LocalAddr()) {
		if c.srv.o.LocalOnly {
			return nil, refuse(message.CodeUnauthorized, "LocalAccessOnly: the database could not be opened, so that its users are not "+
				"known; only clients of the server's own machine are served, and this one connects from %s", c.nc.RemoteAddr())
		}
		return nil, refuse(message.CodeUnauthorized, "OpenAccessRefused: no user exists yet, so only clients of the server's "+
			"own machine are served, and this one connects from %s; to open the server, create a user, or set "+
			"MEMGRAPH_USER and MEMGRAPH_PASSWORD, or start it with --bolt-allow-open-access", c.nc.RemoteAddr())
	}
	if c.srv.o.Auth == nil {
		return nil, nil //nolint:nilnil // nobody, in a server without users
	}
	return c.srv.o.Auth.Nobody(), nil
}

// Login is one try of a client to log in.
type Login struct {
	User       string // as the client has named it; empty for nobody
	Address    string
	Connection string
	Code       string // of the failure; empty for success
}

// told tells who listens of a login.
func (c *conn) told(user string, err error) {
	if c.srv.o.OnLogin == nil {
		return
	}
	l := Login{User: user[:min(len(user), userTextMax)], Address: c.nc.RemoteAddr().String(), Connection: c.id}
	if err != nil {
		l.Code = c.explain(err).Code
	}
	c.srv.o.OnLogin(l)
}

// toldEnd tells who listens that the client has gone.
func (c *conn) toldEnd() {
	i := c.identity.Swap(nil)
	if c.srv.o.OnLogout != nil && i != nil {
		c.srv.o.OnLogout(Login{User: i.Name(), Address: c.nc.RemoteAddr().String(), Connection: c.id})
	}
}

// userTextMax bounds what is told of a name that a client has made up.
const userTextMax = 256

// sameMachine reports whether a connection does not leave the machine: a loopback
// address, the server's own, or no network at all.
func sameMachine(remote, local net.Addr) bool {
	r, ok := remote.(*net.TCPAddr)
	if !ok {
		return true
	}
	if r.IP.IsLoopback() {
		return true
	}
	l, ok := local.(*net.TCPAddr)
	return ok && l.IP.Equal(r.IP)
}

// plainWarnings is how often logins over plain TCP are warned of, at most.
const plainWarnings = time.Minute

// warnPlain warns of a password that crosses a network where everybody can read it.
func (c *conn) warnPlain() {
	if c.encrypted || sameMachine(c.nc.RemoteAddr(), c.nc.LocalAddr()) {
		return
	}
	now := c.srv.o.Now().UnixNano()
	last := c.srv.lastPlain.Load()
	if last != 0 && now-last < int64(plainWarnings) || !c.srv.lastPlain.CompareAndSwap(last, now) {
		return
	}
	c.log.Warn("a client of another machine logs in without TLS: its password and its data can be read on the way; " +
		"set --bolt-cert-file and --bolt-key-file, and use bolt+s:// or neo4j+s://")
}

// expired reports whether the client has to stop, because its user was dropped or has
// another password, or because the first user was made after it came.
func (c *conn) expired(kind message.Kind) bool {
	i := c.identity.Load()
	return i != nil && c.loggedIn.Load() && kind != message.KindGoodbye && kind != message.KindLogoff && !i.Valid()
}

// expiry says so.
func (c *conn) expiry() *message.Failure {
	name := c.identity.Load().Name()
	if name == "" {
		return &message.Failure{
			Code:    message.CodeAuthorizationExpired,
			Message: "AuthorizationExpired: since this connection was opened, a user was created; log in with a user name and a password",
		}
	}
	return &message.Failure{
		Code:    message.CodeAuthorizationExpired,
		Message: "AuthorizationExpired: the user " + name + " was dropped, or its password was changed; log in again",
	}
}

// Expel ends the connections of clients whose user was dropped or has another password, and
// of those who came before the first user, with whatever they run. The connection of actor,
// which has made the change, gets its answer first.
func (s *Server) Expel(actor *auth.Identity) {
	for _, c := range s.all() {
		i := c.identity.Load()
		if i == nil || i == actor || i.Valid() {
			continue
		}
		c.log.Info("closed: the user was dropped or has another password, or the first user was created", zap.String("user", i.Name()))
		c.kill()
	}
}
