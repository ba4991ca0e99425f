package procedure

import (
	"testing"

	"memgraphd/internal/storage/value"
)

// TestRouting holds which address a routing table names.
func TestRouting(t *testing.T) {
	local := func() string { return "127.0.0.1:7687" }
	named := value.Map([]value.Entry{{Key: "address", Value: value.String("db.example:7687")}})
	for _, c := range []struct {
		advertised string
		context    value.Value
		want       string
	}{
		{"", named, "db.example:7687"},
		{"graph.example:7000", named, "graph.example:7000"},
		{"", value.Map(nil), "127.0.0.1:7687"},
		{"", value.Null, "127.0.0.1:7687"},
		{"", value.Map([]value.Entry{{Key: "address", Value: value.Int(1)}}), "127.0.0.1:7687"},
	} {
		procedures := Routing(c.advertised, local)
		if len(procedures) != 2 {
			t.Fatal(len(procedures))
		}
		for _, p := range procedures {
			rows, err := p.Call(nil, []value.Value{c.context, value.Null})
			if err != nil {
				t.Fatal(err)
			}
			row, err := rows()
			if err != nil || len(row) != 2 || row[0].AsInt() != routingTTLSeconds || len(row[1].AsList()) != 3 {
				t.Fatalf("%v, %v", row, err)
			}
			addresses, _ := row[1].AsList()[2].Field("addresses")
			if got := addresses.AsList()[0].AsString(); got != c.want {
				t.Errorf("%s: %q, want %q", p.Name, got, c.want)
			}
		}
	}
}
