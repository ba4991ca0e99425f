package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

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
	return &boltClient{conn: conn, in: bufio.NewReaderSize(conn, 128<<10)}
}

const (
	tagSuccess = 0x70
	tagIgnored = 0x7E
	tagFailure = 0x7F
	tagInt64   = 0xCB
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

// request encodes RUN and PULL of everything as they go out in one flight. names are those of
// the parameters, whose values are all written with the same length: what is asked with other
// values is as long.
func request(dst []byte, text string, names []string, values ...int64) []byte {
	run := len(dst)
	dst = packstream.AppendString(append(dst, 0, 0, 0xB3, 0x10), text)
	dst = packstream.AppendMapHeader(dst, len(names))
	for i, name := range names {
		dst = append(packstream.AppendString(dst, name), tagInt64)
		dst = binary.BigEndian.AppendUint64(dst, uint64(values[i]))
	}
	dst = seal(packstream.AppendMapHeader(dst, 0), run)
	pull := len(dst)
	dst = packstream.AppendMapHeader(append(dst, 0, 0, 0xB1, 0x3F), 1)
	return seal(packstream.AppendInt(packstream.AppendString(dst, "n"), -1), pull)
}

// seal ends the message that begins at mark: one chunk with its end mark, or several where it
// is longer than a chunk may be.
func seal(dst []byte, mark int) []byte {
	const most = 0xFFFF
	if body := len(dst) - mark - 2; body > most {
		rest := bytes.Clone(dst[mark+2+most:])
		dst = binary.BigEndian.AppendUint16(dst[:mark+2+most], uint16(min(len(rest), most)))
		binary.BigEndian.PutUint16(dst[mark:], most)
		return seal(append(dst, rest...), mark+2+most)
	}
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

// reset makes the connection of use again after a failure.
func (c *boltClient) reset() error {
	if _, err := c.conn.Write([]byte{0, 2, 0xB0, 0x0F, 0, 0}); err != nil {
		return err
	}
	return c.read(1)
}

// again makes the connection of use after a conflict, which the statement may be tried again
// after; other failures are returned.
func (c *boltClient) again(failed error) error {
	if !strings.Contains(failed.Error(), "TransientError") {
		return failed
	}
	return c.reset()
}

// read consumes messages until as many summaries as asked for have come. Messages of one
// chunk are looked at where they lie, and nothing is copied. It returns what the server has
// failed with, once everything is read.
func (c *boltClient) read(summaries int) (failed error) {
	for begins := true; summaries > 0; {
		head, err := c.in.Peek(2)
		if err != nil {
			return errors.Join(failed, err)
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
			failed = errors.New(string(body))
			fallthrough
		case begins && n >= 2 && (body[3] == tagSuccess || body[3] == tagIgnored):
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
	return errors.Join(failed, err)
}
