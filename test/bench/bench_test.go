package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"memgraphd/test/snb"
)

// TestSeal puts messages of any length together again.
func TestSeal(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 65_534, 65_535, 65_536, 200_000} {
		want := bytes.Repeat([]byte("message"), n/7+1)[:n]
		sent := seal(append([]byte{'x', 'y', 0, 0}, want...), 2)[2:]
		var got []byte
		for {
			size := int(binary.BigEndian.Uint16(sent))
			if sent = sent[2:]; size == 0 {
				break
			}
			got, sent = append(got, sent[:size]...), sent[size:]
		}
		if !bytes.Equal(got, want) || len(sent) != 0 {
			t.Errorf("%d bytes: got %d, and %d behind the end", n, len(got), len(sent))
		}
	}
}

// TestRead sees that a failure and what is ignored after it are read to the end.
func TestRead(t *testing.T) {
	t.Parallel()
	near, far := net.Pipe()
	go func() {
		_, _ = far.Write([]byte{0, 3, 0xB1, tagFailure, 0xA0, 0, 0, 0, 2, 0xB0, tagIgnored, 0, 0, 0, 3, 0xB1, tagSuccess, 0xA0, 0, 0})
	}()
	c := newBoltClient(near)
	if err := c.read(2); err == nil {
		t.Error("the failure is not told")
	}
	if err := c.read(1); err != nil || c.in.Buffered() != 0 {
		t.Errorf("after the failure: %v, %d bytes left", err, c.in.Buffered())
	}
}

func TestCollections(t *testing.T) {
	t.Parallel()
	log := "something else\n" +
		"gc 7 @2.104s 1%: 0.018+1.5+0.25 ms clock, 0.036+0.5/1.25/3.0+0.5 ms cpu, 4->5->2 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 2 P\n" +
		"gc 8 @3s 0%: 0.5+1+0.1 ms clock, 1+0/1/0+0 ms cpu, 4->5->2 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 2 P (forced)\n"
	got, err := collections(log)
	want := collected{
		cycles: 2, cpu: 36*time.Microsecond + 500*time.Microsecond + 1250*time.Microsecond + 500*time.Microsecond + 2*time.Millisecond,
		assists: 500 * time.Microsecond, pause: 500 * time.Microsecond,
	}
	if err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

// TestRESP reads nested answers to their end.
func TestRESP(t *testing.T) {
	t.Parallel()
	for text, fails := range map[string]bool{
		"*3\r\n*1\r\n*2\r\n:1\r\n$3\r\nage\r\n*1\r\n*1\r\n*2\r\n:3\r\n:42\r\n*1\r\n$2\r\nok\r\n": false,
		"-ERR no such thing\r\n": true,
		"$-1\r\n":                false,
		"nonsense\r\n":           false,
	} {
		c := &respConversation{in: bufio.NewReader(strings.NewReader(text))}
		if err := c.read(1); (err != nil) != fails || c.in.Buffered() != 0 {
			t.Errorf("%q: %v, %d bytes left", text, err, c.in.Buffered())
		}
	}
}

func TestMixes(t *testing.T) {
	t.Parallel()
	for _, m := range mixes() {
		sum := 0
		for _, s := range m.shares {
			sum += s.percent
		}
		if sum != 100 {
			t.Errorf("%s: %d percent", m.name, sum)
		}
	}
	shares := []share{{"a", 30}, {"b", 70}}
	if pick(shares, 0) != 0 || pick(shares, 29) != 0 || pick(shares, 30) != 1 || pick(shares, 99) != 1 {
		t.Error("shares are drawn wrongly")
	}
}

// TestAims holds that the parts that the table names are there, and that no aim is there twice.
func TestAims(t *testing.T) {
	t.Parallel()
	named := map[string]bool{}
	for _, a := range aims() {
		if named[a.name] {
			t.Errorf("%s twice", a.name)
		}
		named[a.name] = true
		parts, _, _ := strings.Cut(a.parts, " ")
		for part := range strings.SplitSeq(parts, ",") {
			found := false
			for _, p := range (&bench{}).parts() {
				found = found || p.name == part
			}
			if !found {
				t.Errorf("%s: there is no part %q", a.name, part)
			}
		}
	}
}

// TestShares adds up a table of pprof by function and by package.
func TestShares(t *testing.T) {
	t.Parallel()
	functions, packages := shares(`File: memgraphd
Type: cpu
Showing nodes accounting for 2720ms, 100% of 2720ms total
      flat  flat%   sum%        cum   cum%
    1360ms 50.00% 50.00%     1360ms 50.00%  internal/runtime/syscall/linux.Syscall6
     680ms 25.00% 75.00%      700ms 25.74%  memgraphd/internal/bolt.(*conn).read
     340ms 12.50% 87.50%      340ms 12.50%  memgraphd/internal/bolt.pool[go.shape.*memgraphd/internal/query.Session].take (inline)
     340ms 12.50%   100%      340ms 12.50%  runtime.futex
`)
	want := map[string]float64{"internal/runtime/syscall/linux": 50, "memgraphd/internal/bolt": 37.5, "runtime": 12.5}
	if !maps.Equal(packages, want) {
		t.Errorf("packages are %v, want %v", packages, want)
	}
	if len(functions) != 4 || functions["memgraphd/internal/bolt.(*conn).read"] != 25 {
		t.Errorf("functions are %v", functions)
	}
	if got := largest(packages); got != "internal/runtime/syscall/linux 50.0 %, bolt 37.5 %, runtime 12.5 %" {
		t.Errorf("the largest are %s", got)
	}
}

// A program that counts is asked in lines of JSON, and a wrong number is named.
func TestProcessCounts(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "program")
	script := `#!/bin/sh
while read -r line; do
	case $line in
	'{"network":'*) echo ok ;;
	'{"count":"right"}') echo ok 7 ;;
	'{"count":"wrong"}') echo ok 6 ;;
	'{"count":'*) echo it is not understood ;;
	*) echo ready ;;
	esac
done
`
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	c, err := (&processEngine{command: []string{program}, data: t.TempDir()}).network("anywhere")
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for text, want := range map[string]string{"right": "", "wrong": "6, want 7", "other": "it is not understood"} {
		_, _, err := leastOf(c, snb.Count{Text: text, Answer: 7})
		if got := fmt.Sprint(err); got != want && (want != "" || err != nil) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
