package bolt

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"memgraphd/internal/bolt/wire"
)

// authority signs certificates for 127.0.0.1.
type authority struct {
	tb   testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(tb testing.TB) *authority {
	tb.Helper()
	a := &authority{tb: tb, pool: x509.NewCertPool()}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	var err error
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		tb.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err != nil {
		tb.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		tb.Fatal(err)
	}
	a.pool.AddCert(a.cert)
	return a
}

// sign returns a certificate for server and client.
func (a *authority) sign() tls.Certificate {
	a.tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.tb.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		a.tb.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// secured adds TLS with a certificate of a to the options.
func (a *authority) secured(o *Options) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{a.sign()}}
	o.TLS = func() *tls.Config { return config }
}

// over makes a client of a connection that is open already, and carries out handshake
// and login.
func over(tb testing.TB, nc net.Conn) *client {
	tb.Helper()
	tb.Cleanup(func() { _ = nc.Close() })
	if err := nc.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		tb.Fatal(err)
	}
	c := &client{tb: tb, Conn: nc, in: bufio.NewReader(nc)}
	c.write(append([]byte{0x60, 0x60, 0xB0, 0x17, 0, 0, 4, 5}, make([]byte, 12)...))
	answer := make([]byte, 4)
	if _, err := io.ReadFull(c.in, answer); err != nil || !bytes.Equal(answer, []byte{0, 0, 4, 5}) {
		tb.Fatalf("the server answered % X, %v", answer, err)
	}
	c.say(`HELLO {"user_agent": "test/1"}`, `LOGON {"scheme": "none"}`)
	return c
}

func (c *client) works() {
	c.tb.Helper()
	c.expect("SUCCESS")
	c.expect("SUCCESS")
	c.say(`RUN "RETURN 1" {} {}`, `PULL {"n": 1}`)
	c.expect("SUCCESS")
	c.expect("RECORD [1]")
	c.expect("SUCCESS")
}

func (a *authority) dial(tb testing.TB, address string, change func(*tls.Config)) *tls.Conn {
	tb.Helper()
	config := &tls.Config{RootCAs: a.pool, MinVersion: tls.VersionTLS12}
	if change != nil {
		change(config)
	}
	nc, err := tls.Dial("tcp", address, config)
	if err != nil {
		tb.Fatal(err)
	}
	return nc
}

func TestTLS(t *testing.T) {
	a := newAuthority(t)
	s, _, address := startServer(t, a.secured)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		c := over(t, a.dial(t, address, func(c *tls.Config) { c.MaxVersion = version }))
		c.works()
		if st := s.Stats(); st.TLS != 1 || st.TCP != 0 {
			t.Errorf("%+v", st)
		}
		c.say("GOODBYE")
		c.expect("closed")
		eventually(t, "no connection", func() bool { return s.Stats().Connections == 0 })
	}
	if _, err := tls.Dial("tcp", address, &tls.Config{RootCAs: a.pool, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}); err == nil {
		t.Error("TLS 1.1 was accepted")
	}
	login(t, address, wire.V54) // without TLS, which is not required
	eventually(t, "the failure to be counted", func() bool { st := s.Stats(); return st.Refusals.TLS == 1 && st.TCP == 1 })
}

func TestTLSRequired(t *testing.T) {
	a := newAuthority(t)
	s, engine, address := startServer(t, func(o *Options) {
		a.secured(o)
		o.RequireTLS = true
	})
	for _, v := range wire.Supported() {
		c := connect(t, address, v)
		c.say(`HELLO {"scheme": "none"}`, `LOGON {"scheme": "none"}`)
		if got := c.hear(); !strings.Contains(got, "Neo.ClientError.Security.Unauthorized") || !strings.Contains(got, "TLSRequired: ") {
			t.Errorf("%s: %s", v, got)
		}
		c.expect("closed")
	}
	if n := s.Stats().Refusals.Plain; n != uint64(len(wire.Supported())) {
		t.Errorf("%d were counted", n)
	}
	if engine.last.Load() != nil {
		t.Error("a statement was run")
	}
	over(t, a.dial(t, address, nil)).works()
	overSocket(t, "wss://"+address, a).works()
}

