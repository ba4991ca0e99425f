package bolt

import (
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
		c.log.Debug("closed: the client does not speak Bolt", zap.Binary("first bytes", buf[:4]))
		return 0, false
	}
	offer := buf[4:wire.HandshakeSize]
	version, ok := wire.Negotiate(offer, c.srv.o.Versions)
	answer := wire.Answer(version)
	if _, err := c.stream.Write(answer[:]); err != nil {
		return 0, false
	}
	if !ok {
		c.log.Info("closed: the client speaks no version that the server does", zap.Binary("offer", offer))
		return 0, false
	}
	c.version = version
	return copy(buf, buf[wire.HandshakeSize:n]), true
}
