package bolt

import (
	"slices"
	"strings"

	"memgraphd/internal/bolt/message"
	"memgraphd/internal/bolt/wire"
	"memgraphd/internal/storage/value"
)

// openResult is a result that has records left.
type openResult struct {
	Result
	qid      int64
	filter   message.Filter
	reserved int64 // bytes of the parameters in the budget
	some     bool  // there was a record
}

// outcome returns what the result came to, after its end.
func (r *openResult) outcome() message.Outcome {
	switch {
	case len(r.Columns()) == 0:
		return message.OutcomeNoColumns
	case r.some:
		return message.OutcomeRows
	}
	return message.OutcomeNoRows
}

// runStatement answers RUN.
func (c *conn) runStatement() error {
	m := &c.statement
	if !c.decoded {
		if err := c.decodeStatement(); err != nil {
			return err
		}
	}
	c.decoded = false
	o, err := c.options(&m.Extra)
	if err != nil {
		return err
	}
	if len(c.results) >= c.srv.o.ResultsMax {
		c.srv.refusals.add(turnedResults)
		return refuse(message.CodeLimit, "OpenResultLimit: the transaction has its most of %d results open; "+
			"read or discard some", c.srv.o.ResultsMax)
	}
	c.out.lend()
	result, err := c.session.Run(c.ctx, m.Text, m.Parameters, o)
	c.out.reclaim()
	m.Text, m.Parameters = "", value.Null
	if err != nil {
		return err
	}
	c.results = append(c.results, openResult{})
	r := &c.results[len(c.results)-1]
	r.Result, r.qid, r.reserved = result, -1, c.decoder.TakeReserved()
	if c.inTx {
		r.qid = c.nextQID
		r.filter = c.txFilter
		c.nextQID++
	} else {
		r.filter = m.Extra.Filter.Over(c.filter)
	}
	reply := message.RunReply{Columns: result.Columns(), First: result.First().Milliseconds(), QID: r.qid}
	if !c.inTx {
		reply.Database = c.home(m.Extra.Database)
	}
	c.out.end(reply.Append(c.out.begin()))
	return nil
}

// decodeStatement reads the fields of a RUN.
func (c *conn) decodeStatement() error {
	m := &c.statement
	if m.Scratch = nil; !c.inTx && len(c.results) == 0 { // no other statement's parameters are in use
		m.Scratch = &c.parameters
	}
	return m.Decode(&c.decoder, c.version)
}

// home returns the database to tell a client of 5.8 or later that named none.
func (c *conn) home(named string) string {
	if named != "" || !c.version.AtLeast(wire.V58) {
		return ""
	}
	return databaseName
}

// options checks what a client asks of a transaction.
func (c *conn) options(e *message.Extra) (TxOptions, error) {
	if err := e.Validate(); err != nil {
		return TxOptions{}, invalid("%s", err)
	}
	if err := c.reachable(e.Database, e.Impersonated); err != nil {
		return TxOptions{}, err
	}
	return TxOptions{
		Timeout: e.Timeout, Metadata: e.Metadata, ReadOnly: e.ReadOnly,
		Bookmarks: e.Bookmarks, Database: databaseName,
	}, nil
}

// reachable reports why a database cannot be used as a user.
func (c *conn) reachable(database, impersonated string) error {
	if impersonated != "" {
		return refuse(message.CodeForbidden, "ImpersonationRefused: nobody may act as the user %q", impersonated)
	}
	if database == "" || strings.EqualFold(database, databaseName) || strings.EqualFold(database, "neo4j") ||
		strings.EqualFold(database, "system") {
		return nil
	}
	return refuse(message.CodeDatabase, "DatabaseNotFound: there is no database %q; the only one is %q, "+
		"which \"neo4j\" and \"system\" mean too", database, databaseName)
}

// find returns the place of the result qid, -1 meaning the latest.
func (c *conn) find(qid int64) (int, error) {
	for i := range slices.Backward(c.results) {
		if qid == -1 || c.results[i].qid == qid {
			return i, nil
		}
	}
	return 0, invalid("qid is %d, but no such result is open", qid)
}

// forget drops the result at i, which was read to its end.
func (c *conn) forget(i int) {
	clear(c.parameters)
	c.results[i].Release()
	c.srv.release(c.results[i].reserved)
	last := len(c.results) - 1
	copy(c.results[i:], c.results[i+1:])
	c.results[last] = openResult{}
	c.results = c.results[:last]
}

// closeResults drops every open result.
func (c *conn) closeResults() {
	for i := range c.results {
		c.results[i].Close()
		c.results[i].Release()
		c.srv.release(c.results[i].reserved)
		c.results[i] = openResult{}
	}
	c.results = c.results[:0]
	clear(c.parameters) // what closes may still tell their names
}
