package e2e

import (
	"bufio"
	"bytes"
	bigendian "encoding/binary"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"

	"memgraphd/test/harness"
)

// The messages of Bolt that these tests send; see docs/bolt.md.
const (
	tagHello  = 0x01
	tagReset  = 0x0F
	tagRun    = 0x10
	tagPull   = 0x3F
	tagLogon  = 0x6A
	tagOK     = 0x70
	tagRecord = 0x71
	tagIgnore = 0x7E
	tagFailed = 0x7F
)

// wire is a connection that speaks Bolt 5.4 by hand, for what no driver would do.
type wire struct {
	net.Conn
	in *bufio.Reader
	t  *testing.T
}

func dial(t *testing.T, s *harness.Server) *wire {
	t.Helper()
	c, err := net.Dial("tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	w := &wire{Conn: c, in: bufio.NewReader(c), t: t}
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	w.write([]byte{0x60, 0x60, 0xB0, 0x17, 0, 0, 4, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	version := make([]byte, 4)
	if _, err := io.ReadFull(w.in, version); err != nil || !bytes.Equal(version, []byte{0, 0, 4, 5}) {
		t.Fatalf("version %v, %v", version, err)
	}
	w.send(tagHello, pack(map[string]string{"user_agent": "test/1"}))
	w.expect(tagOK)
	w.send(tagLogon, pack(map[string]string{"scheme": "none"}))
	w.expect(tagOK)
	return w
}

// pack encodes a string, or a map of strings, in PackStream.
func pack(v any) []byte {
	switch v := v.(type) {
	case string:
		return append(bigendian.BigEndian.AppendUint16([]byte{0xD1}, uint16(len(v))), v...)
	case map[string]string:
		b := []byte{0xA0 | byte(len(v))}
		for k, x := range v {
			b = append(append(b, pack(k)...), pack(x)...)
		}
		return b
	}
	return []byte{0xC0}
}

// pullAll is the operand of a PULL of every row.
func pullAll() []byte { return append(append([]byte{0xA1}, pack("n")...), 0xFF) }

func (w *wire) write(b []byte) {
	w.t.Helper()
	if _, err := w.Write(b); err != nil {
		w.t.Fatal(err)
	}
}

// send writes one message in one chunk.
func (w *wire) send(tag byte, fields ...[]byte) {
	w.t.Helper()
	body := append([]byte{0xB0 | byte(len(fields)), tag}, bytes.Join(fields, nil)...)
	w.write(append(append(bigendian.BigEndian.AppendUint16(nil, uint16(len(body))), body...), 0, 0))
}

func (w *wire) run(text string) {
	w.t.Helper()
	w.send(tagRun, pack(text), pack(map[string]string{}), pack(map[string]string{}))
}

// receive reads one message and returns its tag.
func (w *wire) receive() byte {
	w.t.Helper()
	var body []byte
	for {
		head := make([]byte, 2)
		if _, err := io.ReadFull(w.in, head); err != nil {
			w.t.Fatal(err)
		}
		n := bigendian.BigEndian.Uint16(head)
		if n == 0 && len(body) == 0 {
			continue // keeps the connection alive
		}
		if n == 0 {
			return body[1]
		}
		chunk := make([]byte, n)
		if _, err := io.ReadFull(w.in, chunk); err != nil {
			w.t.Fatal(err)
		}
		body = append(body, chunk...)
	}
}

func (w *wire) expect(tags ...byte) {
	w.t.Helper()
	for _, tag := range tags {
		if got := w.receive(); got != tag {
			w.t.Fatalf("received %#x, want %#x", got, tag)
		}
	}
}

// settled is how long a statement runs before it is ended.
const settled = 100 * time.Millisecond

// TestReset overtakes running statements with a RESET; the connection goes on.
func TestReset(t *testing.T) {
	s, d := start(t, filepath.Join(t.TempDir(), "data"))
	fill(t, d)
	w := dial(t, s)
	for name, text := range endless() {
		t.Run(name, func(t *testing.T) {
			w.t = t
			w.run(text)
			w.send(tagPull, pullAll())
			id := awaitQuery(t, d, text[:20])
			time.Sleep(settled)
			begun := time.Now()
			w.send(tagReset)
			failures, last := 0, byte(0)
			for last != tagOK || failures == 0 { // SUCCESS of RUN may come before the failure
				switch last = w.receive(); last {
				case tagFailed, tagIgnore:
					failures++
				case tagOK, tagRecord:
				default:
					t.Fatalf("received %#x", last)
				}
			}
			took := time.Since(begun)
			t.Logf("answered after %v", took)
			if took > within(1) {
				t.Errorf("RESET was answered after %v", took)
			}
			if gone := awaitGone(t, d, id); gone > within(1) {
				t.Errorf("the transaction was listed for %v after the answer", gone)
			}
			w.run("RETURN 1 AS one")
			w.send(tagPull, pullAll())
			w.expect(tagOK, tagRecord, tagOK)
		})
	}
	if n := count(t, d, "MATCH (n) RETURN count(n) + sum(CASE WHEN n.x IS NULL THEN 0 ELSE 1 END)"); n != 213 {
		t.Errorf("something of the statements is there: %d", n)
	}
}

// TestClosedSocket closes connections in the middle of statements.
func TestClosedSocket(t *testing.T) {
	s, d := start(t, filepath.Join(t.TempDir(), "data"))
	fill(t, d)
	for name, text := range endless() {
		t.Run(name, func(t *testing.T) {
			w := dial(t, s)
			w.run(text)
			w.send(tagPull, pullAll())
			id := awaitQuery(t, d, text[:20])
			time.Sleep(settled)
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			took := awaitGone(t, d, id)
			t.Logf("gone after %v", took)
			if took > within(1) {
				t.Errorf("the statement went on for %v after its connection was closed", took)
			}
		})
	}
	if n := count(t, d, "MATCH (n) RETURN count(n) + sum(CASE WHEN n.x IS NULL THEN 0 ELSE 1 END)"); n != 213 {
		t.Errorf("something of the statements is there: %d", n)
	}
}
