package bolt

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"memgraphd/internal/bolt/wire"
)

// TestManifest speaks what drivers of today do: the choice and the login in one segment, in
// pieces, and what no server has offered.
func TestManifest(t *testing.T) {
	core, logs := observer.New(zap.DebugLevel)
	_, _, address := startServer(t, func(o *Options) { o.Log = zap.New(core) })
	const offer = "hex 6060B017 000001FF 00080805 00020404 00000003"
	list := wire.AppendManifest(nil, wire.Supported())
	begin := func() *client {
		c := dial(t, address)
		c.say(offer)
		answer := make([]byte, len(list))
		if _, err := io.ReadFull(c.in, answer); err != nil || !bytes.Equal(answer, list) {
			t.Fatalf("% X, %v", answer, err)
		}
		return c
	}
	c := begin()
	c.write(append([]byte{0, 0, 0, 6, 0}, slices.Concat(encodeLine(t, "HELLO {}"), encodeLine(t, `LOGON {"scheme": "none"}`))...))
	if reply := c.expect("SUCCESS {server"); !strings.Contains(reply, `protocol_version: "6.0"`) {
		t.Error(reply)
	}
	c.expect("SUCCESS")
	c = begin()
	for _, b := range append([]byte{0, 0, 8, 5, 0x80, 0}, encodeLine(t, "HELLO {}")...) {
		c.write([]byte{b})
	}
	if reply := c.expect("SUCCESS {server"); !strings.Contains(reply, `protocol_version: "5.8"`) {
		t.Error(reply)
	}
	for _, choice := range []string{"00000106 00", "00000505 00", "00000805 01", "00000805 FFFFFFFFFFFFFFFFFFFF", "00080805 00"} {
		c = begin()
		c.say("hex " + choice)
		if rest, err := io.ReadAll(c.in); err != nil || len(rest) != 0 {
			t.Errorf("%s: % X, %v", choice, rest, err)
		}
	}
	if !strings.Contains(fmt.Sprint(logs.All()), "answers the list of versions with none of them") {
		t.Error("the log does not tell of a wrong choice")
	}
}
