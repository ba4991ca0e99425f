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
	if err := c.session.Begin(c.ctx, o); err != nil {
		return err
	}
	c.inTx, c.nextQID = true, 0
	c.txFilter = m.Extra.Filter.Over(c.filter)
	c.succeed()
	return nil
}

// commit answers COMMIT; the engine returns when the transaction is durable.
func (c *conn) commit() error {
	bookmark, err := c.session.Commit(c.ctx)
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
	if err := c.session.Rollback(); err != nil {
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
