package bolt

import (
	"bytes"
	"errors"

	"memgraphd/internal/bolt/message"
	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/storage/value"
)

// latest is the RUN that was answered at once most lately, if it came twice: one that differs in
// no more than the value of its only parameter need not be decoded.
type latest struct {
	text     string
	database string // that it named
	readOnly bool   // its transaction may only read
	key      string // name of its only parameter; empty: it has none
	head     []byte // up to the value of that, or to the end; nil: it came once
	tail     []byte // what follows the value
}

// latestMost is the longest RUN that is remembered, in bytes without the value.
const latestMost = 1 << 10

// fits makes the statement of c that of the message body, if it is like l.
func (l *latest) fits(c *conn, body []byte) bool {
	if l.head == nil || !bytes.HasPrefix(body, l.head) {
		return false
	}
	q, parameters := &c.statement, value.Null
	if l.key == "" && len(body) != len(l.head) {
		return false
	}
	if l.key != "" {
		v, ok := l.value(c, body[len(l.head):])
		if !ok {
			return false
		}
		if cap(c.parameters) == 0 {
			c.parameters = make([]value.Entry, 1)
		}
		c.parameters = c.parameters[:1]
		c.parameters[0] = value.Entry{Key: l.key, Value: v}
		parameters = value.Map(c.parameters)
	}
	q.Text, q.Parameters, q.Extra.Database, q.Extra.ReadOnly = l.text, parameters, l.database, l.readOnly
	return true
}

// value decodes the value that rest begins with, if it is a plain one and the tail follows.
func (l *latest) value(c *conn, rest []byte) (v value.Value, ok bool) {
	c.decoder.Reset(rest, packstream.Limits{})
	switch c.decoder.Peek() {
	case packstream.TypeInt, packstream.TypeString, packstream.TypeFloat, packstream.TypeBool:
	case packstream.TypeInvalid, packstream.TypeNull, packstream.TypeBytes, packstream.TypeList, packstream.TypeMap, packstream.TypeStruct:
		return v, false
	}
	v, err := c.decoder.Value()
	return v, err == nil && bytes.Equal(rest[len(rest)-c.decoder.Left():], l.tail)
}

// note remembers the statement of c, whose message is body.
func (l *latest) note(c *conn, body []byte) {
	q := &c.statement
	if q.Text != l.text {
		*l = latest{text: q.Text}
		return
	}
	l.head, l.database, l.readOnly = nil, q.Extra.Database, q.Extra.ReadOnly
	given := 0
	if !q.Parameters.IsNull() {
		given = len(q.Parameters.AsMap())
	}
	if given > 1 || len(body) > latestMost {
		return
	}
	from, to := len(body), len(body)
	l.key = ""
	if given == 1 {
		l.key = q.Parameters.AsMap()[0].Key
		from, to = valueOf(c, body)
	}
	if from > 0 && (given == 0 || l.key != "") {
		l.head, l.tail = bytes.Clone(body[:from]), bytes.Clone(body[to:])
	}
}

// valueOf returns where the value of the only parameter of a RUN lies that was decoded before.
func valueOf(c *conn, body []byte) (from, to int) {
	d := &c.decoder
	d.Reset(body, c.limits())
	_, err := message.Open(d)
	text := d.Skip()
	_, parameters := d.MapHeader()
	name := d.Skip()
	from = len(body) - d.Left()
	if errors.Join(err, text, parameters, name, d.Skip()) != nil {
		return 0, 0
	}
	return from, len(body) - d.Left()
}
