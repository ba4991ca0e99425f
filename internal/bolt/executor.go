package bolt

import (
	"errors"
	"runtime/debug"

	"go.uber.org/zap"

	"memgraphd/internal/bolt/message"
	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/bolt/state"
)

// outcome is how a request ended.
type outcome uint8

const (
	done   outcome = iota // success
	more                  // success, and records are left
	failed                // a failure was sent
	broken                // a failure was sent, and nothing more can be understood
)

// execute answers messages until the conversation ends.
func (c *conn) execute() {
	c.out.mu.Lock() // for good: nothing is to be written when the conversation has ended
	defer c.srv.monitor.end(c)
	defer c.forgetSession()
	defer func() {
		if p := recover(); p != nil {
			c.log.Error("a request failed by a bug", zap.Any("panic", p), zap.ByteString("stack", debug.Stack()))
			c.out.reclaim()
			c.out.abandon()
			c.lastFailure(&message.Failure{
				Code:    message.CodeUnknown,
				Message: "InternalError: the request failed by a bug of the server; its log says more",
			})
		}
		c.flush()
		c.out.release()
	}()
	c.mail = &mail{}
	if !c.work() {
		return
	}
	if raw := c.plain(); raw != nil {
		c.converse(raw)
		return
	}
	for c.listen() && c.work() {
		continue
	}
}

// work answers what the client has sent and writes the replies. It reports false at the end
// of the conversation.
func (c *conn) work() bool {
	for {
		got, open := c.in.take(c.mail, now)
		if !open {
			return false
		}
		if got == nil {
			c.flush()
			c.out.release()
			return true
		}
		if !c.answer(got) {
			return false
		}
	}
}

// answer answers messages, and reports whether the conversation goes on.
func (c *conn) answer(got *mail) bool {
	c.mail = got
	c.asked.Add(uint64(len(got.letters)))
	c.srv.monitor.begin(c)
	for i := 0; i < len(got.letters); i++ {
		if c.answerAtOnce(got, i) {
			i++
			continue
		}
		if !c.open(got, &got.letters[i]) {
			return false
		}
		c.decoded = false
	}
	return true
}

// listen waits for what the client sends next. It reports false at the end of the conversation.
func (c *conn) listen() bool {
	c.srv.monitor.end(c)
	if !c.reading.CompareAndSwap(false, true) { // a watcher reads
		got, open := c.in.take(c.mail, later)
		return open && c.answer(got)
	}
	c.srv.courtesy.yield()
	ok := c.fill()
	c.reading.Store(false)
	return ok
}

// flush writes the replies; a failure ends the connection.
func (c *conn) flush() {
	if c.out.flush() != nil {
		c.closeSocket()
	}
}

// open answers one message and reports whether the conversation goes on.
func (c *conn) open(m *mail, l *letter) bool {
	switch {
	case c.retiring.Load() || c.out.err != nil:
		c.srv.release(l.reserved)
		return false
	case l.failure != nil:
		c.lastFailure(l.failure)
		return false
	}
	body := m.body(l)
	defer c.letGo(l)
	kind := message.Peek(body)
	switch {
	case kind == message.KindReset:
		c.resets.Add(-1)
	case c.resets.Load() > 0 && !c.pause.begun:
		c.state = c.state.Interrupt()
	}
	c.pause.begun = false
	if c.expired(kind) {
		c.lastFailure(c.expiry())
		return false
	}
	rule := state.On(c.version, c.state, kind)
	switch rule.Action {
	case state.Ignore:
		c.out.end(message.AppendIgnored(c.out.begin()))
	case state.Refuse:
		c.lastFailure(&c.refusal(kind).Failure)
		c.state = state.Defunct
	case state.Hangup:
		c.state = state.Defunct
	case state.Perform:
		c.take(rule, c.perform(kind, body))
	}
	return c.state != state.Defunct
}

