package bolt

import (
	"net"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/bolt/message"
	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/bolt/wire"
)

// hello answers HELLO, which up to 5.0 is the login too.
func (c *conn) hello() error {
	var m message.Hello
	if err := m.Decode(&c.decoder, c.version); err != nil {
		return err
	}
	if err := c.checkEncryption(); err != nil {
		return err
	}
	c.utcTimes = m.PatchUTC || c.version.AtLeast(wire.V50)
	if !c.version.AtLeast(wire.V51) {
		if err := c.login(&m.Auth); err != nil {
			return err
		}
	}
	c.address, c.filter = m.Address, m.Filter
	reply := message.HelloReply{
		Version: c.version, Server: c.srv.o.ServerName(), ConnectionID: c.id,
		PatchUTC: m.PatchUTC, Manifest: c.manifest, Silence: silenceOf(c.srv.o.KeepAlive),
	}
	c.out.end(reply.Append(c.out.begin()))
	return nil
}

// logon answers LOGON.
func (c *conn) logon() error {
	var m message.Logon
	if err := m.Decode(&c.decoder); err != nil {
		return err
	}
	if err := c.login(&m.Auth); err != nil {
		return err
	}
	reply := message.LogonReply{}
	if c.version.AtLeast(wire.V58) {
		reply.Address = c.reachedAt("")
	}
	c.out.end(reply.Append(c.out.begin()))
	return nil
}

// logoff answers LOGOFF: the client has to log in again, and in time.
func (c *conn) logoff() {
	c.forgetSession()
	c.loggedIn.Store(false)
	c.srv.logoff(c)
	c.deadline()
	c.succeed()
}

// login lets the client in or says why not.
func (c *conn) login(auth *message.Auth) error {
	if err := c.admits(auth); err != nil {
		c.srv.refused.Add(1)
		return err
	}
	if whose, most, ok := c.srv.login(c); !ok {
		c.srv.turnAway(turnedFull)
		return refuse(message.CodeUnavailable, "ConnectionLimit: %s its most of %d connections; "+
			"close some, or raise the limit", whose, most)
	}
	c.set(c.nc.SetDeadline(time.Time{}))
	if c.records == nil {
		form := message.WithoutElementIDs
		if c.version.AtLeast(wire.V50) {
			form = message.WithElementIDs
		}
		times := packstream.UTCDateTimes
		if !c.utcTimes {
			times = packstream.LocalDateTimes
		}
		c.records = message.NewRecords(form, times)
		c.sink = c.send
		c.decoder.Intern(packstream.NewInterner())
	}
	c.setSession(c.srv.o.Engine.NewSession(SessionOptions{Address: c.nc.RemoteAddr().String(), ID: c.id}))
	c.loggedIn.Store(true)
	c.log.Debug("logged in", zap.Stringer("version", c.version))
	return nil
}

// admits reports why a client must stay out. While no user exists there is no password to
// check, and the address decides.
func (c *conn) admits(auth *message.Auth) error {
	switch auth.Scheme {
	case "", "none", "basic":
	default:
		return refuse(message.CodeUnauthenticated, "UnknownAuthScheme: the authentication scheme %q is not known; "+
			"use \"none\" or \"basic\"", auth.Scheme)
	}
	if c.srv.o.AllowOpenAccess || sameMachine(c.nc.RemoteAddr(), c.nc.LocalAddr()) {
		return nil
	}
	return refuse(message.CodeUnauthenticated, "OpenAccessRefused: no user exists yet, so only clients of the server's "+
		"own machine are served, and this one connects from %s; to open the server, create a user, or set "+
		"MEMGRAPH_USER and MEMGRAPH_PASSWORD, or start it with --bolt-allow-open-access", c.nc.RemoteAddr())
}

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

// forgetSession ends what the client has open, if it has logged in.
func (c *conn) forgetSession() {
	if c.session == nil {
		return
	}
	c.closeResults()
	s := c.session
	c.setSession(nil)
	s.Close()
	c.inTx = false
}

// succeed answers that there is nothing more to say.
func (c *conn) succeed() { c.out.end(message.AppendSuccess(c.out.begin())) }

// acceptTelemetry answers TELEMETRY, and keeps nothing of it.
func (c *conn) acceptTelemetry() error {
	var m message.Telemetry
	if err := m.Decode(&c.decoder); err != nil {
		return err
	}
	if err := m.Validate(); err != nil {
		return invalid("%s", err)
	}
	c.succeed()
	return nil
}
