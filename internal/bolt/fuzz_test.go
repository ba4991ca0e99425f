package bolt

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"memgraphd/internal/bolt/wire"
)

// FuzzConnection sends anything to a server, before and after the login. Nothing may
// panic, hang or stay behind.
func FuzzConnection(f *testing.F) {
	whole := []byte{0x60, 0x60, 0xB0, 0x17, 0, 4, 4, 5, 0, 2, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0}
	var usual []byte
	for _, line := range []string{
		`RUN "RETURN 1" {"x": [1.5, "a"]} {"db": "neo4j", "bookmarks": ["a"]}`, `PULL {"n": 1}`,
		`RUN "ECHO" {"d": {"struct": "44", "fields": [1]}, "l": [{"struct": "69", "fields": [1, 2, "Europe/Stockholm"]}, {"struct": "46", "fields": [1, 2, 3600]}, {"struct": "59", "fields": [4979, 1.5, 2.5, 3.5]}]} {}`,
		`BEGIN {"mode": "r"}`, `RUN "GRAPH" {} {}`, `PULL {"n": -1, "qid": 0}`, "COMMIT", `ROUTE {} [] {}`, "TELEMETRY 1", "RESET", "LOGOFF",
	} {
		usual = append(usual, encodeLine(f, line)...)
		f.Add(uint8(1), encodeLine(f, line))
	}
	f.Add(uint8(1), usual)
	f.Add(uint8(0), whole)
	f.Add(uint8(0), append(whole, encodeLine(f, "HELLO {}")...))
	f.Add(uint8(0), []byte("GET / HTTP/1.1\r\n\r\n"))
	engine := &fakeEngine{}
	s, err := New(Options{Engine: engine, Now: time.Now, MessageMax: 1 << 16, LoginTimeout: 5 * time.Second})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := s.Shutdown(f.Context()); err != nil && !errors.Is(err, f.Context().Err()) {
			f.Error(err)
		}
	})
	f.Fuzz(func(t *testing.T, stage uint8, data []byte) {
		here, there := net.Pipe()
		s.admit(there)
		if err := here.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		var reader sync.WaitGroup
		reader.Go(func() {
			if _, err := io.Copy(io.Discard, here); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("the server hangs")
			}
		})
		if stage%2 == 1 {
			v := wire.Supported()[int(stage/2)%len(wire.Supported())]
			login := append([]byte{0x60, 0x60, 0xB0, 0x17, 0, 0, v.Minor, v.Major}, make([]byte, 12)...)
			login = append(login, encodeLine(t, `HELLO {}`)...)
			if v.AtLeast(wire.V51) {
				login = append(login, encodeLine(t, `LOGON {}`)...)
			}
			data = append(login, data...)
		}
		_, err := here.Write(append(data, encodeLine(t, "GOODBYE")...))
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("the server does not read")
		}
		if err := here.Close(); err != nil {
			t.Error(err)
		}
		reader.Wait()
		eventually(t, "the end of the connection", func() bool { return s.Stats().Connections == 0 && engine.open.Load() == 0 })
	})
}
