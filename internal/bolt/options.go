package bolt

import (
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/bolt/wire"
	"memgraphd/internal/storage/memory"
)

// Options are the settings of a Server. A zero field means its default.
type Options struct {
	Engine Engine           // what runs the statements; required
	Now    func() time.Time // the clock; required
	// Since returns how long ago a moment of Now was; nil: the difference to Now. A clock that
	// need not tell the time of day is cheaper.
	Since  func(time.Time) time.Duration
	Log    *zap.Logger    // default: no log
	Budget *memory.Budget // parent of what large messages take; nil is unlimited

	// ServerName returns the agent string in the reply to HELLO; nil: the usual one. Some drivers insist on the prefix "Neo4j/" and a version of two numbers.
	ServerName func() string
	// AllowOpenAccess lets clients of other machines in while no user exists.
	AllowOpenAccess bool
	// AdvertisedAddress is the host:port under which clients reach the server. Default: what
	// each of them calls it.
	AdvertisedAddress string
	// LocalOnly keeps clients of other machines out while no user is known, whatever
	// AllowOpenAccess says: for a database that could not be opened.
	LocalOnly bool
	// Auth knows the users; nil: there are none.
	Auth Authenticator
	// OnLogin hears of each login, and OnLogout of the end of those that succeeded; nil: nobody does.
	OnLogin  func(Login)
	OnLogout func(Login)
	// Versions are the protocol versions to offer, highest first; default: all.
	Versions []wire.Version

	// TLS returns the certificate and its rules that hold for a new connection, nil for
	// none; default: none.
	TLS func() *tls.Config
	// RequireTLS refuses logins without TLS.
	RequireTLS bool
	// WebSocketOrigins are the web pages, besides those of the same machine, that may open
	// a WebSocket: scheme://host:port, "null", or "*" for all.
	WebSocketOrigins []string

	LoginTimeout time.Duration // from the accept to the end of the login; default 10 s
	WriteTimeout time.Duration // for 64 KiB of output; default 60 s
	// KeepAlive is after how long without a reply a client that waits is sent an empty
	// chunk; default 10 s, negative for never.
	KeepAlive time.Duration

	ConnectionsMax     int // clients logged in; default 16,384
	UnauthenticatedMax int // connections not logged in; default 1,024

	ConnectionsPerAddressMax     int // clients of one address logged in; default 16,384
	UnauthenticatedPerAddressMax int // connections of one address not logged in; default 512

	LoginMessageMax  int // bytes of a message before the login; default 8 KiB
	LoginDepthMax    int // nesting before the login; default 8
	LoginElementsMax int // elements of a message before the login; default 128
	MessageMax       int // bytes of a message; default 64 MiB
	DepthMax         int // nesting of a parameter; default 100
	ElementsMax      int // elements of a message; default 8,388,608

	QueuedMessagesMax int // read ahead of the executor; default 1,024
	QueuedBytesMax    int // read ahead of the executor, but for one message; default 1 MiB
	ResultsMax        int // open in a transaction; default 1,000
	OutputBufferBytes int // of replies that are gathered before they are written; default 64 KiB
}

// ConnectionLimits are the bounds of Options that SetConnectionLimits changes. A zero field means the default.
type ConnectionLimits struct {
	ConnectionsMax               int
	UnauthenticatedMax           int
	ConnectionsPerAddressMax     int
	UnauthenticatedPerAddressMax int
}

