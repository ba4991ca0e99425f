package bolt

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"syscall"

	"go.uber.org/zap"

	"memgraphd/internal/bolt/message"
	"memgraphd/internal/bolt/wire"
)

// transport is how the bytes of a connection travel.
type transport uint8

// The transports. A WebSocket may lie in TLS too; it counts as a WebSocket.
const (
	transportTCP transport = iota
	transportTLS
	transportWebSocket
	transports // how many there are
)

// channel is what a connection reads from and writes to: the socket, or TLS in it, or a
// WebSocket in either.
type channel interface {
	io.Reader
	io.Writer
}

// establish finds out from the first bytes what the client speaks, and goes through TLS
// and the upgrade to a WebSocket where it asks for them. It reads into buf, leaves there
// the n bytes that follow the handshake of Bolt, and reports false where the conversation
// is over.
func (c *conn) establish(buf []byte) (n int, ok bool) {
	n, protocol := c.sniff(buf)
	if protocol == wire.ProtocolTLS {
		if !c.secure(buf[:n]) {
			return 0, false
		}
		if n, protocol = c.sniff(buf); protocol == wire.ProtocolTLS {
			protocol = wire.ProtocolUnknown
		}
	}
	if protocol == wire.ProtocolHTTP {
		if !c.serveHTTP(buf[:n]) {
			return 0, false
		}
		n, protocol = c.sniff(buf)
	}
	switch {
	case n == 0:
	case protocol == wire.ProtocolBolt:
		return c.shake(buf, n)
	default:
		c.srv.turnAway(turnedForeign)
		c.decline(zap.DebugLevel, "closed: the client does not speak Bolt", zap.Uint8("first byte", buf[0]))
	}
	return 0, false
}

// sniff reads the first bytes of what the client says and tells the protocol.
func (c *conn) sniff(buf []byte) (int, wire.Protocol) {
	n, err := io.ReadAtLeast(c.stream, buf, 1)
	if err != nil {
		c.decline(zap.DebugLevel, "the client ended the connection before it had said anything", zap.Error(err))
		return 0, wire.ProtocolUnknown
	}
	return n, wire.Sniff(buf[0])
}

// secure carries out the server's side of a TLS handshake that begins with first.
func (c *conn) secure(first []byte) bool {
	config := c.srv.o.TLS()
	if config == nil {
		c.srv.turnAway(turnedTLS)
		c.decline(zap.InfoLevel, "closed: the client wants TLS, which is not set up here; use bolt:// or neo4j:// without +s, "+
			"or start the server with --bolt-cert-file and --bolt-key-file")
		return false
	}
	t := tls.Server(&prefixed{Conn: c.nc, first: append([]byte(nil), first...)}, config)
	if err := t.Handshake(); err != nil {
		c.srv.turnAway(turnedTLS)
		c.decline(zap.InfoLevel, "closed: the TLS handshake failed", zap.Error(err))
		return false
	}
	c.setChannel(t, transportTLS)
	c.encrypted = true
	return true
}

// setChannel makes ch what the connection talks through.
func (c *conn) setChannel(ch channel, t transport) {
	c.stream, c.out.to = ch, ch
	c.transport = t
}

// plain returns the socket of a connection whose bytes travel in it as they are; nil for others.
func (c *conn) plain() syscall.RawConn {
	tcp, ok := c.nc.(*net.TCPConn)
	if !ok || c.transport != transportTCP {
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// sayGoodbye tells the client in the way of its transport that nothing more will be sent.
func (c *conn) sayGoodbye() {
	half, ok := c.stream.(interface{ CloseWrite() error })
	if !ok || c.out.err != nil {
		return
	}
	if err := half.CloseWrite(); err != nil && !errors.Is(err, net.ErrClosed) {
		c.decline(zap.DebugLevel, "ending the output failed", zap.Error(err))
	}
}

// dismantle closes the socket and what lies in it.
func (c *conn) dismantle() {
	c.closeSocket()
	if s, ok := c.stream.(*socket); ok {
		if err := s.ws.CloseNow(); err != nil && !errors.Is(err, net.ErrClosed) {
			c.decline(zap.DebugLevel, "closing the WebSocket failed", zap.Error(err))
		}
	}
}

// prefixed is a connection of which the first bytes have been read already.
type prefixed struct {
	net.Conn
	first []byte
}

// Read returns the first bytes, then what comes.
func (p *prefixed) Read(b []byte) (int, error) {
	if len(p.first) == 0 {
		return p.Conn.Read(b)
	}
	n := copy(b, p.first)
	if p.first = p.first[n:]; len(p.first) == 0 {
		p.first = nil
	}
	return n, nil
}

// checkEncryption refuses a client without TLS where it is required. It does so at HELLO,
// the first message that has an answer of words.
func (c *conn) checkEncryption() error {
	if c.encrypted || !c.srv.o.RequireTLS {
		return nil
	}
	c.srv.turnAway(turnedPlain)
	return refuse(message.CodeUnauthorized, "TLSRequired: this server is used over TLS only, so that nobody reads "+
		"along; connect with bolt+s:// or neo4j+s://, or with +ssc where the certificate is not signed by an authority. "+
		"A password that this client sends now has crossed the network in the clear")
}
