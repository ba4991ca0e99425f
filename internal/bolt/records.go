package bolt

import (
	"errors"

	"memgraphd/internal/bolt/message"
	"memgraphd/internal/bolt/wire"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
)

// fetchRecords answers PULL and DISCARD.
func (c *conn) fetchRecords(kind message.Kind) (outcome, error) {
	m := &c.fetch
	if err := m.Decode(&c.decoder); err != nil {
		return failed, err
	}
	if err := m.Validate(); err != nil {
		return failed, invalid("%s", err)
	}
	i, err := c.find(m.QID)
	if err != nil {
		return failed, err
	}
	r := &c.results[i]
	var left bool
	c.out.lend()
	if kind == message.KindPull {
		c.sent = false
		left, err = r.Pull(c.ctx, m.N, c.sink)
		r.some = r.some || c.sent
	} else {
		left, err = c.discard(r, m.N)
	}
	c.out.reclaim()
	if err != nil {
		return failed, err
	}
	if left {
		c.out.end(message.AppendMore(c.out.begin()))
		return more, nil
	}
	s := &c.summary
	*s = message.Summary{}
	r.Summary(s)
	s.Outcome = r.outcome()
	c.out.end(s.Append(c.out.begin(), c.version, &r.filter))
	c.forget(i)
	if len(c.results) > 0 {
		return more, nil
	}
	return done, nil
}

// discard drops n records of r. Whether there was one is part of what clients of 5.6 and
// later are told, so the first is looked at.
func (c *conn) discard(r *openResult, n int64) (left bool, err error) {
	if r.some || !c.version.AtLeast(wire.V56) {
		return r.Discard(c.ctx, n)
	}
	left, err = r.Pull(c.ctx, 1, func(b *batch.Batch, _ batch.Entities) error {
		r.some = r.some || b.Rows() > 0
		return nil
	})
	if err != nil || !left || n == 1 {
		return left, err
	}
	return r.Discard(c.ctx, max(n-1, -1))
}

// send appends the rows of b as records, and writes whenever there is enough. A client
// that does not read holds it up, and with it the query.
func (c *conn) send(b *batch.Batch, e batch.Entities) error {
	c.out.reclaim()
	defer c.out.lend()
	c.sent = c.sent || b.Rows() > 0
	if c.resets.Load() > 0 {
		return errTerminated()
	}
	for i := range b.Rows() {
		dst, err := c.records.Append(c.out.begin(), b, b.Row(i), e)
		if err != nil {
			c.out.drop(dst)
			return unsendable(err)
		}
		c.out.end(dst)
		if c.out.full() {
			if err := c.out.flush(); err != nil {
				return err
			}
			if c.resets.Load() > 0 {
				return errTerminated()
			}
		}
	}
	return nil
}

// unsendable gives a value that the protocol cannot carry its code.
func unsendable(err error) error {
	detail := "ValueTooLarge"
	if errors.Is(err, message.ErrValueTooDeep) {
		detail = "ValueTooDeep"
	}
	return failure.New(failure.ResourceError, failure.Runtime, detail, "%s", err).WithCause(err)
}
