package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
	"time"

	"memgraphd/internal/config"
)

// port is a place to listen at and the flags that choose it.
type port struct {
	address     string
	number      int
	addressFlag string
	numberFlag  string
}

func boltPort(c config.Bolt) port {
	return port{address: c.Address, number: c.Port, addressFlag: "--bolt-address", numberFlag: "--bolt-port"}
}

// listen opens the port. Whether the far end is still there is asked by those who serve it,
// once they know whom they serve: every setting of a socket is a call of the system, and a
// client that is turned away at the door should cost few.
func (p port) listen() (net.Listener, error) {
	address := net.JoinHostPort(p.address, strconv.Itoa(p.number))
	quick := net.ListenConfig{KeepAlive: -1}
	l, err := quick.Listen(context.Background(), "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is taken: another program listens there; %s and %s choose another place", address, p.numberFlag, p.addressFlag)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("%s may not be used by this user: ports below 1024 need a privilege; %s chooses another", address, p.numberFlag)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("%s: %s is no address of this machine; 0.0.0.0 stands for all that it has", p.addressFlag, p.address)
	case err != nil:
		if dns := new(net.DNSError); errors.As(err, &dns) {
			return nil, fmt.Errorf("%s: %s is not known here: %s", p.addressFlag, p.address, dns.Err)
		}
		return nil, fmt.Errorf("%s: %w", p.addressFlag, err)
	}
	return l, nil
}

// probePort finds out before a long recovery that the port cannot be had.
func probePort(c config.Bolt) error {
	l, err := boltPort(c).listen()
	if err != nil {
		return err
	}
	return l.Close()
}

// reachedAt is the address under which a client of this machine reaches the server.
func (s *server) reachedAt() string {
	at, ok := s.listener.Addr().(*net.TCPAddr)
	if !ok || at.IP.IsUnspecified() {
		port := s.cfg.Bolt.Port
		if ok {
			port = at.Port
		}
		return net.JoinHostPort("localhost", strconv.Itoa(port))
	}
	return at.String()
}

// keepAlive turns the setting into the one of the server of Bolt, where 0 is the usual and less is never.
func keepAlive(setting time.Duration) time.Duration {
	if setting == 0 {
		return -1
	}
	return setting
}