func TestClientCertificates(t *testing.T) {
	a, stranger := newAuthority(t), newAuthority(t)
	s, _, address := startServer(t, func(o *Options) {
		config := &tls.Config{
			MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{a.sign()},
			ClientCAs: a.pool, ClientAuth: tls.RequireAndVerifyClientCert,
		}
		o.TLS, o.RequireTLS = func() *tls.Config { return config }, true
	})
	over(t, a.dial(t, address, func(c *tls.Config) { c.Certificates = []tls.Certificate{a.sign()} })).works()
	for what, certificates := range map[string][]tls.Certificate{"none": nil, "foreign": {stranger.sign()}} {
		nc := a.dial(t, address, func(c *tls.Config) { c.Certificates = certificates })
		if _, err := io.ReadAll(nc); err == nil {
			t.Errorf("%s: a client without a good certificate came in", what)
		}
		_ = nc.Close()
	}
	eventually(t, "both to be counted", func() bool { return s.Stats().Refusals.TLS == 2 })
}

// TestCertificateChanges uses another certificate from one connection to the next; what is
// open stays open.
func TestCertificateChanges(t *testing.T) {
	first, second := newAuthority(t), newAuthority(t)
	var now atomic.Pointer[tls.Config]
	now.Store(&tls.Config{Certificates: []tls.Certificate{first.sign()}})
	_, _, address := startServer(t, func(o *Options) { o.TLS = now.Load })
	old := over(t, first.dial(t, address, nil))
	old.works()
	now.Store(&tls.Config{Certificates: []tls.Certificate{second.sign()}})
	over(t, second.dial(t, address, nil)).works()
	old.say(`RUN "RETURN 1" {} {}`)
	old.expect("SUCCESS")
}

// TestTLSHandshakesAreAlone has clients that fail and stall in the handshake beside one
// that does not.
func TestTLSHandshakesAreAlone(t *testing.T) {
	a := newAuthority(t)
	s, _, address := startServer(t, func(o *Options) {
		a.secured(o)
		o.LoginTimeout = 2 * time.Second
	})
	for range 20 {
		stalled := dial(t, address)
		stalled.say("hex 160301 0100 010000FC 0303")
		broken := dial(t, address)
		broken.say("hex 160301 0005 FFFFFFFFFF")
	}
	over(t, a.dial(t, address, nil)).works()
	eventually(t, "the end of the others", func() bool { return s.Stats().Connections == 1 })
	if st := s.Stats(); st.Refusals.TLS != 40 || st.Refusals.LoginTimeouts != 20 {
		t.Errorf("%+v", st.Refusals)
	}
}

// overSocket connects through a WebSocket.
func overSocket(tb testing.TB, url string, a *authority) *client {
	tb.Helper()
	o := &websocket.DialOptions{}
	if a != nil {
		o.HTTPClient = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.pool}}}
		tb.Cleanup(o.HTTPClient.CloseIdleConnections)
	}
	ws, answer, err := websocket.Dial(tb.Context(), url, o)
	if err != nil {
		tb.Fatal(err)
	}
	if answer.Header.Get("Sec-WebSocket-Protocol") != "" || answer.Header.Get("Sec-WebSocket-Extensions") != "" {
		tb.Errorf("%v", answer.Header)
	}
	ctx, cancel := context.WithCancel(context.Background())
	tb.Cleanup(cancel)
	return over(tb, websocket.NetConn(ctx, ws, websocket.MessageBinary))
}

func TestWebSocket(t *testing.T) {
	s, engine, address := startServer(t, nil)
	c := overSocket(t, "ws://"+address, nil)
	c.works()
	if st := s.Stats(); st.WebSocket != 1 || st.TCP != 0 {
		t.Errorf("%+v", st)
	}
	long := strings.Repeat("x", 900_000)
	c.say(`RUN "ECHO" {"x": "`+long+`"} {}`, `PULL {"n": 1}`)
	c.expect("SUCCESS")
	if got := c.expect("RECORD"); !strings.Contains(got, long) {
		t.Error("the long string changed on its way")
	}
	c.expect("SUCCESS")
	for _, b := range append(encodeLine(t, `RUN "RETURN 1" {"x": "some text"} {}`), encodeLine(t, `PULL {"n": 1}`)...) {
		c.write([]byte{b})
	}
	c.expect("SUCCESS")
	c.expect("RECORD [1]")
	c.expect("SUCCESS")
	interruptible(t, c, engine, "WAIT")
	c.say("RESET")
	c.expect("FAILURE")
	c.expect("IGNORED")
	c.expect("IGNORED")
	c.expect("SUCCESS {}")
	c.say("GOODBYE")
	c.expect("closed")
	eventually(t, "no connection", func() bool { return s.Stats().Connections == 0 })
}

