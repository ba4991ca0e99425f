package bolt

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"go.uber.org/zap"
)

// page is what a web browser shows that was pointed at the port.
const page = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>memgraphd</title></head>
<body>
<h1>This is the Bolt port of a graph database</h1>
<p>It speaks Bolt, the protocol of graph database drivers, over TCP and over WebSocket. There is nothing to see here
with a web browser; connect a driver or a shell to it:</p>
<pre>bolt://&lt;host&gt;:&lt;port&gt; or neo4j://&lt;host&gt;:&lt;port&gt;
memgraphd shell --host &lt;host&gt; --port &lt;port&gt;</pre>
<p>With a certificate set up, the schemes are bolt+s:// and neo4j+s://. Metrics and health are on a port of their own.</p>
</body>
</html>
`

// clipMax is how much of what a client sent is repeated to it or to the log.
const clipMax = 100

// clip shortens what comes from a client, and keeps it to what can be printed.
func clip(s string) string {
	q := strconv.Quote(s[:min(len(s), clipMax)])
	if len(s) > clipMax {
		q += "…"
	}
	return q
}

// serveHTTP answers a client that speaks HTTP and said first. It reports true where the
// connection has become a WebSocket.
func (c *conn) serveHTTP(first []byte) bool {
	c.welcome()
	head := &io.LimitedReader{R: io.MultiReader(bytes.NewReader(bytes.Clone(first)), c.stream), N: int64(c.srv.o.LoginMessageMax)}
	in := bufio.NewReader(head)
	w := &response{conn: c, header: http.Header{}, in: in}
	r, err := http.ReadRequest(in)
	switch {
	case err != nil && head.N == 0:
		c.srv.turnAway(turnedHTTP)
		w.refuse(http.StatusRequestHeaderFieldsTooLarge, fmt.Sprintf("The request has more than %d bytes before its body.\n", c.srv.o.LoginMessageMax))
	case err != nil:
		c.srv.turnAway(turnedHTTP)
		c.decline(zap.DebugLevel, "closed: a malformed HTTP request", zap.Error(err))
		w.refuse(http.StatusBadRequest, "The request is malformed.\n")
	case strings.EqualFold(r.Header.Get("Upgrade"), "websocket"):
		if c.upgrade(r, in) {
			return true
		}
	case r.URL.Path != "/":
		w.refuse(http.StatusNotFound, "This port speaks Bolt. A page is at / and nowhere else.\n")
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.header.Set("Allow", "GET, HEAD")
		w.refuse(http.StatusMethodNotAllowed, "This port speaks Bolt.\n")
	default:
		c.decline(zap.DebugLevel, "answered: the client speaks HTTP")
		w.show(r.Method)
	}
	c.linger = true // until the answer is read
	c.part()
	return false
}

// response is the answer to the one request of a connection.
type response struct {
	conn   *conn
	header http.Header
	in     *bufio.Reader // what follows the request
	status int
	body   bytes.Buffer
}

// Header returns the fields of the answer.
func (w *response) Header() http.Header { return w.header }

// WriteHeader sets the status.
func (w *response) WriteHeader(status int) { w.status = status }

// Write adds to the body.
func (w *response) Write(b []byte) (int, error) { return w.body.Write(b) }

// refuse answers with a line of text.
func (w *response) refuse(status int, text string) {
	w.header.Set("Content-Type", "text/plain; charset=utf-8")
	w.status = status
	w.body.WriteString(text)
	w.finish()
}

// show answers with the page.
func (w *response) show(method string) {
	w.header.Set("Content-Type", "text/html; charset=utf-8")
	w.header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	w.status = http.StatusOK
	if method == http.MethodHead {
		w.header.Set("Content-Length", strconv.Itoa(len(page)))
	} else {
		w.body.WriteString(page)
	}
	w.finish()
}

// finish sends the answer; the connection closes after it.
func (w *response) finish() {
	h := w.header
	h.Set("Connection", "close")
	h.Set("X-Content-Type-Options", "nosniff")
	if h.Get("Content-Length") == "" {
		h.Set("Content-Length", strconv.Itoa(w.body.Len()))
	}
	if err := w.send(w.body.Bytes()); err != nil {
		w.conn.decline(zap.DebugLevel, "answering failed", zap.Error(err))
	}
}

// agree sends the answer that makes the connection a WebSocket.
func (w *response) agree() error {
	if w.status != http.StatusSwitchingProtocols {
		return errors.New("bolt: the upgrade to a WebSocket was not agreed to")
	}
	return w.send(nil)
}

// send writes status line, fields and body at once.
func (w *response) send(body []byte) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "HTTP/1.1 %d %s\r\n", w.status, http.StatusText(w.status))
	if err := w.header.Write(&out); err != nil {
		return err
	}
	out.WriteString("\r\n")
	out.Write(body)
	_, err := w.conn.stream.Write(out.Bytes())
	return err
}
