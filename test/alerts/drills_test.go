//go:build alerts

package alerts

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// scrapes reads the numbers so often.
func (h *history) scrapes(n int) {
	h.t.Helper()
	for range n {
		h.scrape()
	}
}

// TestDown ends the server.
func TestDown(t *testing.T) {
	t.Parallel()
	all := rules(t)
	s := start(t, 0)
	h := newHistory(t, s.port)
	want(h, all)
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	s.eventually("the end of the server", func() bool { return h.gone() })
	h.scrapes(5)
	want(h, all, "MemgraphdDown")
}

// TestAtRisk starts a server that may lose commits, with a certificate that is about to end.
func TestAtRisk(t *testing.T) {
	t.Parallel()
	all := rules(t)
	s := start(t, 0, append(certificate(t, 5*24*time.Hour), "--storage-wal-file-flush-every-n-tx=100")...)
	want(newHistory(t, s.port), all, "MemgraphdCertificateExpires", "MemgraphdCommitsAtRisk")
	s = start(t, 0, "--storage-wal-enabled=false")
	want(newHistory(t, s.port), all, "MemgraphdCommitsAtRisk")
}

// TestArchiveFails puts a file where the archive was.
func TestArchiveFails(t *testing.T) {
	t.Parallel()
	all := rules(t)
	place := filepath.Join(t.TempDir(), "archive")
	s := start(t, 0, "--storage-archive="+place, "--storage-archive-interval-ms=10")
	h := newHistory(t, s.port)
	s.run("CREATE (:N)")
	want(h, all)
	if err := os.Rename(place, place+".away"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(place, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.run("CREATE (:N)")
	s.eventually("the archive to fail", func() bool {
		h.scrape()
		return len(h.eval("memgraph_archive_failing == 1 or memgraph_archive_refused == 1")) > 0
	})
	h.scrapes(21) // five minutes
	want(h, all, "MemgraphdArchiveFailing")
	if err := os.Remove(place); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(place+".away", place); err != nil {
		t.Fatal(err)
	}
	s.eventually("the archive to go on", func() bool { h.scrape(); return len(h.eval("memgraph_archive_failing == 0")) > 0 })
	want(h, all)
}

// TestTooMany has more clients than may be.
func TestTooMany(t *testing.T) {
	t.Parallel()
	all := rules(t)
	s := start(t, 0, "--bolt-max-connections=1")
	h := newHistory(t, s.port)
	want(h, all)
	shell := exec.Command(binary(t), "shell", "--host=127.0.0.1", "--port="+s.bolt)
	in, err := shell.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err = shell.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = in.Close()
		_ = shell.Wait() // it has nothing to say
	}()
	if _, err = in.Write([]byte("RETURN 1;\n")); err != nil {
		t.Fatal(err)
	}
	s.eventually("a client", func() bool { h.scrape(); return len(h.eval("memgraph_active_sessions == 1")) > 0 })
	if text, ok := s.try("RETURN 2"); ok {
		t.Fatalf("there is room for two clients: %s", text)
	}
	want(h, all, "MemgraphdConnectionsRefused")
}
