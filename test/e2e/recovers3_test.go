package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
	"memgraphd/test/s3server"
)

// TestRecoverSnapshotFromABucket puts snapshots of a bucket in the place of a running
// database: plain files, and the sealed objects of backups.
func TestRecoverSnapshotFromABucket(t *testing.T) {
	s3server.Start(t)
	dir := filepath.Join(t.TempDir(), "data")
	const root = "s3://" + s3server.Bucket
	s, d := start(t, dir, "--storage-backup-roots="+root)
	query(t, d, "UNWIND range(1, 300) AS i CREATE (:A {n: i})")
	file := query(t, d, "CREATE SNAPSHOT")[0].Values[0].(string)
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	bad := bytes.Clone(good)
	bad[len(bad)/3] ^= 1
	put(t, root+"/plain", map[string][]byte{"good.snap": good, "bad.snap": bad})
	query(t, d, "BACKUP DATABASE TO '"+root+"/sealed'")
	sealed := snapshotIn(t, root+"/sealed")
	secret, public, err := object.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	keyFile := filepath.Join(t.TempDir(), "key")
	if err = os.WriteFile(keyFile, secret, 0o600); err != nil {
		t.Fatal(err)
	}
	locked := lock(t, root+"/locked", good, public)
	query(t, d, "CREATE (:B)")
	fails := func(source string, parts ...string) {
		t.Helper()
		_, err = open(t, d, neo4j.SessionConfig{}).Run(t.Context(), "RECOVER SNAPSHOT '"+source+"' FORCE", nil)
		code := "Neo.TransientError.General.DatabaseUnavailable"
		if strings.HasPrefix(source, "s3://elsewhere/") { // it will never be allowed
			code = "Neo.ClientError.Statement.ArgumentError"
		}
		wantFailure(t, err, code, parts...)
		if n := count(t, d, "MATCH (n:B) RETURN count(n)"); n != 1 {
			t.Fatalf("%d nodes after %s", n, source)
		}
	}
	fails(root+"/plain/bad.snap", "damaged")
	fails(root+"/plain/none.snap", "Failed to find the defined snapshot file.")
	fails("s3://elsewhere/good.snap", "--storage-backup-roots")
	fails(locked, "is encrypted with key", "--storage-backup-encrypt-to")
	for i, source := range []string{root + "/plain/good.snap", sealed} {
		query(t, d, "RECOVER SNAPSHOT '"+source+"' FORCE")
		eventually(t, "the server being there again", func() bool { return strings.Count(s.Log(), "ready: listening for Bolt") == i+2 })
		eventually(t, "a new connection", func() bool { return d.VerifyConnectivity(t.Context()) == nil })
		if n := count(t, d, "MATCH (n) RETURN count(n)"); n != 300 {
			t.Fatalf("%s: %d nodes", source, n)
		}
		query(t, d, "CREATE (:B)")
	}
	if err = s.Stop(); err != nil {
		t.Fatal(err)
	}
	s, d = start(t, dir, "--storage-backup-roots="+root, "--storage-backup-encrypt-to="+keyFile)
	query(t, d, "RECOVER SNAPSHOT '"+locked+"' FORCE")
	eventually(t, "the server being there again", func() bool { return strings.Count(s.Log(), "ready: listening for Bolt") == 2 })
	eventually(t, "a new connection", func() bool { return d.VerifyConnectivity(t.Context()) == nil })
	if n := count(t, d, "MATCH (n) RETURN count(n)"); n != 300 {
		t.Errorf("%d nodes of an encrypted snapshot", n)
	}
}

// bucket opens a store of the test's server.
func bucket(t *testing.T, location string) object.Store {
	t.Helper()
	s, err := object.Open(t.Context(), location, object.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// put puts files into a bucket as they are.
func put(t *testing.T, location string, files map[string][]byte) {
	t.Helper()
	s := bucket(t, location)
	for name, data := range files {
		if err := s.Put(t.Context(), name, int64(len(data)), bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
	}
}

// snapshotIn returns the URL of the snapshot of a repository.
func snapshotIn(t *testing.T, location string) string {
	t.Helper()
	found := ""
	err := bucket(t, location).List(t.Context(), backup.SnapshotsFolder, func(o object.Info) error {
		found = location + "/" + o.Name
		return nil
	})
	if err != nil || found == "" {
		t.Fatalf("%s has no snapshot: %v", location, err)
	}
	return found
}

// lock puts a snapshot encrypted, and returns its URL.
func lock(t *testing.T, location string, data []byte, public string) string {
	t.Helper()
	keys, err := object.ParseKeys([]byte(public))
	if err != nil {
		t.Fatal(err)
	}
	h := object.Header{Kind: object.KindSnapshot, Database: [16]byte{1}, Timeline: 1, To: int64(len(data)), Index: 1, Created: time.Now()}
	if _, err = object.Seal(t.Context(), bucket(t, location), "one.snap", h, bytes.NewReader(data), object.SealOptions{Keys: keys}); err != nil {
		t.Fatal(err)
	}
	return location + "/one.snap"
}