// SetConnectionLimits puts other bounds in force. Connections that are open stay, also where they are more than a bound
// allows now.
func (s *Server) SetConnectionLimits(l ConnectionLimits) error {
	o := Options{
		Engine: s.o.Engine, Now: s.o.Now,
		ConnectionsMax: l.ConnectionsMax, UnauthenticatedMax: l.UnauthenticatedMax,
		ConnectionsPerAddressMax: l.ConnectionsPerAddressMax, UnauthenticatedPerAddressMax: l.UnauthenticatedPerAddressMax,
	}.withDefaults()
	if err := o.validate(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits = o.connectionLimits()
	return nil
}

func (o *Options) connectionLimits() ConnectionLimits {
	return ConnectionLimits{
		ConnectionsMax: o.ConnectionsMax, UnauthenticatedMax: o.UnauthenticatedMax,
		ConnectionsPerAddressMax: o.ConnectionsPerAddressMax, UnauthenticatedPerAddressMax: o.UnauthenticatedPerAddressMax,
	}
}

const (
	defaultServerName = "Neo4j/v5.11.0 compatible graph database server - Memgraph"
	databaseName      = "memgraph"
	routingTTLSeconds = 300
)

// silences is how many keep-alives a client may miss before it takes the server for dead.
const silences = 6

// silenceOf returns how long that is.
func silenceOf(keepAlive time.Duration) time.Duration {
	if keepAlive < 0 {
		return 0
	}
	return max(silences*keepAlive, time.Second)
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if now := o.Now; o.Since == nil && now != nil {
		o.Since = func(t time.Time) time.Duration { return now().Sub(t) }
	}
	if o.ServerName == nil {
		o.ServerName = func() string { return defaultServerName }
	}
	if o.TLS == nil {
		o.TLS = func() *tls.Config { return nil }
	}
	if o.Versions == nil {
		o.Versions = wire.Supported()
	}
	for _, d := range []struct {
		field    *time.Duration
		standard time.Duration
	}{
		{&o.LoginTimeout, 10 * time.Second},
		{&o.WriteTimeout, time.Minute},
		{&o.KeepAlive, 10 * time.Second},
	} {
		if *d.field == 0 {
			*d.field = d.standard
		}
	}
	for _, d := range o.numbers() {
		if *d.field == 0 {
			*d.field = d.standard
		}
	}
	return o
}

// number is one of the bounds of Options.
type number struct {
	name     string
	field    *int
	standard int
}

func (o *Options) numbers() []number {
	return []number{
		{"ConnectionsMax", &o.ConnectionsMax, 16_384},
		{"UnauthenticatedMax", &o.UnauthenticatedMax, 1_024},
		{"ConnectionsPerAddressMax", &o.ConnectionsPerAddressMax, 16_384},
		{"UnauthenticatedPerAddressMax", &o.UnauthenticatedPerAddressMax, 512},
		{"LoginMessageMax", &o.LoginMessageMax, 8 << 10},
		{"LoginDepthMax", &o.LoginDepthMax, 8},
		{"LoginElementsMax", &o.LoginElementsMax, 128},
		{"MessageMax", &o.MessageMax, 64 << 20},
		{"DepthMax", &o.DepthMax, 100},
		{"ElementsMax", &o.ElementsMax, 8 << 20},
		{"QueuedMessagesMax", &o.QueuedMessagesMax, 1_024},
		{"QueuedBytesMax", &o.QueuedBytesMax, 1 << 20},
		{"ResultsMax", &o.ResultsMax, 1_000},
		{"OutputBufferBytes", &o.OutputBufferBytes, 64 << 10},
	}
}

func (o *Options) validate() error {
	switch {
	case o.Engine == nil:
		return errors.New("bolt: Options.Engine is missing")
	case o.Now == nil:
		return errors.New("bolt: Options.Now is missing")
	case o.LoginTimeout < 0:
		return fmt.Errorf("bolt: Options.LoginTimeout is %s; it must be positive", o.LoginTimeout)
	case o.WriteTimeout < 0:
		return fmt.Errorf("bolt: Options.WriteTimeout is %s; it must be positive", o.WriteTimeout)
	}
	for _, n := range o.numbers() {
		if *n.field < 1 {
			return fmt.Errorf("bolt: Options.%s is %d; it must be at least 1", n.name, *n.field)
		}
	}
	return nil
}
