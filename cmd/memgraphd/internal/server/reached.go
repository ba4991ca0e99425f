package server

import (
	"net"
	"strconv"
	"time"
)

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
