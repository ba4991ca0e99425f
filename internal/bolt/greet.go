package bolt

import (
	"errors"
	"io"

	"go.uber.org/zap"

	"memgraphd/internal/bolt/wire"
)

// shake carries out the handshake, of which n bytes are in buf.
func (c *conn) shake(buf []byte, n int) (rest int, ok bool) {
	if n < wire.HandshakeSize {
		more, err := io.ReadAtLeast(c.stream, buf[n:], wire.HandshakeSize-n)
		if err != nil {
			return 0, false
		}
		n += more
	}
	if !wire.IsMagic(buf) {
		c.srv.turnAway(turnedForeign)
		c.decline(zap.DebugLevel, "closed: the client does not speak Bolt", zap.Binary("first bytes", buf[:4]))
		return 0, false
	}
	offer := buf[4:wire.HandshakeSize]
	version, ok := wire.Negotiate(offer, c.srv.o.Versions)
	if ok && version == wire.Manifest {
		return c.shakeManifest(buf, copy(buf, buf[wire.HandshakeSize:n]))
	}
	answer := wire.Answer(version)
	if _, err := c.stream.Write(answer[:]); err != nil {
		return 0, false
	}
	if !ok {
		c.srv.turnAway(turnedForeign)
		c.decline(zap.InfoLevel, "closed: the client speaks no version that the server does", zap.Binary("offer", offer))
		return 0, false
	}
	c.version = version
	c.welcome()
	return copy(buf, buf[wire.HandshakeSize:n]), true
}

// shakeManifest lists the versions of the server and reads which of them the client takes.
// Of what follows the proposals, n bytes are in buf.
func (c *conn) shakeManifest(buf []byte, n int) (rest int, ok bool) {
	if _, err := c.stream.Write(wire.AppendManifest(nil, c.srv.o.Versions)); err != nil {
		return 0, false
	}
	for {
		version, size, err := wire.Choice(buf[:n], c.srv.o.Versions)
		if err == nil {
			c.version, c.manifest = version, true
			c.welcome()
			return copy(buf, buf[size:n]), true
		}
		if !errors.Is(err, wire.ErrChoiceIncomplete) {
			c.srv.turnAway(turnedForeign)
			c.decline(zap.InfoLevel, "closed: the client answers the list of versions with none of them", zap.Error(err))
			return 0, false
		}
		more, err := c.stream.Read(buf[n:])
		if err != nil {
			return 0, false
		}
		n += more
	}
}
