package bolt

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"

	"github.com/coder/websocket"
	"go.uber.org/zap"
)

const (
	// subProtocol is agreed to if the client asks for it.
	subProtocol = "binary"

	socketReadSize  = 1 << 10 // what is larger is read past the buffer
	socketWriteSize = 4 << 10
)

// socket is the stream of bytes in the binary messages of a WebSocket. How the client cuts
// it into messages and frames means nothing; a frame is never kept, so its size is free.
//
// The deadlines are those of the connection below. A read that misses one leaves the
// WebSocket in the middle of a frame, so afterwards what arrives is dropped; the end of the
// stream is still noticed, which is all that the server listens for then.
type socket struct {
	ws    *websocket.Conn
	below io.ReadWriter
	frame io.Reader // the message that is being read, nil between two
	lost  bool      // a read missed its deadline
}

// errText ends a connection whose client sends text messages.
var errText = errors.New("bolt: the WebSocket carries text; Bolt needs binary messages")

// Read returns bytes of the stream.
func (s *socket) Read(p []byte) (int, error) {
	for !s.lost {
		n, err := s.read(p)
		if n > 0 || err == nil {
			return n, nil
		}
		if errors.Is(err, io.EOF) && s.frame == nil {
			continue // the message has ended
		}
		if t, ok := errors.AsType[net.Error](err); !ok || !t.Timeout() {
			return 0, err
		}
		s.lost = true
		return 0, err
	}
	_, err := s.below.Read(p)
	return 0, err
}

// read reads from the current message, or from the next. At the end of one it returns
// io.EOF without a current message.
func (s *socket) read(p []byte) (int, error) {
	if s.frame == nil {
		kind, frame, err := s.ws.Reader(context.Background()) // the deadline is that of the connection below
		if err != nil {
			return 0, noEOF(err)
		}
		if kind != websocket.MessageBinary {
			return 0, errText
		}
		s.frame = frame
	}
	n, err := s.frame.Read(p)
	if err == io.EOF { // a wrapped one would be the end of the stream
		s.frame = nil
		return n, io.EOF
	}
	if err != nil {
		return 0, noEOF(err) // what was read of a broken frame is still masked
	}
	return n, nil
}

// noEOF keeps the end of the connection apart from the end of a message.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Write sends b as one binary message.
func (s *socket) Write(b []byte) (int, error) {
	if err := s.ws.Write(context.Background(), websocket.MessageBinary, b); err != nil {
		return 0, err
	}
	return len(b), nil
}

// closeFrame ends a WebSocket in order: code 1000.
var closeFrame = [...]byte{0x88, 0x02, 0x03, 0xE8}

// CloseWrite sends a frame that says that nothing follows. It goes past the library, which
// would wait for the answer.
func (s *socket) CloseWrite() error {
	_, err := s.below.Write(closeFrame[:])
	return err
}

// upgrade answers a request for a WebSocket, which was read from in.
func (c *conn) upgrade(r *http.Request, in *bufio.Reader) bool {
	w := &response{conn: c, header: http.Header{}, in: in}
	if origin := r.Header.Get("Origin"); !c.srv.origins.admit(origin, r.Host) {
		c.srv.turnAway(turnedHTTP)
		c.decline(zap.InfoLevel, "refused a WebSocket: its page may not use this server; --bolt-websocket-origins lists the pages that may",
			zap.String("origin", clip(origin)))
		w.refuse(http.StatusForbidden, "The page "+clip(origin)+" may not use this server.\n"+
			"The flag --bolt-websocket-origins of the server lists the pages that may.\n")
		return false
	}
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols: []string{subProtocol}, InsecureSkipVerify: true, CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		c.srv.turnAway(turnedHTTP)
		c.decline(zap.InfoLevel, "refused a WebSocket", zap.Error(err))
		w.finish()
		return false
	}
	ws.SetReadLimit(-1) // messages of Bolt have their own limits
	c.setChannel(&socket{ws: ws, below: c.below()}, transportWebSocket)
	return true
}

// Hijack hands the connection to the library, after the answer that agrees.
func (w *response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if err := w.agree(); err != nil {
		return nil, nil, err
	}
	early, err := w.in.Peek(w.in.Buffered())
	if err != nil {
		return nil, nil, err
	}
	below := w.conn.below()
	in := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(bytes.Clone(early)), below), socketReadSize)
	return below, bufio.NewReadWriter(in, bufio.NewWriterSize(below, socketWriteSize)), nil
}

// below returns the channel as it is before the upgrade, for the library.
func (c *conn) below() net.Conn { return &lower{Conn: c.nc, channel: c.stream} }

// lower joins the socket with the TLS in it, if there is any: the library closes the one
// and speaks through the other.
type lower struct {
	net.Conn
	channel channel
}

// Read reads through the channel.
func (l *lower) Read(b []byte) (int, error) { return l.channel.Read(b) }

// Write writes through the channel.
func (l *lower) Write(b []byte) (int, error) { return l.channel.Write(b) }
