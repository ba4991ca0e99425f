package attack

import (
	"bytes"
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// refused sends a message whose answer has to be a failure or the end of the connection.
func refused(message []byte) func(p *peer) error {
	framed := chunk(message)
	return func(p *peer) error {
		if _, err := p.Write(framed); err != nil {
			return err
		}
		if err := p.expect(failure); err != nil {
			return err
		}
		return p.CloseWrite()
	}
}

// CloseWrite says that nothing follows.
func (p *peer) CloseWrite() error {
	if half, ok := p.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// nested is a marker inside itself.
func nested(marker string, depth int) []byte { return bytes.Repeat(raw(marker), depth) }

// messagesBeforeLogin are first messages with a field that is none.
func messagesBeforeLogin() map[string][]byte {
	field := func(value []byte) []byte { return join(raw("B1 01"), raw("A1 81 78"), value) }
	return map[string][]byte{
		"huge string":          field(raw("D2 7FFFFFFF")),
		"huge bytes":           field(raw("CE 7FFFFFFF")),
		"huge list":            field(raw("D6 7FFFFFFF")),
		"huge map":             field(raw("DA 7FFFFFFF")),
		"lists in lists":       field(nested("D5 FFFF", 2600)),
		"maps in maps":         field(nested("D9 FFFF 80", 2000)),
		"deep":                 field(nested("91", 8000)),
		"deep structures":      field(nested("B1 44", 4000)),
		"many elements":        field(join(raw("D5 1F00"), nested("01", 0x1F00))),
		"no PackStream at all": nested("FF", 8000),
	}
}

// attacksBeforeLogin are ways to be a bad client that need no login.
func attacksBeforeLogin() map[string]attack {
	return map[string]attack{
		"endless message":            each(2, connect, pour(append(raw("1000"), make([]byte, 0x1000)...))),
		"endless chunks of one byte": each(2, connect, pour(bytes.Repeat(raw("0001 00"), 1000))),
		"wrong handshakes": each(4, dial, lastWords(
			raw("60"), raw("6060B018 00000405 00000000 00000000 00000000"), raw("6060B017 00FF0004 00FFFF04 00010005 00000505"),
			raw("6060B017 00000000 FFFFFFFF 00000001 00000002"), raw("6060B017 000001FF 00000000 00000000 00000000 FFFFFFFFFFFFFFFFFFFFFF"),
			raw("00"), raw("FFFFFFFF"), raw("16030100"),
		)),
		"login storm": each(4, connect, (*peer).greetAgain),
		"HTTP": each(4, dial, lastWords(
			[]byte("GET / HTTP/1.1\r\n"+strings.Repeat("X: y\r\n", 10_000)), []byte("GET / HTTP/1.1\r\nX: "+strings.Repeat("y", 1<<20)),
			[]byte("POST / HTTP/1.1\r\nContent-Length: 9999999999\r\n\r\n"+strings.Repeat("y", 1<<16)), []byte("GET / HTTP/9.9\r\n\r\n"), []byte("\r\n\r\n"),
			[]byte("GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \r\n\r\n"),
		)),
		"WebSocket lengths":      each(4, socket, lastWords(raw("82 FF 7FFFFFFFFFFFFFFF 00000000 60"))),
		"WebSocket masks":        each(4, socket, lastWords(raw("82 01 60"))),
		"WebSocket pieces":       each(4, socket, lastWords(raw("09 80 00000000"))),
		"WebSocket pings":        each(2, socket, pourUnread(bytes.Repeat(raw("89 80 00000000"), 1000))),
		"WebSocket empty frames": each(2, socket, pourFor(100*time.Millisecond, bytes.Repeat(raw("02 80 00000000 80 80 00000000"), 1000))),
	}
}

// TestBeforeLogin are attacks of somebody who has no password.
func TestBeforeLogin(t *testing.T) {
	a := start(t)
	for name, message := range messagesBeforeLogin() {
		t.Run(name, func(t *testing.T) {
			b := a.in(t)
			b.withstand(each(4, connect, refused(message)), bounds{growth: growthMost})
		})
	}
	for name, do := range attacksBeforeLogin() {
		t.Run(name, func(t *testing.T) {
			b := a.in(t)
			b.withstand(do, bounds{growth: growthMost})
		})
	}
}

// pour writes the same bytes until the server ends the connection.
func pour(piece []byte) func(p *peer) error {
	return func(p *peer) error {
		for {
			if _, err := p.Write(piece); err != nil {
				return err
			}
		}
	}
}

// pourFor writes the same bytes for a time.
func pourFor(d time.Duration, piece []byte) func(p *peer) error {
	return func(p *peer) error {
		_ = p.SetDeadline(time.Now().Add(d))
		_ = pour(piece)(p) // the time is over
		return nil
	}
}

// pourUnread writes the same bytes until the server does not read on, because nobody reads its answers.
func pourUnread(piece []byte) func(p *peer) error {
	return func(p *peer) error {
		for {
			_ = p.SetDeadline(time.Now().Add(100 * time.Millisecond))
			if _, err := p.Write(piece); err != nil {
				return nil //nolint:nilerr // so it is
			}
		}
	}
}

// lastWords writes one of the texts, after which the server has to end the connection.
func lastWords(texts ...[]byte) func(p *peer) error {
	return func(p *peer) error {
		if _, err := p.Write(texts[rand.IntN(len(texts))]); err != nil { //nolint:gosec // no secret
			return err
		}
		if err := p.CloseWrite(); err != nil {
			return err
		}
		return p.ends()
	}
}

// greetAgain logs in and off.
func (p *peer) greetAgain() error {
	if _, err := p.Write(chunk(hello())); err != nil {
		return err
	}
	if err := p.expect(success); err != nil {
		return err
	}
	for range 20 {
		if _, err := p.Write(append(chunk(logon()), chunk(logoff)...)); err != nil {
			return err
		}
		for range 2 {
			if err := p.expect(success); err != nil {
				return err
			}
		}
	}
	return nil
}

// socket opens a WebSocket.
func socket(address string) (*peer, error) {
	p, err := dial(address)
	if err != nil {
		return nil, err
	}
	_, err = p.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))
	for line := ""; err == nil && line != "\r\n"; {
		line, err = p.in.ReadString('\n')
	}
	return p, err
}

