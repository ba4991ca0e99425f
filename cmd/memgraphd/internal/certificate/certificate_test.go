package certificate

import (
	"crypto/tls"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"memgraphd/internal/config"
	"memgraphd/test/selfsigned"
)

// writePair writes a certificate that ends at the time, and its key.
func writePair(t *testing.T, files config.TLS, serial int64, until time.Time) {
	t.Helper()
	if _, err := selfsigned.Write(files.CertFile, files.KeyFile, serial, until); err != nil {
		t.Fatal(err)
	}
}

func TestCertificates(t *testing.T) {
	dir := t.TempDir()
	files := config.TLS{CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "key.pem")}
	now := time.Now()
	core, logs := observer.New(zap.InfoLevel)
	open := func(files config.TLS) (*Holder, error) {
		return Open(files, func() time.Time { return now }, zap.New(core))
	}
	if c, err := open(config.TLS{}); err != nil || c.Config() != nil || !c.Expires().IsZero() || !errors.Is(c.Reload(), ErrNone) {
		t.Errorf("without files: %v", err)
	}
	if _, err := open(files); err == nil || !strings.Contains(err.Error(), "--bolt-cert-file: there is no file "+files.CertFile) {
		t.Errorf("missing: %v", err)
	}
	serial := func(c *Holder) int64 { return c.Config().Certificates[0].Leaf.SerialNumber.Int64() }
	writePair(t, files, 1, now.Add(1000*time.Hour))
	c, err := open(files)
	if err != nil || serial(c) != 1 || c.Config().MinVersion != tls.VersionTLS12 || c.Config().ClientAuth != tls.NoClientCert {
		t.Fatal(err)
	}
	for _, at := range []struct {
		until time.Duration
		says  string
	}{
		{1000 * time.Hour, "connections are encrypted"},
		{31 * 24 * time.Hour, "connections are encrypted"},
		{29 * 24 * time.Hour, "expires soon"},
		{-time.Minute, "has expired"},
	} {
		writePair(t, files, 2, now.Add(at.until))
		if err = c.Reload(); err != nil || serial(c) != 2 {
			t.Error(err)
		}
		if end := now.Add(at.until); c.Expires().Sub(end).Abs() > time.Second {
			t.Errorf("it ends at %s, not at %s", c.Expires(), end)
		}
		if all := logs.TakeAll(); !strings.Contains(all[len(all)-1].Message, at.says) {
			t.Errorf("the log says %s", all[len(all)-1].Message)
		}
	}

	// A key of another certificate leaves the former pair in force, and so does rubbish.
	other := config.TLS{CertFile: filepath.Join(dir, "other.pem"), KeyFile: files.KeyFile}
	writePair(t, other, 3, now.Add(time.Hour))
	if err = c.Reload(); err == nil || serial(c) != 2 || !strings.Contains(err.Error(), files.KeyFile) {
		t.Errorf("a foreign key: %v", err)
	}
	if err = os.WriteFile(files.CertFile, []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err = c.Reload(); err == nil || serial(c) != 2 {
		t.Errorf("rubbish: %v", err)
	}

	other.ClientCAFile = other.CertFile
	if c, err = open(other); err != nil || c.Config().ClientAuth != tls.RequireAndVerifyClientCert {
		t.Error(err)
	}
	other.ClientCAFile = other.KeyFile
	if _, err = open(other); err == nil || !strings.Contains(err.Error(), "holds no certificate in PEM") {
		t.Error(err)
	}
}

// TestCertificateWatched looks at a certificate whose end comes near while the server runs.
func TestCertificateWatched(t *testing.T) {
	dir := t.TempDir()
	files := config.TLS{CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "key.pem")}
	writePair(t, files, 1, time.Date(2000, 3, 1, 0, 0, 0, 0, time.UTC))
	synctest.Test(t, func(t *testing.T) { // it begins on 2000-01-01
		core, logs := observer.New(zap.WarnLevel)
		c, err := Open(files, time.Now, zap.New(core))
		if err != nil {
			t.Fatal(err)
		}
		go c.Watch(t.Context())
		for _, at := range []struct{ days, lines int }{{29, 0}, {3, 2}, {30, 31}} {
			time.Sleep(time.Duration(at.days) * expiryEvery)
			synctest.Wait()
			if n := logs.Len(); n < at.lines || n > at.lines+1 {
				t.Errorf("%d lines after %d further days, want %d", n, at.days, at.lines)
			}
		}
		if all := logs.All(); !strings.Contains(all[len(all)-1].Message, "has expired") {
			t.Error(all[len(all)-1].Message)
		}
	})
}
