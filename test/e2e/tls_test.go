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

// encrypted is a server with a certificate that changes.
type encrypted struct {
	*harness.Server
	t     *testing.T
	dir   string         // of the certificate and its key
	trust *x509.CertPool // the first certificate
}

func startEncrypted(t *testing.T) *encrypted {
	t.Helper()
	dir := t.TempDir()
	flags, trust := newCertificate(t, dir)
	s, err := harness.Start(binary, filepath.Join(t.TempDir(), "data"), flags...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return &encrypted{s, t, dir, trust}
}

// connect logs in; without trust it is the scheme that says which certificate will do.
func (s *encrypted) connect(scheme string, trust *x509.CertPool) (neo4j.DriverWithContext, error) {
	s.t.Helper()
	d, err := neo4j.NewDriverWithContext(scheme+"://"+s.Addr, neo4j.NoAuth(), func(c *config.Config) {
		if trust != nil {
			c.TlsConfig = &tls.Config{RootCAs: trust}
		}
		c.SocketConnectTimeout = patience
		c.MaxTransactionRetryTime = time.Second
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = d.Close(s.t.Context()) })
	return d, d.VerifyConnectivity(s.t.Context())
}

// mustConnect is connect where it has to succeed.
func (s *encrypted) mustConnect(scheme string, trust *x509.CertPool) neo4j.DriverWithContext {
	s.t.Helper()
	d, err := s.connect(scheme, trust)
	if err != nil {
		s.t.Fatalf("%s: %v", scheme, err)
	}
	return d
}

// TestEncryption connects by each scheme and refuses who is not encrypted.
func TestEncryption(t *testing.T) {
	t.Parallel()
	s := startEncrypted(t)
	for _, scheme := range []string{"bolt+s", "neo4j+s"} {
		query(t, s.mustConnect(scheme, s.trust), "CREATE (:Secret)")
	}
	s.mustConnect("bolt+ssc", nil)
	if _, err := s.connect("bolt", nil); err == nil || !strings.Contains(err.Error(), "TLSRequired") {
		t.Errorf("without TLS: %v", err)
	}
}

// TestNewCertificate changes the certificate by a statement and by a signal while a client is connected, and refuses
// one that is none.
func TestNewCertificate(t *testing.T) {
	t.Parallel()
	s := startEncrypted(t)
	old := s.mustConnect("bolt+ssc", nil)
	tx := begin(t, open(t, old, neo4j.SessionConfig{}))

	_, next := newCertificate(t, s.dir)
	if _, err := s.connect("bolt+s", next); err == nil {
		t.Error("the new certificate is in force before it was asked for")
	}
	query(t, old, "RELOAD BOLT_SERVER TLS")
	if _, err := s.connect("bolt+s", next); err != nil {
		t.Errorf("after RELOAD: %v", err)
	}

	if err := os.WriteFile(filepath.Join(s.dir, "key.pem"), []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := harness.Query(t.Context(), old, "RELOAD BOLT_SERVER TLS", nil)
	wantFailure(t, err, "Neo.ClientError.Statement.ExecutionFailed", "the former certificate stays in force", "key.pem")
	if _, err := s.connect("bolt+s", next); err != nil {
		t.Errorf("after a failed RELOAD: %v", err)
	}

	_, last := newCertificate(t, s.dir)
	if err := syscall.Kill(s.PID(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the certificate changes on SIGHUP", func() bool { _, err := s.connect("bolt+s", last); return err == nil })
	if _, err := tx.Run(t.Context(), "CREATE (:Kept)", nil); err != nil {
		t.Errorf("a connection that was open: %v", err)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Error(err)
	}
}