// messagesAfterLogin are queries that are none, or whose parameters are none.
func messagesAfterLogin() map[string][]byte {
	parameter := func(value []byte) []byte { return runWith("RETURN $x", join(raw("A1 81 78"), value)) }
	return map[string][]byte{
		"huge bytes":           parameter(raw("CE 7FFFFFFF")),
		"huge list":            parameter(raw("D6 7FFFFFFF")),
		"lists in lists":       parameter(nested("D5 FFFF", 20_000)),
		"deep":                 parameter(nested("91", 2_000_000)),
		"many elements":        parameter(join(raw("D6 00900000"), nested("01", 0x900000))),
		"a long query":         run("RETURN 1 //" + strings.Repeat("x", 66<<20)),
		"many parentheses":     run("RETURN " + strings.Repeat("(", 1_000_000) + "1" + strings.Repeat(")", 1_000_000)),
		"many lists":           run("RETURN " + strings.Repeat("[", 1_000_000)),
		"a long sum":           run("RETURN " + strings.Repeat("1+(", 200_000)),
		"many negations":       run("RETURN " + strings.Repeat("NOT ", 500_000) + "true"),
		"many subqueries":      run(strings.Repeat("CALL { ", 100_000)),
		"bad UTF-8":            runWith("RETURN 1", join(raw("A1 82 FFFE 01"))),
		"a key that is no key": runWith("RETURN 1", raw("A1 01 01")),
		"a node":               parameter(raw("B3 4E 01 90 A0")),
		"a date beyond time":   parameter(raw("B1 44 CB 7FFFFFFFFFFFFFFF")),
		"an unknown zone":      parameter(join(raw("B3 69 01 01"), text("Nowhere/Town"))),
	}
}

