package bolt

import "memgraphd/internal/bolt/message"

// begin answers BEGIN.
func (c *conn) begin() error {
	m := &c.opening
	if err := m.Decode(&c.decoder, c.version); err != nil {
		return err
	}
	o, err := c.options(&m.Extra)
	if err != nil {
		return err
	}
	c.out.lend()
	err = c.session.Begin(c.ctx, o)
	c.out.reclaim()
	if err != nil {
		return err
	}
	c.inTx, c.nextQID = true, 0
	c.txFilter = m.Extra.Filter.Over(c.filter)
	reply := message.BeginReply{Database: c.home(m.Extra.Database)}
	c.out.end(reply.Append(c.out.begin()))
	return nil
}

// commit answers COMMIT; the engine returns when the transaction is durable.
func (c *conn) commit() error {
	c.out.lend()
	bookmark, err := c.session.Commit(c.ctx)
	c.out.reclaim()
	if err != nil {
		return err
	}
	c.inTx = false
	reply := message.CommitReply{Bookmark: bookmark}
	c.out.end(reply.Append(c.out.begin()))
	return nil
}

// rollback answers ROLLBACK.
func (c *conn) rollback() error {
	c.out.lend()
	err := c.session.Rollback()
	c.out.reclaim()
	if err != nil {
		return err
	}
	c.inTx = false
	c.succeed()
	return nil
}

// reset answers RESET in its turn; what it interrupted was interrupted on its arrival.
func (c *conn) reset() {
	c.closeResults()
	c.session.Reset()
	c.inTx = false
	c.succeed()
}
