package bolt

import (
	"errors"

	"memgraphd/internal/bolt/message"
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
	if kind == message.KindPull {
		left, err = r.Pull(c.ctx, m.N, c.sink)
	} else {
		left, err = r.Discard(c.ctx, m.N)
	}
	if err != nil {
		return failed, err
	}
	if left {
		c.out.end(message.AppendMore(c.out.begin()))
		return more, nil
	}
	s := r.Summary()
	s.Last = c.srv.o.Now().Sub(r.available).Milliseconds()
	c.out.end(s.Append(c.out.begin(), &r.filter))
	c.forget(i)
	if len(c.results) > 0 {
		return more, nil
	}
	return done, nil
}

// send appends the rows of b as records, and writes whenever there is enough. A client
// that does not read holds it up, and with it the query.
func (c *conn) send(b *batch.Batch, e batch.Entities) error {
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
