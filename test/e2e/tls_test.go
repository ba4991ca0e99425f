package e2e

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"

	"memgraphd/test/harness"
	"memgraphd/test/selfsigned"
)

// newCertificate writes a certificate, and its key, over the files in dir.
func newCertificate(t *testing.T, dir string) (flags []string, trust *x509.CertPool) {
	t.Helper()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	made, err := selfsigned.Write(cert, key, time.Now().UnixNano(), time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	trust = x509.NewCertPool()
	trust.AddCert(made)
	return []string{"--bolt-cert-file=" + cert, "--bolt-key-file=" + key}, trust
}

// TestEncryption connects by each scheme, refuses who is not encrypted, and changes the
// certificate while a client is connected.
func TestEncryption(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	flags, trust := newCertificate(t, dir)
	s, err := harness.Start(binary, filepath.Join(t.TempDir(), "data"), flags...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err = s.Stop(); err != nil {
			t.Error(err)
		}
	})
	connect := func(scheme string, trust *x509.CertPool) (neo4j.DriverWithContext, error) {
		d, failed := neo4j.NewDriverWithContext(scheme+"://"+s.Addr, neo4j.NoAuth(), func(c *config.Config) {
			if trust != nil {
				c.TlsConfig = &tls.Config{RootCAs: trust}
			}
			c.SocketConnectTimeout = patience
			c.MaxTransactionRetryTime = time.Second
		})
		if failed != nil {
			t.Fatal(failed)
		}
		t.Cleanup(func() { _ = d.Close(t.Context()) })
		return d, d.VerifyConnectivity(t.Context())
	}
	for _, scheme := range []string{"bolt+s", "neo4j+s"} {
		d, failed := connect(scheme, trust)
		if failed != nil {
			t.Fatalf("%s: %v", scheme, failed)
		}
		query(t, d, "CREATE (:Secret)")
	}
	old, err := connect("bolt+ssc", nil)
	if err != nil {
		t.Fatal(err)
	}
	session := open(t, old, neo4j.SessionConfig{})
	tx := begin(t, session)
	if _, err = connect("bolt", nil); err == nil || !strings.Contains(err.Error(), "TLSRequired") {
		t.Errorf("without TLS: %v", err)
	}

	_, next := newCertificate(t, dir)
	if _, err = connect("bolt+s", next); err == nil {
		t.Error("the new certificate is in force before it was asked for")
	}
	query(t, old, "RELOAD BOLT_SERVER TLS")
	if _, err = connect("bolt+s", next); err != nil {
		t.Errorf("after RELOAD: %v", err)
	}
	if err = os.WriteFile(filepath.Join(dir, "key.pem"), []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = harness.Query(t.Context(), old, "RELOAD BOLT_SERVER TLS", nil)
	wantFailure(t, err, "Neo.ClientError.Statement.ExecutionFailed", "the former certificate stays in force", "key.pem")
	if _, err := connect("bolt+s", next); err != nil {
		t.Errorf("after a failed RELOAD: %v", err)
	}
	_, last := newCertificate(t, dir)
	if err := syscall.Kill(s.PID(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the certificate changes on SIGHUP", func() bool { _, err := connect("bolt+s", last); return err == nil })
	if _, err := tx.Run(t.Context(), "CREATE (:Kept)", nil); err != nil {
		t.Errorf("a connection that was open: %v", err)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Error(err)
	}
}
