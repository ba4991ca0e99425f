package bolt

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/bolt/wire"
)

// TestNudge holds that a client learns of a slow query what is known already, and that the
// stream goes on well-formed.
func TestNudge(t *testing.T) {
	for _, v := range wire.Supported() {
		t.Run(v.String(), func(t *testing.T) {
			t.Parallel()
			_, engine, address := startServer(t, nil)
			c := login(t, address, v)
			begin := time.Now()
			c.say(`RUN "RETURN 1" {} {}`, `PULL {"n": 1}`, `RUN "HANG" {} {}`, `PULL {"n": -1}`)
			c.expect("SUCCESS {fields")
			c.expect("RECORD [1]")
			c.expect("SUCCESS {type")
			c.expect("SUCCESS {fields")
			c.expect("RECORD [0]")
			if d := time.Since(begin); d > 2*time.Second {
				t.Errorf("the replies came after %s", d)
			}
			eventually(t, "waiting", func() bool { return engine.waiting.Load() == 1 })
			c.say("RESET", `RUN "RETURN 1" {} {}`, `PULL {"n": 1}`)
			c.expect("FAILURE")
			c.expect("SUCCESS {}")
			c.expect("SUCCESS {fields")
			c.expect("RECORD [1]")
			c.expect("SUCCESS {type")
		})
	}
}

// TestKeepAlive holds that a client of 5.0 or later that waits hears of the server, and an
// older one does not.
func TestKeepAlive(t *testing.T) {
	_, engine, address := startServer(t, func(o *Options) { o.KeepAlive = 50 * time.Millisecond })
	for _, v := range wire.Supported() {
		t.Run(v.String(), func(t *testing.T) {
			engine.waiting.Store(0)
			c := login(t, address, v)
			c.say(`RUN "WAIT" {} {}`)
			eventually(t, "waiting", func() bool { return engine.waiting.Load() == 1 })
			patience := 10 * time.Second
			if !v.AtLeast(wire.V50) { // which hear nothing
				patience = 300 * time.Millisecond
			}
			if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
				t.Fatal(err)
			}
			heard := make([]byte, 4)
			_, err := io.ReadFull(c.in, heard)
			if v.AtLeast(wire.V50) {
				if err != nil || string(heard) != "\x00\x00\x00\x00" {
					t.Fatalf("% X, %v", heard, err)
				}
			} else if !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("% X, %v", heard, err)
			}
			if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
				t.Fatal(err)
			}
			c.say("RESET", `RUN "RETURN 1" {} {}`)
			c.expect("FAILURE")
			c.expect("SUCCESS {}")
			c.expect("SUCCESS {fields")
		})
	}
}

// TestKeepAliveOff holds that the hint goes with the chunks.
func TestKeepAliveOff(t *testing.T) {
	for keepAlive, want := range map[time.Duration]string{
		-1:               "hints: {telemetry.enabled: false}",
		time.Millisecond: "hints: {connection.recv_timeout_seconds: 1, telemetry.enabled: false}",
		0:                "hints: {connection.recv_timeout_seconds: 60, telemetry.enabled: false}",
	} {
		_, _, address := startServer(t, func(o *Options) { o.KeepAlive = keepAlive })
		c := connect(t, address, wire.V54)
		c.say("HELLO {}")
		if got := c.hear(); !strings.Contains(got, want) {
			t.Errorf("%s: %s", keepAlive, got)
		}
	}
}
