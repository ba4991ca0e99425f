package bolt

import (
	"bufio"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// offer serves one connection that sends data, and waits for its end. What is read before
// the data is up to greet.
func offer(t *testing.T, s *Server, engine *fakeEngine, data []byte, greet func(in *bufio.Reader, out net.Conn) bool) {
	t.Helper()
	here, there := net.Pipe()
	s.admit(there)
	if err := here.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(here)
	if greet == nil || greet(in, here) {
		var reader sync.WaitGroup
		reader.Go(func() {
			if _, err := io.Copy(io.Discard, in); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("the server hangs")
			}
		})
		if _, err := here.Write(data); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("the server does not read")
		}
		if err := here.Close(); err != nil {
			t.Error(err)
		}
		reader.Wait()
	}
	_ = here.Close()
	eventually(t, "the end of the connection", func() bool { return s.Stats().Connections == 0 && engine.open.Load() == 0 })
}

// fuzzed is a server for a fuzz target.
func fuzzed(f *testing.F) (*Server, *fakeEngine) {
	f.Helper()
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
	return s, engine
}

// FuzzUpgrade sends anything as an HTTP request.
func FuzzUpgrade(f *testing.F) {
	f.Add([]byte(upgradeRequest()))
	f.Add([]byte(upgradeRequest("Origin: http://localhost", "Sec-WebSocket-Protocol: binary")))
	f.Add([]byte("GET / HTTP/1.0\r\n\r\n"))
	f.Add([]byte("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"))
	f.Add([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
	s, engine := fuzzed(f)
	f.Fuzz(func(t *testing.T, data []byte) { offer(t, s, engine, append([]byte("GE"), data...), nil) })
}

// FuzzFrames sends anything after the upgrade to a WebSocket.
func FuzzFrames(f *testing.F) {
	for _, digits := range []string{
		"82 81 00000000 60",
		"82 94 00000000 6060B017 00000405 00000000 00000000 00000000",
		"02 81 01020304 61 00 81 01020304 61 80 80 00000000",
		"82 FE 0004 00000000 6060B017 82 FF 0000000000000010 00000000 00000405 00000000 00000000 00000000",
		"89 80 00000000 8A 80 00000000 88 82 00000000 03E8",
		"82 FF 7FFFFFFFFFFFFFFF 00000000 60",
	} {
		seed, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	s, engine := fuzzed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		offer(t, s, engine, data, func(in *bufio.Reader, out net.Conn) bool {
			if _, err := io.WriteString(out, upgradeRequest()); err != nil {
				t.Error(err)
				return false
			}
			answer, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Error(err)
				return false
			}
			return answer.Body.Close() == nil
		})
	})
}
