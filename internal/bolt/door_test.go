package bolt

import (
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"memgraphd/internal/bolt/wire"
)

// TestWrongBeginnings sends wrong beginnings: each is counted, few are logged, and none leaves anything.
func TestWrongBeginnings(t *testing.T) {
	core, lines := observer.New(zapcore.DebugLevel)
	s, _, address := startServer(t, func(o *Options) { o.Log = zap.New(core) })
	begin := time.Now()
	const each = 60
	wrong := []string{
		"\x00",
		"\x60\x60\xb0\x18\x00\x00\x04\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
		"\x60\x60\xb0\x17\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
		"\x16\x03\x01\x00",
	}
	buf := make([]byte, 64)
	for range each {
		for _, first := range wrong {
			knock(t, address, []byte(first), buf)
		}
	}
	eventually(t, "the connections to be gone", func() bool { return s.Stats().Connections == 0 })
	r := s.Stats().Refusals
	if r.Foreign != 3*each || r.TLS != each {
		t.Errorf("%d foreign and %d for TLS; want %d and %d", r.Foreign, r.TLS, 3*each, each)
	}
	seconds := int(time.Since(begin)/time.Second) + 2
	for _, text := range []string{"closed: the client does not speak Bolt", "closed: the client speaks no version that the server does"} {
		if n := lines.FilterMessage(text).Len(); n < 1 || n > declinesMax*seconds {
			t.Errorf("%d lines in %d s: %s", n, seconds, text)
		}
	}
	one := lines.FilterMessage("closed: the client speaks no version that the server does").All()[0].ContextMap()
	if one["connection"] == nil || one["client"] == nil || one["offer"] == nil {
		t.Errorf("the line tells not who it was: %v", one)
	}
	login(t, address, wire.V54).hangUp()
}

// TestDoorShutdown stops a server to whose clients the handshake has not happened yet.
func TestDoorShutdown(t *testing.T) {
	s, _, address := startServer(t, nil)
	silent, half := dial(t, address), dial(t, address)
	half.write([]byte("\x60\x60\xb0"))
	eventually(t, "both to be there", func() bool { return s.Stats().Connections == 2 })
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*client{silent, half} {
		if _, err := c.in.ReadByte(); err == nil {
			t.Error("the server says something")
		}
	}
}
