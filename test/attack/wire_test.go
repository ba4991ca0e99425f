// Package attack sends to the built server what a hostile peer would send: each test is one
// kind of attack, and holds the server's memory, what its other clients notice of it, and
// what is left of it afterwards.
package attack

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// Replies of the server.
const (
	success = 0x70
	record  = 0x71
	ignored = 0x7E
	failure = 0x7F
)

// peer is one end of a connection, which says whatever it is told to.
type peer struct {
	net.Conn
	in *bufio.Reader
}

// patience bounds every wait for the server.
const patience = 20 * time.Second

func dial(address string) (*peer, error) { return dialFrom("127.0.0.1", address) }

// dialFrom connects from another address of this machine.
func dialFrom(home, address string) (*peer, error) {
	nc, err := (&net.Dialer{Timeout: patience, LocalAddr: &net.TCPAddr{IP: net.ParseIP(home)}}).Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	if err := nc.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, errors.Join(err, nc.Close())
	}
	p := &peer{Conn: nc}
	p.reader()
	return p, nil
}

func (p *peer) reader() { p.in = bufio.NewReader(p.Conn) }

// shake agrees on Bolt 5.4.
func (p *peer) shake() error {
	if _, err := p.Write(raw("6060B017 00000405 00000000 00000000 00000000")); err != nil {
		return err
	}
	var answer [4]byte
	if _, err := io.ReadFull(p.in, answer[:]); err != nil {
		return err
	}
	if answer != [4]byte{0, 0, 4, 5} {
		return fmt.Errorf("the server answered % X", answer)
	}
	return nil
}

// connect opens a connection up to the handshake.
func connect(address string) (*peer, error) { return connectFrom("127.0.0.1", address) }

func connectFrom(home, address string) (*peer, error) {
	p, err := dialFrom(home, address)
	if err != nil {
		return nil, err
	}
	if err := p.shake(); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// login opens a connection and logs in.
func login(address string) (*peer, error) {
	p, err := connect(address)
	if err != nil {
		return nil, err
	}
	if err := p.greet(); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func (p *peer) greet() error { return p.greetAs(logon()) }

// greetAs logs in with a LOGON of one's own.
func (p *peer) greetAs(logon []byte) error {
	if _, err := p.Write(append(chunk(hello()), chunk(logon)...)); err != nil {
		return err
	}
	for range 2 {
		if err := p.expect(success); err != nil {
			return err
		}
	}
	return nil
}

// ask runs a statement and reads its rows.
func (p *peer) ask(text string) error {
	if _, err := p.Write(append(chunk(run(text)), chunk(pull(-1))...)); err != nil {
		return err
	}
	if err := p.expect(success); err != nil {
		return err
	}
	for {
		kind, text, err := p.hear()
		switch {
		case err != nil:
			return err
		case kind == success:
			return nil
		case kind != record:
			return fmt.Errorf("%X: %s", kind, text)
		}
	}
}

// loginAs returns what opens a connection and logs in as a user.
func loginAs(user, password string) func(address string) (*peer, error) {
	return func(address string) (*peer, error) {
		p, err := connect(address)
		if err != nil {
			return nil, err
		}
		if err := p.greetAs(logonAs(user, password)); err != nil {
			return nil, errors.Join(err, p.Close())
		}
		return p, nil
	}
}

// hear reads one message and returns its kind and its bytes.
func (p *peer) hear() (kind byte, body []byte, err error) {
	for {
		var size [2]byte
		if _, err := io.ReadFull(p.in, size[:]); err != nil {
			return 0, nil, err
		}
		n := int(binary.BigEndian.Uint16(size[:]))
		if n == 0 {
			if len(body) >= 2 {
				return body[1], body, nil
			}
			continue
		}
		at := len(body)
		body = append(body, make([]byte, n)...)
		if _, err := io.ReadFull(p.in, body[at:]); err != nil {
			return 0, nil, err
		}
	}
}

func (p *peer) expect(kind byte) error {
	got, body, err := p.hear()
	if err == nil && got != kind {
		err = fmt.Errorf("%X instead of %X: %q", got, kind, body)
	}
	return err
}

// ends reads until the server closes the connection.
func (p *peer) ends() error {
	if _, err := io.Copy(io.Discard, p.in); err != nil && !gone(err) {
		return err
	}
	return nil
}

// gone reports whether an error means that the connection was closed.
func gone(err error) bool {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return true
	}
	return strings.Contains(err.Error(), "reset by peer") || strings.Contains(err.Error(), "broken pipe")
}

// raw reads hexadecimal digits and spaces.
func raw(digits string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// chunk frames a message.
func chunk(message []byte) []byte {
	var out []byte
	for len(message) > 0 {
		n := min(len(message), 0xFFFF)
		out = binary.BigEndian.AppendUint16(out, uint16(n))
		out = append(out, message[:n]...)
		message = message[n:]
	}
	return append(out, 0, 0)
}

// Pieces of PackStream.

func text(s string) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0xD2}, uint32(len(s))), s...)
}

func integer(n int64) []byte { return binary.BigEndian.AppendUint64([]byte{0xCB}, uint64(n)) }

// dictionary makes a map of keys and values in turn.
func dictionary(pairs ...any) []byte {
	out := []byte{0xA0 | byte(len(pairs)/2)}
	for i := 0; i < len(pairs); i += 2 {
		out = append(append(out, text(pairs[i].(string))...), pairs[i+1].([]byte)...)
	}
	return out
}

func join(parts ...[]byte) []byte {
	var out []byte
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// Messages.

func hello() []byte { return join(raw("B1 01"), dictionary("user_agent", text("attack/1"))) }
func logon() []byte { return join(raw("B1 6A"), dictionary("scheme", text("none"))) }

func logonAs(user, password string) []byte {
	return join(raw("B1 6A"), dictionary("scheme", text("basic"), "principal", text(user), "credentials", text(password)))
}

func run(statement string) []byte { return runWith(statement, []byte{0xA0}) }

// runWith sends parameters as they are.
func runWith(statement string, parameters []byte) []byte {
	return join(raw("B3 10"), text(statement), parameters, []byte{0xA0})
}

func pull(n int64) []byte { return join(raw("B1 3F"), dictionary("n", integer(n))) }

func pullFrom(n, qid int64) []byte {
	return join(raw("B1 3F"), dictionary("n", integer(n), "qid", integer(qid)))
}

var (
	begin  = raw("B1 11 A0")
	reset  = raw("B0 0F")
	logoff = raw("B0 6B")
)

// TestPieces holds the client of this package to a query.
func TestPieces(t *testing.T) {
	a := start(t)
	p, err := login(a.server.Addr)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.ask("UNWIND range(1, 10) AS x RETURN x"); err != nil {
		t.Error(err)
	}
}