// TestWebSocketShutdown lets a request that runs over a WebSocket finish.
func TestWebSocketShutdown(t *testing.T) {
	s, engine, address := startServer(t, nil)
	c := overSocket(t, "ws://"+address, nil)
	c.works()
	c.say(`RUN "WAIT" {} {}`)
	eventually(t, "waiting", func() bool { return engine.waiting.Load() == 1 })
	time.Sleep(30 * time.Millisecond) // until a watcher reads
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := s.Shutdown(ctx); err == nil {
		t.Error("the request was not waited for")
	}
	if engine.ended.Load() != 1 {
		t.Error("the request was not ended")
	}
	d := overSocketRefused(t, address)
	if d == nil {
		t.Error("a stopped server accepts connections")
	}
}

func overSocketRefused(tb testing.TB, address string) error {
	tb.Helper()
	_, _, err := websocket.Dial(tb.Context(), "ws://"+address, nil) //nolint:bodyclose // there is no body without an answer
	return err
}

// upgradeRequest is what a browser sends, with further fields.
func upgradeRequest(fields ...string) string {
	return "GET / HTTP/1.1\r\nHost: 127.0.0.1:7687\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + strings.Join(append(fields, ""), "\r\n") + "\r\n"
}

func TestWebSocketUpgrade(t *testing.T) {
	s, _, address := startServer(t, func(o *Options) { o.WebSocketOrigins = []string{"https://app.example.com", "null"} })
	for _, c := range []struct{ request, want string }{
		{upgradeRequest(), "HTTP/1.1 101 Switching Protocols"},
		{upgradeRequest("Sec-WebSocket-Protocol: chat, binary"), "Sec-Websocket-Protocol: binary"},
		{upgradeRequest("Origin: http://localhost:3000"), "HTTP/1.1 101 "},
		{upgradeRequest("Origin: https://APP.example.com"), "HTTP/1.1 101 "},
		{upgradeRequest("Origin: null"), "HTTP/1.1 101 "},
		{upgradeRequest("Origin: http://evil.example.com"), "HTTP/1.1 403 Forbidden"},
		{upgradeRequest("Origin: http://evil.example.com"), "--bolt-websocket-origins"},
		{upgradeRequest("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), "HTTP/1.1 400 Bad Request"},
		{strings.Replace(upgradeRequest(), "Version: 13", "Version: 8", 1), "Sec-Websocket-Version: 13"},
		{strings.Replace(upgradeRequest(), "keep-alive, Upgrade", "close", 1), "HTTP/1.1 426 Upgrade Required"},
		{strings.Replace(upgradeRequest(), "GET ", "POST ", 1), "HTTP/1.1 405 Method Not Allowed"},
		{"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "bolt://&lt;host&gt;:&lt;port&gt;"},
		{"GET /?a=b HTTP/1.0\r\n\r\n", "Content-Type: text/html; charset=utf-8"},
		{"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 200 OK"},
		{"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello", "Allow: GET, HEAD"},
		{"GET /db/data HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 404 Not Found"},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/1.1 404 Not Found"},
		{"GET / HTTP/1.1\r\nHost: localhost\r\nbroken\r\n\r\n", "HTTP/1.1 400 Bad Request"},
		{"HELO example.com\r\n", "HTTP/1.1 400 Bad Request"},
		{"GET / HTTP/1.1\r\nX: " + strings.Repeat("x", 9000) + "\r\n\r\n", "HTTP/1.1 431 Request Header Fields Too Large"},
	} {
		d := dial(t, address)
		d.write([]byte(c.request))
		if strings.Contains(c.want, "101") || strings.Contains(c.want, "binary") {
			head, err := http.ReadResponse(d.in, nil)
			if err != nil || head.StatusCode != http.StatusSwitchingProtocols || head.Header.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
				t.Errorf("%q: %v %v", c.request, head, err)
			}
			if p := head.Header.Get("Sec-WebSocket-Protocol"); (p == "binary") != strings.Contains(c.want, "binary") {
				t.Errorf("%q: %s", c.request, p)
			}
			_ = head.Body.Close()
			continue
		}
		text, err := io.ReadAll(d.in)
		if err != nil || !strings.Contains(string(text), c.want) || !strings.Contains(string(text), "Connection: close\r\n") {
			t.Errorf("%q: %v: %s", c.request, err, text)
		}
	}
	eventually(t, "the refused ones to be counted", func() bool { return s.Stats().Refusals.HTTP == 9 })
}

// TestWebSocketFrames sends frames that nobody who means well sends. Each ends the
// connection, and none is waited for or kept.
func TestWebSocketFrames(t *testing.T) {
	s, _, address := startServer(t, nil)
	for what, frames := range map[string]string{
		"unmasked":           "82 01 60",
		"a reserved bit":     "C2 81 00000000 60",
		"an unknown opcode":  "83 81 00000000 60",
		"text":               "81 81 00000000 60",
		"a stray piece":      "80 81 00000000 60",
		"a ping in pieces":   "09 80 00000000",
		"a long ping":        "89 FE 0080 00000000",
		"a negative length":  "82 FF FFFFFFFFFFFFFFFF 00000000",
		"two messages mixed": "02 81 00000000 60 82 81 00000000 60",
		"a close":            "88 82 00000000 03E8",
		"a close of 1 byte":  "88 81 00000000 03",
	} {
		d := dial(t, address)
		d.write([]byte(upgradeRequest()))
		if _, err := http.ReadResponse(d.in, nil); err != nil { //nolint:bodyclose // it has none
			t.Fatal(err)
		}
		d.say("hex " + frames)
		begin := time.Now()
		if _, err := io.ReadAll(d.in); err != nil && !strings.Contains(err.Error(), "reset") {
			t.Errorf("%s: %v", what, err)
		}
		if time.Since(begin) > 3*time.Second {
			t.Errorf("%s: the connection was kept", what)
		}
	}
	eventually(t, "no connection", func() bool { return s.Stats().Connections == 0 })
}

func TestOrigins(t *testing.T) {
	for _, c := range []struct {
		origin, host string
		want         bool
	}{
		{"", "db:7687", true},
		{"http://localhost", "db:7687", true},
		{"https://app.localhost:8443", "db:7687", true},
		{"http://127.0.0.7:80", "db:7687", true},
		{"http://[::1]:80", "db:7687", true},
		{"http://10.0.0.1:3000", "10.0.0.1:7687", true},
		{"http://10.0.0.1:3000", "10.0.0.2:7687", false},
		{"http://[fd00::1]", "[fd00::1]:7687", true},
		{"http://[fd00::1]", "[fd00::1]", true},
		{"http://db.example.com", "db.example.com:7687", false}, // its owner may have pointed it here
		{"http://localhost.example.com", "127.0.0.1:7687", false},
		{"http://example.com/localhost", "127.0.0.1:7687", false},
		{"null", "127.0.0.1:7687", false},
		{"http://%zz", "127.0.0.1:7687", false},
		{"https://listed.example.com", "127.0.0.1:7687", true},
		{"http://listed.example.com", "127.0.0.1:7687", false},
	} {
		o, err := newOrigins([]string{"https://Listed.example.com"})
		if err != nil {
			t.Fatal(err)
		}
		if got := o.admit(c.origin, c.host); got != c.want {
			t.Errorf("%s at %s: %v", c.origin, c.host, got)
		}
	}
	if o, err := newOrigins([]string{"*"}); err != nil || !o.admit("http://anywhere.example.com", "x") {
		t.Error(err)
	}
	for _, text := range []string{"example.com", "http://", "http://a/b", "http://u@a", "http://a?b"} {
		if _, err := newOrigins([]string{text}); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}

// TestAddressCaps holds one address to its share, and lets another in meanwhile.
func TestAddressCaps(t *testing.T) {
	s, _, address := startServer(t, func(o *Options) {
		o.UnauthenticatedPerAddressMax, o.UnauthenticatedMax, o.ConnectionsPerAddressMax = 2, 8, 1
		o.AllowOpenAccess = true
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error)
	go func() { served <- s.Serve(strangers{l}) }()
	t.Cleanup(func() {
		if err := errors.Join(l.Close(), <-served); !errors.Is(err, ErrStopped) {
			t.Error(err)
		}
	})
	other := connect(t, l.Addr().String(), wire.V54)
	var mine []*client
	for range 4 {
		mine = append(mine, connect(t, address, wire.V54))
	}
	mine[0].expect("closed")
	mine[1].expect("closed")
	other.say(`HELLO {}`, `LOGON {}`)
	other.expect("SUCCESS")
	other.expect("SUCCESS")
	mine[2].say(`HELLO {}`, `LOGON {}`)
	mine[2].expect("SUCCESS")
	mine[2].expect("SUCCESS")
	mine[3].say(`HELLO {}`, `LOGON {}`)
	mine[3].expect("SUCCESS")
	mine[3].expect(`FAILURE {code: "Neo.TransientError.General.DatabaseUnavailable", message: "ConnectionLimit: one address may have its most of 1 connections`)
	mine[3].expect("closed")
	if r := s.Stats().Refusals; r.Evicted != 2 || r.Connections != 1 {
		t.Errorf("%+v", r)
	}
	mine[2].say("GOODBYE")
	mine[2].expect("closed")
	eventually(t, "the place to be free", func() bool { return s.Stats().Connections == 1 })
	login(t, address, wire.V54)
	s.mu.Lock()
	if n := len(s.census.addresses); n != 2 {
		t.Errorf("%d addresses are known", n)
	}
	s.mu.Unlock()
}
