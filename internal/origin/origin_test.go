package origin_test

import (
	"net"
	"testing"

	"memgraphd/internal/origin"
)

func TestOrigin(t *testing.T) {
	for _, c := range []struct{ address, want string }{
		{"192.0.2.7", "192.0.2.7/32"},
		{"192.0.2.7:4711", "192.0.2.7/32"},
		{"::ffff:192.0.2.7", "192.0.2.7/32"},
		{"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"[2001:db8:1:2:3:4:5:6]:1", "2001:db8:1:2::/64"},
		{"fe80::1%eth0", "fe80::/64"},
	} {
		if got := origin.OfText(c.address); got.String() != c.want {
			t.Errorf("%s: %s, want %s", c.address, got, c.want)
		}
		if ip := net.ParseIP(c.address); ip != nil {
			if got := origin.OfConn(&net.TCPAddr{IP: ip, Port: 1}); got.String() != c.want {
				t.Errorf("%s over TCP: %s, want %s", c.address, got, c.want)
			}
		}
	}
	for _, text := range []string{"", "pipe", "192.0.2.7:", "192.0.2.300"} {
		if got := origin.OfText(text); got.IsValid() {
			t.Errorf("%q: %s", text, got)
		}
	}
	if origin.OfConn(&net.UnixAddr{}).IsValid() || origin.OfConn(nil).IsValid() || origin.OfConn(&net.TCPAddr{}).IsValid() {
		t.Error("what has no address has an origin")
	}
}
