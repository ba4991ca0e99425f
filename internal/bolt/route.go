package bolt

import (
	"cmp"
	"strings"

	"memgraphd/internal/bolt/message"
)

// route answers ROUTE with this server in every role. The address is what the client
// calls the server, which works through every kind of forwarding.
func (c *conn) route() error {
	var m message.Route
	if err := m.Decode(&c.decoder); err != nil {
		return err
	}
	if err := c.reachable(m.Database, m.Impersonated); err != nil {
		return err
	}
	reply := message.RouteReply{
		Address:  cmp.Or(m.Address, c.address, c.nc.LocalAddr().String()),
		Database: strings.ToLower(cmp.Or(m.Database, databaseName)),
		TTL:      routingTTLSeconds,
	}
	c.out.end(reply.Append(c.out.begin()))
	return nil
}
