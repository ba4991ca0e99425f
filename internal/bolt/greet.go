package bolt

import (
	"fmt"
	"io"

	"go.uber.org/zap"

	"memgraphd/internal/bolt/wire"
)

// httpText is what a web browser shows that was pointed at the port.
const httpText = "This port speaks Bolt, the protocol of graph database drivers, and not HTTP.\n" +
	"Connect a driver or a shell to it: bolt://<host>:<port> or neo4j://<host>:<port>\n"

// greet finds out what the client speaks and agrees on a version. It reads into buf and
// leaves there the n bytes that follow the handshake.
func (c *conn) greet(buf []byte) (n int, ok bool) {
	n, err := io.ReadAtLeast(c.nc, buf, 1)
	if err != nil {
		return 0, false
	}
	switch wire.Sniff(buf[0]) {
	case wire.ProtocolBolt:
		return c.shake(buf, n)
	case wire.ProtocolTLS:
		c.log.Info("closed: the client wants TLS, which is not set up here; use bolt:// or neo4j:// without +s")
	case wire.ProtocolHTTP:
		c.answerHTTP(buf, n)
	case wire.ProtocolUnknown:
		c.log.Debug("closed: the client does not speak Bolt", zap.Uint8("first byte", buf[0]))
	}
	return 0, false
}

// shake carries out the handshake, of which n bytes are in buf.
func (c *conn) shake(buf []byte, n int) (rest int, ok bool) {
	if n < wire.HandshakeSize {
		more, err := io.ReadAtLeast(c.nc, buf[n:], wire.HandshakeSize-n)
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
	if _, err := c.nc.Write(answer[:]); err != nil {
		return 0, false
	}
	if !ok {
		c.log.Info("closed: the client speaks no version that the server does", zap.Binary("offer", offer))
		return 0, false
	}
	c.version = version
	return copy(buf, buf[wire.HandshakeSize:n]), true
}

// answerHTTP tells a web browser where it is. It reads the head of the request first, as
// far as one buffer goes, so that the answer is not lost with unread bytes.
func (c *conn) answerHTTP(buf []byte, n int) {
	for n < len(buf) && !endsHead(buf[:n]) {
		more, err := c.nc.Read(buf[n:])
		if err != nil {
			return
		}
		n += more
	}
	c.log.Debug("answered: the client speaks HTTP")
	_, err := fmt.Fprintf(c.nc, "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"+
		"Content-Length: %d\r\nConnection: close\r\n\r\n%s", len(httpText), httpText)
	if err != nil {
		c.log.Debug("answering failed", zap.Error(err))
	}
}

// endsHead reports whether b ends with an empty line.
func endsHead(b []byte) bool {
	return len(b) >= 4 && string(b[len(b)-4:]) == "\r\n\r\n"
}
