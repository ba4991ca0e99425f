package bolt

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"memgraphd/internal/bolt/message"
	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/bolt/wire"
)

// startServer serves a fake engine on a loopback port until the test ends.
func startServer(tb testing.TB, change func(*Options)) (*Server, *fakeEngine, string) {
	tb.Helper()
	quick := net.ListenConfig{KeepAlive: -1} // as cmd/memgraphd does
	l, err := quick.Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s, engine := startServerAt(tb, l, change)
	return s, engine, l.Addr().String()
}

// startServerAt runs a server at l until the test ends.
func startServerAt(tb testing.TB, l net.Listener, change func(*Options)) (*Server, *fakeEngine) {
	tb.Helper()
	engine := &fakeEngine{gate: make(chan string, 8)}
	o := Options{Engine: engine, Now: time.Now}
	if change != nil {
		change(&o)
	}
	s, err := New(o)
	if err != nil {
		tb.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			tb.Errorf("shutdown: %v", err)
		}
		if err := <-served; !errors.Is(err, ErrStopped) {
			tb.Errorf("serve: %v", err)
		}
		if n := engine.open.Load(); n != 0 {
			tb.Errorf("%d sessions left open", n)
		}
	})
	return s, engine
}

// pipes is a listener in memory, whose connections a synctest bubble can wait for.
type pipes struct {
	dialed chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{dialed: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.dialed:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (*pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

// dial returns a client of the server that listens at p.
func (p *pipes) dial(tb testing.TB) *client {
	tb.Helper()
	theirs, ours := net.Pipe()
	p.dialed <- theirs
	return newClient(tb, ours)
}

// client is a driver that speaks text.
type client struct {
	tb testing.TB
	net.Conn
	in *bufio.Reader
}

func dial(tb testing.TB, address string) *client {
	tb.Helper()
	nc, err := net.Dial("tcp", address)
	if err != nil {
		tb.Fatal(err)
	}
	c := newClient(tb, nc)
	if err := nc.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		tb.Fatal(err)
	}
	return c
}

func newClient(tb testing.TB, nc net.Conn) *client {
	tb.Helper()
	tb.Cleanup(func() { _ = nc.Close() })
	return &client{tb: tb, Conn: nc, in: bufio.NewReader(nc)}
}

// connect carries out the handshake for one version.
func connect(tb testing.TB, address string, v wire.Version) *client {
	tb.Helper()
	c := dial(tb, address)
	c.shake(v)
	return c
}

// shake carries out the handshake for one version.
func (c *client) shake(v wire.Version) {
	c.tb.Helper()
	if v.AtLeast(wire.V60) {
		c.shakeManifest(v)
		return
	}
	c.write(append([]byte{0x60, 0x60, 0xB0, 0x17, 0, 0, v.Minor, v.Major}, make([]byte, 12)...))
	answer := make([]byte, 4)
	if _, err := io.ReadFull(c.in, answer); err != nil {
		c.tb.Fatal(err)
	}
	if !bytes.Equal(answer, []byte{0, 0, v.Minor, v.Major}) {
		c.tb.Fatalf("the server answered % X to %s", answer, v)
	}
}

// shakeManifest takes v from the list of the server's versions.
func (c *client) shakeManifest(v wire.Version) {
	c.tb.Helper()
	c.write(append([]byte{0x60, 0x60, 0xB0, 0x17, 0, 0, 1, 0xFF}, make([]byte, 12)...))
	list := wire.AppendManifest(nil, wire.Supported())
	answer := make([]byte, len(list))
	if _, err := io.ReadFull(c.in, answer); err != nil || !bytes.Equal(answer, list) {
		c.tb.Fatalf("the server answered % X, %v", answer, err)
	}
	choice := wire.Answer(v)
	c.write(append(choice[:], 0))
}

// login connects and logs in.
func login(tb testing.TB, address string, v wire.Version) *client {
	tb.Helper()
	c := connect(tb, address, v)
	c.logOn(v)
	return c
}

// logOn logs a client on that has shaken hands.
func (c *client) logOn(v wire.Version) {
	c.tb.Helper()
	c.say(`HELLO {"user_agent": "test/1", "scheme": "none"}`)
	c.expect("SUCCESS")
	if v.AtLeast(wire.V51) {
		c.say(`LOGON {"scheme": "none"}`)
		c.expect("SUCCESS")
	}
}

func (c *client) write(b []byte) {
	c.tb.Helper()
	if _, err := c.Write(b); err != nil {
		c.tb.Fatal(err)
	}
}

func (c *client) hangUp() {
	if err := c.Close(); err != nil {
		c.tb.Error(err)
	}
}

// say sends messages in one segment.
func (c *client) say(lines ...string) {
	c.tb.Helper()
	var out []byte
	for _, line := range lines {
		out = append(out, encodeLine(c.tb, line)...)
	}
	c.write(out)
}

// encodeLine turns "RUN "text" {} {}" into chunks; "hex 00 01" is taken as it is.
func encodeLine(tb testing.TB, line string) []byte {
	tb.Helper()
	word, rest, _ := strings.Cut(line, " ")
	if word == "hex" {
		raw, err := hex.DecodeString(strings.ReplaceAll(rest, " ", ""))
		if err != nil {
			tb.Fatal(err)
		}
		return raw
	}
	i := slices.IndexFunc(message.Requests(), func(k message.Kind) bool { return k.String() == word })
	if i < 0 {
		tb.Fatalf("no such message: %s", line)
	}
	var fields []any
	d := json.NewDecoder(strings.NewReader(rest))
	d.UseNumber()
	for {
		var field any
		err := d.Decode(&field)
		if err == io.EOF {
			break
		}
		if err != nil {
			tb.Fatalf("%s: %v", line, err)
		}
		fields = append(fields, field)
	}
	out, mark := wire.Begin(nil)
	out = packstream.AppendStructHeader(out, len(fields), byte(message.Requests()[i]))
	for _, f := range fields {
		out = appendJSON(tb, out, f)
	}
	return wire.End(out, mark)
}

// appendJSON encodes a value; {"struct": "4E", "fields": []} is a structure.
func appendJSON(tb testing.TB, dst []byte, v any) []byte {
	tb.Helper()
	switch v := v.(type) {
	case nil:
		return packstream.AppendNull(dst)
	case bool:
		return packstream.AppendBool(dst, v)
	case string:
		return packstream.AppendString(dst, v)
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return packstream.AppendInt(dst, i)
		}
		f, err := v.Float64()
		if err != nil {
			tb.Fatal(err)
		}
		return packstream.AppendFloat(dst, f)
	case []any:
		dst = packstream.AppendListHeader(dst, len(v))
		for _, e := range v {
			dst = appendJSON(tb, dst, e)
		}
		return dst
	case map[string]any:
		if tag, ok := v["struct"].(string); ok {
			fields, _ := v["fields"].([]any)
			raw, err := hex.DecodeString(tag)
			if err != nil {
				tb.Fatal(err)
			}
			dst = packstream.AppendStructHeader(dst, len(fields), raw[0])
			for _, f := range fields {
				dst = appendJSON(tb, dst, f)
			}
			return dst
		}
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		dst = packstream.AppendMapHeader(dst, len(v))
		for _, k := range keys {
			dst = appendJSON(tb, packstream.AppendString(dst, k), v[k])
		}
		return dst
	}
	tb.Fatalf("cannot encode %T", v)
	return nil
}

// receive returns the next message, assembled, or the error of the socket.
func (c *client) receive() ([]byte, error) {
	var body []byte
	for {
		var head [2]byte
		if _, err := io.ReadFull(c.in, head[:]); err != nil {
			return nil, err
		}
		n := int(binary.BigEndian.Uint16(head[:]))
		if n == 0 {
			if body == nil {
				continue
			}
			return body, nil
		}
		at := len(body)
		body = append(body, make([]byte, n)...)
		if _, err := io.ReadFull(c.in, body[at:]); err != nil {
			return nil, err
		}
	}
}

// hear returns the next message as text.
func (c *client) hear() string {
	c.tb.Helper()
	body, err := c.receive()
	if err != nil {
		return "closed"
	}
	return renderMessage(c.tb, body)
}

// expect fails the test unless the next message begins with prefix.
func (c *client) expect(prefix string) string {
	c.tb.Helper()
	got := c.hear()
	if !strings.HasPrefix(got, prefix) {
		c.tb.Fatalf("got %s\nwant %s", got, prefix)
	}
	return got
}

func renderMessage(tb testing.TB, body []byte) string {
	tb.Helper()
	var d packstream.Decoder
	d.Reset(body, packstream.Limits{Depth: 10_000, Elements: 1 << 30})
	n, tag, err := d.StructHeader()
	if err != nil {
		tb.Fatal(err)
	}
	parts := []string{message.Kind(tag).String()}
	for range n {
		parts = append(parts, render(tb, &d))
	}
	if err := d.End(); err != nil {
		tb.Fatal(err)
	}
	return strings.Join(parts, " ")
}

// render writes a value as text. Times are left out because they differ.
func render(tb testing.TB, d *packstream.Decoder) string {
	tb.Helper()
	switch t := d.Peek(); t {
	case packstream.TypeList:
		n, err := d.ListHeader()
		return "[" + renderAll(tb, d, n, err) + "]"
	case packstream.TypeStruct:
		n, tag, err := d.StructHeader()
		return fmt.Sprintf("%c(%s)", tag, renderAll(tb, d, n, err))
	case packstream.TypeMap:
		n, err := d.MapHeader()
		if err != nil {
			tb.Fatal(err)
		}
		parts := make([]string, 0, n)
		for range n {
			key, err := d.String()
			if err != nil {
				tb.Fatal(err)
			}
			v := render(tb, d)
			switch key {
			case "t_first", "t_last", "parsing_time", "planning_time", "plan_execution_time":
				v = "_"
			}
			parts = append(parts, key+": "+v)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case packstream.TypeNull:
		return must(tb, "null", d.Null())
	case packstream.TypeBool:
		b, err := d.Bool()
		return must(tb, strconv.FormatBool(b), err)
	case packstream.TypeInt:
		i, err := d.Int()
		return must(tb, strconv.FormatInt(i, 10), err)
	case packstream.TypeFloat:
		f, err := d.Float()
		return must(tb, fmt.Sprintf("%gf", f), err)
	case packstream.TypeString:
		s, err := d.String()
		return must(tb, fmt.Sprintf("%q", s), err)
	case packstream.TypeBytes:
		b, err := d.Bytes()
		return must(tb, fmt.Sprintf("#%X", b), err)
	case packstream.TypeInvalid:
	}
	tb.Fatal("unknown marker in a reply")
	return ""
}

func renderAll(tb testing.TB, d *packstream.Decoder, n int, err error) string {
	tb.Helper()
	parts := make([]string, 0, n)
	for range n {
		if err != nil {
			break
		}
		parts = append(parts, render(tb, d))
	}
	return must(tb, strings.Join(parts, ", "), err)
}

// must returns s unless err holds.
func must(tb testing.TB, s string, err error) string {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
	return s
}
