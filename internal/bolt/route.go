package bolt

import (
	"cmp"
	"strings"

	"memgraphd/internal/bolt/message"
	"memgraphd/internal/bolt/wire"
)

// route answers ROUTE with this server in every role.
func (c *conn) route() error {
	var m message.Route
	if err := m.Decode(&c.decoder, c.version); err != nil {
		return err
	}
	if err := c.reachable(m.Database, m.Impersonated); err != nil {
		return err
	}
	reply := message.RouteReply{Address: c.reachedAt(m.Address), TTL: routingTTLSeconds}
	if c.version.AtLeast(wire.V44) {
		reply.Database = strings.ToLower(cmp.Or(m.Database, databaseName))
	}
	c.out.end(reply.Append(c.out.begin()))
	return nil
}

// reachedAt returns the address under which clients reach the server: the one of the
// settings; else what the client calls the server, which works through every kind of
// forwarding; else that of the socket. Named is what the request says.
func (c *conn) reachedAt(named string) string {
	return cmp.Or(c.srv.o.AdvertisedAddress, named, c.address, c.nc.LocalAddr().String())
}
