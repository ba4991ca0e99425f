package bolt

import (
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"memgraphd/internal/bolt/wire"
)

// TestEndBehindRequest holds that the end of the stream is noticed where it comes along with the
// last request, after the replies to it, and where it cuts a message off.
func TestEndBehindRequest(t *testing.T) {
	s, engine, address := startServer(t, nil)
	for _, at := range []struct {
		name string
		last []byte
		want []string
	}{
		{"request", encodeLines(t, `RUN "RETURN 1" {} {}`, `PULL {"n": -1}`), []string{"SUCCESS {fields", "RECORD [1]", "SUCCESS {type"}},
		{"half a message", encodeLines(t, `RUN "RETURN 1" {} {}`)[:7], nil},
		{"a request and half of one", append(encodeLines(t, `RUN "RETURN 1" {} {}`), 0, 9, 0xB1), []string{"SUCCESS {fields"}},
		{"nothing", nil, nil},
	} {
		t.Run(at.name, func(t *testing.T) {
			for i := range 40 { // the end comes before the request is read, or after
				c := login(t, address, wire.V54)
				for range i % 2 * 3 { // what follows is read where it lies
					c.say(`RUN "RETURN 1" {} {}`, `PULL {"n": -1}`)
					for _, want := range []string{"SUCCESS {fields", "RECORD [1]", "SUCCESS {type"} {
						c.expect(want)
					}
				}
				if _, err := c.Write(at.last); err != nil {
					t.Fatal(err)
				}
				if err := halfClose(t, c.Conn); err != nil {
					t.Fatal(err)
				}
				for _, want := range at.want {
					c.expect(want)
				}
				if n, err := c.in.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
					t.Fatalf("%d bytes and %v, want the end", n, err)
				}
			}
		})
	}
	eventually(t, "the end of the sessions", func() bool { return engine.open.Load() == 0 && s.Stats().Connections == 0 })
}

// halfClose ends what the client says; it goes on hearing.
func halfClose(tb testing.TB, nc net.Conn) error {
	tb.Helper()
	half, ok := nc.(interface{ CloseWrite() error })
	if !ok {
		tb.Fatalf("%T cannot be closed on one side", nc)
	}
	return half.CloseWrite()
}

// encodeLines encodes messages as they go out in one piece.
func encodeLines(tb testing.TB, lines ...string) (out []byte) {
	tb.Helper()
	for _, line := range lines {
		out = append(out, encodeLine(tb, line)...)
	}
	return out
}

// TestGlanceThenRest goes through requests of every length that matters to the monitor: what
// arrives while one works is answered when it is over, however that falls together.
func TestGlanceThenRest(t *testing.T) {
	_, _, address := startServer(t, nil)
	c := login(t, address, wire.V54)
	for i := range 60 {
		c.say(fmt.Sprintf(`RUN "SLEEP %d" {} {}`, i), `PULL {"n": -1}`)
		time.Sleep(time.Duration(i%7) * 5 * time.Millisecond)
		c.say(`RUN "RETURN 1" {} {}`, `PULL {"n": -1}`)
		c.expect("SUCCESS {fields")
		c.expect("SUCCESS {type")
		c.expect("SUCCESS {fields")
		c.expect("RECORD [1]")
		c.expect("SUCCESS {type")
	}
}
