package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"

	"memgraphd/internal/bolt/packstream"
)

// boltClient speaks just enough Bolt 5.4 to send a statement and to find the end of its
// answer, so that the client costs as little as possible.
type boltClient struct {
	conn  net.Conn
	in    *bufio.Reader
	heard func([]byte) // is told what is read; nil: nobody is
}

func newBoltClient(conn net.Conn) *boltClient {
	return &boltClient{conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}
}

const (
	tagSuccess = 0x70
	tagFailure = 0x7F
)

// dialBolt connects and logs in without credentials.
func dialBolt(addr string) (*boltClient, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	c := newBoltClient(conn)
	hello := []byte{0x60, 0x60, 0xB0, 0x17, 0, 0, 4, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	if _, err := conn.Write(hello); err != nil {
		return nil, err
	}
	var chosen [4]byte
	if _, err := io.ReadFull(c.in, chosen[:]); err != nil {
		return nil, err
	}
	if binary.BigEndian.Uint32(chosen[:]) != 0x0405 {
		return nil, fmt.Errorf("server chose version %x", chosen)
	}
	agent := packstream.AppendMapHeader(nil, 1)
	agent = packstream.AppendString(packstream.AppendString(agent, "product"), "bench")
	first := packstream.AppendMapHeader([]byte{0, 0, 0xB1, 0x01}, 2)
	first = packstream.AppendString(packstream.AppendString(first, "user_agent"), "bench/1")
	first = seal(append(packstream.AppendString(first, "bolt_agent"), agent...), 0)
	second := len(first)
	logon := packstream.AppendMapHeader(append(first, 0, 0, 0xB1, 0x6A), 1)
	logon = packstream.AppendString(packstream.AppendString(logon, "scheme"), "none")
	if _, err := conn.Write(seal(logon, second)); err != nil {
		return nil, err
	}
	return c, c.read(2)
}

// request encodes RUN and PULL of everything as they go out in one flight. key is the one
// parameter, or empty.
func request(dst []byte, text, key string, n int64) []byte {
	run := len(dst)
	dst = packstream.AppendString(append(dst, 0, 0, 0xB3, 0x10), text)
	if key == "" {
		dst = packstream.AppendMapHeader(dst, 0)
	} else {
		dst = packstream.AppendMapHeader(dst, 1)
		dst = packstream.AppendInt(packstream.AppendString(dst, key), n)
	}
	dst = seal(packstream.AppendMapHeader(dst, 0), run)
	pull := len(dst)
	dst = packstream.AppendMapHeader(append(dst, 0, 0, 0xB1, 0x3F), 1)
	return seal(packstream.AppendInt(packstream.AppendString(dst, "n"), -1), pull)
}

// seal ends the message that begins at mark, one chunk with its end mark.
func seal(dst []byte, mark int) []byte {
	binary.BigEndian.PutUint16(dst[mark:], uint16(len(dst)-mark-2))
	return append(dst, 0, 0)
}

// exchange sends a request and reads until both of its messages are answered.
func (c *boltClient) exchange(req []byte) error {
	if _, err := c.conn.Write(req); err != nil {
		return err
	}
	return c.read(2)
}

// read consumes messages until as many summaries as asked for have come. Messages of one
// chunk are looked at where they lie, and nothing is copied.
func (c *boltClient) read(summaries int) error {
	for begins := true; summaries > 0; {
		head, err := c.in.Peek(2)
		if err != nil {
			return err
		}
		n := int(binary.BigEndian.Uint16(head))
		body, err := c.in.Peek(2 + n)
		if err != nil {
			return err
		}
		if c.heard != nil {
			c.heard(body)
		}
		switch {
		case n == 0:
			begins = true
		case begins && n >= 2 && body[3] == tagFailure:
			return errors.New(string(body))
		case begins && n >= 2 && body[3] == tagSuccess:
			summaries--
			fallthrough
		default:
			begins = false
		}
		if _, err = c.in.Discard(2 + n); err != nil {
			return err
		}
	}
	head, err := c.in.Peek(2) // the end of the last message
	if err != nil {
		return err
	}
	if c.heard != nil {
		c.heard(head)
	}
	_, err = c.in.Discard(2)
	return err
}