// refusal says why a message cannot be sent.
func (c *conn) refusal(kind message.Kind) *requestError {
	if kind.In(c.version) {
		return invalid("%s cannot be sent in the state %s", kind, c.state)
	}
	if kind == 0 {
		return invalid("the bytes are no message")
	}
	return invalid("Bolt %s has no %s", c.version, kind)
}

// letGo frees a message that was answered.
func (c *conn) letGo(l *letter) {
	c.srv.release(l.reserved)
	l.own, l.reserved = nil, 0
	c.decoder.Reset(nil, packstream.Limits{})
}

// take goes on to the state that the rule names for the outcome.
func (c *conn) take(rule state.Rule, o outcome) {
	switch o {
	case done:
		c.state = rule.Done
	case more:
		c.state = rule.More
	case failed:
		if c.state = rule.Failed; c.state == state.Defunct {
			c.linger = true
		}
	case broken:
		c.state = state.Defunct
	}
}

// perform carries out a request that the state allows.
func (c *conn) perform(kind message.Kind, body []byte) outcome {
	limits := packstream.Limits{Depth: c.srv.o.LoginDepthMax, Elements: c.srv.o.LoginElementsMax}
	if c.loggedIn.Load() {
		limits = c.limits()
	}
	c.decoder.Reset(body, limits)
	_, err := message.Open(&c.decoder)
	o := done
	if err == nil {
		o, err = c.dispatch(kind)
	}
	c.srv.release(c.decoder.TakeReserved())
	if err != nil {
		return c.fail(err)
	}
	return o
}

// limits are those of the messages of a client that has logged in.
func (c *conn) limits() packstream.Limits {
	return packstream.Limits{Depth: c.srv.o.DepthMax, Elements: c.srv.o.ElementsMax, Memory: c.srv.budget}
}

// dispatch decodes and carries out one request.
func (c *conn) dispatch(kind message.Kind) (outcome, error) {
	switch kind {
	case message.KindHello:
		return done, c.hello()
	case message.KindLogon:
		return done, c.logon()
	case message.KindLogoff:
		c.logoff()
		return done, nil
	case message.KindTelemetry:
		return done, c.acceptTelemetry()
	case message.KindReset:
		c.reset()
		return done, nil
	case message.KindRun:
		return done, c.runStatement()
	case message.KindBegin:
		return done, c.begin()
	case message.KindCommit:
		return done, c.commit()
	case message.KindRollback:
		return done, c.rollback()
	case message.KindDiscard, message.KindPull:
		return c.fetchRecords(kind)
	case message.KindRoute:
		return done, c.route()
	case message.KindGoodbye, message.KindSuccess, message.KindRecord, message.KindIgnored, message.KindFailure:
	}
	return failed, invalid("%s is not a request", kind)
}

// fail answers a request that went wrong. Malformed bytes end the conversation; anything
// else ends the transaction, so that its locks go before the client asks for it.
func (c *conn) fail(err error) outcome {
	f := c.explain(err)
	if _, ok := errors.AsType[*packstream.SyntaxError](err); ok {
		c.lastFailure(f)
		return broken
	}
	c.closeResults()
	if c.session != nil {
		c.inTx = false
		c.out.lend()
		e := c.session.Rollback()
		c.out.reclaim()
		if e != nil {
			c.log.Error("rolling back failed", zap.Error(e))
		}
	}
	c.out.end(f.Append(c.out.begin(), c.version))
	return failed
}

// lastFailure answers with f, after which the connection closes.
func (c *conn) lastFailure(f *message.Failure) {
	code, text := zap.String("code", f.Code), zap.String("message", f.Message)
	if c.loggedIn.Load() {
		c.log.Info("closed after a failure", code, text)
	} else {
		c.decline(zap.InfoLevel, "closed after a failure, before the login", code, text)
	}
	c.out.end(f.Append(c.out.begin(), c.version))
	c.linger = true
}
