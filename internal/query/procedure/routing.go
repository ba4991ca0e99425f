package procedure

import (
	"memgraphd/internal/storage/value"
)

// routingTTLSeconds is how long a client may keep the table.
const routingTTLSeconds = 300

// Routing returns the procedures that drivers before Bolt 4.3 ask for a routing table. It
// has one server in every role, at the address by which the client calls it: what the
// settings say, else what the client's routing context has. Advertised is the former, and
// local the last resort.
func Routing(advertised string, local func() string) []Procedure {
	table := func(_ *Context, args []value.Value) (Rows, error) {
		address := advertised
		if args[0].Kind() == value.KindMap && address == "" {
			if named, ok := args[0].Field("address"); ok && named.Kind() == value.KindString {
				address = named.AsString()
			}
		}
		if address == "" {
			address = local()
		}
		addresses := value.List([]value.Value{value.String(address)})
		var servers []value.Value
		for _, role := range []string{"WRITE", "READ", "ROUTE"} {
			servers = append(servers, value.Map([]value.Entry{
				{Key: "addresses", Value: addresses}, {Key: "role", Value: value.String(role)},
			}))
		}
		return List([][]value.Value{{value.Int(routingTTLSeconds), value.List(servers)}}), nil
	}
	var out []Procedure
	for _, name := range []string{"dbms.routing.getRoutingTable", "dbms.cluster.routing.getRoutingTable"} {
		out = append(out, Procedure{
			Name: name, About: "The routing table: this server in every role.",
			Open:    true,
			Args:    []Argument{{Name: "context", Type: Map}, {Name: "database", Type: String, Optional: true, Default: value.Null}},
			Results: []Result{{"ttl", Integer}, {"servers", ListOf(Map)}},
			Call:    table,
		})
	}
	return out
}
