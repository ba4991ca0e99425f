package boltengine

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"memgraphd/internal/bolt"
	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/query"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/memory"
)

// wireClient speaks as much Bolt 5.4 as is needed to send a statement.
type wireClient struct {
	tb    testing.TB
	conn  net.Conn
	in    *bufio.Reader
	minor byte // of the version 5.x
}

// dialWire logs in to a server that has an engine and no users.
func dialWire(tb testing.TB) *wireClient {
	tb.Helper()
	return dialVersion(tb, 4)
}

// dialVersion is dialWire for a version 5.x.
func dialVersion(tb testing.TB, minor byte) *wireClient {
	tb.Helper()
	budget := memory.New("server", 1<<30)
	store := storage.New(storage.Options{Now: time.Now})
	e, err := query.New(query.Options{
		Store: store, Budget: budget, Now: time.Now, IdleTimeout: time.Minute,
		QueryTimeout: func() time.Duration { return 10 * time.Minute },
	})
	if err != nil {
		tb.Fatal(err)
	}
	s, err := bolt.New(bolt.Options{Engine: Engine{e}, Now: time.Now, Budget: budget})
	if err != nil {
		tb.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = conn.Close()
		if err := errors.Join(s.Shutdown(context.Background()), store.Close()); err != nil {
			tb.Error(err)
		}
		if err := <-served; !errors.Is(err, bolt.ErrStopped) {
			tb.Error(err)
		}
		e.Close()
	})
	c := &wireClient{tb: tb, conn: conn, in: bufio.NewReader(conn), minor: minor}
	c.login()
	return c
}

// another returns another client of the same server.
func (c *wireClient) another() *wireClient {
	conn, err := net.Dial("tcp", c.conn.RemoteAddr().String())
	if err != nil {
		c.tb.Fatal(err)
	}
	c.tb.Cleanup(func() { _ = conn.Close() })
	d := &wireClient{tb: c.tb, conn: conn, in: bufio.NewReader(conn), minor: c.minor}
	d.login()
	return d
}

// login agrees on a version and says who the client is: nobody.
func (c *wireClient) login() {
	c.write([]byte{0x60, 0x60, 0xB0, 0x17, 0, 0, c.minor, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	if _, err := io.ReadFull(c.in, make([]byte, 4)); err != nil {
		c.tb.Fatal(err)
	}
	hello := packstream.AppendMapHeader([]byte{0, 0, 0xB1, 0x01}, 1)
	hello = sealWire(packstream.AppendString(packstream.AppendString(hello, "user_agent"), "test/1"), 0)
	at := len(hello)
	logon := packstream.AppendMapHeader(append(hello, 0, 0, 0xB1, 0x6A), 1)
	c.write(sealWire(packstream.AppendString(packstream.AppendString(logon, "scheme"), "none"), at))
	c.read(2)
}

// sealWire ends the message that begins at mark.
func sealWire(dst []byte, mark int) []byte {
	binary.BigEndian.PutUint16(dst[mark:], uint16(len(dst)-mark-2))
	return append(dst, 0, 0)
}

// statementBytes are RUN and PULL of everything, with the one parameter id.
func statementBytes(text string, id int64) []byte {
	run := packstream.AppendMapHeader(packstream.AppendString([]byte{0, 0, 0xB3, 0x10}, text), 1)
	run = sealWire(packstream.AppendMapHeader(packstream.AppendInt(packstream.AppendString(run, "id"), id), 0), 0)
	at := len(run)
	pull := packstream.AppendMapHeader(append(run, 0, 0, 0xB1, 0x3F), 1)
	return sealWire(packstream.AppendInt(packstream.AppendString(pull, "n"), -1), at)
}

func (c *wireClient) write(b []byte) {
	if _, err := c.conn.Write(b); err != nil {
		c.tb.Fatal(err)
	}
}

// read reads until so many requests are answered with success.
func (c *wireClient) read(summaries int) {
	for summaries > 0 {
		head, err := c.in.Peek(4)
		if err != nil {
			c.tb.Fatal(err)
		}
		n := int(binary.BigEndian.Uint16(head))
		body, err := c.in.Peek(2 + n + 2)
		if err != nil {
			c.tb.Fatal(err)
		}
		switch body[3] {
		case 0x70:
			summaries--
		case 0x71:
		default:
			c.tb.Fatalf("answer %q", body)
		}
		if _, err := c.in.Discard(2 + n + 2); err != nil {
			c.tb.Fatal(err)
		}
	}
}

// TestStatementAllocations holds what the whole path of a short statement allocates, from the
// socket through the engine and back.
func TestStatementAllocations(t *testing.T) {
	c := dialWire(t)
	for _, text := range []string{"CREATE INDEX ON :N(id)", "UNWIND range(0, 999) AS i CREATE (:N {id: i, age: i % 100})"} {
		c.write(statementBytes(text, 0))
		c.read(2)
	}
	const runs = 2000
	for _, x := range []struct {
		text string
		most float64
	}{
		{"RETURN 1 AS n", 0.5},
		{"MATCH (n:N {id: $id}) RETURN n.age AS age", 0.5},
		{"MATCH (n:N {id: $id}) RETURN n", 3},
		{"UNWIND range(1, 1000) AS i RETURN i", 8},
		{"CREATE (:W {n: $id})", 1.5},
		{"MATCH (n:N {id: $id}) SET n.age = 7", 2.5},
	} {
		request := statementBytes(x.text, 500)
		for range 20 {
			c.write(request)
			c.read(2)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range runs {
			c.write(request)
			c.read(2)
		}
		runtime.ReadMemStats(&after)
		got := float64(after.Mallocs-before.Mallocs) / runs
		t.Logf("%s: %.2f objects, %.0f bytes", x.text, got, float64(after.TotalAlloc-before.TotalAlloc)/runs)
		if got > x.most && !raceDetector {
			t.Errorf("%s allocates %.2f objects, want at most %.1f", x.text, got, x.most)
		}
	}
}

// BenchmarkStatement is the whole path of a short statement, client and server in one process.
func BenchmarkStatement(b *testing.B) {
	for _, x := range []struct{ name, text string }{
		{"One", "RETURN 1 AS n"},
		{"PointRead", "MATCH (n:N {id: $id}) RETURN n.age AS age"},
		{"Rows", "UNWIND range(1, 1000) AS i RETURN i"},
	} {
		b.Run(x.name, func(b *testing.B) {
			c := dialWire(b)
			for _, text := range []string{"CREATE INDEX ON :N(id)", "UNWIND range(0, 999) AS i CREATE (:N {id: i, age: i % 100})"} {
				c.write(statementBytes(text, 0))
				c.read(2)
			}
			request := statementBytes(x.text, 500)
			b.ReportAllocs()
			for b.Loop() {
				c.write(request)
				c.read(2)
			}
		})
	}
}
