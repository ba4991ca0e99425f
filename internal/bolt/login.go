package bolt

import (
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
	identity, err := c.admits(auth)
	if err != nil {
		c.told(auth.Principal, err)
		c.srv.turnAway(turnedLogin)
		return err
	}
	if whose, most, ok := c.srv.login(c); !ok {
		err = refuse(message.CodeUnavailable, "ConnectionLimit: %s its most of %d connections; "+
			"close some, or raise the limit", whose, most)
		c.told(auth.Principal, err)
		c.srv.turnAway(turnedFull)
		return err
	}
	c.told(identity.Name(), nil)
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
		c.sink, c.give, c.waits = c.send, c.giveReply, c.wait
		c.decoder.Intern(packstream.NewInterner())
	}
	c.identity.Store(identity)
	c.setSession(c.srv.o.Engine.NewSession(SessionOptions{
		User: identity.Name(), Address: c.nc.RemoteAddr().String(), ID: c.id, Identity: identity,
	}))
	c.loggedIn.Store(true)
	c.log.Debug("logged in", zap.Stringer("version", c.version), zap.String("user", identity.Name()))
	return nil
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
	c.toldEnd()
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
