package bolt

import (
	"io"
	"testing"
	"time"

	"memgraphd/internal/bolt/wire"
)

// startPause returns a client whose statement waits for the log, answered where it was read.
func startPause(t *testing.T, change func(*Options)) (*Server, *fakeEngine, *client) {
	t.Helper()
	s, engine, address := startServer(t, change)
	c := login(t, address, wire.V54)
	for range 3 {
		engine.gate <- "GOOD"
		c.say(pair...)
		c.expect("SUCCESS {fields: [], t_first: _}")
		c.expect(`SUCCESS {type: "w"`)
	}
	c.say(pair...)
	eventually(t, "waiting", func() bool { return engine.waiting.Load() == 4 })
	if engine.atOnce.Load() != 4 {
		t.Fatalf("%d statements were answered at once", engine.atOnce.Load())
	}
	return s, engine, c
}

// pair is a statement that waits for the log.
var pair = []string{`RUN "COMMIT" {} {}`, `PULL {"n": -1}`}

// only returns the one connection of a server.
func only(s *Server) *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.census.conns {
		return c
	}
	return nil
}

// TestPause holds that what comes while a statement waits for the log is read meanwhile, and answered after it.
func TestPause(t *testing.T) {
	next := []string{`RUN "RETURN 1" {} {}`, `PULL {"n": -1}`}
	for _, x := range []struct {
		name  string
		word  string
		lines []string
		want  []string
	}{
		{"commit", "GOOD", nil, []string{"SUCCESS {fields", "SUCCESS {type: \"w\""}},
		{"commit, and more", "GOOD", next, []string{"SUCCESS {fields", "SUCCESS {type: \"w\"", "SUCCESS {fields", "RECORD [1]", "SUCCESS {type"}},
		{"commit, and a reset", "GOOD", []string{"RESET"}, []string{"SUCCESS {fields", "SUCCESS {type: \"w\"", "SUCCESS {}"}},
		{"failure", "FAIL", nil, []string{"FAILURE", "IGNORED"}},
		{"failure, and more", "FAIL", next, []string{"FAILURE", "IGNORED", "IGNORED", "IGNORED"}},
		{"failure, and a reset", "FAIL", []string{"RESET"}, []string{"FAILURE", "IGNORED", "SUCCESS {}"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			s, engine, c := startPause(t, nil)
			if len(x.lines) > 0 {
				c.say(x.lines...)
				on := only(s)
				eventually(t, "reading", func() bool {
					on.in.mu.Lock()
					defer on.in.mu.Unlock()
					return len(on.in.filling.letters) == len(x.lines)
				})
			}
			engine.gate <- x.word
			for _, want := range x.want {
				c.expect(want)
			}
			c.say("RESET")
			c.expect("SUCCESS {}")
			for range 2 {
				engine.gate <- "GOOD"
				c.say(pair...)
				c.expect("SUCCESS {fields: [], t_first: _}")
				c.expect(`SUCCESS {type: "w"`)
			}
			c.hangUp()
			eventually(t, "the end", func() bool { return engine.open.Load() == 0 })
		})
	}
}

// TestPauseKeepsAlive holds that a client hears of the server while its statement waits for the log.
func TestPauseKeepsAlive(t *testing.T) {
	_, engine, c := startPause(t, func(o *Options) { o.KeepAlive = 20 * time.Millisecond })
	heard := make([]byte, 4)
	if _, err := io.ReadFull(c.in, heard); err != nil || string(heard) != "\x00\x00\x00\x00" {
		t.Fatalf("% X, %v", heard, err)
	}
	engine.gate <- "GOOD"
	c.expect("SUCCESS {fields: [], t_first: _}")
	c.expect(`SUCCESS {type: "w"`)
}
