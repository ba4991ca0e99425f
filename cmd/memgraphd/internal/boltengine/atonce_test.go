package boltengine

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/storage/value"
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

// bookmark is one of a commit with three digits.
var bookmark = regexp.MustCompile(`memgraphd:\d{3}`)

// timeless makes the times in a message zero, and bookmarks equal.
func timeless(body []byte) string {
	body = bookmark.ReplaceAllLiteral(body, []byte("memgraphd:***"))
	for _, name := range []string{"parsing_time", "planning_time", "plan_execution_time"} {
		if _, after, ok := bytes.Cut(body, []byte(name+"\xC1")); ok {
			clear(after[:8])
		}
	}
	for _, name := range []string{"t_first", "t_last"} {
		before, after, ok := bytes.Cut(body, []byte(name))
		if !ok {
			continue
		}
		size := 1
		if after[0]&0xF8 == 0xC8 { // more bytes than one
			size += 1 << (after[0] - 0xC8)
		}
		body = slices.Concat(before, []byte(name), after[size:])
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

// TestWritesAtOnce is TestAtOnce for statements that write.
func TestWritesAtOnce(t *testing.T) {
	for _, minor := range []byte{1, 4, 6, 8} {
		c := dialVersion(t, minor)
		c.write(append(runBytes("CREATE INDEX ON :N(id)", 0), pullBytes(-1)...))
		c.listen(2)
		for range 120 {
			c.write(append(runBytes("CREATE (:N {id: $id})", 0), pullBytes(-1)...))
			c.listen(2)
		}
		for range 6 {
			for i, text := range []string{
				"CREATE (:A {n: $id})", "CREATE (:A {n: 1, m: null})-[:R {x: 'x'}]->(:B)", "MATCH (n:N {id: $id}) SET n.x = 3, n:L",
				"MATCH (n:N {id: $id}) REMOVE n.x, n:L", "CREATE (:A {n: $none})", "CREATE (:A {n: [$id, {}]})", "MATCH (n:N {id: 7}) SET n.x = $id",
			} {
				for _, extra := range [][]string{nil, {"mode", "r"}, {"db", "memgraph"}} {
					compareAtOnce(t, c, runBytes(text, int64(i+1), extra...), pullBytes(-1))
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
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Errorf("%q\n%q\nare answered with\n%s\nwant\n%s", run, pull, got[i], want[i])
			}
		}
		t.Errorf("%q\n%q: %d messages, want %d", run, pull, len(got), len(want))
	}
}

// runWith is a RUN with parameters as they are on the wire.
func runWith(text string, parameters ...value.Entry) []byte {
	run := packstream.Append(packstream.AppendString([]byte{0, 0, 0xB3, 0x10}, text), value.Map(parameters))
	return sealWire(packstream.AppendMapHeader(run, 0), 0)
}

// TestAtOnceParameters sends statements that differ in their parameters only.
func TestAtOnceParameters(t *testing.T) {
	c := dialWire(t)
	for _, text := range []string{"CREATE INDEX ON :N(id)", "UNWIND range(0, 99) AS i CREATE (:N {id: i}), (:N {id: 'text ' + toString(i)})"} {
		c.write(append(runBytes(text, 0), pullBytes(-1)...))
		c.listen(2)
	}
	one, list := value.Int(1), value.List([]value.Value{value.Int(1), value.Null})
	for _, text := range []string{"RETURN $id, 'a'", "MATCH (n:N) WHERE n.id = $id RETURN n.id, $id", "RETURN 1"} {
		for range 3 {
			for _, v := range []value.Value{
				one, value.Int(7), value.Int(1 << 40), value.Float(2), value.Float(math.NaN()), value.String("text 5"), value.String(""),
				value.Bool(true), one, one, value.Null, list, value.Bytes([]byte{1}), value.Map([]value.Entry{{Key: "id", Value: one}}), one,
			} {
				compareAtOnce(t, c, runWith(text, value.Entry{Key: "id", Value: v}), pullBytes(-1))
			}
			compareAtOnce(t, c, runWith(text), pullBytes(-1))
			compareAtOnce(t, c, runWith(text, value.Entry{Key: "ide", Value: one}), pullBytes(-1))
			compareAtOnce(t, c, runWith(text, value.Entry{Key: "id", Value: one}, value.Entry{Key: "x", Value: one}), pullBytes(-1))
			wrong := runWith(text, value.Entry{Key: "id", Value: value.String("\xFF\xFE")})
			c.write(append(wrong, pullBytes(-1)...))
			if got := c.listen(1); !strings.Contains(got[0], "UTF-8") {
				t.Fatalf("a text that is not valid: %s", got)
			}
			c = c.another()
		}
	}
}

// TestAtOnceInPieces sends two messages in two pieces each time, and more messages than two.
func TestAtOnceInPieces(t *testing.T) {
	c := dialWire(t)
	pair := slices.Concat(runBytes("RETURN $id AS x", 7), pullBytes(-1))
	c.write(pair)
	want := strings.Join(c.listen(2), "\n")
	ask := func(sent []byte, times int) {
		t.Helper()
		c.write(sent)
		for range times {
			if got := strings.Join(c.listen(2), "\n"); got != want {
				t.Fatalf("%q\nis answered with\n%s\nwant\n%s", sent, got, want)
			}
		}
	}
	for range 3 {
		ask(pair, 1)
	}
	for at := 1; at < len(pair); at++ {
		c.write(pair[:at])
		time.Sleep(200 * time.Microsecond) // mostly read by itself
		ask(pair[at:], 1)
		ask(pair, 1)
		ask(slices.Concat(pair, pair[:at]), 1)
		ask(pair[at:], 1)
	}
	ask(slices.Repeat(pair, 200), 200)
	ask(slices.Concat([]byte{0, 0}, pair, []byte{0, 0}, pair), 2) // a NOOP before each
}
