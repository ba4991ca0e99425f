package bolt

import (
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"memgraphd/internal/bolt/wire"
)

// TestConversations plays the conversations of testdata: messages in, the trace out.
//
//	talk version=5.4 [login] [pipeline]
//
// Messages are sent one by one, each after the answer to the one before; with pipeline
// all at once.
func TestConversations(t *testing.T) {
	_, _, address := startServer(t, nil)
	datadriven.Walk(t, "testdata/conversations", func(t *testing.T, path string) {
		t.Helper()
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			t.Helper()
			var name string
			d.ScanArgs(t, "version", &name)
			i := slices.IndexFunc(wire.Supported(), func(v wire.Version) bool { return v.String() == name })
			if i < 0 {
				t.Fatalf("no version %s", name)
			}
			v := wire.Supported()[i]
			var c *client
			if d.HasArg("login") {
				c = login(t, address, v)
			} else {
				c = connect(t, address, v)
			}
			defer c.hangUp()
			lines := strings.Split(d.Input, "\n")
			var trace strings.Builder
			if d.HasArg("pipeline") {
				c.say(lines...)
				for range lines {
					if !c.answer(&trace) {
						break
					}
				}
				return trace.String()
			}
			for _, line := range lines {
				trace.WriteString("> " + line + "\n")
				c.say(line)
				if !c.answer(&trace) {
					break
				}
			}
			return trace.String()
		})
	})
}

// answer writes the replies to one request and reports whether the connection lives on.
func (c *client) answer(trace *strings.Builder) bool {
	for {
		text := c.hear()
		if strings.HasPrefix(text, "SUCCESS {server") { // the number of the connection differs
			before, after, _ := strings.Cut(text, `"bolt-`)
			text = before + `"bolt-N` + after[strings.IndexByte(after, '"'):]
		}
		trace.WriteString(strings.ReplaceAll(text, c.RemoteAddr().String(), "here") + "\n")
		switch word, _, _ := strings.Cut(text, " "); word {
		case "closed":
			return false
		case "RECORD":
		default:
			return true
		}
	}
}
