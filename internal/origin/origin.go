// Package origin tells which network addresses belong to one client, for whatever is counted
// by client: all of an IPv4 address, and the first half of an IPv6 address, because whoever
// has one of those has a network of that size.
package origin

import (
	"net"
	"net/netip"
)

// homeBits is how much of an IPv6 address is one client.
const homeBits = 64

// Of returns the network that the client at an address has; an invalid one for no address.
// An IPv4 address in the clothes of IPv6 is the IPv4 address, and zones do not count.
func Of(a netip.Addr) netip.Prefix {
	if !a.IsValid() {
		return netip.Prefix{}
	}
	a = a.Unmap().WithZone("")
	length := a.BitLen()
	if a.Is6() {
		length = homeBits
	}
	p, _ := a.Prefix(length) // a is valid and has so many bits
	return p
}

// OfText is Of for an address as text, with or without a port.
func OfText(address string) netip.Prefix {
	if port, err := netip.ParseAddrPort(address); err == nil {
		return Of(port.Addr())
	}
	a, err := netip.ParseAddr(address)
	if err != nil {
		return netip.Prefix{}
	}
	return Of(a)
}

// OfConn is Of for the far end of a connection; an invalid network where that is not TCP.
func OfConn(a net.Addr) netip.Prefix {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	ip, _ := netip.AddrFromSlice(tcp.IP)
	return Of(ip)
}
