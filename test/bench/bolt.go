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

// boltClient speaks just enough Bolt 5.4 to send a statement and to count its answer, so
// that the client costs as little as possible.
type boltClient struct {
	conn net.Conn
	in   *bufio.Reader
	buf  []byte
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
	c := &boltClient{conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}
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
	first := append([]byte{0xB1, 0x01}, packstream.AppendMapHeader(nil, 2)...)
	first = packstream.AppendString(packstream.AppendString(first, "user_agent"), "bench/1")
	first = append(packstream.AppendString(first, "bolt_agent"), agent...)
	logon := append([]byte{0xB1, 0x6A}, packstream.AppendMapHeader(nil, 1)...)
	logon = packstream.AppendString(packstream.AppendString(logon, "scheme"), "none")
	if _, err := conn.Write(append(chunk(nil, first), chunk(nil, logon)...)); err != nil {
		return nil, err
	}
	if _, err := c.read(2); err != nil {
		return nil, err
	}
	return c, nil
}

// chunk appends message as one chunk with its end mark.
func chunk(dst, message []byte) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(message)))
	return append(append(dst, message...), 0, 0)
}

// request encodes RUN and PULL of everything as they go out in one flight. key is the one
// parameter, or empty.
func request(dst []byte, text, key string, n int64) []byte {
	run := append([]byte{0xB3, 0x10}, packstream.AppendString(nil, text)...)
	if key == "" {
		run = packstream.AppendMapHeader(run, 0)
	} else {
		run = packstream.AppendMapHeader(run, 1)
		run = packstream.AppendInt(packstream.AppendString(run, key), n)
	}
	run = packstream.AppendMapHeader(run, 0)
	pull := append([]byte{0xB1, 0x3F}, packstream.AppendMapHeader(nil, 1)...)
	pull = packstream.AppendInt(packstream.AppendString(pull, "n"), -1)
	return chunk(chunk(dst, run), pull)
}

// exchange sends a request and reads until both of its messages are answered.
func (c *boltClient) exchange(req []byte) (bytes int, err error) {
	if _, err = c.conn.Write(req); err != nil {
		return 0, err
	}
	return c.read(2)
}

// read consumes messages until as many summaries as asked for have come, and counts their bytes.
func (c *boltClient) read(summaries int) (bytes int, err error) {
	for summaries > 0 {
		c.buf = c.buf[:0]
		for {
			var head [2]byte
			if _, err := io.ReadFull(c.in, head[:]); err != nil {
				return bytes, err
			}
			n := int(binary.BigEndian.Uint16(head[:]))
			bytes += 2 + n
			if n == 0 {
				break
			}
			at := len(c.buf)
			c.buf = append(c.buf, make([]byte, n)...)
			if _, err := io.ReadFull(c.in, c.buf[at:]); err != nil {
				return bytes, err
			}
		}
		if len(c.buf) < 2 {
			continue
		}
		switch c.buf[1] {
		case tagSuccess:
			summaries--
		case tagFailure:
			return bytes, errors.New(string(c.buf))
		}
	}
	return bytes, nil
}
