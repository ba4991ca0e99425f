package boltengine

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"memgraphd/internal/bolt/packstream"
)

// listen returns messages until so many requests are answered, without the times in them.
func (c *wireClient) listen(summaries int) (messages []string) {
	c.tb.Helper()
	for summaries > 0 {
		var head [2]byte
		if _, err := io.ReadFull(c.in, head[:]); err != nil {
			c.tb.Fatal(err)
		}
		body := make([]byte, int(binary.BigEndian.Uint16(head[:]))+2)
		if _, err := io.ReadFull(c.in, body); err != nil {
			c.tb.Fatal(err)
		}
		if body[1] != 0x71 {
			summaries--
		}
		messages = append(messages, timeless(body))
	}
	return messages
}

// timeless makes the times in a message zero.
func timeless(body []byte) string {
	for _, name := range []string{"parsing_time", "planning_time", "plan_execution_time"} {
		if _, after, ok := bytes.Cut(body, []byte(name+"\xC1")); ok {
			clear(after[:8])
		}
	}
	for _, name := range []string{"t_first", "t_last"} {
		if _, after, ok := bytes.Cut(body, []byte(name)); ok {
			after[0] = 0
		}
	}
	return fmt.Sprintf("%q", body)
}

// runBytes is a RUN with the parameter id, and an extra map.
func runBytes(text string, id int64, extra ...string) []byte {
	run := packstream.AppendMapHeader(packstream.AppendString([]byte{0, 0, 0xB3, 0x10}, text), 1)
	run = packstream.AppendMapHeader(packstream.AppendInt(packstream.AppendString(run, "id"), id), len(extra)/2)
	for _, s := range extra {
		run = packstream.AppendString(run, s)
	}
	return sealWire(run, 0)
}

// pullBytes is a PULL of n records.
func pullBytes(n int64) []byte {
	pull := packstream.AppendMapHeader([]byte{0, 0, 0xB1, 0x3F}, 1)
	return sealWire(packstream.AppendInt(packstream.AppendString(pull, "n"), n), 0)
}

// TestAtOnce compares what RUN and PULL in one flight are answered with what they are answered one
// after the other.
func TestAtOnce(t *testing.T) {
	for _, minor := range []byte{1, 4, 6, 8} {
		c := dialVersion(t, minor)
		for _, text := range []string{"CREATE INDEX ON :N(id)", "UNWIND range(0, 999) AS i CREATE (:N {id: i / 2, age: i % 100, text: 'text ' + toString(i)})"} {
			c.write(append(runBytes(text, 0), pullBytes(-1)...))
			c.listen(2)
		}
		texts := []string{
			"RETURN 1 AS n", "MATCH (n:N {id: $id}) RETURN n", "MATCH (n:N) WHERE n.id = $id RETURN n.age, n.text AS t, $id, 'é', 2.5, null",
			"MATCH (n:N {id: 'none'}) RETURN n", "MATCH (n:N) WHERE n.id < $id RETURN n.id", "RETURN $none", "RETURN 1 / 0",
			"MATCH (n:N {id: $id}) RETURN n.age AS `" + strings.Repeat("long", 1000) + "`",
		}
		for round := range 4 { // the plan is kept from the second time on
			for i, text := range texts {
				id := int64(100*i + round)
				for _, n := range []int64{-1, 1000, 127, 3, 1, 1 << 40} {
					for _, extra := range [][]string{nil, {"mode", "r"}, {"db", "memgraph"}, {"db", "neo4j"}, {"db", "none"}, {"mode", "x"}} {
						compareAtOnce(t, c, runBytes(text, id, extra...), pullBytes(n))
					}
				}
			}
		}
	}
}

// compareAtOnce sends two messages one after the other, and then together.
func compareAtOnce(t *testing.T, c *wireClient, run, pull []byte) {
	t.Helper()
	reset := sealWire([]byte{0, 0, 0xB0, 0x0F}, 0)
	c.write(run)
	want := c.listen(1)
	c.write(pull)
	want = append(want, c.listen(1)...)
	c.write(reset)
	c.listen(1)
	c.write(slices.Concat(run, pull))
	got := c.listen(2)
	c.write(reset)
	c.listen(1)
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q\n%q\nare answered with\n%s\nwant\n%s", run, pull, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
