package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"memgraphd/internal/client"
	"memgraphd/internal/durability/backup"
	"memgraphd/internal/online"
)

// cutter forwards connections to a server, and cuts each one when that many bytes have come
// from there; 0: none.
type cutter struct {
	listener net.Listener
	to       string
	after    atomic.Int64
	made     atomic.Int64
}

func newCutter(t *testing.T, to string) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{listener: l, to: to}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { c.forward(from) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		running.Wait()
	})
	return c
}

func (c *cutter) forward(from net.Conn) {
	c.made.Add(1)
	server, err := net.Dial("tcp", c.to)
	if err != nil {
		_ = from.Close()
		return
	}
	var ways sync.WaitGroup
	end := func() { _, _ = from.Close(), server.Close() }
	ways.Go(func() {
		defer end()
		_, _ = io.Copy(server, from)
	})
	ways.Go(func() {
		defer end()
		if n := c.after.Load(); n > 0 {
			_, _ = io.CopyN(from, server, n)
			return
		}
		_, _ = io.Copy(from, server)
	})
	ways.Wait()
}

// storageInfo returns the lines of SHOW STORAGE INFO.
func (s *started) storageInfo(t *testing.T) string {
	t.Helper()
	out, errs, code := s.statements(t, "SHOW STORAGE INFO;", "--output-format=csv")
	if code != 0 {
		t.Fatal(errs)
	}
	return out
}

func statement(t *testing.T, c *client.Client, text string, parameters map[string]any) {
	t.Helper()
	rows, err := c.Run(t.Context(), text, parameters)
	if err == nil {
		_, err = rows.Summary(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// startLarge starts a server with a snapshot of 14 MB and a log behind it.
func startLarge(t *testing.T, dir string) *started {
	t.Helper()
	s := start(t, dir)
	c, err := client.Connect(t.Context(), client.Options{Address: "127.0.0.1:" + s.port})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 14 {
		statement(t, c, "CREATE (:N {i: $i, text: $text})", map[string]any{"i": i, "text": strings.Repeat(string(rune('a'+i)), 1<<20)})
	}
	if err = c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, errs, code := s.statements(t, "CREATE SNAPSHOT; CREATE (:N {i: 14});"); code != 0 {
		t.Fatal(errs)
	}
	return s
}

// sameFile reads a file from several offsets and compares it with what is in the directory.
func sameFile(t *testing.T, source *online.Source, f backup.SourceFile, dir string) {
	t.Helper()
	want := readFile(t, filepath.Join(dir, f.Name))
	for _, offset := range []int64{0, f.Bytes / 2, f.Bytes} {
		r, err := source.Open(t.Context(), f, offset)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err = errors.Join(err, r.Close()); err != nil || !bytes.Equal(got, want[offset:f.Bytes]) {
			t.Errorf("%s from %d on: %d bytes, %v", f.Name, offset, len(got), err)
		}
	}
}

// abandon closes a file after its beginning.
func abandon(t *testing.T, source *online.Source, f backup.SourceFile) {
	t.Helper()
	r, err := source.Open(t.Context(), f, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Read(make([]byte, 10))
	if err = errors.Join(err, r.Close()); err != nil {
		t.Error(err)
	}
}

// TestOnlineSource reads the files of a running server while connections to it break: they
// are those of its directory, and kept until the end.
func TestOnlineSource(t *testing.T) {
	dir := t.TempDir()
	s := startLarge(t, dir)
	proxy := newCutter(t, "127.0.0.1:"+s.port)
	proxy.after.Store(9 << 20)
	source, err := online.Connect(t.Context(), client.Options{Address: proxy.listener.Addr().String()}, "a test")
	if err != nil {
		t.Fatal(err)
	}
	d, err := source.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Snapshots) != 1 || len(d.Segments) == 0 || d.Last != d.Snapshots[0].Index+1 {
		t.Errorf("the description is %+v", d)
	}
	if kept := s.storageInfo(t); !strings.Contains(kept, "a test since") {
		t.Errorf("the files are not kept:\n%s", kept)
	}
	files := []backup.SourceFile{d.Snapshots[0].SourceFile}
	for _, segment := range d.Segments {
		files = append(files, segment.SourceFile)
	}
	for _, f := range files {
		sameFile(t, source, f, dir)
		abandon(t, source, f)
	}
	if _, err := source.Open(t.Context(), backup.SourceFile{Name: "../x", Bytes: 1}, 0); err == nil {
		t.Error("a file that is none of the database was opened")
	}
	if n := proxy.made.Load(); n < 2 {
		t.Errorf("%d connections were made: none was cut", n)
	}
	if err := errors.Join(source.Keep(t.Context(), d.Last+1), source.Close()); err != nil {
		t.Error(err)
	}
	if kept := s.storageInfo(t); strings.Contains(kept, "a test since") {
		t.Errorf("the files are still kept:\n%s", kept)
	}
	if code := s.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("exit %d", code)
	}
}

// TestOnlineSourceLost says so when the server is not there any more, and when it is none
// of ours.
func TestOnlineSourceLost(t *testing.T) {
	s := start(t, t.TempDir())
	source, err := online.Connect(t.Context(), client.Options{Address: "127.0.0.1:" + s.port}, "a test")
	if err != nil {
		t.Fatal(err)
	}
	d, err := source.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = source.Describe(t.Context())
	if err != nil || d.Database == (backup.DatabaseID{}) {
		t.Errorf("%v, %+v", err, d)
	}
	r, err := source.Open(t.Context(), backup.SourceFile{Name: "wal/00000000000000000099.wal", Bytes: 10}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(r); err == nil || !strings.Contains(err.Error(), "00000000000000000099.wal") {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	s.stop(t, syscall.SIGTERM) // with the session open
	if err := source.Close(); err != nil {
		t.Logf("closed after the server: %v", err)
	}
	if _, err := online.Connect(t.Context(), client.Options{Address: "127.0.0.1:" + s.port}, "a test"); err == nil {
		t.Error("a server that is gone has been reached")
	}
}
