package bolt

import (
	"net"
	"runtime"
	"testing"

	"memgraphd/internal/bolt/wire"
)

// TestIdleMemory holds what a connection takes that waits, both ends and all stacks
// counted: before the login with half a message sent, and after a query.
func TestIdleMemory(t *testing.T) {
	const connections = 400
	half := append([]byte{0x60, 0x60, 0xB0, 0x17, 0, 0, 4, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0}, make([]byte, 3000)...)
	for name, c := range map[string]struct {
		open func(tb testing.TB, address string) net.Conn
		most uint64
	}{
		"slow before the login": {most: 64 << 10, open: func(tb testing.TB, address string) net.Conn {
			tb.Helper()
			nc := dial(tb, address)
			nc.write(half)
			return nc.Conn
		}},
		"idle after a query": {most: 64 << 10, open: func(tb testing.TB, address string) net.Conn {
			tb.Helper()
			nc := login(tb, address, wire.V54)
			nc.say(`RUN "RETURN 1" {} {}`, `PULL {"n": 1}`)
			nc.expect("SUCCESS")
			nc.expect("RECORD")
			nc.expect("SUCCESS")
			return nc.Conn
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, address := startServer(t, nil)
			before := inUse()
			open := make([]net.Conn, 0, connections)
			for range connections {
				open = append(open, c.open(t, address))
			}
			eventually(t, "all connections", func() bool { return s.Stats().Connections == connections })
			each := (inUse() - before) / connections
			t.Logf("%d bytes for each connection", each)
			if each > c.most {
				t.Errorf("%d bytes for each connection, want at most %d", each, c.most)
			}
			runtime.KeepAlive(open)
		})
	}
}

func inUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