// attacksAfterLogin are ways to be a bad client with a password.
func attacksAfterLogin() map[string]attack {
	many := run("UNWIND range(1, 100000000) AS x RETURN x")
	manyTexts := run("UNWIND range(1, 100000000) AS x RETURN x, toString(x)")
	return map[string]attack{
		"endless message":      each(8, login, pour(append(raw("FFFF"), make([]byte, 0xFFFF)...))),
		"a flood of queries":   flood(run("RETURN 1"), pull(-1)),
		"a flood of RESET":     flood(reset),
		"a flood of NOOP":      flood(nil),
		"RESET after RUN":      flood(run("RETURN 1"), reset),
		"results never read":   held(20, login, unread(manyTexts, pull(-1))),
		"results half read":    held(20, login, unread(begin, many, pull(1000))),
		"many open results":    held(10, login, unread(append([][]byte{begin}, repeated(many, 1100)...)...)),
		"queries without end":  each(4, login, refusedLater(run("UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN sum(a * b)"), pull(-1))),
		"lists without end":    each(2, login, refusedLater(run("UNWIND range(1, 100000000) AS x RETURN collect(toString(x) + 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')"), pull(-1))),
		"strange numbers":      each(4, login, strange),
		"messages at random":   each(4, login, random),
		"disconnects in a run": each(4, login, abandon),
	}
}

// TestAfterLogin are attacks of somebody who may log in.
func TestAfterLogin(t *testing.T) {
	a := start(t, "--bolt-write-timeout-sec=0.5", "--query-execution-timeout-sec=1")
	for name, message := range messagesAfterLogin() {
		t.Run(name, func(t *testing.T) {
			b := a.in(t)
			b.withstand(each(2, login, refused(message)), bounds{})
		})
	}
	for name, do := range attacksAfterLogin() {
		t.Run(name, func(t *testing.T) {
			b := a.in(t)
			b.withstand(do, bounds{})
		})
	}
}

// flood sends messages again and again and reads no answer.
func flood(messages ...[]byte) attack {
	var framed []byte
	for len(framed) < 64<<10 {
		for _, m := range messages {
			framed = append(framed, chunk(m)...)
		}
	}
	return each(4, login, pourFor(max(length(), 300*time.Millisecond), framed))
}

func repeated(message []byte, n int) [][]byte {
	all := make([][]byte, n)
	for i := range all {
		all[i] = message
	}
	return all
}

// unread sends messages and never reads.
func unread(messages ...[]byte) func(ctx context.Context, p *peer) error {
	return func(_ context.Context, p *peer) error {
		for _, m := range messages {
			if _, err := p.Write(chunk(m)); err != nil {
				return err
			}
		}
		return nil
	}
}

// refusedLater sends messages of which one has to fail, by a limit.
func refusedLater(messages ...[]byte) func(p *peer) error {
	return func(p *peer) error {
		for _, m := range messages {
			if _, err := p.Write(chunk(m)); err != nil {
				return err
			}
		}
		for {
			kind, _, err := p.hear()
			if err != nil || kind == failure {
				return err
			}
		}
	}
}

// strange sends numbers that make no sense; the connection lives on after each.
func strange(p *peer) error {
	for _, m := range [][]byte{pull(0), pull(-2), pull(-1 << 63), pullFrom(1, 7), pullFrom(1, -2), pullFrom(1<<62, -1<<62)} {
		if _, err := p.Write(append(chunk(run("RETURN 1")), chunk(m)...)); err != nil {
			return err
		}
		for _, kind := range []byte{success, failure} {
			if err := p.expect(kind); err != nil {
				return err
			}
		}
		if _, err := p.Write(chunk(reset)); err != nil {
			return err
		}
		if err := p.expect(success); err != nil {
			return err
		}
	}
	return nil
}

// random sends messages in any order until the server has had enough.
func random(p *peer) error {
	all := [][]byte{
		hello(), logon(), logoff, reset, begin, raw("B0 12"), raw("B0 13"), run("RETURN 1"), run("CREATE (:X)"), run("RETURN 1/0"),
		pull(1), pull(-1), pullFrom(1, 0), join(raw("B1 2F"), dictionary("n", integer(-1))), raw("B1 54 01"), raw("B3 66 A0 90 A0"), nil,
	}
	var out []byte
	for range 50 {
		out = append(out, chunk(all[rand.IntN(len(all))])...) //nolint:gosec // no secret
	}
	return lastWords(out)(p)
}

// abandon goes away while a query runs.
func abandon(p *peer) error {
	for _, m := range [][]byte{begin, run("CREATE (:Abandoned)"), pull(-1), run("UNWIND range(1, 100000000) AS x RETURN sum(x)"), pull(-1)} {
		if _, err := p.Write(chunk(m)); err != nil {
			return err
		}
	}
	time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond) //nolint:gosec // no secret
	return nil
}
