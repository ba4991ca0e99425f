package monitor

import (
	"net"
	"sync"
)

// limited is a listener that has so many connections open at most; others wait to be
// accepted.
type limited struct {
	net.Listener
	places chan struct{} // as many as there may be
	closed chan struct{}
	once   sync.Once
}

func limit(l net.Listener, n int) net.Listener {
	return &limited{Listener: l, places: make(chan struct{}, n), closed: make(chan struct{})}
}

// Accept waits for a place and for a connection.
func (l *limited) Accept() (net.Conn, error) {
	select {
	case l.places <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.places
		return nil, err
	}
	return &place{Conn: c, l: l}, nil
}

// Close ends Accept.
func (l *limited) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// place is a connection that gives its place back.
type place struct {
	net.Conn
	l    *limited
	once sync.Once
}

// Close closes the connection.
func (p *place) Close() error {
	p.once.Do(func() { <-p.l.places })
	return p.Conn.Close()
}
