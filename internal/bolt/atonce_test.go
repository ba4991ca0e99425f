package bolt

import (
	"slices"
	"strings"
	"testing"

	"memgraphd/internal/bolt/wire"
)

// TestAnswersAtOnce holds which pairs of RUN and PULL the engine is asked to answer at once, and that the
// replies are those to the messages one by one.
func TestAnswersAtOnce(t *testing.T) {
	_, engine, address := startServer(t, nil)
	one := []string{`RUN "RETURN 1" {} {}`, `PULL {"n": -1}`}
	for _, x := range []struct {
		name  string
		lines []string
		asked int64 // how many pairs
	}{
		{"one", one, 1},
		{"many", slices.Repeat([]string{`RUN "RETURN 1" {} {"mode": "r"}`, `PULL {"n": 1000}`}, 20), 20},
		{"a failure between", slices.Concat(one, []string{`RUN "DEEP" {} {}`, `PULL {"n": -1}`}, one), 2},
		{"few records", []string{`RUN "RETURN 1" {} {}`, `PULL {"n": 1}`}, 0},
		{"many records", []string{`RUN "MANY 1000" {} {}`, `PULL {"n": 1000}`}, 1},
		{"none", []string{`RUN "MANY 0" {} {}`, `PULL {"n": 127}`}, 1},
		{"more than asked for", []string{`RUN "MANY 300" {} {}`, `PULL {"n": 299}`, `PULL {"n": -1}`}, 1},
		{"more than fit", slices.Concat([]string{`RUN "MANY 30000" {} {}`, `PULL {"n": -1}`}, one), 2},
		{"a qid", []string{`RUN "RETURN 1" {} {}`, `PULL {"n": -1, "qid": -1}`}, 0},
		{"DISCARD", []string{`RUN "RETURN 1" {} {}`, `DISCARD {"n": -1}`}, 0},
		{"a time limit", []string{`RUN "RETURN 1" {} {"tx_timeout": 1000}`, `PULL {"n": -1}`}, 0},
		{"a bookmark", []string{`RUN "RETURN 1" {} {"bookmarks": ["mark:1"]}`, `PULL {"n": -1}`}, 0},
		{"metadata", []string{`RUN "RETURN 1" {} {"tx_metadata": {"a": 1}}`, `PULL {"n": -1}`}, 0},
		{"another mode", []string{`RUN "RETURN 1" {} {"mode": "x"}`, `PULL {"n": -1}`}, 0},
		{"no PULL", []string{`RUN "RETURN 1" {} {}`, `RUN "RETURN 1" {} {}`}, 0},
		{"wrong bytes", []string{`RUN "RETURN 1" {} {}`, `PULL {"n": "x"}`}, 0},
		{"wrong parameters", []string{`RUN "RETURN 1" 1 {}`, `PULL {"n": -1}`}, 0},
		{"in a transaction", slices.Concat([]string{"BEGIN {}"}, one, []string{"COMMIT"}), 0},
		{"after an open result", slices.Concat([]string{`RUN "ROWS 5" {} {}`, `PULL {"n": 2}`}, one), 0},
	} {
		for _, name := range []string{"4.4", "5.4", "5.8"} {
			v := wire.Supported()[slices.IndexFunc(wire.Supported(), func(v wire.Version) bool { return v.String() == name })]
			want := play(login(t, address, v), x.lines, 1)
			before := engine.atOnce.Load()
			if got := play(login(t, address, v), x.lines, len(x.lines)); got != want {
				t.Errorf("%s, version %s:\n%s\nwant\n%s", x.name, name, got, want)
			}
			if asked := engine.atOnce.Load() - before; asked != x.asked {
				t.Errorf("%s, version %s: asked to answer %d at once, want %d", x.name, name, asked, x.asked)
			}
		}
	}
}

// play sends messages, so many at once, and returns what is answered.
func play(c *client, lines []string, together int) string {
	defer c.hangUp()
	var trace strings.Builder
	for part := range slices.Chunk(lines, together) {
		c.say(part...)
		for range part {
			if !c.answer(&trace) {
				return trace.String()
			}
		}
	}
	return trace.String()
}
