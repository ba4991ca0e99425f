package bolt

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// origins says which web pages may open a WebSocket. A browser lets every page connect to
// every server that its user reaches, and names the page; while no user exists, a page of
// anybody could otherwise read and change everything on the visitor's own machine.
//
// Admitted are pages of the visitor's machine, pages of the server's own address, and
// those that are listed. The server's address must be numeric in this: a name can be made
// to point anywhere by whoever owns it. Who names no page is not a browser, and is admitted.
type origins struct {
	all    bool
	listed map[string]bool // scheme://host:port in lower case, "null"
}

// everyOrigin admits every page.
const everyOrigin = "*"

// newOrigins reads a list of origins, "null" and "*".
func newOrigins(list []string) (origins, error) {
	o := origins{listed: map[string]bool{}}
	for _, text := range list {
		switch text {
		case everyOrigin:
			o.all = true
			continue
		case "null": // a page without an origin: a file, or a frame in a sandbox
		default:
			u, err := url.Parse(text)
			if err != nil || u.Scheme == "" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
				return o, fmt.Errorf("%q is no origin of a web page: scheme://host or scheme://host:port, null, or * for every one", text)
			}
		}
		o.listed[strings.ToLower(text)] = true
	}
	return o, nil
}

// admit reports whether a page of the origin may connect to a server that it calls host.
func (o origins) admit(origin, host string) bool {
	if o.all || origin == "" || o.listed[strings.ToLower(origin)] {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	name := strings.ToLower(u.Hostname())
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(name)
	if err != nil {
		return false
	}
	return ip.IsLoopback() || ip.Unmap() == serverIP(host)
}

// serverIP returns the address in the Host field of a request, or the zero Addr if there
// is a name.
func serverIP(host string) netip.Addr {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return ip.Unmap()
}
