package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// archivedAll waits until the archive has every commit.
func archivedAll(t *testing.T, d neo4j.DriverWithContext) {
	t.Helper()
	eventually(t, "the archive of all commits", func() bool {
		return info(t, d, "archive_lag_bytes") == "0" && info(t, d, "archive_state") == "archives"
	})
}

// TestArchive archives to a directory, and lets other servers come to it.
func TestArchive(t *testing.T) {
	root := t.TempDir()
	dir, place := filepath.Join(root, "data"), filepath.Join(root, "archive")
	s, d := start(t, dir, "--storage-archive="+place)
	for i := range 20 {
		query(t, d, fmt.Sprintf("CREATE (:Person {n: %d})", i))
	}
	query(t, d, "CREATE SNAPSHOT")
	archivedAll(t, d)
	eventually(t, "the archive of the snapshot", func() bool { return info(t, d, "archive_snapshot_commit") != "" })
	if info(t, d, "archive") != place || info(t, d, "archive_timeline") != "1" || info(t, d, "archive_failures") != "0" {
		t.Errorf("SHOW STORAGE INFO says %s, timeline %s, %s failures", info(t, d, "archive"), info(t, d, "archive_timeline"), info(t, d, "archive_failures"))
	}
	other := filepath.Join(root, "copy")
	if err := os.CopyFS(other, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	code, text := refused(t, other, "--storage-archive="+place)
	if code != 78 || !strings.Contains(text, "timeline 1 of the database was claimed by another server") || !strings.Contains(text, "--storage-archive-takeover") {
		t.Errorf("exit %d:\n%s", code, text)
	}
	code, text = refused(t, filepath.Join(root, "new"), "--storage-archive="+place)
	if code != 78 || !strings.Contains(text, "it belongs to database") {
		t.Errorf("exit %d:\n%s", code, text)
	}
	s.Kill()

	s, d = start(t, other, "--storage-archive="+place, "--storage-archive-takeover")
	query(t, d, "CREATE (:Person {n: 20})")
	archivedAll(t, d)
	if n := count(t, d, "MATCH (n:Person) RETURN count(n)"); n != 21 || info(t, d, "archive_timeline") != "2" {
		t.Errorf("%d nodes on timeline %s", n, info(t, d, "archive_timeline"))
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if code, text = refused(t, dir, "--storage-archive="+place); code != 78 || !strings.Contains(text, "timeline 2 of the database was claimed by another server") {
		t.Errorf("exit %d:\n%s", code, text)
	}
}

// TestArchiveOutOfReach archives to a server that is not there: nothing else is the worse for it.
func TestArchiveOutOfReach(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "who")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
	dir := filepath.Join(t.TempDir(), "data")
	s, d := start(t, dir, "--storage-archive=s3://bucket/prefix", "--s3-endpoint=http://127.0.0.1:1", "--s3-region=nowhere")
	for i := range 5 {
		query(t, d, fmt.Sprintf("CREATE (:Person {n: %d})", i))
	}
	eventually(t, "a failure", func() bool { return info(t, d, "archive_state") == "fails" && info(t, d, "archive_failures") != "0" })
	if lag, err := strconv.Atoi(info(t, d, "archive_lag_bytes")); err != nil || lag == 0 {
		t.Errorf("a lag of %d bytes, %v", lag, err)
	}
	if n := count(t, d, "MATCH (n:Person) RETURN count(n)"); n != 5 {
		t.Errorf("%d nodes", n)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if log := s.Log(); !strings.Contains(log, "the archive fails") || strings.Contains(log, "very-secret") {
		t.Errorf("the log says:\n%s", log)
	}
}

// TestArchiveFlagsAreChecked tries flags that cannot be.
func TestArchiveFlagsAreChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		says  string
		flags []string
	}{
		{"ftp://", []string{"--storage-archive=ftp://a/b"}},
		{"an archive file is for backups", []string{"--storage-archive=/tmp/x.mgbackup"}},
		{"--storage-wal-enabled", []string{"--storage-archive=/tmp/x", "--storage-wal-enabled=false"}},
		{"no such file", []string{"--storage-archive=/tmp/x", "--storage-archive-encrypt-to=/does/not/exist"}},
	} {
		if code, text := refused(t, filepath.Join(t.TempDir(), "data"), c.flags...); code != 78 || !strings.Contains(text, c.says) {
			t.Errorf("%v: exit %d:\n%s", c.flags, code, text)
		}
	}
}
