package bolt

import (
	"bytes"
	"errors"
	"math"
	"time"

	"memgraphd/internal/bolt/message"
	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/bolt/state"
	"memgraphd/internal/bolt/wire"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// answerAtOnce answers a RUN outside of a transaction together with the PULL of all records
// behind it, if the engine can answer at once. It reports false where it has done nothing: then
// each message has its turn, and what is wrong with one is found there.
func (c *conn) answerAtOnce(m *mail, i int) bool {
	if i+1 >= len(m.letters) {
		return false
	}
	run, pull := &m.letters[i], &m.letters[i+1]
	if run.own != nil || run.failure != nil || pull.own != nil || pull.failure != nil || !c.answerPair(m.body(run), m.body(pull)) {
		return false
	}
	if c.out.full() {
		c.flush()
	}
	return true
}

// answerPair is answerAtOnce for the bytes of two messages, and leaves the replies in the buffer.
func (c *conn) answerPair(run, pull []byte) bool {
	c.prompt = false
	if c.state != state.Ready || c.retiring.Load() || c.out.err != nil || c.resets.Load() != 0 ||
		message.Peek(run) != message.KindRun || len(c.results) > 0 {
		return false
	}
	if c.pulled = pulls(pull); c.pulled == 0 {
		return false
	}
	q := &c.statement
	again := c.latest.fits(c, run)
	if !again && (!c.decodeAhead(run) || !c.plainStatement()) {
		return false
	}
	var wait func()
	if !q.Extra.ReadOnly {
		wait = c.waits
	}
	took, ok := c.session.Answer(q.Text, q.Parameters, c.give, wait)
	if c.out.reclaim(); !ok {
		return false
	}
	c.pause.begun = false
	if !again {
		c.latest.note(c, run)
	}
	c.frame.end(c, took)
	c.decoded, c.prompt = false, true
	q.Text, q.Parameters = "", value.Null
	clear(c.parameters)
	c.decoder.Reset(nil, packstream.Limits{})
	if !again {
		c.srv.release(c.decoder.TakeReserved())
	}
	return true
}

// answerStraight answers what has just been read if it is two messages that answerPair takes, past
// the inbox, and reports whether it did. It is tried where it went well the last time.
//
// It is over at once, so the monitor does not take it for work, and nobody glances: the messages are read where
// they lie. The end of the stream may have come along with them, so the monitor has to settle the
// connection: what it looks for there was read before it is asked.
//
// A statement that waits for the log is work: see pause. If it fails then, it is answered in the general way, before what
// others have read meanwhile. It reports open as false where the conversation has ended with that.
func (c *conn) answerStraight(fd uintptr, input []byte) (answered, open bool) {
	if !c.prompt || c.retiring.Load() {
		return false, true
	}
	limit := c.srv.o.MessageMax
	run, rest := c.dechunker.Whole(input, limit)
	pull, rest := c.dechunker.Whole(rest, limit)
	if pull == nil || len(rest) > 0 {
		return false, true
	}
	c.srv.monitor.attend(c)
	c.pause.reads = true
	ok := c.answerPair(run, pull)
	c.pause.reads = false
	if !ok && c.pause.straight {
		return true, c.answer(mailOf(run, pull))
	}
	if ok {
		c.asked.Add(2)
		c.out.writeWhole(fd)
	}
	return ok, true
}

// pulledLeast is how many records a PULL asks for at least that is answered at once.
const pulledLeast = 127

// pulls returns how many records body asks for, which is a PULL without a qid, of all records or of pulledLeast
// at least, in the form that clients send; 0: it is not.
func pulls(body []byte) int {
	n, ok := bytes.CutPrefix(body, []byte{0xB1, byte(message.KindPull), 0xA1, 0x81, 'n'})
	switch {
	case !ok || len(n) == 0:
		return 0
	case len(n) == 1 && n[0] == 0xFF: // -1, as one byte
		return math.MaxInt
	case len(n) == 1 && n[0] == pulledLeast:
		return pulledLeast
	case len(n) == 3 && n[0] == 0xC9 && n[1] > 0 && n[1] < 0x80: // of two bytes
		return int(n[1])<<8 | int(n[2])
	}
	return 0
}

// decodeAhead decodes a RUN before it has its turn. Where it fails, that finds the same.
func (c *conn) decodeAhead(body []byte) bool {
	c.decoder.Reset(body, c.limits())
	_, err := message.Open(&c.decoder)
	if err == nil {
		err = c.decodeStatement()
	}
	if err != nil {
		c.srv.release(c.decoder.TakeReserved())
		return false
	}
	c.decoded = true
	return true
}

// plainStatement reports whether the statement asks for nothing but its rows.
func (c *conn) plainStatement() bool {
	e := &c.statement.Extra
	return len(e.Bookmarks) == 0 && e.Timeout == 0 && e.Metadata.IsNull() && e.Validate() == nil &&
		e.Impersonated == "" && (e.Database == "" || e.Database == databaseName)
}

// answerMost is how many bytes an answer at once may have: beyond it the records are sent piece by piece, as
// the client reads them.
const answerMost = 64 << 10

// errAnswerTooLong leaves a statement to the general way.
var errAnswerTooLong = errors.New("bolt: too much for an answer at once")

// giveReply appends the SUCCESS of RUN and the records of a reply.
func (c *conn) giveReply(r *batch.Reply) error {
	c.out.reclaim()
	if r.Rows.Len > c.pulled {
		return errAnswerTooLong
	}
	before := c.out.sealed
	c.frame.begin(c, r)
	dst := c.out.open()
	for row := range r.Rows.Len {
		var mark int
		var err error
		dst, mark = wire.Begin(dst)
		if dst, err = c.records.Append(dst, r.Rows, row, r.Entities); err == nil && len(dst)-before > answerMost && row+1 < r.Rows.Len {
			err = errAnswerTooLong
		}
		if err != nil {
			c.out.seal(dst)
			c.out.cut(before)
			return err
		}
		dst = wire.End(dst, mark)
	}
	c.out.seal(dst)
	return nil
}

// frame is what stands before and behind the records of a reply that came at once. It is kept,
// because the next statement is often of the same plan: then only a time is written into it.
type frame struct {
	of framed

	summary    message.Summary
	head, tail []byte // complete messages; tail is summary
	at         int    // place of the time of execution in tail
	wrote      bool   // the statement has written, so that tail is of another one
}

// framed is what a frame depends on.
type framed struct {
	plan  any
	cost  float64
	some  bool // there is a record
	named bool // the client has named the database
}

// frameMost is how many bytes of a frame a connection keeps.
const frameMost = 2 << 10

// begin appends what stands before the records.
func (f *frame) begin(c *conn, r *batch.Reply) {
	of := framed{plan: r.Plan, cost: r.Cost, some: r.Rows.Len > 0, named: c.statement.Extra.Database != ""}
	if f.of != of {
		f.make(c, r)
		f.of = of
	}
	if f.wrote = r.Bookmark != ""; f.wrote {
		f.summary.Bookmark, f.summary.Stats, f.summary.Execution = r.Bookmark, message.Stats(r.Counters), r.Execution
	}
	c.out.add(f.head)
}

// make makes the frame of the reply to the statement of c.
func (f *frame) make(c *conn, r *batch.Reply) {
	reply := message.RunReply{Columns: r.Columns, QID: -1, Database: c.home(c.statement.Extra.Database)}
	dst, mark := wire.Begin(f.head[:0])
	f.head = wire.End(reply.Append(dst), mark)
	f.summary = message.Summary{Type: r.Type, Database: databaseName, Cost: r.Cost, Outcome: message.OutcomeNoRows}
	switch {
	case len(r.Columns) == 0:
		f.summary.Outcome = message.OutcomeNoColumns
	case r.Rows.Len > 0:
		f.summary.Outcome = message.OutcomeRows
	}
	dst, mark = wire.Begin(f.tail[:0])
	f.tail = wire.End(f.summary.Append(dst, c.version, &c.filter), mark)
	f.at = f.summary.ExecutionAt()
}

// end appends what stands behind the records of a statement that took so long.
func (f *frame) end(c *conn, took time.Duration) {
	switch {
	case f.wrote:
		s := &f.summary
		s.Last = took.Milliseconds()
		c.out.end(s.Append(c.out.begin(), c.version, &c.filter))
	case took < time.Millisecond:
		message.SetExecution(f.tail[f.at:], took)
		c.out.add(f.tail)
	default: // the time until the last record is another number
		s := f.summary
		s.Last, s.Execution = took.Milliseconds(), took
		c.out.end(s.Append(c.out.begin(), c.version, &c.filter))
	}
	if len(f.head)+len(f.tail) > frameMost {
		*f = frame{}
	}
}
